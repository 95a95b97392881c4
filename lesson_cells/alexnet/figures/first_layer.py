"""The first layer on a photo: what a filter covers, the filters themselves, and the feature maps."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lesson_utils.danish import number
from lesson_utils.device import torchvision
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid

CROP = 27  # pixels of the photo that the close-up shows


@style.styled
def neighbouring_filters(photo: Any, kernel: int, stride: int) -> Figure:
    """Two neighbouring places of a filter on the photo (3, H, W), to the right pixel by pixel."""
    figure, (whole, close) = style.new_figure(height=5.3, columns=2)
    size, shared = int(photo.shape[-1]), kernel - stride
    top, left = _liveliest(np.asarray(photo), stride)
    row = top + (CROP - kernel) // 2 // stride * stride
    start = left + (CROP - kernel - stride) // 2 // stride * stride
    for axes, line in ((whole, 1.6), (close, 4.0)):
        style.image_axes(axes, photo)
        for place, colour in ((start, style.BLUE), (start + stride, style.ORANGE)):
            corner = (place - 0.5, row - 0.5)
            style.outline(axes, corner, kernel, edgecolor=colour, linewidth=line, zorder=4)
    style.outline(whole, (left - 0.5, top - 0.5), CROP, edgecolor="white", linewidth=2.5)
    whole.set_title(f"Fotoet: {size}x{size} pixler")
    close.set(xlim=(left - 0.5, left + CROP - 0.5), ylim=(top + CROP - 0.5, top - 0.5))
    close.set_title("Den hvide ramme, pixel for pixel")
    between = {"facecolor": "white", "alpha": 0.3, "zorder": 3}
    close.add_patch(Rectangle((start + stride - 0.5, row - 0.5), shared, kernel, **between))
    _draw_span(close, start, stride, row - 2.1, -1.9, f"skridtlængde: {stride}")
    _draw_span(close, start + stride, shared, row + kernel + 1.1, 2.0, f"fælles: {shared} af {kernel}")
    return style.described(
        figure,
        f"To nabofiltre på {kernel}x{kernel} pixler på et foto på {size}x{size}, forskudt {stride} pixler: "
        f"de deler {shared} af deres {kernel} kolonner.",
    )


def _draw_span(axes: Any, start: int, length: int, height: float, away: float, text: str) -> None:
    """A double arrow over `length` pixels, and `away` from it its text."""
    ends = ((start - 0.5, height), (start + length - 0.5, height))
    axes.plot(*zip(*ends, strict=True), color="white", linewidth=9, solid_capstyle="round", zorder=5)
    arrow = {"arrowstyle": "<->", "color": style.INK, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", *ends, arrowprops=arrow, zorder=6)
    box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none"}
    middle = {"ha": "center", "va": "center", "fontsize": 15, "bbox": box, "zorder": 7}
    axes.text(start - 0.5 + length / 2, height + away, text, **middle)


def _liveliest(photo: np.ndarray, stride: int) -> tuple[int, int]:
    """The top left corner of the close-up with the most contrast, on the grid of the filter's places."""
    starts = range(0, photo.shape[-1] - CROP + 1, stride)
    corners = [(top, left) for top in starts for left in starts]
    return max(corners, key=lambda at: photo[:, at[0] : at[0] + CROP, at[1] : at[1] + CROP].std())


@style.styled
def filter_sheet(weights: Tensor) -> Figure:
    """All first filters (F, 3, k, k) as colour pictures on one scale, grey where a weight is zero."""
    weights = weights.detach().cpu()
    count, _, kernel, _ = weights.shape
    tiles = 0.5 + weights / (2 * weights.abs().max())
    sheet = torchvision().utils.make_grid(tiles, nrow=16, padding=1, pad_value=1)
    figure, axes = style.new_figure(height=style.WIDTH * sheet.shape[1] / sheet.shape[2])
    style.image_axes(axes, sheet)
    told = f"De {number(count)} filtre i conv1, hvert på {kernel}x{kernel} pixler med tre farver, i fælles skala."
    return style.described(figure, told)


def first_feature_maps(photo: Any, maps: Any) -> Figure:
    """The photo (3, H, W) and the first eight feature maps of (C, h, w), on one scale from zero."""
    highest, (height, width) = float(maps[:8].max()), maps.shape[-2:]
    names = [f"kanal {channel}" for channel in range(1, 9)]
    return picture_grid(
        [photo, *maps[:4], None, *maps[4:8]],
        f"Fotoet og de første 8 af {number(maps.shape[0])} feature maps i conv1, hvert {height}x{width}, "
        f"i fælles skala fra 0 til {number(highest, 1)}.",
        columns=5,
        above=[f"foto: {photo.shape[-1]}x{photo.shape[-1]}", *names[:4], "", *names[4:]],
        title=f"conv1: fra 0 (mørk) til {number(highest, 1)} (lys)",
        vmin=0,
        vmax=highest,
    )
