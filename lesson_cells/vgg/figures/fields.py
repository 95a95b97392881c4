"""What a unit sees: two ways to one unit, gradients, and the fields of a whole network on a photo."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from lesson_utils.danish import listing, percent
from lesson_utils.show import style

WAY_WIDTH = 24.0  # of a drawn way from image to unit, in pixels of the image
BLOCK_COLOURS = (style.GREEN, style.ORANGE, style.RED, style.PURPLE, style.BLUE)


@style.styled
def steps_to_one(image: int, ways: Mapping[str, Sequence[tuple[int, int]]]) -> Figure:
    """An image of `image` x `image` pixels shrinks, filter by filter, to a single unit; a row for each way.

    `ways`: steps as (kernel, size of the map that comes out). Blue and orange: two units of a map, and the window
    that each of them sees in the map before.
    """
    figure, rows = style.new_figure(height=2.75 * len(ways), rows=len(ways), squeeze=False)
    texts = []
    for axes, (title, steps) in zip(rows.flat, ways.items(), strict=True):
        axes.set_title(title)
        texts.append(f"{title}: {' → '.join(str(size) for size in (image, *(size for _, size in steps)))}")
        _draw_way(axes, image, steps)
    told = f"Et billede bliver til én plads. {'; '.join(texts)}. Formlen står over hver pil."
    return style.described(figure, told)


def _draw_way(axes: Axes, image: int, steps: Sequence[tuple[int, int]]) -> None:
    gap = (WAY_WIDTH - image - sum(size for _, size in steps)) / len(steps)
    left, size, units = 0.0, image, []
    for kernel, after in steps:
        places = [(0, style.BLUE), (after - 1, style.ORANGE)][: min(after, 2)]
        _draw_map(axes, left, size, units, [(place, kernel, colour) for place, colour in places])
        right = left + size + gap
        middle, arrow = (left + size + right) / 2, {"arrowstyle": "-|>", "lw": 2, "color": style.INK}
        axes.annotate("", (right - 0.4, 0), (left + size + 0.4, 0), arrowprops=arrow)
        formula = f"$\\dfrac{{{size} - {kernel}}}{{1}} + 1 = {after}$"
        axes.text(middle, 0.45, formula, ha="center", va="bottom", fontsize=18)
        axes.text(middle, -0.45, f"filter {kernel}x{kernel}", ha="center", va="top")
        left, size, units = right, after, places
    _draw_map(axes, left, size, units, [])
    axes.set(xlim=(-0.3, WAY_WIDTH + 0.3), ylim=(-image / 2 - 0.9, image / 2 + 0.3), aspect="equal")
    axes.set_axis_off()


def _draw_map(axes: Axes, left: float, size: int, units: Sequence[tuple], windows: Sequence[tuple]) -> None:
    """A grid of `size` x `size`; units as (place on the diagonal, colour), windows as (place, width, colour)."""
    top = size / 2
    for place, width, colour in windows:
        corner = (left + place, top - place - width)
        axes.add_patch(Rectangle(corner, width, width, facecolor=colour, alpha=0.3, linewidth=0, zorder=1))
        style.outline(axes, corner, width, edgecolor=colour, linewidth=3, zorder=4)
    for place, colour in units:
        corner = (left + place, top - place - 1)
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=colour, linewidth=0, zorder=2))
    for row, column in np.ndindex(size, size):
        style.outline(axes, (left + column, top - row - 1), 1, edgecolor=style.GREY, linewidth=1, zorder=3)
    axes.text(left + size / 2, -top - 0.15, f"{size}x{size}", ha="center", va="top")


@style.styled
def gradient_fields(gradients: Mapping[str, Any]) -> Figure:
    """Which pixels change the middle unit, for several stacks; each gradient (H, W) relative to its largest."""
    figure, panels = style.new_figure(height=3.9, columns=len(gradients))
    texts = []
    for axes, (title, gradient) in zip(panels, gradients.items(), strict=True):
        gradient = np.asarray(gradient) / np.max(np.asarray(gradient))
        left, top, width, height = _bounds(gradient)
        axes.set_facecolor(style.PALE)
        seen = np.where(gradient == 0, np.nan, gradient)
        shown = style.image_axes(axes, seen, cmap=style.SEQUENTIAL, vmin=0, vmax=1)
        for edge in np.arange(0.5, len(gradient) - 1):
            axes.axhline(edge, color="white", linewidth=1)
            axes.axvline(edge, color="white", linewidth=1)
        style.outline(axes, (left, top), width, height, edgecolor=style.RED, linewidth=3)
        axes.set_title(title)
        axes.set_xlabel(f"{width} x {height} pixler", fontsize=17, color=style.RED)
        texts.append(f"{title.lower()}: {width} x {height} pixler")
    figure.colorbar(shown, ax=panels, shrink=0.62, pad=0.02).set_label("gradient (størst = 1)")
    told = "Hvor gradienten af den midterste plads med hensyn til pixlerne er forskellig fra nul"
    return style.described(figure, f"{told}: {listing(texts)}.")


def _bounds(gradient: np.ndarray) -> tuple[float, float, int, int]:
    """(left, top, width, height) of the rectangle with all that is not zero, in pixel edges."""
    rows, columns = np.nonzero(gradient)
    return columns.min() - 0.5, rows.min() - 0.5, int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@style.styled
def network_fields(name: str, photo: Any, fields: pd.DataFrame) -> Figure:
    """The receptive fields of network `name`: formula against gradient; each block's last on a photo (3, H, W).

    `fields`: one row per conv layer and pool; columns `block`, `formula`, `gradient` (pixels).
    """
    figure, (picture, bars) = style.new_figure(height=6.4, columns=2, width_ratios=[1, 1.05])
    style.image_axes(picture, photo)
    colours = [BLOCK_COLOURS[(block - 1) % len(BLOCK_COLOURS)] for block in fields["block"]]
    last_convs = fields[fields.index.str.startswith("conv")].groupby("block").tail(1)
    for layer, row in last_convs.iterrows():
        corner = ((photo.shape[-1] - 1 - row.formula) / 2,) * 2
        for edge, line in (("white", 4), (colours[fields.index.get_loc(layer)], 2.5)):
            style.outline(picture, corner, row.formula, edgecolor=edge, linewidth=line)
    picture.set_title("Hver bloks sidste felt")
    picture.set_xlabel(f"udsnit på {photo.shape[-1]} x {photo.shape[-2]} pixler")
    formula, gradient = fields["formula"], fields["gradient"]
    style.bars(bars, formula, gradient, 1.17 * formula.max(), color=colours, alpha=0.55)
    (dots,) = bars.plot(gradient, range(len(fields)), "o", color=style.INK, markersize=7, label="gradient")
    bars.set(title=f"{name}, lag for lag", xlabel="feltets bredde (pixler)")
    box = Patch(color=style.GREY, alpha=0.55, label="formel")
    bars.legend(handles=[box, dots], loc="upper right", fontsize=14)
    equal = int((formula == gradient).sum())
    ends = listing(f"{layer} {row.formula}" for layer, row in last_convs.iterrows())
    return style.described(
        figure,
        f"Receptive felter i {name}. Formel og gradient giver samme tal i {equal} af {len(fields)} lag. "
        f"Bredden i pixler efter hver bloks sidste conv-lag: {ends}.",
    )


@style.styled
def effective_field(paths: Any, photo: Any, gradient: Any, layer: str, width: int) -> Figure:
    """Not all of a field counts the same: the photo (3, H, W) is as bright as the gradient (H, W) is strong.

    `paths` (k, k): in how many ways each pixel reaches the unit after two layers. `gradient`: that of the middle
    unit of `layer`, of which the middle `width` x `width` pixels are outlined.
    """
    paths, gradient = np.asarray(paths).round().astype(int), np.asarray(gradient)
    figure, (grid, picture) = style.new_figure(height=5.6, columns=2)
    style.image_axes(grid, paths, cmap=style.SEQUENTIAL, vmin=0)
    for (row, column), count in np.ndenumerate(paths):
        colour = "white" if count < 0.6 * paths.max() else style.INK
        grid.text(column, row, count, ha="center", va="center", fontsize=20, color=colour)
    grid.set_title("To 3x3-lag: veje fra hver pixel")
    left, top, field, _ = _bounds(gradient)
    style.image_axes(picture, np.asarray(photo) * (0.25 + 0.75 * gradient / gradient.max()))
    style.outline(picture, (left, top), field, edgecolor="white", linewidth=2.5, ls="--")
    inner = (left + (field - width) / 2, top + (field - width) / 2)
    style.outline(picture, inner, width, edgecolor=style.ORANGE, linewidth=3.5)
    rows, columns = (slice(round(edge + 0.5), round(edge + 0.5) + width) for edge in inner[::-1])
    part = f"{percent(gradient[rows, columns].sum() / gradient.sum(), 0)} af gradienten"
    picture.set_title(f"{layer}: lyst = stor gradient")
    picture.set_xlabel(f"stiplet: hele feltet, {field} pixler\norange: {part}, {width} pixler")
    return style.described(
        figure,
        f"Til venstre veje fra hver pixel til pladsen: {paths.max()} fra midten, {paths[0, 0]} fra et hjørne. "
        f"Til højre: feltet i {layer} er {field} pixler bredt, men {part} ligger i de midterste "
        f"{width} x {width} pixler.",
    )
