"""The widget of lesson 04: what a bottleneck saves."""

from lesson_cells.googlenet import widgets

WIDGETS = {"bottleneck_cost": widgets.bottleneck_cost}


def test_it_starts_with_the_lectures_example(live):
    picture = live.controls(widgets.bottleneck_cost)[-1]
    said = "112.896.000 multiply-adds uden 1×1, 5.268.480 med 1×1 til 16 kanaler"
    assert said in live.alt_texts(picture.value)[0]
