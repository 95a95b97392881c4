"""Figures of lesson 00, second half: what they say, and that it is what they were given."""

import pandas as pd
import pytest
import torch

from lesson_cells.motivation import figures
from lesson_utils.show.style import WARNING


def test_first_training_names_both_networks_and_shares():
    shares = pd.DataFrame({"egne billeder": [1.0, 0.99], "nye billeder": [0.7, 0.9]}, index=["a", "b"])
    figure = figures.first_training({"a": [2.0, 1.0], "b": [2.0, 0.5]}, shares)
    assert "a: 100 % af egne billeder og 70 % af nye billeder" in figure.alt_text
    assert sorted(bar.get_height() for bar in figure.axes[1].patches) == [0.7, 0.9, 0.99, 1.0]


def test_encoder_decoder_shows_the_strongest_maps_and_the_answer():
    maps = {"conv1": torch.rand(6, 8, 8), "conv5": torch.rand(9, 4, 4)}
    answer = pd.Series([0.9, 0.06, 0.04], ["bil", "bus", "fly"])
    figure = figures.encoder_decoder(torch.rand(3, 16, 16), maps, answer, features=144)
    assert "bil 90 %, bus 6 % og fly 4 %" in figure.alt_text
    titles = [axes.get_title() or axes.get_title("left") for axes in figure.axes]
    assert "conv1\n6 af 8x8" in titles and "conv5\n9 af 4x4" in titles
    first = figure.axes[1].images[0].get_array()
    assert first.max() == pytest.approx(float(maps["conv1"].max()))


def test_wrong_answers_are_marked_and_named():
    figure = figures.answers(
        torch.rand(3, 3, 8, 8), ["kat", "bil", "ur"], ["kat", "bus", "ur"], [0.9, 0.5, 1.0]
    )
    assert figure.alt_text == "3 nye billeder med netværkets svar. Forkerte: bil kaldt bus."
    marked = [bool(axes.patches) for axes in figure.axes[:3]]
    assert marked == [False, True, False]
    assert figure.axes[1].title.get_color() == WARNING


def test_all_right_is_said_too():
    assert "Alle er rigtige" in figures.answers(torch.rand(1, 3, 8, 8), ["ur"], ["ur"], [1.0]).alt_text


def test_first_filters_are_grey_where_they_are_zero():
    weights = torch.zeros(2, 3, 5, 5)
    weights[0, 0, 0, 0] = -4
    figure = figures.first_filters(weights)
    picture = figure.axes[0].images[0].get_array()
    assert picture[0, 0].tolist() == [0.0, 0.5, 0.5] and picture[2, 2].tolist() == [0.5] * 3
    assert "2 filtre på 5 x 5" in figure.alt_text


def test_top_patches_have_a_row_for_each_unit():
    rows = [
        ("enhed 4\nhjul: 3 af 3", torch.rand(3, 3, 8, 8)),
        ("enhed 9\nøje: 2 af 3", torch.rand(3, 3, 8, 8)),
    ]
    figure = figures.top_patches(rows, "conv5")
    assert len(figure.axes) == 8
    assert "enhed 4: hjul: 3 af 3" in figure.alt_text


def test_agreement_draws_each_network():
    table = pd.DataFrame({"trænet": [0.3, 0.5], "tilfældigt": [0.3, 0.2]}, index=["conv1", "conv5"])
    figure = figures.agreement(table)
    assert [list(line.get_ydata()) for line in figure.axes[0].get_lines()] == [[0.3, 0.5], [0.3, 0.2]]
    assert "trænet: conv1 30 % og conv5 50 %" in figure.alt_text


def test_class_pictures_are_named():
    figure = figures.class_pictures(torch.rand(2, 3, 8, 8), ["banan", "ur"])
    assert "2 klassebilleder" in figure.alt_text and "banan og ur" in figure.alt_text


def test_two_decoders_share_an_encoder():
    figure = figures.two_decoders("encoder", {"decoder 1": "22 klasser", "decoder 2": "14 klasser"})
    assert "decoder 1 (22 klasser) og decoder 2 (14 klasser)" in figure.alt_text


def test_class_pictures_fill_their_lines_and_leave_the_rest_empty():
    names = ["ansigt", "sommerfugl", "kop", "ur", "kat"]
    figure = figures.class_pictures(torch.rand(5, 3, 8, 8), names, columns=6)
    assert [axes.get_title() for axes in figure.axes] == [*names, ""]
    assert [len(axes.images) for axes in figure.axes] == [1] * 5 + [0]
    assert not figure.axes[-1].axison, "an empty place shows no axes"
    assert "ansigt, sommerfugl, kop, ur og kat" in figure.alt_text
