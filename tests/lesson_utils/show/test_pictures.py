"""Every picture stands where it was asked for, under its own words."""

import pytest
import torch

from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


def drawn(figure) -> list:
    """What each place shows: (its picture's mean, the text above, under and beside it)."""
    return [
        (
            round(float(axes.images[0].get_array().mean()), 2) if axes.images else None,
            axes.get_title(loc="center"),
            axes.get_xlabel(),
            axes.get_ylabel(),
        )
        for axes in figure.axes
    ]


def greys(*values: float) -> list[torch.Tensor]:
    return [torch.full((3, 8, 8), value) for value in values]


def test_a_sequence_is_broken_into_rows():
    figure = picture_grid(greys(0.1, 0.2, 0.3), "tre", columns=2, above=["a", "b", "c"], under=["d"])
    assert drawn(figure) == [
        (0.1, "a", "d", ""),
        (0.2, "b", "", ""),
        (0.3, "c", "", ""),
        (None, "", "", ""),
    ]
    assert figure.alt_text == "tre"


def test_a_mapping_is_a_row_for_each_name():
    figure = picture_grid({"først": greys(0.1, 0.2), "så": [*greys(0.3), None]}, "to", above=["x", "y"])
    assert drawn(figure) == [
        (0.1, "x", "", "først"),
        (0.2, "y", "", ""),
        (0.3, "", "", "så"),
        (None, "", "", ""),
    ]


def test_maps_share_the_scale_that_was_asked_for():
    figure = picture_grid([torch.zeros(4, 4), torch.ones(4, 4)], "kort", vmin=0, vmax=2, cmap="gray")
    assert [axes.images[0].get_clim() for axes in figure.axes] == [(0, 2), (0, 2)]


@pytest.mark.parametrize("pictures", [greys(*[0.5] * 24), {"et langt navn\npå to linjer": greys(*[0.5] * 9)}])
def test_nothing_lies_over_anything_else(pictures):
    words = ["øverst"] * 24
    figure = picture_grid(pictures, "mange", columns=8, above=words, under=words, title="Overskrift")
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes if axes.images]
    for k, box in enumerate(boxes):
        assert not any(box.count_overlaps([other]) for other in boxes[:k])
        assert figure.bbox.contains(box.x0, box.y0) and figure.bbox.contains(box.x1 - 1, box.y1 - 1)


def test_many_rows_still_fit_a_slide():
    pictures = [torch.zeros(4, 4)] * 24
    figure = picture_grid(pictures, "Billeder", columns=4, under=["et"] * 24, title="Mange")
    assert figure.get_figheight() <= style.TALLEST + 1e-9
