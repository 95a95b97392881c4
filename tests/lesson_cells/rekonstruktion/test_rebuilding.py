"""Pictures rebuilt and told apart: networks that forget nothing, and one that forgets the colour."""

import pandas as pd
import pytest
import torch
from torch import nn

from lesson_cells.rekonstruktion.experiments.rebuilding import (
    chosen_rightly,
    in_rows,
    kept_by_layer,
    pairs,
    rebuild,
    rebuilt_sides,
    some_layers,
)
from lesson_utils.reconstruction import questions
from lesson_utils.weights import load_network


@pytest.fixture(autouse=True)
def in_pixels(monkeypatch):
    """The layers below are no network for photos, though they are modules of somebody's own."""
    monkeypatch.setattr(questions, "trained_on_photos", lambda network: False)


class Seen(nn.Module):
    """An invertible layer, one that keeps only the brightness, and one that keeps nothing."""

    def __init__(self):
        super().__init__()
        self.everything = nn.Conv2d(3, 3, 1, bias=False)
        self.brightness = nn.Conv2d(3, 1, 1, bias=False)
        self.head = nn.Conv2d(1, 1, 1)
        nn.init.dirac_(self.everything.weight)
        nn.init.constant_(self.brightness.weight, 1 / 3)

    def forward(self, images):
        return self.head(self.brightness(self.everything(images)))


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(20.0))

    def forward(self, images):
        return self.scale * nn.functional.adaptive_avg_pool2d(images, 4).flatten(1)


def test_pairs_differ_in_one_thing_only():
    for name, (first, second) in pairs(3).items():
        assert first.shape == second.shape == (3, 3, 64, 64)
        assert not torch.equal(first, second), name
    first, second = pairs(3)["farve"]
    assert torch.equal(first.sort(1).values, second.sort(1).values)  # the same three numbers in each pixel


def test_an_invertible_layer_gives_the_picture_back():
    pictures = pairs(2)["plads"][0]
    found = rebuild(Seen(), pictures, ["everything", "brightness"], steps=80).means()
    assert found.psnr["everything"] > 25 > found.psnr["brightness"]
    assert found.feature_error.max() < 0.02


def test_a_layer_without_colours_cannot_tell_them_apart():
    asked = pairs(4)
    everything, brightness = (
        chosen_rightly(asked, rebuilt_sides(Seen(), asked, layer, steps=40), Judge())
        for layer in ("everything", "brightness")
    )
    assert min(everything.values()) == 1
    assert brightness["plads"] > 0.8 > brightness["farve"]


def test_layers_are_spread_from_the_first_to_the_last():
    network = load_network("vgg")
    names = some_layers(network, 8)
    assert len(names) == 8 and names[0] == network.layer_names[0] and names[-1] == network.layer_names[-1]
    assert names == sorted(names, key=network.layer_names.index)
    assert some_layers(network, 99) == network.layer_names


def test_a_side_that_two_pairs_share_is_rebuilt_once():
    asked = pairs(2)
    found = rebuilt_sides(Seen(), asked, "everything", steps=2)
    assert found["farve"][0] is found["plads"][0] is found["klasse"][0]
    shown = in_rows(asked, found, 2)
    assert list(shown) == [
        "farve",
        "farve,\ngenskabt",
        "plads",
        "plads,\ngenskabt",
        "klasse",
        "klasse,\ngenskabt",
    ]
    assert torch.equal(shown["plads"][1], asked["plads"][1][0])


def test_the_stored_table_of_one_network_keeps_the_order_of_its_layers():
    rows = [
        ("b", "fc7", "farve", 0.5),
        ("b", "conv1", "farve", 1.0),
        ("b", "fc7", "plads", 0.6),
        ("b", "conv1", "plads", 0.9),
    ]
    kept = pd.DataFrame(
        [*rows, ("a", "conv1", "farve", 0.0)], columns=["network", "layer", "difference", "share"]
    )
    wide = kept_by_layer(kept, "b")
    assert list(wide.index) == ["fc7", "conv1"] and list(wide.columns) == ["farve", "plads"]
    assert wide.loc["conv1", "plads"] == 0.9
