"""Feature maps beside the untrained network, choosiness by depth, and evidence: the figures show their data."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch

from lesson_utils.selectivity import TellingMap
from lesson_utils.show import selectivity as figures

IMAGE = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_each_map_says_its_channel_and_how_much_more_than_usual():
    maps = {
        "trænet": {"conv1": TellingMap(7, torch.eye(4), 2.5)},
        "utrænet": {"conv1": TellingMap(1, torch.eye(4), 1.5)},
    }
    figure = figures.maps_beside_untrained(IMAGE, maps)
    titles = [axes.get_title(loc="center") for axes in figure.axes]
    assert "conv1, nr. 7\n2,5 gange det normale" in titles and "conv1, nr. 1\n1,5 gange det normale" in titles
    assert "trænet: conv1 2,5 gange det normale" in figure.alt_text
    drawn = [axes.get_images()[0].get_array() for axes in figure.axes if axes.get_images()]
    assert len(drawn) == 4 and all(each.shape == (16, 16, 3) for each in drawn)


def test_a_map_lies_over_the_grey_image_field_by_field():
    found = figures.overlay(torch.zeros(3, 8, 8), torch.tensor([[0.0, 1.0], [3.0, -1.0]]), most=2)
    fields = found.reshape(3, 2, 4, 2, 4).transpose(1, 3, 0, 2, 4).reshape(4, 3, 16)
    assert (fields.std(axis=2) < 1e-9).all()  # each field of the map is one colour
    dark, half, bright, negative = (tuple(field[:, 0]) for field in fields)
    viridis = matplotlib.colormaps["viridis"]
    for colour, share in ((dark, 0.0), (half, 0.5), (bright, 1.0), (negative, 0.0)):  # cut off at both ends
        assert colour == pytest.approx([0.38 * 0.35 + 0.62 * part for part in viridis(share)[:3]])


def test_lines_go_through_the_table():
    table = pd.DataFrame({"trænet": [1.5, 2.9], "utrænet": [1.4, 1.3]}, index=["conv1", "conv5"])
    figure = figures.choosier_by_depth(table)
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[1.5, 2.9], [1.4, 1.3]]
    assert "trænet: fra 1,5 i conv1 til 2,9 i conv5" in figure.alt_text


def test_evidence_is_on_one_scale_from_zero():
    maps = [torch.tensor([[0.0, 4.0], [1.0, -2.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])]
    figure = figures.evidence_maps([IMAGE, IMAGE], maps, ["bil", "hus"], [0.95, 0.5])
    drawn = [axes.get_images()[0].get_array() for axes in figure.axes]
    wanted = [figures.overlay(IMAGE, heat, most=4) for heat in maps]
    for picture, expected in zip(drawn[2:], wanted, strict=True):
        assert np.allclose(picture, expected.transpose(1, 2, 0))
    assert "bil (95 %) og hus (50 %)" in figure.alt_text
