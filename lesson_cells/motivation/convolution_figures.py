"""Lesson 00, first half: pixels are numbers, a filter slides over them, and its answer moves along."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Rectangle
from torch import Tensor

from lesson_utils.danish import listing, number, plural
from lesson_utils.show.style import (
    BLUE,
    DIVERGING,
    GREY,
    INK,
    ORANGE,
    PALE,
    described,
    image_axes,
    new_figure,
    styled,
)

READABLE = 8  # an image of at most so many pixels a side shows their numbers


@styled
def photo_as_numbers(photo: Tensor, top: int, left: int, size: int = 8) -> Figure:
    """A photo (3, H, W), a square of it enlarged, and that square's red numbers from 0 to 255."""
    square = photo[:, top : top + size, left : left + size]
    figure, (whole, near, numbers) = new_figure(height=3.5, columns=3)
    figure.get_layout_engine().set(h_pad=0.1)
    image_axes(whole, photo)
    whole.add_patch(Rectangle((left - 0.5, top - 0.5), size, size, fill=False, edgecolor=ORANGE, linewidth=3))
    whole.set_title("Det du ser")
    image_axes(near, square)
    _frame(near, size, ORANGE)
    near.set_title(f"{size} x {size} pixler")
    red = (square[0] * 255).round().int()
    image_axes(numbers, torch.full((size, size), 255), cmap="gray", vmin=0, vmax=255)
    _write(numbers, red, lambda value: number(int(value)), size=12)
    _frame(numbers, size, ORANGE)
    numbers.set_title("Det computeren ser")
    for side in (0, size):
        corner = (left + size - 0.5, top + side - 0.5)
        line = ConnectionPatch(corner, (-0.5, side - 0.5), "data", "data", axesA=whole, axesB=near)
        line.set(color=ORANGE, linewidth=1.5)
        figure.add_artist(line)
    shape = " x ".join(number(n) for n in photo.shape)
    return described(
        figure,
        f"Et foto, {size} x {size} pixler af det forstørret, og de samme pixlers røde farve som tal fra "
        f"{number(int(red.min()))} til {number(int(red.max()))}. Hele fotoet er {shape} tal.",
    )


@styled
def weights_by_size(sides: Sequence[int], dense: Sequence[int], conv: Sequence[int], units: int) -> Figure:
    """Parameters of a first layer with `units` units or filters against the side of the image (pixels)."""
    figure, axes = new_figure(height=4.2)
    axes.plot(sides, dense, "o-", color=ORANGE, markersize=9)
    axes.plot(sides, conv, "s-", color=BLUE, markersize=9)
    axes.set_yscale("log")
    axes.set_ylim(min(conv) / 4, max(dense) * 4)
    axes.set_xticks(list(sides))
    axes.set_xlabel("billedets side (pixler)")
    axes.set_ylabel("parametre")
    axes.grid(axis="y")
    axes.annotate(
        f"fuldt forbundet: {number(dense[-1])}", (sides[-1], dense[-1]), (0, 12), ha="right", color=INK,
        textcoords="offset points", fontsize=15,
    )  # fmt: skip
    axes.annotate(
        f"foldning: {number(conv[-1])}", (sides[-1], conv[-1]), (0, -24), ha="right", color=INK,
        textcoords="offset points", fontsize=15,
    )  # fmt: skip
    pairs = listing(
        f"{number(many)} mod {number(few)} ved {side} pixler"
        for side, many, few in zip(sides, dense, conv, strict=True)
    )
    return described(
        figure,
        f"Parametre i det første lag med {units} enheder, fuldt forbundet mod foldning: {pairs}. "
        "Den første kurve stiger med billedet, den anden er flad.",
    )


@styled
def one_place(image: Tensor, kernel: Tensor, answers: Tensor, row: int, column: int, whole: bool) -> Figure:
    """A filter in one of its places: the pixels under it, times its weights, added up to one number.

    Args:
        image: (H, W); its numbers are written in it if it is small.
        kernel: (k, k).
        answers: (H - k + 1, W - k + 1), from the library.
        row, column: the place, counted from 0.
        whole: show all answers; else only those up to this place, as the filter has slid so far.
    """
    side = len(kernel)
    under, answer = image[row : row + side, column : column + side], float(answers[row, column])
    figure, _ = new_figure(height=5.8, rows=0)
    top, bottom = figure.add_gridspec(2, 1, height_ratios=[2.3, 1.3])
    left, right = (figure.add_subplot(cell) for cell in top.subgridspec(1, 2))
    low, high = min(0.0, float(image.min())), max(1.0, float(image.max()))
    image_axes(left, image, cmap="gray", vmin=low, vmax=high)
    left.set_title("Billedet")
    left.add_patch(_square(row, column, side, ORANGE))
    shown = answers.clone().float()
    if not whole:
        shown.view(-1)[row * answers.shape[1] + column + 1 :] = torch.nan
    limit = max(float(answers.abs().max()), 1e-6)
    right.set_facecolor(PALE)
    image_axes(right, shown, cmap=DIVERGING, vmin=-limit, vmax=limit)
    right.set_title("Feature map")
    right.add_patch(_square(row, column, 1, ORANGE))
    if max(image.shape) <= READABLE:
        _write(left, image, _short)
        _write(right, shown, _short)
    pieces = [figure.add_subplot(cell) for cell in bottom.subgridspec(1, 4, width_ratios=[1, 1, 1, 1.2])]
    for piece, values, sign in zip(pieces, (under, kernel, under * kernel), ("·", "=", ""), strict=False):
        _numbers(piece, values, sign)
    pieces[0].set_title("under filteret", fontsize=13)
    pieces[1].set_title("filteret", fontsize=13)
    pieces[2].set_title("ganget", fontsize=13)
    pieces[3].text(0.0, 0.5, f"sum = {_short(answer)}", fontsize=22, va="center", color=INK)
    pieces[3].set_axis_off()
    return described(
        figure,
        f"Et filter på {side}x{side} står i række {row}, kolonne {column}. Pixlerne under det ganget med dets "
        f"vægte giver summen {_short(answer)}, som er ét tal i et feature map på "
        f"{answers.shape[0]} x {answers.shape[1]}.",
    )


@styled
def filters_on_photo(photo: Tensor, answers: Mapping[str, Tensor]) -> Figure:
    """A photo (3, H, W) and what each filter answers to it, each map on its own scale around zero."""
    figure, axes = new_figure(height=3.0, columns=len(answers) + 1)
    image_axes(axes[0], photo)
    axes[0].set_title("foto", fontsize=14)
    for cell, (name, values) in zip(axes[1:], answers.items(), strict=True):
        limit = float(values.abs().quantile(0.995))
        image_axes(cell, values, cmap=DIVERGING, vmin=-limit, vmax=limit)
        cell.set_title(name, fontsize=14)
    figure.supxlabel("rød: svar over nul · hvid: nul · blå: svar under nul", fontsize=13)
    return described(
        figure, f"Et foto og svarene fra {plural(len(answers), 'filter', 'filtre')}: {listing(answers)}."
    )


@styled
def moved(images: Tensor, maps: Tensor, shifts: Sequence[int], found: Sequence[int], layer: str) -> Figure:
    """The same thing in several places, and below one feature map of each, with how far both moved.

    `images` (N, 3, S, S), `maps` (N, H, W), `shifts` pixels to the right and `found` units to the right.
    """
    figure, (above, below) = new_figure(height=6.0, rows=2, columns=len(images))
    highest = float(maps.max())
    for image, feature_map, shift, steps, up, down in zip(
        images, maps, shifts, found, above, below, strict=True
    ):
        image_axes(up, image)
        up.spines[:].set(visible=True, color=GREY)
        up.set_title(f"billedet: {plural(shift, 'pixel', 'pixler')}", fontsize=14)
        image_axes(down, feature_map, vmin=0, vmax=highest)
        down.set_title(f"{layer}: {plural(steps, 'enhed', 'enheder')}", fontsize=14)
    pairs = listing(f"{a} pixler flytter {layer} {b} enheder" for a, b in zip(shifts, found, strict=True))
    return described(
        figure, f"Den samme ting flyttet mod højre, og et feature map under hvert billede: {pairs}."
    )


def _square(row: int, column: int, side: int, colour: str) -> Rectangle:
    corner = (column - 0.5, row - 0.5)
    return Rectangle(corner, side, side, fill=False, edgecolor=colour, linewidth=3, zorder=4)


def _frame(axes: Axes, size: int, colour: str) -> None:
    axes.add_patch(_square(0, 0, size, colour)).set_clip_on(False)


def _numbers(axes: Axes, values: Tensor, sign: str) -> None:
    """A small square of numbers, and the sign between it and the next."""
    side = len(values)
    image_axes(axes, torch.zeros(side, side), cmap="gray_r", vmin=0, vmax=1)
    for edge in np.arange(-0.5, side):
        axes.axhline(edge, color=GREY, linewidth=0.8)
        axes.axvline(edge, color=GREY, linewidth=0.8)
    _write(axes, values, _short, size=12)
    axes.text(side - 0.2, (side - 1) / 2, sign, fontsize=22, va="center", ha="left", clip_on=False)


def _write(axes: Axes, values: Tensor, text: Callable[[float], str], size: int = 14) -> None:
    """Each number in its cell, white on dark cells and black on light ones."""
    picture = axes.images[-1]
    for row, line in enumerate(values.tolist()):
        for column, value in enumerate(line):
            if value == value:  # not where the filter has not been yet
                red, green, blue, _ = picture.cmap(picture.norm(picture.get_array()[row, column]))
                dark = 0.3 * red + 0.6 * green + 0.1 * blue < 0.5
                colour = "white" if dark else INK
                axes.text(column, row, text(value), ha="center", va="center", fontsize=size, color=colour)


def _short(value: float) -> str:
    return number(round(value, 2))
