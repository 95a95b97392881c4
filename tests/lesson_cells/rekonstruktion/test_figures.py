"""Lesson 06's figures: each says in its alt text what it shows, with its numbers."""

import pandas as pd
import pytest
import torch

from lesson_cells.rekonstruktion import figures
from lesson_utils.show.display import pixels

PICTURES = torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def fits(figure) -> bool:
    """Drawn without a word from matplotlib, which warns where axes have no room."""
    return len(pixels(figure).getcolors(1 << 24)) > 10


def test_by_depth_writes_the_decibels_under_the_images():
    pictures = PICTURES[:2]
    rows = [(layer, name, 30.5) for layer in ("conv1", "fc7") for name in ("kat", "bil")]
    errors = pd.DataFrame(rows, columns=["layer", "picture", "psnr"])
    drawn = figures.by_depth(pictures, {"conv1": pictures, "fc7": pictures}, errors)
    assert [axes.get_xlabel() for axes in drawn.axes].count("30,5 dB") == 4
    assert "conv1 og fc7" in drawn.alt_text and fits(drawn)


@pytest.mark.filterwarnings("error")
def test_pictures_stand_under_their_names():
    assert "før og efter" in figures.rows({"før": PICTURES, "efter": PICTURES}, "Billeder").alt_text
    assert "på 3 skridt" in figures.made(PICTURES[:2], [0.0, 0.5, 1.0], "banan").alt_text
    film = figures.made(PICTURES[:1], [0.0, 1.0], "blomst", "sandsynlighed", across=[0, 40])
    assert film.alt_text == "blomst. Sandsynlighed går fra 0,00 til 1,00 på 40 skridt."


@pytest.mark.filterwarnings("error")
def test_every_network_has_its_row_with_short_names_of_layers():
    image = PICTURES[0]
    drawn = figures.every_network(
        {
            "robust MiniAlexNet": {"conv1": image},
            "MiniGoogLeNet": {"conv2_reduce": image, "inception_4a": image},
        },
    )
    assert {"conv1", "reduce", "4a"} <= {axes.get_xlabel() for axes in drawn.axes} and fits(drawn)
    assert "MiniGoogLeNet: conv2_reduce og inception_4a" in drawn.alt_text


@pytest.mark.filterwarnings("error")
def test_forgetting_and_keeping_tell_their_numbers():
    table = pd.DataFrame({"layer": ["conv1", "fc8"], "psnr": [31.1, 10.7], "feature_error": [0.001, 0.02]})
    drawn = figures.forgetting_everywhere({"robust": table, "tilfældigt": table})
    assert "robust: fra 31,1 til 10,7 dB, feature-fejl højst 2,0 %" in drawn.alt_text and fits(drawn)
    kept = pd.DataFrame({"farve": [1.0, 0.5, 0.5], "klasse": [1.0, 0.9, 1.0]}, index=["conv1", "fc7", "fc8"])
    drawn = figures.kept_everywhere({"MiniVGG": kept, "MiniAlexNet": kept})
    assert "MiniVGG, fc7: farve 50 % og klasse 90 %" in drawn.alt_text and fits(drawn)


@pytest.mark.filterwarnings("error")
def test_units_stand_over_their_pieces_and_parts():
    names = ["hjul\nIoU 0,21", "øje\nIoU 0,15"]
    pieces = PICTURES[None].repeat(2, 1, 1, 1, 1)
    drawn = figures.units_of_layer(PICTURES[:2], pieces, names, "MiniVGG, conv4_2")
    assert "2 enheder i MiniVGG, conv4_2: hjul, IoU 0,21 og øje, IoU 0,15" in drawn.alt_text
    assert len(drawn.axes) == 4 and fits(drawn)
    assert len(figures.units_of_layer(PICTURES[:2], None, names, "MiniVGG, conv4_2").axes) == 2


@pytest.mark.filterwarnings("error")
def test_shares_as_bars_and_against_a_number():
    table = pd.DataFrame(
        {f"netværk {k}": [1.0, 0.5] for k in range(4)}, index=["banan alene", "abe med tomme hænder"]
    )
    drawn = figures.shares(table, "andel")
    assert "banan alene: netværk 0 100 %" in drawn.alt_text and fits(drawn)
    many = pd.DataFrame({0: [0.0, 0.9], 1: [0.1, 1.0]}, index=[0, 20])
    drawn = figures.dose(pd.Series({0: 0.0, 5: 0.97}), "bananer", "rigtige", many)
    assert "rigtige mod bananer: 0: 0 % og 5: 97 %." in drawn.alt_text
    assert "Gennemsnit, målt med 2 seeds: 0: 5 % og 20: 95 %." in drawn.alt_text and fits(drawn)
    assert [tick.get_text() for tick in drawn.axes[0].get_xticklabels()] == ["0", "5", "20"]
