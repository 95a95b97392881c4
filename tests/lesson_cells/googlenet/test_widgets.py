"""The widgets of lesson 04: what a bottleneck saves, and where two classes are in a photo."""

from lesson_cells.googlenet import widgets
from lesson_utils.networks import googlenet


def two_classes() -> None:
    """On the drawn world's network, as where the photos' network is missing."""
    network = googlenet.mini(6, seed=4).eval()
    network.class_names = tuple("abcdef")
    widgets.two_classes(network, "kaffe")


WIDGETS = {"bottleneck_cost": widgets.bottleneck_cost, "two_classes": two_classes}


def test_it_starts_with_the_lectures_example(live):
    picture = live.controls(widgets.bottleneck_cost)[-1]
    said = "112.896.000 multiply-adds uden 1x1, 5.268.480 med 1x1 til 16 kanaler"
    assert said in live.alt_texts(picture.value)[0]


def test_the_likeliest_classes_stand_first_and_another_may_be_chosen(live):
    one, other, _, picture = live.controls(two_classes)
    assert other.value != one.value
    names = [name for name, _ in one.options]
    assert sorted(names) == list("abcdef") and [name for name, _ in other.options] == names
    assert f"felt for felt: {names[0]} (" in live.alt_texts(picture.value)[0]
    other.value = dict(other.options)[names[-1]]
    assert f" og {names[-1]} (" in live.alt_texts(picture.value)[0]
