"""Lesson 02, the first layer on a photo: what a filter covers, the filters themselves, and the feature maps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lesson_utils.danish import listing, number
from lesson_utils.show.style import BLUE, INK, ORANGE, described, image_axes, new_figure, styled

CROP = 27  # pixels of the photo that the close-up shows


@styled
def neighbouring_filters(photo: Any, kernel: int, stride: int) -> Figure:
    """Two neighbouring places of a filter on the photo (3, H, W), to the right pixel by pixel."""
    figure, (whole, close) = new_figure(height=4.95, columns=2)
    size = int(photo.shape[-1])
    top, left = _liveliest(np.asarray(photo), stride)
    row = top + (CROP - kernel) // 2 // stride * stride
    start = left + (CROP - kernel - stride) // 2 // stride * stride
    image_axes(whole, photo)
    image_axes(close, photo)
    for axes, line in ((whole, 1.6), (close, 4.0)):
        for place, colour in ((start, BLUE), (start + stride, ORANGE)):
            edge = {"fill": False, "edgecolor": colour, "linewidth": line}
            axes.add_patch(Rectangle((place - 0.5, row - 0.5), kernel, kernel, zorder=4, **edge))
    frame = (left - 0.5, top - 0.5)
    whole.add_patch(Rectangle(frame, CROP, CROP, fill=False, edgecolor="white", linewidth=2.5))
    whole.set_title(f"Fotoet: {size}x{size} pixler")
    close.set(xlim=(left - 0.5, left + CROP - 0.5), ylim=(top + CROP - 0.5, top - 0.5))
    close.set_title("Den hvide ramme, pixel for pixel")
    shared = kernel - stride
    between = {"facecolor": "white", "alpha": 0.3, "zorder": 3}
    close.add_patch(Rectangle((start + stride - 0.5, row - 0.5), shared, kernel, **between))
    _span(close, start, stride, row - 2.1, f"skridt: {stride}", above=True)
    _span(close, start + stride, shared, row + kernel + 1.1, f"fælles: {shared} af {kernel}", above=False)
    return described(
        figure,
        f"To nabofiltre på {kernel}x{kernel} pixler på et foto på {size}x{size}, forskudt {stride} pixler: "
        f"de deler {shared} af deres {kernel} søjler.",
    )


def _span(axes: Any, start: int, length: int, height: float, text: str, above: bool) -> None:
    box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none"}
    ends = ((start - 0.5, height), (start + length - 0.5, height))
    axes.plot(*zip(*ends, strict=True), color="white", linewidth=9, solid_capstyle="round", zorder=5)
    arrow = {"arrowstyle": "<->", "color": INK, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", *ends, arrowprops=arrow, zorder=6)
    middle, offset = start - 0.5 + length / 2, -1.9 if above else 2.0
    axes.text(
        middle, height + offset, text, ha="center", va="center", fontsize=15, color=INK, bbox=box, zorder=7
    )


def _liveliest(photo: np.ndarray, stride: int) -> tuple[int, int]:
    """The top left corner of the close-up with the most contrast, on the grid of the filter's places."""
    starts = range(0, photo.shape[-1] - CROP + 1, stride)
    corners = [(top, left) for top in starts for left in starts]
    return max(corners, key=lambda at: photo[:, at[0] : at[0] + CROP, at[1] : at[1] + CROP].std())


@styled
def filter_sheet(weights: Any, columns: int = 16) -> Figure:
    """All first filters (F, 3, k, k) as colour pictures on one scale, grey where a weight is zero."""
    weights = np.asarray(weights.detach() if hasattr(weights, "detach") else weights)
    count, _, kernel, _ = weights.shape
    rows, step = -(-count // columns), kernel + 1
    sheet = np.ones((rows * step + 1, columns * step + 1, 3))
    for place, tile in enumerate(0.5 + weights / (2 * np.abs(weights).max())):
        top, left = place // columns * step + 1, place % columns * step + 1
        sheet[top : top + kernel, left : left + kernel] = tile.transpose(1, 2, 0)
    figure, axes = new_figure(height=9.0 * sheet.shape[0] / sheet.shape[1])
    image_axes(axes, sheet)
    return described(
        figure,
        f"De {number(count)} filtre i conv1, hvert på {kernel}x{kernel} pixler med tre farver, i fælles skala.",
    )


@styled
def first_maps(photo: Any, maps: Any, layer: str = "conv1") -> Figure:
    """The photo (3, H, W) and the first eight feature maps of (C, h, w), on one scale from zero."""
    figure, _ = new_figure(height=3.6, rows=0)
    grid = figure.add_gridspec(2, 6)
    picture = figure.add_subplot(grid[:, :2])
    image_axes(picture, photo)
    picture.set_title(f"foto: {photo.shape[-1]}x{photo.shape[-1]}")
    highest = float(maps[:8].max())
    panels = [figure.add_subplot(grid[place // 4, 2 + place % 4]) for place in range(8)]
    for place, axes in enumerate(panels):
        shown = image_axes(axes, maps[place], vmin=0, vmax=highest)
        axes.set_title(f"kanal {place + 1}", fontsize=13, pad=4)
    bar = figure.colorbar(shown, ax=panels, pad=0.02, fraction=0.035)
    bar.ax.yaxis.get_major_locator().set_params(integer=True, nbins=5)
    bar.set_label("aktivering")
    bar.outline.set_visible(False)
    return described(
        figure,
        f"Fotoet og de første 8 af {number(maps.shape[0])} feature maps i {layer}, hvert {maps.shape[-2]}x"
        f"{maps.shape[-1]}, i fælles skala fra 0 til {number(highest, 1)}.",
    )


@styled
def shrinking_maps(maps: Mapping[str, Any]) -> Figure:
    """One feature map (h, w) per layer, all drawn equally large: the pixels grow. Each has its own scale."""
    figure, panels = new_figure(height=2.4, columns=len(maps))
    for axes, (layer, feature_map) in zip(panels, maps.items(), strict=True):
        image_axes(axes, feature_map)
        height, width = feature_map.shape
        axes.set_title(f"{layer}\n{height}x{width}", fontsize=15)
    sizes = listing(f"{layer} {m.shape[0]}x{m.shape[1]}" for layer, m in maps.items())
    return described(figure, f"Ét feature map fra hvert lag, tegnet lige store, så pixlerne vokser: {sizes}.")
