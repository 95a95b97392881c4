"""The figures of lesson 05 hold what they are given, and their alt texts say it."""

import pandas as pd
import pytest
import torch

from lesson_cells.aktiveringer import figures
from lesson_cells.aktiveringer.figures.maps import highlight, unit_portrait
from lesson_cells.aktiveringer.figures.training import training_moment
from lesson_utils.dissection import KINDS

IMAGE = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_feature_maps_are_sorted_and_share_one_scale():
    maps = torch.zeros(40, 4, 4)
    maps[7, 1, 1], maps[3, 0, 0] = 5.0, 2.0
    figure = figures.feature_maps(IMAGE, maps, "conv9")
    assert "Kanal 7 er stærkest" in figure.alt_text and "32 stærkeste af 40" in figure.alt_text
    pictures = [axes for axes in figure.findobj(lambda a: hasattr(a, "images") and a.images)]
    assert {picture.images[0].get_clim() for picture in pictures[1:33]} == {(0, 5.0)}


def test_an_image_is_lit_where_the_channel_answers():
    answers = torch.zeros(4, 4)
    answers[0, 0] = 3.0
    shown = highlight(torch.zeros(3, 16, 16), answers)
    assert shown[0, 0, 0] == pytest.approx(0.0, abs=1e-6) and shown[0, -1, -1] == pytest.approx(0.9)


def test_a_part_put_in_counts_the_images_that_wake_the_unit():
    maps = torch.zeros(2, 6, 3, 3)
    maps[1, :4, 1, 1] = 2.0
    figure = figures.part_added(IMAGE.expand(2, 6, 3, 16, 16), maps, 1.0, "hjul", "enhed 3")
    assert "Uden hjul vækker 0 af 6" in figure.alt_text and "med hjul 4" in figure.alt_text


def test_a_moment_and_filters():
    filters, maps = torch.randn(12, 3, 5, 5), {"conv1": torch.rand(4, 4, 4)}
    assert "Efter 1.540 skridt" in training_moment(filters, IMAGE, maps, 1540, 0.98).alt_text
    assert "trænet: glathed 0,50" in figures.filter_sets({"trænet": filters}, {"trænet": 0.5}).alt_text
    weights = torch.zeros(5, 6, 3, 3)
    weights[1, 2] = -0.25
    said = figures.second_layer(weights, channels=6).alt_text
    assert "4 filtre" in said and "første 6 af 6 kanaler" in said and "den stærkeste 0,25" in said


def test_highlights_are_low_enough_for_a_slide():
    maps = {f"inception_{k}": torch.rand(6, 4, 4) for k in range(5)}
    many, few = (
        figures.channel_highlights(IMAGE, maps),
        figures.channel_highlights(IMAGE, {"conv1": maps["inception_0"]}, 5),
    )
    assert max(many.get_figheight(), few.get_figheight()) <= 6.2
    strongest = maps["inception_4"].flatten(1).amax(1).argsort(descending=True)[:3].tolist()
    assert [axes.get_title() for axes in many.axes[4::5]] == [f"4 nr. {channel}" for channel in strongest]


def test_neighbours_frame_right_and_wrong():
    figure = figures.neighbour_rows(IMAGE, {"fc7": (IMAGE.expand(5, 3, 16, 16), [True] * 4 + [False])})
    assert "fc7: 4 af 5" in figure.alt_text
    frames = [axes.spines["top"].get_visible() for axes in figure.axes]
    assert frames == [False] + [True] * 5
    assert figure.axes[5].spines["top"].get_linestyle() != figure.axes[1].spines["top"].get_linestyle()


def test_a_unit_is_shown_on_the_image_in_other_images_and_through_its_training():
    pieces, history = IMAGE.expand(3, 3, 16, 16), {0: torch.full((4, 4), 0.2), 1540: torch.full((4, 4), 3.0)}
    about = "Passer bedst på del: hjul (IoU 0,23)."
    figure = unit_portrait(IMAGE, torch.ones(4, 4), "conv4, kanal 12", about, pieces, "tegninger", history)
    assert "conv4, kanal 12 svarer højst 1,00" in figure.alt_text and about in figure.alt_text
    pictures = [axes for axes in figure.axes if axes.images]
    assert len(pictures) == 3 + 3 + 2 and pictures[1].images[0].get_clim() == (0, 3.0)
    assert [axes.get_title() for axes in pictures[-2:]] == ["skridt 0", "skridt 1.540"]


def test_channels_are_shown_where_they_answer_and_in_other_photos():
    rows = {
        7: (torch.ones(4, 4), IMAGE.expand(2, 3, 16, 16)),
        3: (torch.ones(4, 4), IMAGE.expand(2, 3, 16, 16)),
    }
    figure = figures.channels_elsewhere(IMAGE, rows, "block5c", "dine fotos")
    assert "kanal 7 og 3 i block5c" in figure.alt_text and "udsnit i dine fotos" in figure.alt_text
    assert len([axes for axes in figure.axes if axes.images]) == 6


NAMES = {"a": "Net A", "b": "Net B"}


def lines(figure) -> list[list[list[float]]]:
    """The heights of the lines in each field."""
    return [[list(line.get_ydata()) for line in axes.get_lines()] for axes in figure.get_axes()]


def test_each_network_has_a_field_with_its_twin():
    who = ["a", "a", "a, random", "a, random", "b", "b", "b, random", "b, random"]
    means = [0.1, 0.3, 0.05, 0.04, 0.2, 0.25, 0.06, 0.02]
    table = pd.DataFrame({"network": who, "layer": ["conv1", "inception_4a"] * 4, "mean": means})
    table["mean_low"], table["mean_high"] = table["mean"] - 0.01, table["mean"] + 0.02
    table.loc[0, "mean_low"] = 0.11  # beside its value, as a bootstrap of few images may say
    figure = figures.concept_fit(table, NAMES)
    drawn = lines(figure)
    assert [0.1, 0.3] in drawn[0] and [0.05, 0.04] in drawn[0] and [0.2, 0.25] in drawn[1]
    assert [text.get_text() for text in figure.get_axes()[1].get_xticklabels()] == ["conv1", "4a"]
    assert "Net A, trænet: fra 0,10 i conv1 til 0,30 i inception_4a" in figure.alt_text
    assert "Net B, tilfældigt: fra 0,06 i conv1 til 0,02 i inception_4a" in figure.alt_text


def test_kinds_of_networks_say_their_first_and_last_layer():
    table = pd.DataFrame({"network": ["a", "a", "b", "b"], "layer": ["conv1", "conv2"] * 2})
    for place, kind in enumerate(KINDS):
        for part in ("", "_low", "_high"):
            table[f"{kind}{part}"] = [0.1, 0.02 * place, 0.0, 0.5]
    said = figures.detected_kinds(table, NAMES).alt_text
    assert (
        "Net A, objekt: fra 10 % i conv1 til 10 % i conv2" in said
        and "Net B, kant: fra 0 % i conv1 til 50 %" in said
    )


def test_silence_has_dots_for_the_twin_if_there_is_one():
    rows = [
        {"network": name, "layer": layer, "weak": weak, "silent": 0.02, "dead": 0.0}
        for name, shares in {"a": (0.25, 0.4), "a, random": (0.1, 0.1), "b": (0.3, 0.5)}.items()
        for layer, weak in zip(("conv1", "conv2"), shares, strict=True)
    ]
    figure = figures.silent_shares(pd.DataFrame(rows), NAMES)
    assert "Net A, svage: fra 25 % i conv1 til 40 % i conv2" in figure.alt_text
    assert "Net A, tvilling: svage: fra 10 %" in figure.alt_text and "Net B, tvilling" not in figure.alt_text
    assert figure.legends[0].get_texts()[-1].get_text() == "tilfældig tvilling"
    assert [0.1, 0.1] in lines(figure)[0] and [0.3, 0.5] in lines(figure)[1]


def test_precision_by_layer_is_the_mean_of_the_seeds():
    rows = [
        {"pair": "x y", "network": name, "layer": layer, "seed": seed, "trained": value, "random": 0.5}
        for name, worth in {"a": 0.1, "b": 0.0}.items()
        for layer, base in {"pixels": 0.5, "fc7": 0.8}.items()
        for seed, value in {1: base + worth, 2: base + worth + 0.04}.items()
    ]
    figure = figures.precision_by_layer(pd.DataFrame(rows), NAMES, {"x y": "par"})
    assert "par, Net A: fra 0,62 i pixler til 0,92 i fc7" in figure.alt_text
    assert [text.get_text() for text in figure.get_axes()[0].get_xticklabels()] == ["pixler", "fc7"]


def test_neighbours_of_a_photo_have_no_frames():
    images = IMAGE.expand(5, 3, 16, 16)
    said = figures.neighbour_rows(IMAGE, {"fc7,\ncosinus": (images, None)}).alt_text
    assert "fc7 cosinus" in said and "ramme" not in said
    assert "ramme" in figures.neighbour_rows(IMAGE, {"fc7": (images, [True] * 5)}).alt_text
