"""The figures of lesson 04 hold what they are given, and their alt texts say it."""

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.patches import PathPatch

from lesson_cells.googlenet import figures


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
    assert "fra 8 kanaler" in " ".join(text.get_text() for text in figure.axes[0].get_legend().get_texts())
    assert list(figure.axes[0].lines[0].get_ydata()) == costs
    assert "a: 20 % ved 2, 20 % ved 2; b: 56 % ved 2, 56 % ved 2." in figure.alt_text
    assert "fra 8 koster den mere" in figure.alt_text


def gradients() -> pd.DataFrame:
    layers = ["conv1", "inception_4a", "inception_4d", "fc"]
    rows = [
        {"start": "he", "auxiliary": helped, "layer": layer, "median": median, "min": median, "max": median}
        for helped, norms in ((False, (1e-9, 1, 1, 1)), (True, (2.5e-8, 2, 2, 1)))
        for layer, median in zip(layers, norms, strict=True)
    ]
    return pd.DataFrame(rows).assign(gain=[24, 2, 2, 1] * 2)


def test_gradients_on_a_logarithmic_axis():
    figure = figures.gradients_by_layer(gradients(), {"he": "He"}, ["inception_4a", "inception_4d"])
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["conv1", "4a", "4d", "fc"]
    assert axes.get_title(loc="left") == "He\nconv1: 24 gange"
    assert "1,0 · 10^−9 uden og 2,5 · 10^−8 med" in figure.alt_text


TABLE = {"inception_3a": (192, 64, 96, 128, 16, 32, 32), "inception_5b": (832, 384, 192, 384, 48, 128, 128)}


@pytest.mark.parametrize("name", TABLE)
def test_the_drawing_has_the_modules_widths(name):
    given, conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, pool_proj = TABLE[name]
    figure = figures.inception_module(TABLE, name, 28)
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    for before, after in (
        *((given, conv1x1), (given, reduce3x3), (reduce3x3, conv3x3)),
        *((given, reduce5x5), (reduce5x5, conv5x5), (given, pool_proj)),
    ):
        assert f"{before} → {after}" in texts
    total = conv1x1 + conv3x3 + conv5x5 + pool_proj
    told = f"{total:,}".replace(",", ".")
    assert f"= {told} kanaler" in texts and f"{told} i alt" in figure.alt_text


def test_streams_are_as_thick_as_they_have_channels():
    axes = figures.inception_module(TABLE, "inception_3a", 28).axes[0]
    streams = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    thickness = [np.ptp(patch.get_path().vertices[[0, -2], 1]) for patch in streams]
    channels = [192, 64, 192, 96, 128, 192, 16, 32, 192, 192, 32]
    assert thickness == pytest.approx([thickness[0] / 192 * count for count in channels])


def test_the_joined_channels_are_all_there_in_their_order():
    maps = [noise(4, 6, 6), noise(8, 6, 6), noise(2, 6, 6), noise(2, 6, 6)]
    figure = figures.concatenation(maps)
    assert "1x1 kanal 1–4, 3x3 kanal 5–12, 5x5 kanal 13–14 og pool kanal 15–16" in figure.alt_text
    shown = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    assert len(shown) == 4 + 7 + 2 + 2 and any(np.array_equal(shown[0], each) for each in maps[0])


LECTURE = {"in_channels": 480, "out_channels": 48, "kernel": 5, "side": 14, "width": 16}


def test_the_lectures_numbers():
    figure = figures.cost_with_bottleneck(**LECTURE)
    assert figure.get_suptitle() == (
        "Med flaskehals: 21,4 gange færre multiply-adds:\n112.896.000 uden 1x1, 5.268.480 med"
    )
    assert figure.axes[0].get_title(loc="left") == "vægte: 576.000 uden 1x1, 26.880 med"
    for number in ("112.896.000", "5.268.480", "576.000", "26.880"):
        assert number in figure.alt_text


def test_the_curve_is_the_costs():
    line, direct, point = figures.cost_with_bottleneck(**LECTURE).axes[0].lines[:3]
    assert list(zip(*line.get_data(), strict=True))[1:4:2] == [(8, 2_634_240), (16, 5_268_480)]
    assert set(direct.get_ydata()) == {112_896_000}
    assert (list(point.get_xdata()), list(point.get_ydata())) == ([16], [5_268_480])


@pytest.mark.parametrize(
    ("width", "verdict"),
    [
        (64, "Flaskehalsen er for bred: 1,5 gange så mange multiply-adds"),
        (44, "Flaskehalsen koster det samme som den direkte vej"),
    ],
)
def test_when_it_does_not_pay(width, verdict):
    figure = figures.cost_with_bottleneck(**LECTURE | {"kernel": 1, "width": width})
    assert figure.get_suptitle().startswith(f"{verdict}:")
    said = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert said == ["fra 44 kanaler betaler den sig ikke", "uden flaskehals"]


def test_large_numbers_are_shortened():
    figure = figures.cost_with_bottleneck(in_channels=1024, out_channels=512, kernel=7, side=56, width=16)
    assert "\n80,6 mia. uden 1x1" in figure.get_suptitle()
