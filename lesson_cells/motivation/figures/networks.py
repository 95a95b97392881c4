"""A training, a network taken apart, its answers, and what its layers look for."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number, percent, plural
from lesson_utils.show import style
from lesson_utils.show.pictures import filter_pictures, picture_grid
from lesson_utils.show.selectivity import lines_by_layer

COLOURS = (style.ORANGE, style.BLUE)


@style.styled
def first_training(
    losses: Mapping[str, Sequence[float]], accuracies: Mapping[str, Mapping[str, float]]
) -> Figure:
    """The loss of two networks step by step, and their accuracy: for each network, on each set of images."""
    figure, (curve, bars) = style.new_figure(height=4.4, columns=2, width_ratios=[1.2, 1])
    for colour, (name, values) in zip(COLOURS, losses.items(), strict=True):
        smooth = pd.Series(values).rolling(10, min_periods=1).mean()
        curve.plot(np.arange(1, len(values) + 1), smooth, color=colour, label=name)
    curve.set(xlabel="skridt", ylim=(0, None), xlim=(0, None))
    curve.set_title("Tab")
    curve.legend(loc="upper right")
    table = pd.DataFrame(accuracies).T
    places = np.arange(len(table.columns))
    for k, (colour, row) in enumerate(zip(COLOURS, table.itertuples(index=False), strict=True)):
        bars.bar(places + (k - 0.5) * 0.4, row, 0.36, color=colour)
        for place, share in zip(places, row, strict=True):
            bars.text(place + (k - 0.5) * 0.4, share + 0.02, percent(share, 0), ha="center", fontsize=13)
    bars.set_xticks(places, table.columns)
    bars.set(ylim=(0, 1.12), yticks=[0, 0.5, 1])
    style.danish_ticks(bars.yaxis, lambda share: percent(share, 0))
    bars.set_title("Rigtige svar")
    said = ". ".join(
        f"{name}: {listing(f'{percent(share, 0)} af {what}' for what, share in shares.items())}"
        for name, shares in accuracies.items()
    )
    return style.described(figure, f"Tabet for to netværk gennem træningen, og deres rigtige svar. {said}.")


@style.styled
def encoder_decoder(
    image: Tensor, maps: Mapping[str, Tensor], sure: Mapping[str, float], features: int, shown: int = 4
) -> Figure:
    """A picture (3, H, W) on its way through a network: the strongest maps (C, h, w) of each layer of the encoder,
    how many `features` it hands on, and how `sure` (0 to 1) the decoder is of each class."""
    figure, _ = style.new_figure(height=4.6, rows=0)
    columns = figure.add_gridspec(1, len(maps) + 2, width_ratios=[1.5, *[1] * len(maps), 1.5])
    style.image_axes(figure.add_subplot(columns[0]), image).axes.set_title("billedet", fontsize=14)
    for place, (layer, found) in enumerate(maps.items(), start=1):
        order = found.flatten(1).amax(1).argsort(descending=True)[:shown]
        stack = columns[place].subgridspec(shown, 1)
        for row, channel in enumerate(order.tolist()):
            cell = figure.add_subplot(stack[row])
            style.image_axes(cell, found[channel], vmin=0)
            if not row:
                cell.set_title(f"{layer}\n{_size(found)}", fontsize=13)
    answer = figure.add_subplot(columns[-1])
    best = sorted(sure.items(), key=lambda item: -item[1])[:4]
    for row, (name, share) in enumerate(reversed(best)):
        answer.barh(row, share, height=0.32, color=style.KIND_COLOURS["fc"])
        answer.text(0.0, row + 0.2, f"{name} {percent(share, 0)}", va="bottom", fontsize=13)
    answer.set(xlim=(0, 1), ylim=(-0.4, len(best) - 0.2), xticks=[], yticks=[])
    answer.spines[:].set_visible(False)
    answer.set_title("decoder", fontsize=14)
    figure.suptitle(f"encoder: billede → {number(features)} tal      decoder: {number(features)} tal → svar")
    layers = listing(f"{layer} ({_size(found)})" for layer, found in maps.items())
    names = listing(f"{name} {percent(share, 0)}" for name, share in best[:3])
    return style.described(
        figure, f"Et billede og de stærkeste feature maps i {layers}. Decoderen svarer: {names}."
    )


def _size(maps: Tensor) -> str:
    return f"{len(maps)} af {maps.shape[1]}x{maps.shape[2]}"


def answers(images: Tensor, truths: Sequence[str], named: Sequence[str], sure: Sequence[float]) -> Figure:
    """Images with the network's answer and how sure it is; wrong answers in a warning colour, in a frame."""
    wrong = [(truth, name) for truth, name in zip(truths, named, strict=True) if truth != name]
    told = listing(f"{truth} kaldt {name}" for truth, name in wrong)
    what = plural(len(images), "nyt billede", "nye billeder")
    said = f"{what} med netværkets svar. {f'Forkerte: {told}' if wrong else 'Alle er rigtige'}."
    titles = [f"{name}\n{percent(share, 0)}" for name, share in zip(named, sure, strict=True)]
    figure = picture_grid(images, said, 8, above=titles)
    for cell, truth, name in zip(figure.axes, truths, named, strict=False):
        if truth != name:
            cell.title.set(color=style.WARNING, fontweight="bold")
            cell.spines[:].set(visible=True, color=style.WARNING, linewidth=5)
    return figure


def first_filters(weights: Tensor, columns: int = 12) -> Figure:
    """The filters (C, 3, k, k) of a first layer as small colour pictures; grey is zero, each on its own scale."""
    size = " x ".join(str(side) for side in weights.shape[2:])
    said = f"{len(weights)} filtre på {size} som små billeder i farver."
    return picture_grid(filter_pictures(weights), said, columns)


def top_patches(units: Mapping[str, Tensor], layer: str) -> Figure:
    """A row for each unit: its name, and the pieces of images (N, 3, S, S) where it answers most."""
    said = listing(name.replace("\n", ": ") for name in units)
    return picture_grid(
        units, f"Udsnit, som enheder i {layer} slår stærkest ud på, en række for hver. {said}."
    )


def agreement(table: pd.DataFrame) -> Figure:
    """How often a unit's strongest places show the same part, layer by layer, for each network (columns)."""
    what = "Hvor stor en del af en enheds stærkeste steder der ligger på den samme del."
    return lines_by_layer(table, "steder på samme del", what, lambda share: percent(share, 0))
