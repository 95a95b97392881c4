"""The figures of lesson 01 show their data."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch

from lesson_cells.transfer import figures

MEASURED = pd.DataFrame(
    [
        (name, size, seed, base + 0.001 * size + 0.01 * seed, cost * size)
        for name, base, cost in (("scratch", 0.4, 3.0), ("last_fc", 0.6, 0.1), ("random", 0.2, 0.1))
        for size in (5, 50)
        for seed in (0, 1)
    ],
    columns=["strategy", "images_per_class", "seed", "accuracy", "seconds"],
)


def test_what_learns_is_told():
    figure = figures.frozen_layers(["conv1", "fc8"], {"sidste FC": ["frozen", "new"]}, {"sidste FC": 3598})
    assert "sidste FC: fc8 trænes, 3.598 parametre" in figure.alt_text


def test_curves_go_through_the_means():
    figure = figures.curves(MEASURED.iloc[::-1])  # in whatever order they were measured
    line = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    assert list(line.get_ydata()) == pytest.approx([0.61, 0.655])
    assert "sidste FC: 61,0 % ved 5 til 65,5 % ved 50" in figure.alt_text
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["fra bunden", "sidste FC", "tilfældige vægte"], "those that were measured"


@pytest.mark.parametrize("budget, verdict", [(10, "10 sekunder: sidste FC"), (1, "når det på 1 sekund.")])
def test_the_best_within_the_budget(budget, verdict):
    assert verdict in figures.time_and_accuracy(MEASURED, 50, budget).alt_text


def test_the_best_layer_is_told():
    layers = pd.DataFrame(
        {"network": "alexnet", "layer": ["conv1", "fc7"], "seed": 0, "accuracy": [0.5, 0.8]}
    )
    figure = figures.curves(layers, {"alexnet": "robust"}, "network", "layer")
    assert "robust: 50,0 % ved conv1 til 80,0 % ved fc7, højest ved fc7" in figure.alt_text


def test_confusion_counts_and_names_the_worst():
    counts = pd.DataFrame([[3, 1], [0, 4]], ["kat", "hund"], ["kat", "hund"])
    figure = figures.confusion(counts)
    assert "7 af 8" in figure.alt_text and "kat kaldt hund, 1 gang" in figure.alt_text
    assert [text.get_text() for text in figure.axes[0].texts] == ["3", "1", "4"]


def test_mistakes_and_none():
    figure = figures.mistakes(torch.rand(1, 3, 8, 8), [SimpleNamespace(truth="kat", answer="hund", sure=0.9)])
    assert "kat kaldt hund (90 % sikker)" in figure.alt_text
    assert [axes.get_title(loc="center") for axes in figure.axes[:1]] == ["hund, 90 %"]
    assert figures.mistakes([], []).alt_text == "Ingen fejl på testsættet."


def test_a_mistake_has_its_map_below_it():
    made = [SimpleNamespace(truth="kat", answer="hund", sure=0.9)]
    heat = torch.zeros(2, 2)
    heat[0, 1] = 1.0
    photo = torch.full((1, 3, 8, 8), 128, dtype=torch.uint8)
    figure = figures.mistakes(photo, made, [heat])
    below = figure.axes[1].get_images()[0].get_array()
    assert len(figure.axes) == 2 and below[0, 7].sum() > below[7, 0].sum(), "bright where it spoke for it"
    assert "Lyst talte mest for" in figure.alt_text


def test_a_line_for_each_encoder():
    table = MEASURED[MEASURED.strategy != "scratch"].assign(
        network=lambda rows: rows.strategy.map({"last_fc": "imagenet", "random": "random"})
    )
    figure = figures.curves(table, {"imagenet": "ImageNet", "random": "tilfældig"}, "network")
    assert "ImageNet: 61,0 % ved 5 til 65,5 %" in figure.alt_text and "tilfældig: 21,0 %" in figure.alt_text
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["ImageNet", "tilfældig"]


def test_who_is_ahead_is_drawn_from_the_lowest_to_the_highest_seed():
    rows = [("several_fc", size, seed, 4.0 - size / 10 + seed) for size in (5, 50) for seed in (0, 1, 2)]
    table = pd.DataFrame(rows, columns=["strategy", "images_per_class", "seed", "points"])
    figure = figures.points_ahead(table, "flere FC er foran", "sidste FC er foran")
    assert "4,5 ved 5 og 0,0 ved 50" in figure.alt_text
    (line,) = (line for line in figure.axes[0].lines if line.get_marker() not in ("None", "_"))
    assert list(line.get_ydata()) == pytest.approx([4.5, 0.0])
    low, high = figure.axes[0].get_ylim()
    assert low == -high, "zero lies in the middle, so that neither side looks larger"
