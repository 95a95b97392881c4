"""The figures of lesson 05 hold what they are given, and their alt texts say it."""

import pandas as pd
import pytest
import torch

from lesson_utils.classroom.figures import dissection, inside, neighbours
from lesson_utils.classroom.figures.unit import Unit, one_unit
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
