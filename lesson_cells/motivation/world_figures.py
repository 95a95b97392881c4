"""The image world: a sheet of its classes, and one image with its parts laid over."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    described,
    image_axes,
    new_figure,
    styled,
)
from lesson_world.names import PARTS
from lesson_world.samples import Samples

_PART_COLOURS = (ORANGE, BLUE, GREEN, PURPLE, RED, SKY, "#F0E442", "#8C564B", "#1A1A1A", "#B8B8B8")
_MOST_PARTS = len(_PART_COLOURS)


@styled
def class_sheet(samples: Samples, columns: int = 8, title: str = "") -> Figure:
    """One image of each class under its Danish name: the first of the samples that shows the class."""
    shown = [
        (label, rows[0]) for label in range(len(samples.class_names)) if len(rows := _rows(samples, label))
    ]
    lines = -(-len(shown) // columns)
    figure, axes = new_figure(lines * 1.36 + (0.5 if title else 0.1), lines, columns, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for cell in axes.flat[len(shown) :]:
        cell.set_axis_off()
    for cell, (label, row) in zip(axes.flat, shown, strict=False):
        image_axes(cell, samples.images[row])
        cell.set_title(samples.danish_names[label], fontsize=13, loc="center", pad=3)
    if title:
        figure.suptitle(title)
    names = listing(samples.danish_names[label] for label, _ in shown)
    return described(figure, f"{number(len(shown))} tegnede billeder, ét af hver klasse: {names}.")


@styled
def image_grid(samples: Samples, columns: int = 8, title: str = "") -> Figure:
    """All samples side by side, row after row."""
    lines = -(-len(samples) // columns)
    figure, axes = new_figure(lines * 9.0 / columns + (0.5 if title else 0.0), lines, columns, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.01, h_pad=0.01, wspace=0, hspace=0)
    for cell in axes.flat[len(samples) :]:
        cell.set_axis_off()
    for cell, image in zip(axes.flat, samples.images, strict=False):
        image_axes(cell, image)
    if title:
        figure.suptitle(title)
    kinds = sorted({samples.danish_names[label] for label in samples.labels.tolist()})
    return described(figure, f"{number(len(samples))} billeder fra den tegnede verden af {listing(kinds)}.")


@styled
def part_map(samples: Samples, row: int = 0) -> Figure:
    """One image, the same with its parts coloured, and a legend that says how much each part covers."""
    name = samples.danish_names[int(samples.labels[row])]
    parts = _largest_parts(samples.parts[row])
    figure, (plain, overlaid) = new_figure(height=4.6, columns=2)
    image_axes(plain, samples.images[row])
    plain.set_title(f"Billedet: {name}")
    image_axes(overlaid, samples.images[row].mean(0), cmap="gray", vmin=0, vmax=1)
    places = _places(samples.parts[row], [part for part, _ in parts])
    colours = ListedColormap(_PART_COLOURS)
    image_axes(overlaid, places, cmap=colours, vmin=0, vmax=_MOST_PARTS - 1, alpha=0.75)
    overlaid.set_title("Delene")
    texts = [f"{_danish(part)} {percent(share)}" for part, share in parts]
    handles = [Patch(color=colour, label=text) for colour, text in zip(_PART_COLOURS, texts, strict=False)]
    if handles:
        overlaid.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.0)
    what = f"Delene fylder: {listing(texts)}" if parts else "Ingen dele er synlige"
    return described(figure, f"Et billede af klassen {name}, og det samme med delene farvelagt. {what}.")


@styled
def single_view(samples: Samples, parts: bool, row: int = 0) -> Figure:
    """One image, large, with its parts laid over it or not; the legend's room stays, so nothing jumps."""
    name, side = samples.danish_names[int(samples.labels[row])], samples.images.shape[-1]
    figure, (picture, legend) = new_figure(height=5.0, columns=2, width_ratios=[1.05, 1])
    figure.get_layout_engine().set(h_pad=0.12)
    legend.set_axis_off()
    image_axes(
        picture,
        samples.images[row] if not parts else samples.images[row].mean(0, keepdim=True).repeat(3, 1, 1),
    )
    picture.set_title(f"{name}, {side} x {side} pixler")
    if not parts:
        return described(figure, f"Et billede af klassen {name} på {side} x {side} pixler.")
    largest = _largest_parts(samples.parts[row])
    places = _places(samples.parts[row], [part for part, _ in largest])
    image_axes(picture, places, cmap=ListedColormap(_PART_COLOURS), vmin=0, vmax=_MOST_PARTS - 1, alpha=0.75)
    texts = [f"{_danish(part)} {percent(share)}" for part, share in largest]
    handles = [Patch(color=colour, label=text) for colour, text in zip(_PART_COLOURS, texts, strict=False)]
    legend.legend(
        handles=handles, loc="center left", title="Dele, andel af billedet", alignment="left", fontsize=15
    )
    what = f"Delene fylder: {listing(texts)}" if texts else "Ingen dele er synlige"
    return described(
        figure, f"Et billede af klassen {name} på {side} x {side} pixler med delene farvelagt. {what}."
    )


def _rows(samples: Samples, label: int) -> Sequence[int]:
    return (samples.labels == label).nonzero()[:, 0].tolist()


def _danish(part: int) -> str:
    return list(PARTS.values())[part]


def _largest_parts(parts: torch.Tensor) -> list[tuple[int, float]]:
    """Numbers of the parts that are seen, with their share of the image, largest first."""
    shares = torch.bincount(parts.flatten().long(), minlength=len(PARTS)) / parts.numel()
    order = [part for part in shares.argsort(descending=True).tolist() if part and shares[part] > 0]
    return [(part, shares[part].item()) for part in order[:_MOST_PARTS]]


def _places(parts: torch.Tensor, shown: list[int]) -> np.ndarray:
    """(H, W): the place of each pixel's part among the shown ones; NaN, which is not drawn, elsewhere."""
    numbers = np.asarray(parts.cpu())
    places = np.full(numbers.shape, np.nan)
    for place, part in enumerate(shown):
        places[numbers == part] = place
    return places
