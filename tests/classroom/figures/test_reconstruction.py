"""Lesson 06's figures: each says in its alt text what it shows, with its numbers."""

import pandas as pd
import torch

from lesson_utils.classroom.figures import reconstruction as figures


def test_by_depth_writes_the_decibels_under_the_images():
    pictures = torch.rand(2, 3, 8, 8)
    rows = [(layer, name, 30.5) for layer in ("conv1", "fc7") for name in ("kat", "bil")]
    errors = pd.DataFrame(rows, columns=["layer", "picture", "psnr"])
    drawn = figures.by_depth(pictures, {"conv1": pictures, "fc7": pictures}, ["kat", "bil"], errors)
    assert [axes.get_xlabel() for axes in drawn.axes].count("30,5 dB") == 4
    assert "conv1 og fc7" in drawn.alt_text


def test_forgetting_names_the_first_and_the_last_layer():
    table = pd.DataFrame({"psnr": [31.1, 10.7], "feature_error": [0.001, 0.02]}, index=["conv1", "fc8"])
    drawn = figures.forgetting({"robust": table})
    assert "fra 31,1 dB i conv1 til 10,7 dB i fc8, feature-fejl højst 2,0 %" in drawn.alt_text


def test_shares_survival_and_dose_tell_their_numbers():
    table = pd.DataFrame({"farve": [1.0, 0.5], "klasse": [1.0, 0.9]}, index=["conv1", "fc7"])
    assert "klasse: conv1 100 % og fc7 90 %" in figures.what_survives(table).alt_text
    assert "fc7: farve 50 % og klasse 90 %" in figures.shares(table, "andel").alt_text
    drawn = figures.dose(pd.Series({0: 0.0, 20: 0.97}), "bananer", "rigtige")
    assert "0: 0 % og 20: 97 %" in drawn.alt_text
    assert [tick.get_text() for tick in drawn.axes[0].get_xticklabels()] == ["0", "20"]


def test_pictures_stand_under_their_names():
    images = torch.rand(3, 3, 8, 8)
    drawn = figures.gallery(images, ["a", "b", "c"], "klassebilleder", columns=2, under=["1", "2", "3"])
    assert drawn.alt_text == "3 klassebilleder: a (1), b (2) og c (3)."
    assert [axes.get_title(loc="center") for axes in drawn.axes[:3]] == ["a", "b", "c"]
    assert "før og efter" in figures.rows({"før": images, "efter": images}, "Billeder").alt_text
    assert len(figures.filter_and_patches(images[0], images, "conv5").axes) == 4
    assert "på 3 skridt" in figures.made(images[0], [0.0, 0.5, 1.0], "banan", images[1]).alt_text
