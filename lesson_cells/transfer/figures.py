"""Lesson 01: what is frozen, what each strategy reaches with how many images, and which layer to cut at."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from lesson_utils.danish import listing, number, percent, short
from lesson_utils.show.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    danish_ticks,
    described,
    new_figure,
    styled,
)

COLOURS = {"scratch": RED, "last_fc": BLUE, "several_fc": ORANGE, "fine_tuned": GREEN, "random": GREY}
MARKS = {"scratch": "v", "last_fc": "o", "several_fc": "s", "fine_tuned": "D", "random": "X"}
NAMES = {
    "scratch": "fra bunden",
    "last_fc": "sidste FC",
    "several_fc": "flere FC",
    "fine_tuned": "sidste FC + finjustering",
    "random": "tilfældig encoder",
}
STATES = {
    "frozen": ("frosset", SKY),
    "random": ("frosset, tilfældig", "#BFBFBF"),
    "tuned": ("lærer langsomt", "#7FCBAE"),
    "new": ("nyt, lærer", ORANGE),
}


@styled
def frozen_layers(
    layers: Sequence[str], states: Mapping[str, Sequence[str]], learning: Mapping[str, int]
) -> Figure:
    """A row for each way: its layers as boxes in the colour of their state.

    `states`: by name of the way, the state (a key of STATES) of each of `layers`; `learning`: the
    parameters that it trains.
    """
    many = len(layers) > 8  # then the names stand upright
    half = 0.4 if many else 0.27
    figure, axes = new_figure(height=(1.05 if many else 0.85) * len(states) + 1.3)
    for line, (way, row) in enumerate(states.items()):
        for place, (layer, state) in enumerate(zip(layers, row, strict=True)):
            style = "round,pad=0.0,rounding_size=0.08"
            box = FancyBboxPatch((place + 0.07, line - half), 0.86, 2 * half, boxstyle=style)
            box.set(facecolor=STATES[state][1], edgecolor=INK if state == "new" else "white")
            axes.add_patch(box)
            name, angle = layer.removeprefix("inception_"), 90 if many else 0
            axes.text(place + 0.5, line, name, ha="center", va="center", fontsize=12, rotation=angle)
        axes.text(-0.15, line, way, ha="right", va="center", fontsize=14)
        axes.text(len(layers) + 0.15, line, short(learning[way]), ha="left", va="center", fontsize=14)
    axes.text(len(layers) + 0.15, -0.62, "lærer", ha="left", va="center", fontsize=13, color=GREY)
    axes.set(xlim=(-0.39 * len(layers), 1.24 * len(layers)), ylim=(len(states) - 0.5, -0.8))
    axes.set_axis_off()
    used = [key for key in STATES if any(key in row for row in states.values())]
    handles = [Patch(facecolor=STATES[key][1], label=STATES[key][0]) for key in used]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    texts = (
        f"{way}: {listing(n for n, s in zip(layers, row, strict=True) if s in ('new', 'tuned'))} lærer, "
        f"{number(learning[way])} parametre"
        for way, row in states.items()
    )
    return described(figure, f"Netværkets lag for hver fremgangsmåde. {'. '.join(texts)}.")


@styled
def learning_curves(measured: pd.DataFrame, title: str = "") -> Figure:
    """Accuracy against images per class: each strategy's mean, and a band from the lowest to the highest seed.

    `measured`: rows with `strategy`, `images_per_class`, `seed`, `accuracy`.
    """
    figure, axes = new_figure(height=5.2)
    texts, ends = [], {}
    for strategy, table in _by_strategy(measured):
        spread = table.groupby("images_per_class").accuracy.agg(["mean", "min", "max"])
        colour = COLOURS[strategy]
        axes.fill_between(spread.index, spread["min"], spread["max"], color=colour, alpha=0.18, linewidth=0)
        line = "--" if strategy == "random" else "-"
        axes.plot(spread.index, spread["mean"], line, marker=MARKS[strategy], color=colour, markersize=8)
        ends[strategy] = (spread.index[-1], spread["mean"].iloc[-1])
        first, last = spread["mean"].iloc[0], spread["mean"].iloc[-1]
        texts.append(f"{NAMES[strategy]} går fra {percent(first)} til {percent(last)}")
    sizes = sorted(measured.images_per_class.unique())
    axes.set_xscale("log")
    axes.set_xticks(sizes, [number(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlim(sizes[0] * 0.9, sizes[-1] * (sizes[-1] / sizes[0]) ** 0.55)
    axes.set_ylim(min(0.3, measured.accuracy.min() - 0.03), 1.0)
    _name_ends(axes, ends)
    danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.grid(axis="y")
    axes.set_xlabel("træningsbilleder pr. klasse")
    axes.set_ylabel("nøjagtighed på testsættet")
    if title:
        axes.set_title(title)
    span = f"{number(sizes[0])} til {number(sizes[-1])} billeder pr. klasse"
    return described(figure, f"Nøjagtighed for hver strategi fra {span}: {'; '.join(texts)}.")


def _name_ends(axes: Axes, ends: Mapping[str, tuple[float, float]], apart: float = 0.062) -> None:
    """The lines' names at their right ends, pushed apart where the lines end near each other."""
    heights = {key: end[1] for key, end in ends.items()}
    order = sorted(heights, key=heights.get)
    low, high = axes.get_ylim()
    gap = apart * (high - low)
    places = [heights[key] for key in order]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + gap)
    over = max(0.0, places[-1] - high + gap / 2)
    places[-1] -= over
    for k in range(len(places) - 2, -1, -1):
        places[k] = min(places[k], places[k + 1] - gap)
    for key, place in zip(order, places, strict=True):
        axes.annotate(
            NAMES[key],
            (ends[key][0], place),
            (10, 0),
            textcoords="offset points",
            va="center",
            color=INK if key == "random" else COLOURS[key],
            fontsize=13,
            fontweight="bold",
        )


@styled
def time_and_accuracy(measured: pd.DataFrame, images_per_class: int, budget: float | None = None) -> Figure:
    """Two bars for each strategy: mean accuracy, and mean training time on a logarithmic scale.

    `measured` also has `seconds`. With `budget` (seconds) a line stands there, what costs more is pale, and the
    best of the others is told.
    """
    chosen = measured[measured.images_per_class == images_per_class]
    means = chosen.groupby("strategy")[["accuracy", "seconds"]].mean()
    means = means.loc[[name for name in NAMES if name in means.index]]
    inside = means.seconds <= (np.inf if budget is None else budget)
    figure, (left, right) = new_figure(height=0.62 * len(means) + 1.9, columns=2, sharey=True)
    places = np.arange(len(means))
    for axes, column in ((left, "accuracy"), (right, "seconds")):
        for place, name in zip(places, means.index, strict=True):
            value = means[column][name]
            axes.barh(place, value, color=COLOURS[name], alpha=1.0 if inside[name] else 0.25)
            text = percent(value) if column == "accuracy" else _seconds(value)
            label = axes.annotate(text, (value, place), (6, 0), textcoords="offset points", va="center")
            label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.0})
    left.set_yticks(places, [NAMES[name] for name in means.index])
    left.set(xlim=(0, 1.3), ylim=(len(means) - 0.5, -0.6), xticks=[0, 0.5, 1.0])
    danish_ticks(left.xaxis, lambda share: percent(share, 0))
    left.set_title(f"Nøjagtighed, {number(images_per_class)} pr. klasse")
    right.set_xscale("log")
    right.set_xlim(measured.seconds.min() * 0.5, measured.seconds.max() * 8)
    right.set_title("Træningstid, sekunder")
    texts = [f"{NAMES[k]} {percent(row.accuracy)} på {_seconds(row.seconds)}" for k, row in means.iterrows()]
    told = f"Med {number(images_per_class)} billeder pr. klasse: {'; '.join(texts)}."
    if budget is not None:
        right.axvline(budget, color=INK, linestyle=":", linewidth=2)
        best = means.accuracy[inside].idxmax() if inside.any() else None
        verdict = (
            f"Bedst på højst {number(budget)} sekunder: {NAMES[best]}"
            if best
            else f"Ingen strategi når det på {number(budget)} sekunder"
        )
        figure.suptitle(verdict, x=0.01, ha="left")
        told += f" {verdict}."
    return described(figure, told)


def _seconds(value: float) -> str:
    return f"{number(value, 1 if value < 10 else 0)} s"


@styled
def cut_layers(measured: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Accuracy of a linear classifier on each layer's features, a line for each encoder (mean and spread).

    `measured`: rows with `network`, `layer`, `seed`, `accuracy`; `names`: Danish name of each network to draw.
    """
    figure, axes = new_figure(height=4.6)
    layers = list(dict.fromkeys(measured.layer))
    texts = []
    for (network, name), colour, mark in zip(names.items(), (BLUE, PURPLE, GREY), "oDX", strict=False):
        spread = (
            measured[measured.network == network]
            .groupby("layer")
            .accuracy.agg(["mean", "min", "max"])
            .loc[layers]
        )
        places = range(len(layers))
        axes.fill_between(places, spread["min"], spread["max"], color=colour, alpha=0.18, linewidth=0)
        axes.plot(
            places,
            spread["mean"],
            marker=mark,
            markersize=9,
            color=colour,
            label=name,
            linestyle="--" if network == "random" else "-",
        )
        best = spread["mean"].idxmax()
        texts.append(f"{name} er bedst i {best} med {percent(spread['mean'].max())}")
    axes.set_xticks(range(len(layers)), layers)
    danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.grid(axis="y")
    axes.set_xlabel("laget, der skæres ved")
    axes.set_ylabel("nøjagtighed på testsættet")
    axes.legend(loc="lower left")
    return described(figure, f"Nøjagtighed af et lineært hoved på hvert lag: {listing(texts)}.")


def _by_strategy(measured: pd.DataFrame):
    return [
        (name, measured[measured.strategy == name]) for name in NAMES if (measured.strategy == name).any()
    ]
