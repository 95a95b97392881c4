"""An image: its numbers, the parts of a drawn one, and what a filter answers as it slides over it."""

from collections.abc import Callable, Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Patch, Rectangle
from torch import Tensor

from lesson_utils.danish import listing, number, percent, plural
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid
from lesson_world import Samples
from lesson_world.names import PARTS

PART_COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PURPLE, style.RED, style.SKY, "#F0E442", "#8C564B",
                "#1A1A1A", "#B8B8B8")  # fmt: skip
READABLE = 8  # an image of at most so many pixels a side shows their numbers


@style.styled
def photo_as_numbers(photo: Tensor, top: int, left: int, size: int = 8) -> Figure:
    """A photo (3, H, W), a square of it enlarged, and that square's red numbers from 0 to 255."""
    square = photo[:, top : top + size, left : left + size]
    figure, (whole, near, numbers) = style.new_figure(height=3.5, columns=3)
    figure.get_layout_engine().set(h_pad=0.1)
    style.image_axes(whole, photo)
    whole.add_patch(_square(top, left, size))
    whole.set_title("Det, du ser")
    style.image_axes(near, square)
    near.set_title(f"{size} x {size} pixler")
    red = (square[0] * 255).round().int()
    style.image_axes(numbers, torch.full((size, size), 255), cmap="gray", vmin=0, vmax=255)
    _write(numbers, red, lambda value: number(int(value)), size=12)
    numbers.set_title("Det, computeren ser")
    for axes in (near, numbers):
        axes.add_patch(_square(0, 0, size)).set_clip_on(False)
    for side in (0, size):
        corner = (left + size - 0.5, top + side - 0.5)
        line = ConnectionPatch(corner, (-0.5, side - 0.5), "data", "data", axesA=whole, axesB=near)
        line.set(color=style.ORANGE, linewidth=1.5)
        figure.add_artist(line)
    shape = " x ".join(number(n) for n in photo.shape)
    return style.described(
        figure,
        f"Et foto, {size} x {size} pixler af det forstørret, og de samme pixlers røde farve som tal fra "
        f"{number(int(red.min()))} til {number(int(red.max()))}. Hele fotoet er {shape} tal.",
    )


@style.styled
def part_map(samples: Samples, parts: bool = True, row: int = 0) -> Figure:
    """One image, and beside it the same with its parts coloured and how much each covers.

    Without `parts` their room stays empty, so that nothing jumps where they come and go.
    """
    image, name = samples.images[row], samples.danish_names[int(samples.labels[row])]
    figure, (plain, overlaid, names) = style.new_figure(3.8, columns=3, width_ratios=[1, 1, 0.7])
    figure.get_layout_engine().set(h_pad=0.15)
    style.image_axes(plain, image)
    plain.set_title(f"{name}, {image.shape[-1]} x {image.shape[-1]} pixler")
    for axes in (overlaid, names):
        axes.set_axis_off()
    said = f"Et billede af klassen {name} på {image.shape[-1]} x {image.shape[-1]} pixler"
    if not parts:
        return style.described(figure, f"{said}.")
    numbers = samples.parts[row]
    shares = torch.bincount(numbers.flatten().long(), minlength=len(PARTS)) / numbers.numel()
    order = [part for part in shares.argsort(descending=True).tolist() if part and shares[part] > 0]
    largest = {part: shares[part].item() for part in order[: len(PART_COLOURS)]}
    texts = [f"{list(PARTS.values())[part]} {percent(share)}" for part, share in largest.items()]
    handles = [Patch(color=colour, label=text) for colour, text in zip(PART_COLOURS, texts, strict=False)]
    names.legend(handles=handles, loc="center left", handlelength=1.0)
    overlaid.set_title("Delene")
    style.image_axes(overlaid, image.mean(0), cmap="gray", vmin=0, vmax=1)
    places = torch.full(numbers.shape, torch.nan)  # NaN is not drawn
    for place, part in enumerate(largest):
        places[numbers == part] = place
    colours = ListedColormap(PART_COLOURS)
    style.image_axes(overlaid, places, cmap=colours, vmin=0, vmax=len(PART_COLOURS) - 1, alpha=0.75)
    what = f"Delene fylder: {listing(texts)}" if texts else "Ingen dele er synlige"
    return style.described(figure, f"{said}, og det samme med delene farvelagt. {what}.")


@style.styled
def one_place(image: Tensor, kernel: Tensor, answers: Tensor, row: int, column: int, whole: bool) -> Figure:
    """A filter (k, k) in one of its places: the pixels of the image (H, W) under it, times its weights, added up.

    The numbers of a small image are written in it. `answers` (H - k + 1, W - k + 1): all of them where `whole`,
    else those up to this place (from 0), as the filter has slid so far.
    """
    side = len(kernel)
    under, answer = image[row : row + side, column : column + side], float(answers[row, column])
    figure, _ = style.new_figure(height=5.8, rows=0)
    top, bottom = figure.add_gridspec(2, 1, height_ratios=[2.3, 1.3])
    left, right = (figure.add_subplot(cell) for cell in top.subgridspec(1, 2))
    low, high = min(0.0, float(image.min())), max(1.0, float(image.max()))
    style.image_axes(left, image, cmap="gray", vmin=low, vmax=high)
    left.set_title("Billedet")
    left.add_patch(_square(row, column, side))
    shown = answers.clone().float()
    if not whole:
        shown.view(-1)[row * answers.shape[1] + column + 1 :] = torch.nan
    limit = max(float(answers.abs().max()), 1e-6)
    right.set_facecolor(style.PALE)
    style.image_axes(right, shown, cmap=style.DIVERGING, vmin=-limit, vmax=limit)
    right.set_title("Feature map")
    right.add_patch(_square(row, column, 1))
    if max(image.shape) <= READABLE:
        _write(left, image, _short)
        _write(right, shown, _short)
    *pieces, total = (
        figure.add_subplot(cell) for cell in bottom.subgridspec(1, 4, width_ratios=[1, 1, 1, 1.2])
    )
    parts = (("under filteret", under, "·"), ("filteret", kernel, "="), ("ganget", under * kernel, ""))
    for piece, (title, values, sign) in zip(pieces, parts, strict=True):
        _numbers(piece, values, sign)
        piece.set_title(title, fontsize=13)
    total.text(0.0, 0.5, f"sum = {_short(answer)}", fontsize=22, va="center", color=style.INK)
    total.set_axis_off()
    return style.described(
        figure,
        f"Et filter på {side}x{side} står i række {row}, kolonne {column}. Pixlerne under det ganget med dets "
        f"vægte giver summen {_short(answer)}, som er ét tal i et feature map på "
        f"{answers.shape[0]} x {answers.shape[1]}.",
    )


def filters_on_photo(photo: Tensor, answers: Mapping[str, Tensor]) -> Figure:
    """A photo (3, H, W) and what each filter answers to it, each map on its own scale around zero."""
    scaled = [values / values.abs().quantile(0.995) for values in answers.values()]
    said = f"Et foto og svarene fra {plural(len(answers), 'filter', 'filtre')}: {listing(answers)}."
    words = {"above": ["foto", *answers], "title": "rød: svar over nul · hvid: nul · blå: svar under nul"}
    return picture_grid([photo, *scaled], said, **words, cmap=style.DIVERGING, vmin=-1, vmax=1)


def moved(images: Tensor, maps: Tensor, shifts: Sequence[int], found: Sequence[int], layer: str) -> Figure:
    """The same thing in several places, and below one feature map of each, with how far both moved.

    `images` (N, 3, S, S), `maps` (N, H, W), `shifts` pixels to the right and `found` places to the right.
    """
    titles = [f"billedet: {plural(shift, 'pixel', 'pixler')}" for shift in shifts]
    titles += [f"{layer}: {plural(steps, 'plads', 'pladser')}" for steps in found]
    pairs = listing(f"{a} pixler flytter {layer} {b} pladser" for a, b in zip(shifts, found, strict=True))
    said = f"Et billede flyttet mod højre, og et feature map under hver udgave: {pairs}."
    rows = [*images, *maps]
    figure = picture_grid(rows, said, len(images), above=titles, vmin=0, vmax=float(maps.max()))
    for axes in figure.axes[: len(images)]:
        axes.spines[:].set(visible=True, color=style.GREY)  # white paper on a white page
    return figure


def _square(row: int, column: int, side: int) -> Rectangle:
    corner = (column - 0.5, row - 0.5)
    return Rectangle(corner, side, side, fill=False, edgecolor=style.ORANGE, linewidth=3, zorder=4)


def _numbers(axes: Axes, values: Tensor, sign: str) -> None:
    """A small square of numbers, and the sign between it and the next."""
    side = len(values)
    style.image_axes(axes, torch.zeros(side, side), cmap="gray_r", vmin=0, vmax=1)
    for edge in range(side + 1):
        axes.axhline(edge - 0.5, color=style.GREY, linewidth=0.8)
        axes.axvline(edge - 0.5, color=style.GREY, linewidth=0.8)
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
                colour = "white" if dark else style.INK
                axes.text(column, row, text(value), ha="center", va="center", fontsize=size, color=colour)


def _short(value: float) -> str:
    return number(round(value, 2))
