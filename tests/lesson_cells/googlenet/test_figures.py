"""The figures of lesson 04 hold what they are given, and their alt texts say it."""

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.patches import PathPatch

from lesson_cells.googlenet import figures
from lesson_cells.googlenet import inception_figures as googlenet_inception
from lesson_cells.googlenet.branches import branches, inception_module
from lesson_utils.networks import googlenet


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_a_pixel_times_a_matrix():
    figure = figures.pixel_product(noise(16, 480), noise(480), noise(16))
    shapes = [axes.images[0].get_array().shape for axes in figure.axes]
    assert shapes == [(1, 480), (16, 480), (1, 16)]
    assert "480" in figure.alt_text and "16" in figure.alt_text


def test_the_price_crosses_where_it_stops_paying():
    costs = [10 * width for width in range(1, 11)]
    figure = figures.bottleneck_trade(
        costs, 70, {"a": np.linspace(0.1, 1, 10), "b": np.linspace(0.5, 1, 10)}, 2
    )
    assert "fra 8 kanaler" in " ".join(text.get_text() for text in figure.axes[0].texts)
    assert list(figure.axes[0].lines[0].get_ydata()) == costs
    assert "a: 20 %; b: 56 %" in figure.alt_text


def test_bars_carry_their_numbers():
    figure = figures.weight_bars({"GAP": 0, "fc": 1_025_000}, "Parametre")
    assert [text.get_text() for text in figure.axes[0].texts] == ["0", "1.025.000"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == [0, 1_025_000]


def test_rows_far_from_the_paper_are_named():
    table = pd.DataFrame({"weights_off": [-0.7, 0.01, -0.05], "multiply_adds_off": [-0.7, 0.0, 0.0]})
    table.index = ["conv1", "conv2", "inception_4c"]
    figure = figures.printed_against_computed(table)
    assert "conv1 (−70 %)" in figure.axes[0].get_title(loc="left")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["conv2", "4c"]
    assert "inception_4c −5,0 %" in figure.alt_text


def gradients() -> pd.DataFrame:
    layers = ["conv1", "inception_4a", "inception_4d", "fc"]
    rows = [
        {"start": "he", "auxiliary": helped, "layer": layer, "median": median, "min": median, "max": median}
        for helped, norms in ((False, (1e-9, 1, 1, 1)), (True, (2.5e-8, 2, 2, 1)))
        for layer, median in zip(layers, norms, strict=True)
    ]
    return pd.DataFrame(rows).assign(gain=[24, 2, 2, 1] * 2)


def test_gradients_on_a_logarithmic_axis():
    figure = figures.gradient_norms(gradients(), {"he": "He"}, ["inception_4a", "inception_4d"])
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["conv1", "4a", "4d", "fc"]
    assert axes.get_title(loc="left") == "He\nconv1: 24 gange"
    assert "1,0 · 10^−9 uden og 2,5 · 10^−8 med" in figure.alt_text


@pytest.mark.parametrize("name", ["inception_3a", "inception_4e", "inception_5b"])
def test_the_drawing_has_the_modules_widths(name):
    plan = branches(inception_module(googlenet(device="meta"), name))
    figure = googlenet_inception.inception_module(name, plan, 28)
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    for branch in plan:
        assert all(f"{s.channels_in} → {s.channels_out}" in texts for s in branch.steps if s.name != "pool")
    assert f"= {sum(branch.channels for branch in plan)} kanaler" in texts
    assert f"{sum(branch.channels for branch in plan)} i alt" in figure.alt_text


def test_streams_are_as_thick_as_they_have_channels():
    plan = branches(inception_module(googlenet(device="meta"), "inception_3a"))
    axes = googlenet_inception.inception_module("inception_3a", plan, 28).axes[0]
    streams = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    thickness = [np.ptp(patch.get_path().vertices[[0, -2], 1]) for patch in streams]
    channels = [
        count for branch in plan for count in (*(s.channels_in for s in branch.steps), branch.channels)
    ]
    scale = thickness[0] / channels[0]
    assert thickness == pytest.approx([scale * count for count in channels])


def test_the_joined_channels_are_all_there_in_their_order():
    maps = {
        "conv1x1": noise(4, 6, 6),
        "conv3x3": noise(8, 6, 6),
        "conv5x5": noise(2, 6, 6),
        "pool_proj": noise(2, 6, 6),
    }
    figure = googlenet_inception.concatenation(noise(3, 20, 20), maps)
    strip = figure.axes[-1]
    means = torch.cat(list(maps.values())).mean(dim=(1, 2))
    assert [bar.get_height() for bar in strip.patches] == pytest.approx(means.tolist())
    assert [text.get_text() for text in strip.texts] == ["4", "8", "2", "2"]
    assert "16 kanaler" in figure.alt_text
