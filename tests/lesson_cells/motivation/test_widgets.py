"""The widgets of lesson 00: what a network sees in a photo, a filter on one, and the image world."""

import time
from datetime import datetime

import pytest
import torch

from lesson_cells.motivation import widgets
from lesson_cells.motivation.experiments import best
from lesson_utils import danish, images
from lesson_utils.show.display import image_tag
from lesson_utils.show.evidence import middle_square
from lesson_utils.weights import load_network
from lesson_world import THINGS

PHOTO = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
EXPERT = load_network("googlenet")  # it ends as the ImageNet network does, and is smaller
WIDGETS = {
    "what_it_sees": lambda: widgets.what_it_sees(EXPERT),
    "world": widgets.world,
    "convolution": lambda: widgets.convolution(PHOTO, [[0, 1, 0]] * 3),
}
START = {"seed": 3, "degrees": 0, "scale": 88, "side": 0, "flipped": False, "occluded": False}


def test_the_world_browser_offers_every_thing_in_danish_and_lays_its_parts_over(live):
    *controls, picture = live.controls(widgets.world)
    by_label = {control.description: control for control in controls}
    names = [name for name, _ in by_label["Klasse"].options]
    assert names == [thing.danish for thing in THINGS.values()]
    assert "karrosseri" in picture.value and "hjul" in picture.value
    by_label["Vis delene"].value = False
    assert live.alt_texts(picture.value) == ["Et billede af klassen bil på 128 x 128 pixler."]
    by_label["Klasse"].value = "banana"
    by_label["Billedets side (pixler)"].value = 64
    assert live.alt_texts(picture.value) == ["Et billede af klassen banan på 64 x 64 pixler."]


def test_every_thing_on_every_background_has_a_view(static):
    for thing in THINGS:
        figure = widgets._draw_world(thing, background="plain", parts=True, pixels=32, **START)
        assert "Delene fylder" in figure.alt_text, thing
    for kind in widgets.KINDS_IN_DANISH:
        assert "hjul" in widgets._draw_world("car", background=kind, parts=True, pixels=32, **START).alt_text


def test_the_world_browser_answers_fast(static):
    times = []
    for _ in range(5):
        began = time.perf_counter()
        image_tag(widgets._draw_world("car", background="landscape", parts=True, pixels=128, **START))
        times.append(time.perf_counter() - began)
    assert min(times) < 1.0  # a third of a second where nothing else runs


def test_a_filter_of_ones_own_comes_first(live):
    *controls, picture = live.controls(lambda: widgets.convolution(PHOTO, [[0, 0, 0], [0, 2, 0], [0, 0, 0]]))
    assert controls[0].value == "dit eget"
    place = int(controls[1].value) + 1
    wanted = danish.number(round(2 * float(PHOTO.mean(0)[place, place]), 2))
    assert f"giver summen {wanted}," in live.alt_texts(picture.value)[0]


def test_a_filter_that_is_not_square_is_one_sentence(live):
    *_, picture = live.controls(lambda: widgets.convolution(PHOTO, [[1, 2], [3]]))
    assert "Filteret er ikke kvadratisk" in picture.value


def test_what_it_sees_takes_a_photo_of_ones_own(live, tmp_path):
    photo, label, side, *_, picture = live.shown(lambda: widgets.what_it_sees(EXPERT))[0].children
    listed, upload = photo.children
    assert [name for name, _ in listed.options] == ["kaffe", "kat", "raket"] and photo.value == "kat"
    kinds = list(best(EXPERT, images.photo("kat", 64)))
    assert [name for name, _ in label.options] == kinds[::-1]
    assert f"»{kinds[0]}« kommer fra" in live.alt_texts(picture.value)[0]
    content = images.PHOTOS["kaffe"].read_bytes()
    said = {"name": "mit å.jpg", "type": "image/jpeg", "size": len(content), "content": content}
    upload.value = ({**said, "last_modified": datetime.now()},)
    assert listed.options[0][0] == "mit å.jpg" and photo.value == listed.value == listed.options[0][1]
    assert [name for name, _ in label.options] == list(best(EXPERT, images.photo("kaffe", 64)))[::-1]
    side.value = 100
    assert "100 % →" not in live.alt_texts(picture.value)[0] and "Fejl" not in picture.value


def test_a_cover_hides_the_same_part_of_the_photo_and_of_what_is_seen(monkeypatch):
    drawn = {}
    monkeypatch.setattr(widgets, "seen", lambda photo, *rest: drawn.update(photo=photo, rest=rest))
    monkeypatch.setattr(
        widgets, "evidence", lambda _network, square, _kinds: drawn.update(square=square[0]) or [None]
    )
    widgets._seen(EXPERT, "kat", "0", 50, 0, 50)
    whole, square = drawn["photo"], drawn["square"]
    left, top, side = middle_square(whole)
    for picture, x, y, size in ((square, 0, 0, 64), (whole, left, top, side)):
        grey = (picture == 0.5).all(0)
        assert grey[y : y + size // 2, x + size // 2 : x + size].all() and grey.sum() <= (size // 2 + 1) ** 2


def test_what_is_held_up_is_named_in_danish_with_its_evidence(capsys):
    network = load_network("imagenet")
    answer = widgets._named(network, images.photo("kaffe", 224))
    assert next(iter(answer.shares)) == "espresso" and len(answer.shares) == 5
    told = answer.told()
    assert told["bars"][0][2].endswith(" %") and len(told["map"]) == len(told["map"][0]) == 7
    assert max(max(row) for row in told["map"]) == pytest.approx(1)
    small = widgets._named(load_network("googlenet"), images.photo("kat", 224))
    assert sum(small.shares.values()) <= 1.001, "a network for 64 pixels can be asked, too"
