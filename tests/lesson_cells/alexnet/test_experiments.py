"""ReLU against tanh in the lesson's own cells: the same start, the book-keeping, and the outcome it reports."""

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from lesson_cells.alexnet import experiments

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "02_alexnet.ipynb"


@pytest.fixture(scope="module")
def lesson(run_cells) -> dict:
    """What the cells of section 4 define."""
    cells = ("cell-race-1", "cell-race-3", "cell-055")
    return run_cells(*cells, torch=torch, nn=nn, experiments=experiments, seed=0)


def test_both_activations_begin_with_the_same_weights(lesson):
    relu, tanh = (lesson["four_layers"](activation, seed=3) for activation in (nn.ReLU, nn.Tanh))
    pairs = list(zip(relu.parameters(), tanh.parameters(), strict=True))
    assert len(pairs) == 8  # four layers, each with weights and biases
    assert all(torch.equal(a, b) for a, b in pairs)
    other = next(lesson["four_layers"](nn.ReLU, seed=4).parameters())
    assert not torch.equal(pairs[0][0], other)


def test_a_run_is_decided_by_its_seed(lesson):
    first, again, other = (
        lesson["train"](lesson["four_layers"](nn.Tanh, seed), 0.1, seed, epochs=1) for seed in (0, 0, 1)
    )
    assert first == again != other


def test_tanh_is_first_on_the_digits_as_the_lesson_says(lesson):
    races = {
        (name, rate, seed): lesson["train"](lesson["four_layers"](activation, seed), rate, seed)
        for name, activation in (("ReLU", nn.ReLU), ("tanh", nn.Tanh))
        for rate in (0.03, 0.1)
        for seed in range(2)
    }
    for goal, on in ((0.98, "training"), (0.95, "test")):
        best = experiments.fastest(races, goal, on)
        assert best.loc["tanh", "median"] < best.loc["ReLU", "median"] < math.inf


def test_the_race_counts_the_first_epoch_and_says_infinite_where_there_is_none():
    races = {
        ("tanh", 0.1, 0): {"test": (0.9, 1, 1)},
        ("ReLU", 0.1, 0): {"test": (0.5, 0.6, 0.7)},
        ("ReLU", 0.03, 0): {"test": (0.5, 0.9, 0.8)},
        ("ReLU", 0.03, 1): {"test": (0.5, 0.9, 0.95)},
        ("ReLU", 0.03, 2): {"test": (0.1, 0.1, 0.9)},
    }
    best = experiments.fastest(races, 0.9, "test")
    assert best.index.tolist() == ["tanh", "ReLU"]
    assert best["rate"].tolist() == [0.1, 0.03] and best["median"].tolist() == [1, 2]
    assert best["min"].tolist() == [1, 2] and best["max"].tolist() == [1, 3]
    assert experiments.fastest(races, 0.99, "test").loc["ReLU", "median"] == math.inf


def test_only_tanh_grows_flat_with_larger_weights(lesson):
    shares = {unit: [lesson["flat_share"](unit, f) for f in (1, 2, 4, 8, 16)] for unit in (nn.ReLU, nn.Tanh)}
    assert [f"{share:.0%}" for share in shares[nn.ReLU]] == ["54%"] * 5
    # the lesson's text names the first and the last
    assert [f"{share:.0%}" for share in shares[nn.Tanh]] == ["1%", "20%", "46%", "65%", "76%"]
