"""Figures of lesson 00, first half: what they say, and what is drawn where."""

import pytest
import torch

from lesson_cells.motivation import convolution_figures as figures
from lesson_cells.motivation.convolution import FILTERS, as_kernel, slide

PHOTO = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
STEP = torch.tensor([[0.0, 0, 0, 1, 1, 1]] * 6)
EDGE = as_kernel(FILTERS["lodret kant"])


def written(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_the_photos_numbers_are_its_red_pixels():
    figure = figures.photo_as_numbers(PHOTO, top=4, left=9)
    numbers = [int(text) for text in written(figure.axes[2])]
    assert numbers == (PHOTO[0, 4:12, 9:17] * 255).round().int().flatten().tolist()
    assert "3 x 32 x 32 tal" in figure.alt_text


def test_one_place_shows_the_sum_and_hides_what_comes_later():
    figure = figures.one_place(STEP, EDGE, slide(STEP, EDGE), row=1, column=1, whole=False)
    picture, feature_map, *_, total = figure.axes
    assert len(written(picture)) == 36
    assert written(feature_map) == ["0", "3", "3", "0", "0", "3"]
    assert written(total) == ["sum = 3"]
    assert "summen 3, som er ét tal i et feature map på 4 x 4" in figure.alt_text


def test_the_whole_map_on_wish_and_no_numbers_on_a_photo():
    small = figures.one_place(STEP, EDGE, slide(STEP, EDGE), row=0, column=0, whole=True)
    assert len(written(small.axes[1])) == 16
    large = figures.one_place(PHOTO[0], EDGE, slide(PHOTO[0], EDGE), row=0, column=29, whole=False)
    assert not written(large.axes[0]) and not written(large.axes[1])


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 3)])
def test_the_frame_stands_where_the_filter_does(row, column):
    figure = figures.one_place(STEP, EDGE, slide(STEP, EDGE), row, column, whole=True)
    assert figure.axes[0].patches[0].get_xy() == (column - 0.5, row - 0.5)
    assert figure.axes[0].patches[0].get_width() == 3
    assert figure.axes[1].patches[0].get_width() == 1


def test_weights_by_size_names_both_numbers():
    figure = figures.weights_by_size([32, 224], [295_008, 14_450_784], [34_944, 34_944], units=96)
    assert "14.450.784 mod 34.944 ved 224 pixler" in figure.alt_text
    dense, conv = figure.axes[0].get_lines()
    assert list(dense.get_ydata()) == [295_008, 14_450_784] and set(conv.get_ydata()) == {34_944}


def test_filters_on_photo_are_drawn_around_zero():
    maps = {"lodret kant": slide(PHOTO[0], EDGE)}
    picture = figures.filters_on_photo(PHOTO, maps).axes[1].images[0]
    assert picture.norm.vmin == -picture.norm.vmax


def test_moved_says_how_far():
    images, maps = torch.rand(2, 3, 8, 8), torch.rand(2, 4, 4)
    figure = figures.moved(images, maps, [0, 8], [0, 4], "conv1")
    assert "8 pixler flytter conv1 4 enheder" in figure.alt_text
    assert {axes.images[0].norm.vmax for axes in figure.axes[2:]} == {float(maps.max())}
