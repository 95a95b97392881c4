"""What the benchmarks measure with, where the answer is known: silent channels, and a probe of each layer."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from lesson_utils import transfer
from lesson_utils.activations import activations
from lesson_utils.networks import alexnet
from lesson_utils.weights import load_network
from lesson_world import datasets

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
silence, probing = (runpy.run_path(str(BENCHMARKS / name)) for name in ("silence.py", "transfer.py"))
peaks, silent_channels, linear_probe = silence["peaks"], silence["silent_channels"], probing["linear_probe"]


class Colours(nn.Module):
    """Channel 0 answers to red, 1 to blue, 2 never."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 3, 1)
        self.relu = nn.ReLU()
        with torch.no_grad():
            self.layer.weight.zero_()
            self.layer.weight[0, 0] = self.layer.weight[1, 2] = 1.0
            self.layer.bias.copy_(torch.tensor([-0.5, -0.5, -1.0]))

    def forward(self, images):
        return self.relu(self.layer(images))


def picture(red: float, blue: float) -> torch.Tensor:
    return torch.stack([torch.full((4, 4), value) for value in (red, 0.0, blue)])


def test_shares_of_silent_channels():
    images = torch.stack([picture(1, 0), picture(1, 1), picture(1, 0), picture(0, 0)])
    row = silent_channels(Colours(), images, ["relu"], image=picture(0, 1), batch_size=3).loc["relu"]
    assert row["channels"] == 3
    assert row["dead"] == pytest.approx(1 / 3)
    assert row["silent"] == row["weak"] == pytest.approx((2 + 1 + 2 + 3) / 12)
    assert (
        row["image_silent"] == row["image_weak"] == pytest.approx(2 / 3)
    )  # red and the one that never answers


def test_a_weak_answer_looks_empty_and_is_not_silent():
    row = silent_channels(Colours(), picture(1, 1)[None], ["relu"], image=picture(0.54, 1)).loc["relu"]
    assert row["image_silent"] == pytest.approx(1 / 3)
    assert row["image_weak"] == pytest.approx(2 / 3)  # red answers with 0.04, in the set with 0.5


def test_one_place_is_enough():
    answers = torch.full((1, 2, 3, 3), -1.0)
    answers[0, 1, 2, 0] = 0.1
    assert peaks(answers).tolist() == [[0.0, pytest.approx(0.1)]]
    assert peaks(torch.tensor([[-1.0, 2.0]])).tolist() == [[0.0, 2.0]]


def test_a_row_for_each_layer():
    images = torch.rand(6, 3, 64, 64)
    table = silent_channels(alexnet.mini(5).eval(), images, ["conv1", "fc7"])
    assert list(table.index) == ["conv1", "fc7"] and table["channels"].tolist() == [48, 256]
    assert (table["dead"] <= table["silent"] + 1e-6).all() and (table["silent"] <= table["weak"] + 1e-6).all()


def test_weak_silent_and_dead_are_told_apart():
    one = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU())
    with torch.no_grad():
        one[0].weight.zero_()
        one[0].weight[0, 0], one[0].weight[1, 1], one[0].bias[:] = 1, 1, torch.tensor([0.0, 0, 1, -1])
    images = torch.zeros(4, 3, 2, 2)
    images[:, 0, 0, 0] = torch.tensor([1.0, 0.5, 0.2, 0.1])  # unit 0: two of four are weak
    images[0, 1, 1, 1] = 1.0  # unit 1: silent in three; unit 2 always answers alike; unit 3 is dead
    row = silent_channels(one, images, ["1"]).loc["1"]
    assert row[["weak", "silent", "dead"]].tolist() == pytest.approx([9 / 16, 7 / 16, 1 / 4])


@pytest.mark.parametrize("layer", ["conv3", "fc7"])
def test_weak_and_silent_channels_are_those_that_lesson_05_counts(layer):
    network, samples = load_network("alexnet"), datasets.base(44, seed=4)
    answer = activations(network, samples.images, [layer])[layer]
    peaks = answer.reshape(*answer.shape[:2], -1).amax(2)
    silent = peaks <= 0
    weak = silent | (peaks < peaks.amax(0) / 4)
    shares = silent_channels(network, samples, [layer]).loc[layer]
    by_hand = [found.float().mean().item() for found in (weak, silent, silent.all(0))]
    assert shares[["weak", "silent", "dead"]].tolist() == pytest.approx(by_hand, abs=1e-6)
    assert by_hand[0] > 0.1


def test_a_probe_asks_each_layer_but_the_last_and_weighs_large_and_small_numbers_alike(monkeypatch):
    labels = torch.arange(80) % 2
    draw = np.random.default_rng(0).normal(size=(80, 3)) * 1000
    known = torch.cat([torch.from_numpy(draw), 0.01 * labels[:, None]], 1)
    pooled = lambda network, images, layers: dict.fromkeys(layers, known[images])  # noqa: E731
    monkeypatch.setitem(linear_probe.__globals__, "pooled", pooled)
    rows = torch.arange(80)
    task = transfer.Task(rows[:40], labels[:40], rows[40:], labels[40:], ("a", "b"))
    found = linear_probe(SimpleNamespace(layer_names=["conv1", "fc7", "fc8"]), task)
    assert found.layer.tolist() == ["conv1", "fc7"] and found.features.tolist() == [4, 4]
    assert found.accuracy.min() > 0.9


def test_feature_maps_are_averaged_to_four_by_four_places():
    labels = torch.arange(16) % 2
    images = 0.2 * torch.rand(16, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    images[torch.arange(16), labels] += 0.6
    task = transfer.Task(images[:8], labels[:8], images[8:], labels[8:], ("a", "b"))
    found = linear_probe(alexnet.mini(5, seed=3).eval(), task, ["conv1", "fc7"], per_class=4)
    assert list(found.features) == [48 * 16, 256] and found.accuracy.iloc[0] == 1.0
