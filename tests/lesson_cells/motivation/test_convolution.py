"""A filter in all its places, and how far its answers move."""

import pytest
import torch

from lesson_cells.motivation.convolution import FILTERS, as_kernel, displacement, grey, max_pool, slide
from lesson_utils.errors import LessonError


def test_the_edge_filter_answers_at_the_edge_alone():
    image = torch.tensor([[0.0, 0, 0, 1, 1, 1]] * 5)
    assert slide(image, FILTERS["lodret kant"]).tolist() == [[0, 3, 3, 0]] * 3
    assert slide(image.T, FILTERS["lodret kant"]).abs().max() == 0
    assert slide(image.T, FILTERS["vandret kant"]).T.tolist() == [[0, 3, 3, 0]] * 3


def test_the_filter_is_not_turned_round():
    image = torch.arange(9.0).view(3, 3)
    assert slide(image, [[1, 0], [0, 0]]).tolist() == [[0, 1], [3, 4]]


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_three_by_three(name):
    assert as_kernel(FILTERS[name]).shape == (3, 3)


def test_blurring_keeps_what_is_even_and_spots_vanish_there():
    even = torch.full((4, 4), 0.5)
    assert torch.allclose(slide(even, FILTERS["sløring"]), torch.full((2, 2), 0.5))
    assert torch.allclose(slide(even, FILTERS["lyse pletter"]), torch.zeros(2, 2))


@pytest.mark.parametrize("numbers", [[], [[1, 2, 3]], [[1, 2], [3]]])
def test_a_filter_must_be_square(numbers):
    with pytest.raises(LessonError, match="kvadratisk"):
        as_kernel(numbers)


def test_pooling_keeps_the_largest():
    assert max_pool(torch.arange(20.0).view(4, 5)).tolist() == [[6, 8], [16, 18]]


def test_grey_is_the_mean_of_the_colours():
    assert grey(torch.tensor([0.0, 0.3, 0.9]).view(3, 1, 1)).item() == pytest.approx(0.4)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, 0), (0, -4), (-2, 5)])
def test_displacement_finds_the_move(down, right):
    maps = torch.zeros(2, 16, 16)
    maps[:, 6:9, 7:10] = torch.rand(2, 3, 3, generator=torch.Generator().manual_seed(0)) + 0.5
    assert displacement(maps, torch.roll(maps, (down, right), (1, 2))) == (down, right)
