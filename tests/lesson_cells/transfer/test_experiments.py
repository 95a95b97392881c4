"""Lesson 01's sentences, made of measurements whose outcome is known."""

import pandas as pd
import pytest
import torch

from lesson_cells.transfer import experiments
from lesson_utils.evidence import evidence
from lesson_utils.networks import alexnet, googlenet
from lesson_utils.photos import PhotoFolder
from lesson_utils.transfer import Mistake, Task, TransferResult


def measured(gains: dict[int, float], encoder: float = 0.0) -> pd.DataFrame:
    """»several FC« ahead by `gains` of images per class; the robust encoder ahead of the standard by `encoder`."""
    return pd.DataFrame(
        [
            (network, strategy, size, seed, 0.5 + 0.01 * seed + gain + ahead)
            for size, several in gains.items()
            for strategy, gain in (("last_fc", 0.0), ("several_fc", several))
            for network, ahead in (("alexnet", encoder), ("standard", 0.0))
            for seed in (0, 1, 2)
        ],
        columns=["network", "strategy", "images_per_class", "seed", "accuracy"],
    )


def test_a_difference_within_the_spread_is_no_win():
    table = measured({5: 0.01, 50: 0.01})
    noisy = (table.strategy == "several_fc") & (table.seed == 2)
    table.loc[noisy, "accuracy"] += 0.1
    winners = experiments.winners(table[table.network == "alexnet"])
    assert experiments.verdict(winners.loc[5]).startswith("lige")


def test_points_are_taken_seed_by_seed():
    table = measured({5: 0.02, 50: -0.03}, encoder=0.04)
    robust = table[table.network == "alexnet"]
    rule = experiments.percentage_points(robust, "strategy", "several_fc", "last_fc")
    assert rule.groupby("images_per_class").points.mean().to_dict() == pytest.approx({5: 2.0, 50: -3.0})
    assert rule.groupby("images_per_class").points.count().eq(3).all() and set(rule.strategy) == {
        "several_fc"
    }
    encoders = experiments.percentage_points(table, "network", "alexnet", "standard")
    assert encoders.points.to_list() == pytest.approx([4.0] * 12)
    winners = experiments.winners(robust)
    assert winners.gain.to_list() == pytest.approx([2.0, -3.0]) and set(winners.best) == {
        "last_fc",
        "several_fc",
    }


def test_the_owner_of_a_folder_is_told_what_is_wrong_with_it():
    labels = torch.tensor([0] * 30 + [1] * 3)
    photos = PhotoFolder(
        torch.zeros(33, 3, 8, 8), labels, ("hund", "kat"), [("kat/x.jpg", "ikke et billede")]
    )
    notes = experiments.folder_notes(photos)
    assert notes[0] == "1 fil blev sprunget over: ikke et billede (kat/x.jpg)."
    assert notes[1] == "hund: 30 billeder" and "3 billeder – det er få" in notes[2]
    assert notes[3] == "Klasserne er meget ulige store (3 til 30)."


def test_a_mistake_is_explained_by_a_map_of_the_wrong_answer():
    network = googlenet.mini(2).eval()
    images = torch.rand(3, 3, 64, 64)
    task = Task(images, torch.tensor([0, 1, 0]), (255 * images).byte(), torch.tensor([0, 0, 0]), ("a", "b"))
    made = [Mistake(2, "a", "b", 0.9)]
    result = TransferResult("last_fc", 1, 0, 0.0, 0.0, torch.eye(3, 2), network)
    (found,) = experiments.explained(result, task, made)
    expected = evidence(network, task.test_images[[2]].float() / 255, [1])[0]
    assert torch.allclose(found, expected)
    assert experiments.explained(result, task, []) == []
    result.network = alexnet.mini(2)
    assert experiments.explained(result, task, made) == [], "no GAP, no map"


def test_a_layer_without_weights_is_not_said_to_be_trained():
    network = googlenet.mini(2)
    states = dict(zip(network.layer_names, experiments.layer_states(network, ["gap", "fc"]), strict=True))
    assert (states["gap"], states["fc"], states["conv1"]) == ("empty", "new", "tuned")


def test_the_rows_that_tell_encoders_apart():
    columns = ["network", "strategy", "images_per_class", "seed", "accuracy"]
    drawn = pd.DataFrame(
        [
            ("alexnet", way, size, 0, 0.5)
            for way in ("last_fc", "scratch", "random", "fine_tuned")
            for size in (5, 200)
        ],
        columns=columns,
    )
    photographed = pd.DataFrame(
        [
            ("imagenet", "last_fc", 5, 0, 0.9),
            ("imagenet", "several_fc", 5, 0, 0.9),
            ("random", "random", 5, 0, 0.2),
        ],
        columns=columns,
    )
    rows = experiments.encoder_rows(photographed, drawn)
    assert sorted(rows.network) == ["alexnet", "imagenet", "random", "scratch", "shallow"]
    assert set(rows.images_per_class) == {5}
