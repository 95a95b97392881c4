"""The figures of lesson 05 hold what they are given, and their alt texts say it."""

import pandas as pd
import pytest
import torch

from lesson_cells.aktiveringer import dissection_figures as dissection
from lesson_cells.aktiveringer import figures as inside
from lesson_cells.aktiveringer import neighbour_figures as neighbours
from lesson_cells.aktiveringer.unit_figures import Unit, one_unit
from lesson_utils.dissection import KINDS

IMAGE = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_feature_maps_are_sorted_and_share_one_scale():
    maps = torch.zeros(40, 4, 4)
    maps[7, 1, 1], maps[3, 0, 0] = 5.0, 2.0
    figure = inside.feature_maps(IMAGE, maps, "conv9")
    assert "Kanal 7 er stærkest" in figure.alt_text and "32 stærkeste af 40" in figure.alt_text
    pictures = [axes for axes in figure.findobj(lambda a: hasattr(a, "images") and a.images)]
    assert {picture.images[0].get_clim() for picture in pictures[1:33]} == {(0, 5.0)}


def test_an_image_is_lit_where_the_channel_answers():
    answers = torch.zeros(4, 4)
    answers[0, 0] = 3.0
    shown = inside.lit(torch.zeros(3, 16, 16), answers)
    assert shown[0, 0, 0] == pytest.approx(0.0, abs=1e-6) and shown[0, -1, -1] == pytest.approx(0.9)


def test_emptiness_says_each_share():
    table = pd.DataFrame({"weak": [0.25], "silent": [0.5], "dead": [0.0]}, index=["conv5"])
    said = inside.emptiness(table).alt_text
    assert "conv5: 25 % svage for et billede, 50 % helt tavse for et billede og 0 % tavse for alle" in said


def test_a_part_put_in_counts_the_images_that_wake_the_unit():
    maps = torch.zeros(2, 6, 3, 3)
    maps[1, :4, 1, 1] = 2.0
    figure = inside.part_put_in(IMAGE.expand(2, 6, 3, 16, 16), maps, 1.0, "hjul", "enhed 3")
    assert "Uden hjul vækker 0 af 6" in figure.alt_text and "med hjul 4" in figure.alt_text


def test_turning_says_where_each_layer_began():
    alike = pd.DataFrame({"conv1": [0.05, 0.4, 1.0], "conv2": [0.8, 0.9, 1.0]}, index=[0, 100, 200])
    said = inside.turning(alike, [0.1, 0.6, 0.9]).alt_text
    assert "conv1 fra 0,05 til 1 og conv2 fra 0,80 til 1" in said and "10 % til 90 %" in said


def test_a_moment_and_filters():
    filters, maps = torch.randn(12, 3, 5, 5), {"conv1": torch.rand(4, 4, 4)}
    assert "Efter 1.540 skridt" in inside.moment(filters, IMAGE, maps, 1540, 0.98).alt_text
    assert "trænet: glathed 0,50" in inside.filter_sets({"trænet": filters}, {"trænet": 0.5}).alt_text
    assert "af 6 kanaler" in inside.second_layer(torch.randn(5, 6, 3, 3), channels=6).alt_text


def test_depth_and_kinds():
    rows = {"network": "trænet", "layer": ["conv1", "conv2"], "mean": [0.1, 0.3]}
    rows |= {"mean_low": [0.08, 0.2], "mean_high": [0.12, 0.4], **{kind: [0.1, 0.0] for kind in KINDS}}
    table = pd.DataFrame(rows)
    assert "trænet: conv1 0,10 og conv2 0,30" in dissection.fit_by_depth(table).alt_text
    said = dissection.kinds_by_depth(table, KINDS, "Enheder").alt_text
    assert "conv1: kant 10 %" in said and "conv2" not in said


def test_neighbours_frame_right_and_wrong():
    figure = neighbours.neighbour_rows(IMAGE, {"fc7": (IMAGE.expand(5, 3, 16, 16), [True] * 4 + [False])})
    assert "fc7: 4 af 5" in figure.alt_text
    shares = pd.DataFrame({"robust": [0.5, 0.93]}, index=["pixler", "fc7"])
    assert "pixler 0,50 og fc7 0,93" in neighbours.precision(shares, "to dyr").alt_text


def test_a_unit_in_one_picture():
    unit = Unit("conv4", 12, "del: hjul", 0.23, torch.ones(4, 4), ([0, 8], [0.1, 2.0]))
    said = one_unit(IMAGE, unit, IMAGE.expand(3, 3, 16, 16)).alt_text
    assert "Kanal 12 i conv4 svarer højst 1,00" in said and "del: hjul med IoU 0,23" in said


NAMES = {"a": "Net A", "b": "Net B"}


def lines(figure) -> list[list[list[float]]]:
    """The heights of the lines in each field."""
    return [[list(line.get_ydata()) for line in axes.get_lines()] for axes in figure.get_axes()]


def test_each_network_has_a_field_with_its_twin():
    who = ["a", "a", "a, random", "a, random", "b", "b", "b, random", "b, random"]
    means = [0.1, 0.3, 0.05, 0.04, 0.2, 0.25, 0.06, 0.02]
    table = pd.DataFrame({"network": who, "layer": ["conv1", "inception_4a"] * 4, "mean": means})
    table["mean_low"], table["mean_high"] = table["mean"] - 0.01, table["mean"] + 0.02
    figure = dissection.networks_by_depth(table, NAMES)
    drawn = lines(figure)
    assert [0.1, 0.3] in drawn[0] and [0.05, 0.04] in drawn[0] and [0.2, 0.25] in drawn[1]
    assert [text.get_text() for text in figure.get_axes()[1].get_xticklabels()] == ["conv1", "4a"]
    assert "Net A, trænet: fra 0,10 til 0,30" in figure.alt_text
    assert "Net B, tilfældigt: fra 0,06 til 0,02" in figure.alt_text


def test_kinds_of_networks_say_their_first_and_last_layer():
    table = pd.DataFrame({"network": ["a", "a", "b", "b"], "layer": ["conv1", "conv2"] * 2})
    for place, kind in enumerate(KINDS):
        for part in ("", "_low", "_high"):
            table[f"{kind}{part}"] = [0.1, 0.02 * place, 0.0, 0.5]
    said = dissection.kinds_of_networks(table, NAMES, KINDS).alt_text
    assert "Net A, objekt: fra 10 % til 10 %" in said and "Net B, kant: fra 0 % til 50 %" in said


def test_emptiness_of_networks_says_the_most():
    table = pd.DataFrame({"network": ["a", "a, random"], "layer": ["conv1"] * 2})
    table["weak"], table["silent"], table["dead"] = [0.4, 0.1], [0.02, 0.0], [0.0, 0.0]
    said = inside.emptiness_of(table, {"a": "Net A"}).alt_text
    assert "Net A, svage: højst 40 %. Net A, helt tavse: højst 2 %" in said


def test_precision_by_layer_is_the_mean_of_the_seeds():
    rows = [
        {"pair": "x y", "network": name, "layer": layer, "seed": seed, "trained": value, "random": 0.5}
        for name, worth in {"a": 0.1, "b": 0.0}.items()
        for layer, base in {"pixels": 0.5, "fc7": 0.8}.items()
        for seed, value in {1: base + worth, 2: base + worth + 0.04}.items()
    ]
    figure = neighbours.precision_by_layer(pd.DataFrame(rows), NAMES, {"x y": "par"})
    assert "par, Net A: pixels 0,62 og fc7 0,92" in figure.alt_text
    assert [text.get_text() for text in figure.get_axes()[0].get_xticklabels()] == ["pixler", "fc7"]


def test_neighbours_of_a_photo_have_no_frames():
    images = IMAGE.expand(5, 3, 16, 16)
    said = neighbours.neighbour_rows(IMAGE, {"fc7,\ncosinus": (images, None)}).alt_text
    assert "fc7 cosinus" in said and "ramme" not in said
    assert "ramme" in neighbours.neighbour_rows(IMAGE, {"fc7": (images, [True] * 5)}).alt_text
