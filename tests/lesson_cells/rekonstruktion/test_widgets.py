"""Lesson 06's widgets: each answers to its settings, tells its numbers, and can be stopped on the way."""

from types import SimpleNamespace

import pytest
import torch

from lesson_cells.rekonstruktion import widgets as studio
from lesson_cells.rekonstruktion.experiments.atlas import Atlas
from lesson_utils.dissection import dissect
from lesson_utils.errors import LessonError
from lesson_utils.patches import strongest_places
from lesson_utils.show.live import Watch
from lesson_utils.weights import load_network
from lesson_world import datasets

START = {"calm": 12, "jitter": 5, "blur": 8, "smooth": 0}


@pytest.fixture(scope="module")
def network():
    return load_network("alexnet")


@pytest.fixture
def asked(monkeypatch):
    """What a widget hands over instead of showing it: its work or drawing, its controls, its fixed settings."""
    handed = SimpleNamespace()

    def keep(work, controls, fixed):
        handed.work, handed.controls, handed.fixed = work, controls, fixed

    monkeypatch.setattr(studio, "watch_live", keep)
    monkeypatch.setattr(studio, "explore", keep)
    return handed


class StoppedAfter(Watch):
    """A button that is pressed during step number `count`."""

    def __init__(self, count: int):
        super().__init__()
        self.count = count

    def __call__(self, step, steps, figure):
        if step == self.count:
            self.stop()
        super().__call__(step, steps, figure)


def test_a_picture_is_rebuilt_and_told_in_decibels(network, asked):
    studio.rebuild(network, {"foto": torch.rand(3, 64, 64), "grå": torch.full((3, 64, 64), 0.5)})
    settings = {"picture": "grå", "layer": "conv2", "smooth": 3}
    assert "på 3 skridt" in asked.work(Watch(), steps=3, **settings).alt_text
    assert "på 2 skridt" in asked.work(StoppedAfter(1), steps=50, **settings).alt_text
    assert {setting["layer"] for setting in asked.fixed} == {"conv3", "fc7"}


def test_a_filter_stands_beside_its_pieces_and_its_part(network, asked):
    samples = datasets.base(22, seed=5)
    found = dissect(network, samples, ["conv1", "conv5"])
    studio.filters(network, strongest_places(network, samples, ["conv1", "conv5"], 4), found, samples)
    unit = found["conv5"].detectors(0)[1]
    told = asked.work(Watch(), layer="conv5", rank=2, whole=False, steps=2).alt_text
    assert told.startswith(f"conv5, enhed {unit} ({found['conv5'].concept(unit).danish}, IoU 0,")
    assert asked.work(Watch(), layer="conv5", rank=2, whole=True, steps=2).alt_text != told
    last = asked.work(
        Watch(), layer="conv1", rank=999, whole=False, steps=2
    ).alt_text  # a slider may ask for more
    assert last == asked.work(Watch(), layer="conv1", rank=48, whole=False, steps=2).alt_text


def test_a_class_is_drawn_with_the_chosen_priors(network, asked):
    studio.classes({"robust": network})
    told = asked.work(Watch(), network="robust", label="16", steps=4, **START).alt_text
    assert told.startswith("blomst: robust er ") and "på 4 skridt" in told
    none = dict.fromkeys(START, 0)
    assert asked.work(Watch(), network="robust", label="16", steps=4, **none).alt_text != told


def test_the_film_is_made_once_and_then_dragged_through(network, asked, monkeypatch):
    monkeypatch.setattr(studio, "FRAMES", (0, 1, 2, 3, 4, 5, 6))
    made, drawn = [], studio.reconstruction.class_images

    def counted(*given, **options):
        made.append(options["steps"])
        return drawn(*given, **options)

    monkeypatch.setattr(studio.reconstruction, "class_images", counted)
    studio.film({"robust": network})
    told = [asked.work(network="robust", label="16", step=step).alt_text for step in (2, 6)]
    assert made == [6] and "blomst efter 2 skridt" in told[0] and "på 6 skridt" in told[1]


def test_the_atlas_shows_a_layers_units_with_or_without_pieces(asked):
    pictures = torch.rand(8, 3, 8, 8)
    notes = {"vgg/conv4_2": {"units": [3, 9], "parts": ["hjul, IoU 0,21", "øje, IoU 0,15"]}}
    studio.atlas(Atlas({"vgg/conv4_2": pictures}, notes, {}))
    told = asked.work(row="vgg/conv4_2", count=2, pieces=True).alt_text
    assert "robust MiniVGG, conv4_2" in told and "hjul, IoU 0,21" in told and "udsnit" in told
    assert "udsnit" not in asked.work(row="vgg/conv4_2", count=1, pieces=False).alt_text
    with pytest.raises(LessonError, match="ingen billeder"):
        Atlas({}, {}, {}).of("conv9")
