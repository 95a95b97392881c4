"""The figures of lesson 03 show their data: sizes, colours of the largest, texts and alt texts."""

import pandas as pd
import pytest
import torch
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from lesson_cells.vgg import figures
from lesson_utils.show.display import pixels
from lesson_utils.show.style import BLUE, KIND_COLOURS, ORANGE

PHOTO = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_two_ways_end_in_one_unit():
    figure = figures.steps_to_one(5, {"ét": [(5, 1)], "to": [(3, 3), (3, 1)]})
    below = texts(figure.axes[1])
    assert [text for text in below if text in ("5x5", "3x3", "1x1")] == ["5x5", "3x3", "1x1"]
    assert any("5 - 3" in text and "= 3" in text for text in below)
    assert "ét: 5 → 1; to: 5 → 3 → 1" in figure.alt_text


def test_the_square_lies_around_what_is_not_zero():
    gradient = torch.zeros(7, 7)
    gradient[2:5, 1:6] = 0.5
    figure = figures.gradient_fields({"A": gradient, "B": gradient})
    (square,) = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert (*square.get_xy(), square.get_width(), square.get_height()) == (0.5, 1.5, 5, 3)
    assert figure.axes[0].get_xlabel() == "5 x 3 pixler" and "a: 5 x 3 pixler" in figure.alt_text
    shown = figure.axes[0].images[0].get_array()
    assert float(shown.max()) == 1.0 and int((~shown.mask).sum()) == 15


def test_fields_on_a_photo_have_their_widths():
    fields = pd.DataFrame(
        {"block": [1, 1, 1, 2], "formula": [3, 5, 6, 10], "gradient": [3, 5, 6, 9]},
        index=["conv1_1", "conv1_2", "pool1", "conv2_1"],
    )
    figure = figures.network_fields("VGG", PHOTO, fields)
    widths = {patch.get_width() for patch in figure.axes[0].patches}
    assert widths == {5, 10}  # each block's last conv layer
    assert "samme tal i 3 af 4 lag" in figure.alt_text and "conv1_2 5 og conv2_1 10" in figure.alt_text


def test_an_effective_field_shows_its_paths():
    paths = torch.tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    gradient = torch.zeros(64, 64)
    gradient[22:42, 22:42] = 1.0
    figure = figures.effective_field(paths, PHOTO, gradient, "conv9", 14)
    assert texts(figure.axes[0]) == ["1", "2", "1", "2", "4", "2", "1", "2", "1"]
    assert sorted(patch.get_width() for patch in figure.axes[1].patches) == [14, 20]
    assert (
        "20 pixler bredt" in figure.alt_text
        and "49 % af gradienten ligger i de midterste 14 x 14" in figure.alt_text
    )


def test_parameters_on_one_scale():
    figure = figures.parameters_by_layer(
        {
            "A": pd.Series({"conv1": 2_000_000, "fc6": 4_000_000}),
            "B": pd.Series({"blok 1": 1_000_000, "fc6": 9e6}),
        }
    )
    left, right = figure.axes
    assert left.get_xlim() == right.get_xlim()
    assert [bar.get_facecolor() for bar in left.patches] == [
        to_rgba(KIND_COLOURS[kind]) for kind in ("conv", "fc")
    ]
    assert texts(right) == ["1,0", "9,0"] and left.get_title(loc="left") == "A: 6,0 mio."
    assert "fc6 har 9.000.000 af dem (90,0 %)" in figure.alt_text


def test_shares_sum_to_the_whole():
    blocks = pd.DataFrame({"x": [3, 1], "y": [0, 10]}, index=["blok 1", "fc"])
    figure = figures.shares_by_block(blocks, {"x": "4", "y": "10"})
    assert [bar.get_width() for bar in figure.axes[0].patches] == [0.75, 0.25]
    assert "x: mest i blok 1 (75 %)" in figure.alt_text and "y: mest i fc (100 %)" in figure.alt_text


def test_windows_and_answers_have_the_same_colours():
    figure = figures.answer_map(torch.rand(3, 48, 64), 2, 3, window=32, jump=16)
    windows = {patch.get_edgecolor(): patch.get_xy() for patch in figure.axes[0].patches}
    assert windows[to_rgba(BLUE)] == (-0.5, -0.5) and windows[to_rgba(ORANGE)] == (15.5, -0.5)
    cells = [patch.get_facecolor() for patch in figure.axes[1].patches]
    assert len(cells) == 6 and cells[:2] == [to_rgba(BLUE), to_rgba(ORANGE)]


def test_signals_have_their_names_and_ends():
    figure = figures.signal_through_layers({"fast": [0.5, 2e-6]}, ["conv1", "conv2"])
    assert figure.axes[0].get_yscale() == "log" and texts(figure.axes[0]) == ["fast"]
    assert "fast: 0,5 i conv1 og 2,0 · 10^−6 i conv2" in figure.alt_text


@pytest.mark.parametrize("depth", [8, 21])
def test_the_longest_column_can_be_drawn(depth):
    fields = pd.DataFrame({"block": 6, "formula": range(1, depth + 1), "gradient": range(1, depth + 1)})
    fields.index = [f"conv1_{k}" for k in range(1, depth + 1)]
    assert pixels(figures.network_fields("VGG", PHOTO, fields)).width > 900
