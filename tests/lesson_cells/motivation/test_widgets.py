"""The widgets of lesson 00: a filter on a photo, and the image world."""

import time

import torch

from lesson_cells.motivation import widgets
from lesson_utils import danish
from lesson_utils.show.display import image_tag
from lesson_world import THINGS

PHOTO = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
WIDGETS = {"world": widgets.world, "convolution": lambda: widgets.convolution(PHOTO, [[0, 1, 0]] * 3)}
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
        image_tag(widgets._draw_world("car", background="landscape", parts=True, pixels=128, **START), 256)
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
