"""The picture grid: pictures in rows, with words above, under and beside them. Most figures here are one."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils import danish
from lesson_utils.show import style

# inches: how large a picture gets where there are few, and stays where there are many
LARGEST, SMALLEST = 2.2, 0.6


@style.styled
def picture_grid(
    pictures: Sequence[Any] | Mapping[str, Sequence[Any]],
    alt_text: str,
    columns: int | None = None,
    above: Sequence[str] = (),
    under: Sequence[str] = (),
    title: str = "",
    **imshow: Any,
) -> Figure:
    """Pictures side by side: (3, H, W) in 0..1, or maps (H, W), which `imshow` may give a scale and colours.

    A sequence is broken into rows of `columns` (by default all in one row). A mapping is one row for each name,
    which stands beside it; None leaves a place empty. `above` and `under` are lines of text for the pictures, in
    their order, row by row; there may be fewer than pictures.
    """
    names, rows = _rows(pictures, columns)
    width = max(map(len, rows))
    beside = 0.75 * any(names) * max(len(line) for name in names for line in name.split("\n")) / 7
    words = 0.45 * bool(title)
    for texts in (above, under):  # a line over or under the first row alone needs its room once
        lines = max((text.count("\n") + 1 for text in texts if text), default=0)
        words += 0.26 * lines * (len(rows) if len(texts) > width else 1)
    room = max(style.TALLEST - words, SMALLEST * len(rows)) / len(rows)
    shapes = [picture.shape for row in rows for picture in row if picture is not None]
    tall = max((shape[-2] / shape[-1] for shape in shapes), default=1)  # height in widths, of the tallest
    wide = min((style.WIDTH - beside) / width, LARGEST / min(tall, 1), room / tall)
    height = len(rows) * wide * tall + words
    figure, axes = style.new_figure(height, len(rows), width, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)
    for cell in axes.flat:
        cell.set(xticks=[], yticks=[], anchor="N")  # else the layout takes empty room for room above it
        cell.spines[:].set_visible(False)
    shown = [
        (cell, picture)
        for line, row in zip(axes, rows, strict=True)
        for cell, picture in zip(line, row, strict=False)
    ]
    for cell, picture in shown:
        if picture is not None:
            style.image_axes(cell, picture, **imshow)
    for (cell, _), text in zip(shown, above, strict=False):
        cell.set_title(text, fontsize=13, loc="center", pad=3)
    for (cell, _), text in zip(shown, under, strict=False):
        cell.set_xlabel(text, fontsize=12, labelpad=2)
    for line, name in zip(axes, names, strict=True):
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=14)
    if title:
        figure.suptitle(title)
    return style.described(figure, alt_text)


def named_pictures(pictures: Sequence[Any], names: Sequence[str], columns: int | None = None) -> Figure:
    """Pictures under their names, which may have several lines; the alt text lists the names."""
    told = danish.listing(" ".join(name.split()) for name in names)
    what = danish.plural(len(names), "billede", "billeder")
    return picture_grid(pictures, f"{what}: {told}.", columns, above=names)


def filter_pictures(filters: Tensor) -> Tensor:
    """Filters (N, 3, k, k) as pictures: grey is zero, and each one's largest weight is 0 or 1."""
    return filters / filters.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-9) / 2 + 0.5


def _rows(pictures: Any, columns: int | None) -> tuple[list[str], list[Sequence[Any]]]:
    if isinstance(pictures, Mapping):
        return list(pictures), list(pictures.values())
    columns = columns or len(pictures)
    rows = [pictures[start : start + columns] for start in range(0, len(pictures), columns)]
    return [""] * len(rows), rows
