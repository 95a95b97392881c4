"""ReLU against tanh: the same start, the race's book-keeping, and the direction that lesson 02 reports."""

import math

import pandas as pd
import pytest
import torch

from lesson_cells.alexnet import experiments


@pytest.fixture(scope="module")
def curves() -> pd.DataFrame:
    return experiments.relu_against_tanh(seeds=2, epochs=7)


def test_both_activations_begin_with_the_same_weights():
    relu, tanh = (experiments.four_layers(name, seed=3) for name in ("ReLU", "tanh"))
    pairs = list(zip(relu.parameters(), tanh.parameters(), strict=True))
    assert len(pairs) == 8  # four layers, each with weights and biases
    assert all(torch.equal(a, b) for a, b in pairs)
    other = next(experiments.four_layers("ReLU", seed=4).parameters())
    assert not torch.equal(pairs[0][0], other)


def test_every_run_has_its_row_for_every_epoch(curves):
    assert len(curves) == 2 * 2 * 2 * 7
    assert curves[["training", "test"]].min().min() >= 0 and curves[["training", "test"]].max().max() <= 1
    assert torch.get_num_threads() >= 1


def test_a_run_is_decided_by_its_seed(curves):
    again = experiments.relu_against_tanh(seeds=1, epochs=1)
    first = curves[(curves["seed"] == 0) & (curves["epoch"] == 1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, first)


@pytest.mark.parametrize(("goal", "accuracy"), [(0.95, "training"), (0.95, "test")])
def test_tanh_is_first_on_the_digits_as_the_lesson_says(curves, goal, accuracy):
    best = experiments.fastest(experiments.epochs_to(curves, goal, accuracy))
    assert best.loc["tanh", "median"] < best.loc["ReLU", "median"] < math.inf


def test_the_race_counts_the_first_epoch_and_says_infinite_where_there_is_none():
    runs = [
        ("ReLU", 0.03, 0, (0.5, 0.9, 0.8)),
        ("ReLU", 0.1, 0, (0.5, 0.6, 0.7)),
        ("tanh", 0.1, 0, (0.9, 1, 1)),
    ]
    rows = [
        {"activation": name, "rate": rate, "seed": seed, "epoch": k, "training": value}
        for name, rate, seed, values in runs
        for k, value in enumerate(values, start=1)
    ]
    reached = experiments.epochs_to(pd.DataFrame(rows), 0.9)
    assert reached["epochs"].tolist() == [2, math.inf, 1]
    best = experiments.fastest(reached)
    assert best.index.tolist() == ["ReLU", "tanh"]
    assert best["rate"].tolist() == [0.03, 0.1] and best["median"].tolist() == [2, 1]


def test_only_tanh_grows_flat_with_larger_weights():
    flat = experiments.flat_shares()
    assert flat["ReLU"].nunique() == 1 and flat["tanh"].is_monotonic_increasing
    percent = (100 * flat).round().astype(int)
    assert percent["ReLU"].iloc[0] == 54
    assert percent["tanh"].tolist() == [1, 20, 47, 65, 76]  # the lesson's text names the first and the last
