"""The network's parts: ReLU against tanh, local response norm, overlapping pooling, dropout."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lesson_utils.danish import listing, number, percent, plural
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid

ACTIVATION_COLOURS = {"ReLU": style.RED, "tanh": style.BLUE}


@style.styled
def training_race(
    races: Mapping[tuple, Mapping[str, Sequence[float]]], best: pd.DataFrame, goal: float
) -> Figure:
    """Training accuracy epoch by epoch: a thin line per seed, a thick one for their median.

    `races`: (activation, rate, seed) -> `training`, accuracies 0..1 after each epoch. `best`: per activation its
    `rate`, and the `median`, `min` and `max` number of epochs to the accuracy `goal`.
    """
    figure, axes = style.new_figure(height=4.8)
    told, lowest = [], 0.9
    for name, row in best.iterrows():
        own = np.array([race["training"] for run, race in races.items() if run[:2] == (name, row["rate"])])
        epochs, colour = np.arange(1, own.shape[1] + 1), ACTIVATION_COLOURS[name]
        lowest = min(lowest, own.min())
        axes.plot(epochs, own.T, color=colour, linewidth=1.2, alpha=0.45)
        label = f"{name}, læringsrate {number(row['rate'])}"
        axes.plot(epochs, np.median(own, axis=0), "o-", color=colour, label=label)
        median, least, most = (_epochs(row[column]) for column in ("median", "min", "max"))
        told.append(f"{label}: {median} (fra {least} til {most})")
    axes.axhline(goal, color=style.GREY, linewidth=1.5, linestyle="--")
    below = {"ha": "right", "va": "top", "color": style.GREY}
    axes.text(epochs[-1], goal - 0.012, f"målet: {percent(goal, 0)}", **below)
    style.percent_ticks(axes.yaxis)
    axes.set(xlabel="epoke", ylabel="nøjagtighed på træningssættet", ylim=(np.floor(10 * lowest) / 10, 1.01))
    axes.set_xticks(epochs)
    axes.legend(loc="lower right")
    alt_text = f"Nøjagtighed på træningssættet mod epoker. Til {percent(goal, 0)}: {'; '.join(told)}."
    return style.described(figure, alt_text)


def _epochs(value: float) -> str:
    return plural(value, "epoke", "epoker") if np.isfinite(value) else "flere epoker end målt"


@style.styled
def slopes(limit: float) -> Figure:
    """The slopes of ReLU and tanh, and the `limit` below which they count as flat."""
    figure, axes = style.new_figure(height=3.6)
    z, told = np.linspace(-4, 4, 401), []
    for name, slope in (("ReLU", np.where(z > 0, 1.0, 0.0)), ("tanh", 1 - np.tanh(z) ** 2)):
        axes.plot(z, slope, color=ACTIVATION_COLOURS[name], label=name)
        ends = (
            f"{number(slope[0], 3)} ved −4, {number(slope.max())} som højst og {number(slope[-1], 3)} ved 4"
        )
        told.append(f"{name} {ends}")
    axes.axhline(limit, color=style.GREY, linewidth=1.2, linestyle="--", label=f"flad: under {number(limit)}")
    axes.set(xlabel="input", ylabel="hældning", ylim=(-0.03, 1.12))
    axes.legend(loc="center left")
    return style.described(figure, f"Hældningen af to funktioner: {'; '.join(told)}.")


@style.styled
def local_response_norm(before: Sequence[float], after: Sequence[float], reach: int) -> Figure:
    """One position's activations over the channels, before and after local response norm.

    `reach`: how many channels to either side the norm looks at.
    """
    before, after = np.asarray(before), np.asarray(after)
    figure, panels = style.new_figure(height=4.3, columns=2)
    strong, channels = int(before.argmax()), np.arange(1, len(before) + 1)
    distance = np.abs(channels - 1 - strong)
    colours = np.where(distance == 0, style.RED, np.where(distance <= reach, style.ORANGE, style.GREY))
    for axes, values, title in zip(panels, (before, after), ("Før LRN", "Efter LRN"), strict=True):
        drawn = axes.bar(channels, values, color=colours)
        axes.bar_label(drawn, [number(value, 0) for value in values], padding=4, fontsize=12)
        axes.set(title=title, xlabel="kanal", ylim=(0, values.max() * 1.15), xticks=channels)
    panels[0].set_ylabel("aktivering")
    panels[1].set_ylabel("aktivering (en anden skala)")
    told = [
        f"kanal {place + 1} fra {number(before[place], 1)} til {number(after[place], 1)}"
        for place in (strong, strong + 1, strong + reach + 1)
    ]
    return style.described(
        figure,
        f"Aktiveringer i {len(before)} kanaler før og efter LRN: den stærkeste, {told[0]}, dens nabo, {told[1]}, "
        f"og en længere væk, {told[2]}.",
    )


@style.styled
def pooling_windows(size: int, windows: Mapping[str, tuple[int, int]]) -> Figure:
    """One row of `size` values and the windows that pooling lays over it, for several (kernel, stride)."""
    figure, panels = style.new_figure(height=5.0, rows=len(windows), sharex=True)
    texts = []
    for axes, (name, (kernel, stride)) in zip(panels, windows.items(), strict=True):
        count = (size - kernel) // stride + 1
        lost = size - (count - 1) * stride - kernel
        for cell in range(size):
            colour = style.PALE if cell < size - lost else style.RED
            axes.add_patch(Rectangle((cell, 0), 1, 0.8, facecolor=colour, edgecolor="white", linewidth=2))
            axes.text(cell + 0.5, 0.4, str(cell + 1), ha="center", va="center", fontsize=13)
        for place in range(count):
            corner = (place * stride + 0.08, 1.0 + 0.42 * (place % 2))
            axes.add_patch(Rectangle(corner, kernel - 0.16, 0.34, facecolor=style.KIND_COLOURS["pool"]))
        shared = plural(max(0, kernel - stride), "værdi", "værdier")
        seen = f"{plural(lost, 'værdi', 'værdier')} ses aldrig" if lost else "alt bliver set"
        texts.append(f"{name}: {count} vinduer, naboer deler {shared}, {seen}")
        axes.set_title(texts[-1], fontsize=15)
        axes.set(xlim=(-0.1, size + 0.1), ylim=(-0.1, 1.9))
        axes.set_axis_off()
    alt_text = f"En række på {size} værdier med poolingens vinduer som bjælker. {'; '.join(texts)}."
    return style.described(figure, alt_text)


def dropout_passes(training: Sequence[Tensor], evaluation: Tensor) -> Figure:
    """The same units after dropout: some passes in training, one in use. Maps (h, w)."""
    names = [*(f"træning, nr. {k}" for k in range(1, len(training) + 1)), "brug (eval)"]
    tiles, under, told = [], [], []
    for name, values in zip(names, (*training, evaluation), strict=True):
        on = int((values > 0).sum())
        told.append(f"{name}: {on} tændt")
        under.append(f"{on} af {values.numel()} tændt\nmiddel {number(values.mean().item(), 2)}")
        tiles.append(np.kron(values, np.ones((7, 7))))
        tiles[-1][::7] = tiles[-1][:, ::7] = np.nan  # a white line between the units
    alt_text = f"{evaluation.numel()} enheder efter dropout. {listing(told)}."
    return picture_grid(tiles, alt_text, above=names, under=under, vmin=0, vmax=2)
