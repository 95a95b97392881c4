"""Maps over pictures: each field where it belongs, on one scale, and a photo is shown whole."""

import matplotlib
import numpy as np
import pytest
import torch

from lesson_utils.show import evidence as figures

IMAGE = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))
MAPS = [torch.tensor([[0.0, 4.0], [1.0, -2.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])]


def test_a_map_lies_over_the_grey_image_field_by_field():
    found = figures.overlay(torch.zeros(3, 8, 8), torch.tensor([[0.0, 1.0], [3.0, -1.0]]), most=2)
    fields = found.reshape(3, 2, 4, 2, 4).transpose(1, 3, 0, 2, 4).reshape(4, 3, 16)
    assert (fields.std(axis=2) < 1e-9).all()  # each field of the map is one colour
    dark, half, bright, negative = (tuple(field[:, 0]) for field in fields)
    viridis = matplotlib.colormaps["viridis"]
    for colour, share in ((dark, 0.0), (half, 0.5), (bright, 1.0), (negative, 0.0)):  # cut off at both ends
        assert colour == pytest.approx([0.38 * 0.35 + 0.62 * part for part in viridis(share)[:3]])


def test_evidence_is_on_one_scale_from_zero():
    maps = [torch.tensor([[0.0, 4.0], [1.0, -2.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])]
    figure = figures.evidence_maps([IMAGE, IMAGE], maps, ["bil", "hus"], [0.95, 0.5])
    drawn = [axes.get_images()[0].get_array() for axes in figure.axes]
    wanted = [figures.overlay(IMAGE, heat, most=4) for heat in maps]
    for picture, expected in zip(drawn[2:], wanted, strict=True):
        assert np.allclose(picture, expected.transpose(1, 2, 0))
    assert "bil (95 %) og hus (50 %)" in figure.alt_text


@pytest.mark.parametrize(("shape", "corner", "side"), [((8, 14), (3, 0), 8), ((15, 8), (0, 3), 8)])
def test_a_photo_is_shown_whole_and_the_map_lies_in_the_square_that_the_network_sees(shape, corner, side):
    photo, (left, top) = torch.rand(3, *shape, generator=torch.Generator().manual_seed(1)), corner
    figure = figures.photo_evidence(photo, MAPS, ["kat", "kurv"], [0.6, 0.04])
    whole, *over = (axes.get_images()[0].get_array() for axes in figure.axes)
    assert np.allclose(whole, photo.permute(1, 2, 0))
    inside = np.zeros(shape, bool)
    inside[top : top + side, left : left + side] = True
    for picture, heat in zip(over, MAPS, strict=True):
        cut = figures.overlay(photo[:, top : top + side, left : left + side], heat, most=4)
        assert np.allclose(picture[inside], cut.transpose(1, 2, 0).reshape(-1, 3))
        assert (np.ptp(picture[~inside], axis=1) < 1e-9).all(), "outside it is grey"
    for axes in figure.axes:
        (outline,) = axes.patches
        assert outline.get_xy() == (left - 0.5, top - 0.5)
        assert outline.get_width() == outline.get_height() == side
    assert "kat (60 %) og kurv (4 %)" in figure.alt_text


def test_each_map_may_have_its_own_scale():
    figure = figures.photo_evidence(IMAGE, MAPS, ["kat", "kurv"], [0.6, 0.004], one_scale=False)
    weak = figure.axes[2].get_images()[0].get_array()
    assert np.allclose(weak, figures.overlay(IMAGE, MAPS[1], most=1).transpose(1, 2, 0))
    assert "kurv (0,4 %)" in figure.alt_text
