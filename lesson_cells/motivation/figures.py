"""Lesson 00, second half: a training, a network taken apart, its answers, and what its layers look for."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from torch import Tensor

from lesson_utils.danish import listing, number, percent, plural
from lesson_utils.show.style import (
    BLUE,
    GREY,
    INK,
    KIND_COLOURS,
    ORANGE,
    WARNING,
    danish_ticks,
    described,
    image_axes,
    new_figure,
    styled,
)

COLOURS = (ORANGE, BLUE)


@styled
def first_training(losses: Mapping[str, Sequence[float]], accuracies: pd.DataFrame) -> Figure:
    """The loss of two networks step by step, and their accuracy.

    `accuracies`: one row per network, one column per set of images, shares from 0 to 1.
    """
    figure, (curve, bars) = new_figure(height=4.4, columns=2, width_ratios=[1.2, 1])
    for colour, (name, values) in zip(COLOURS, losses.items(), strict=True):
        smooth = pd.Series(values).rolling(10, min_periods=1).mean()
        curve.plot(np.arange(1, len(values) + 1), smooth, color=colour, label=name)
    curve.set(xlabel="skridt", ylim=(0, None), xlim=(0, None))
    curve.set_title("Tabet falder for begge")
    curve.legend(loc="upper right")
    places = np.arange(len(accuracies.columns))
    for k, (colour, row) in enumerate(zip(COLOURS, accuracies.itertuples(index=False), strict=True)):
        bars.bar(places + (k - 0.5) * 0.4, row, 0.36, color=colour)
        for place, share in zip(places, row, strict=True):
            bars.text(place + (k - 0.5) * 0.4, share + 0.02, percent(share, 0), ha="center", fontsize=13)
    bars.set_xticks(places, accuracies.columns)
    bars.set(ylim=(0, 1.12), yticks=[0, 0.5, 1])
    danish_ticks(bars.yaxis, lambda share: percent(share, 0))
    bars.set_title("Rigtige svar")
    said = ". ".join(
        f"{name}: {listing(f'{percent(share, 0)} af {what}' for what, share in row.items())}"
        for name, row in accuracies.iterrows()
    )
    return described(
        figure, f"Tabet for to netværk gennem træningen, og deres andel af rigtige svar. {said}."
    )


@styled
def encoder_decoder(
    image: Tensor, maps: Mapping[str, Tensor], probabilities: pd.Series, features: int, shown: int = 4
) -> Figure:
    """A picture on its way through a network: feature maps in the encoder, then the decoder's answer.

    Args:
        image: (3, H, W).
        maps: for each layer its feature maps (C, H, W); the strongest `shown` are drawn.
        probabilities: by class name, largest first.
        features: how many numbers the encoder hands to the decoder.
    """
    figure, _ = new_figure(height=4.6, rows=0)
    columns = figure.add_gridspec(1, len(maps) + 2, width_ratios=[1.5, *[1] * len(maps), 1.5])
    picture = figure.add_subplot(columns[0])
    image_axes(picture, image)
    picture.set_title("billedet", fontsize=14)
    for place, (layer, found) in enumerate(maps.items(), start=1):
        order = found.flatten(1).amax(1).argsort(descending=True)[:shown]
        stack = columns[place].subgridspec(shown, 1)
        for row, channel in enumerate(order.tolist()):
            cell = figure.add_subplot(stack[row])
            image_axes(cell, found[channel], vmin=0)
            if not row:
                cell.set_title(f"{layer}\n{len(found)} af {found.shape[1]}x{found.shape[2]}", fontsize=13)
    answer = figure.add_subplot(columns[-1])
    best = probabilities.head(4)[::-1]
    answer.barh(range(len(best)), best, height=0.32, color=KIND_COLOURS["fc"])
    for row, (name, share) in enumerate(best.items()):
        answer.text(0.0, row + 0.2, f"{name} {percent(share, 0)}", va="bottom", fontsize=13)
    answer.set(xlim=(0, 1), ylim=(-0.4, len(best) - 0.2), xticks=[], yticks=[])
    answer.spines[:].set_visible(False)
    answer.set_title("decoder", fontsize=14)
    names = listing(f"{name} {percent(share, 0)}" for name, share in probabilities.head(3).items())
    figure.suptitle(f"encoder: billede → {number(features)} tal      decoder: {number(features)} tal → svar")
    return described(
        figure,
        f"Et billede på vej gennem encoderens lag {listing(maps)}, hvor feature maps bliver mindre og flere. "
        f"Decoderen svarer: {names}.",
    )


@styled
def answers(images: Tensor, truths: Sequence[str], named: Sequence[str], sure: Sequence[float]) -> Figure:
    """Images with the network's answer and how sure it is; wrong answers in a warning colour."""
    columns = 8
    lines = -(-len(images) // columns)
    figure, axes = new_figure(lines * 1.62, lines, columns, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.02, wspace=0, hspace=0)
    for cell in axes.flat[len(images) :]:
        cell.set_axis_off()
    wrong = []
    for cell, image, truth, name, share in zip(axes.flat, images, truths, named, sure, strict=False):
        image_axes(cell, image)
        right = truth == name
        cell.set_title(f"{name}\n{percent(share, 0)}", fontsize=12, loc="center", pad=3)
        if not right:
            cell.title.set(color=WARNING, fontweight="bold")
            cell.add_patch(Rectangle((-0.5, -0.5), *image.shape[1:], fill=False, color=WARNING, linewidth=5))
            wrong.append(f"{truth} kaldt {name}")
    said = f"Forkerte: {listing(wrong)}" if wrong else "Alle er rigtige"
    return described(
        figure, f"{plural(len(images), 'nyt billede', 'nye billeder')} med netværkets svar. {said}."
    )


@styled
def first_filters(weights: Tensor, columns: int = 12) -> Figure:
    """The filters (C, 3, k, k) of a first layer as small colour pictures; grey is zero, each on its own scale."""
    strongest = weights.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-9)
    lines = -(-len(weights) // columns)
    figure, axes = new_figure(lines * 9.0 / columns, lines, columns, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for cell in axes.flat[len(weights) :]:
        cell.set_axis_off()
    for cell, picture in zip(axes.flat, weights / strongest / 2 + 0.5, strict=False):
        image_axes(cell, picture)
    size = " x ".join(str(side) for side in weights.shape[2:])
    return described(figure, f"{len(weights)} filtre på {size} i det første lag som små billeder i farver.")


@styled
def top_patches(rows: Sequence[tuple[str, Tensor]], layer: str) -> Figure:
    """One row per unit: its name, and the pieces of images (N, 3, S, S) where it answers most."""
    count = len(rows[0][1])
    figure, axes = new_figure(len(rows) * 1.05, len(rows), count + 1, width_ratios=[2.3, *[1] * count])
    figure.get_layout_engine().set(w_pad=0.015, h_pad=0.015, wspace=0, hspace=0)
    for line, (name, pieces) in zip(axes, rows, strict=True):
        line[0].set_axis_off()
        line[0].text(0.0, 0.5, name, va="center", fontsize=13, transform=line[0].transAxes)
        for cell, piece in zip(line[1:], pieces, strict=True):
            image_axes(cell, piece)
    said = listing(name.replace("\n", ": ") for name, _ in rows)
    return described(figure, f"Udsnit, som enheder i {layer} slår stærkest ud på, {count} for hver. {said}.")


@styled
def agreement(by_layer: pd.DataFrame) -> Figure:
    """How often a unit's strongest places show the same part, layer by layer, for each network (columns)."""
    figure, axes = new_figure(height=4.0)
    colours = dict(zip(by_layer.columns, (BLUE, GREY), strict=True))
    for name, values in by_layer.items():
        axes.plot(by_layer.index, values, "o-", color=colours[name], markersize=9)
        axes.annotate(
            name, (len(by_layer) - 1, values.iloc[-1]), (0, 12), textcoords="offset points", ha="right"
        )
    axes.set_ylim(0, max(0.5, by_layer.to_numpy().max() * 1.15))
    danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.set_ylabel("steder på samme del")
    axes.grid(axis="y")
    said = ". ".join(
        f"{name}: {listing(f'{layer} {percent(share, 0)}' for layer, share in values.items())}"
        for name, values in by_layer.items()
    )
    return described(
        figure, f"Hvor stor en del af en enheds stærkeste steder der ligger på den samme del. {said}."
    )


@styled
def class_pictures(images: Tensor, names: Sequence[str], columns: int = 4) -> Figure:
    """Images (N, 3, S, S) drawn from the output layer, under the names of their classes."""
    lines = -(-len(images) // columns)
    figure, axes = new_figure(lines * 9.0 / columns * 1.12, lines, columns, squeeze=False)
    for cell in axes.flat[len(images) :]:
        cell.set_axis_off()
    for cell, image, name in zip(axes.flat, images, names, strict=False):
        image_axes(cell, image)
        cell.set_title(name, loc="center", fontsize=None if columns <= 4 else 13)
    return described(
        figure, f"{len(images)} klassebilleder tegnet med gradienten af outputlaget: {listing(names)}."
    )


@styled
def two_decoders(encoder: str, decoders: Mapping[str, str]) -> Figure:
    """One box for the encoder and an arrow to a box for each decoder: its name and what it was measured to do."""
    figure, axes = new_figure(height=3.4)
    axes.set(xlim=(0, 10), ylim=(0, 4))
    axes.set_axis_off()
    _box(axes, 0.1, 1.2, 3.4, 1.6, KIND_COLOURS["conv"], encoder, "white")
    for middle, (name, what) in zip((3.05, 0.95), decoders.items(), strict=True):
        _box(axes, 5.2, middle - 0.75, 4.7, 1.5, KIND_COLOURS["fc"], f"{name}\n{what}", INK)
        arrow = FancyArrowPatch((3.6, 2.0), (5.1, middle), arrowstyle="-|>", mutation_scale=22, color=GREY)
        axes.add_patch(arrow).set_linewidth(3)
    said = listing(f"{name} ({what})" for name, what in decoders.items()).replace("\n", ", ")
    return described(figure, f"Den samme encoder med to decodere: {said}.")


def _box(axes, x: float, y: float, width: float, height: float, colour: str, text: str, ink: str) -> None:
    axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, linewidth=0))
    axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", fontsize=14, color=ink)
