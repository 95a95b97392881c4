"""The widget of lesson 03: the receptive field of a stack of layers."""

import pytest
import torch

from lesson_cells.vgg import widgets

PHOTO = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
WIDGETS = {"receptive_field": lambda: widgets.receptive_field(PHOTO)}


def test_it_starts_with_the_lectures_example(live):
    picture = live.controls(WIDGETS["receptive_field"])[-1]
    assert "hver plads ser 36x36 pixler" in live.alt_texts(picture.value)[0]


@pytest.mark.parametrize(
    ("stack", "size"),
    [
        ({"small": 2, "large": 0, "pooling": False, "blocks": 1, "stride": 1}, 5),
        ({"small": 0, "large": 1, "pooling": False, "blocks": 1, "stride": 1}, 5),
        ({"small": 3, "large": 0, "pooling": False, "blocks": 1, "stride": 1}, 7),
        ({"small": 2, "large": 0, "pooling": True, "blocks": 2, "stride": 1}, 16),
        ({"small": 2, "large": 0, "pooling": False, "blocks": 1, "stride": 2}, 7),
    ],
)
def test_the_stack_has_the_librarys_receptive_field(stack, size):
    assert widgets._stack(**stack)[-1].receptive_field == size
