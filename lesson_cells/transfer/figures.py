"""Figures of lesson 01: what is frozen, what each strategy reaches, which layer to cut at, and the mistakes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from lesson_utils.danish import listing, number, percent, plural, short
from lesson_utils.show import style
from lesson_utils.show.pictures import named_pictures, picture_grid
from lesson_utils.transfer import STRATEGIES

__all__ = [
    "confusion",
    "cut_layers",
    "frozen_layers",
    "learning_curves",
    "mistakes",
    "named_pictures",
    "points_ahead",
    "time_and_accuracy",
]

NAMES = {name: strategy.danish for name, strategy in STRATEGIES.items()}
COLOURS = dict(zip(NAMES, (style.RED, style.BLUE, style.ORANGE, style.GREEN, style.GREY), strict=True))
MARKS = dict(zip(NAMES, "vosDX", strict=True))
STATES = {
    "frozen": ("frosset", style.SKY),
    "random": ("frosset, tilfældig", "#BFBFBF"),
    "tuned": ("lærer langsomt", "#7FCBAE"),
    "new": ("nyt, lærer", style.ORANGE),
}
APART = (
    0.012  # of the width: lines of the same size are drawn beside each other, so that no whisker hides one
)


@style.styled
def frozen_layers(
    layers: Sequence[str], states: Mapping[str, Sequence[str]], learning: Mapping[str, int]
) -> Figure:
    """A row for each way: its layers as boxes in the colour of their state.

    `states`: for each way, the state (a key of STATES) of each of `layers`; `learning`: the parameters it trains.
    """
    many = len(layers) > 8  # then the names stand upright
    half = 0.4 if many else 0.27
    figure, axes = style.new_figure(height=(1.05 if many else 0.85) * len(states) + 1.3)
    for line, (way, row) in enumerate(states.items()):
        for place, (layer, state) in enumerate(zip(layers, row, strict=True)):
            shape = "round,pad=0.0,rounding_size=0.08"
            box = FancyBboxPatch((place + 0.07, line - half), 0.86, 2 * half, boxstyle=shape)
            box.set(facecolor=STATES[state][1], edgecolor=style.INK if state == "new" else "white")
            axes.add_patch(box)
            name, angle = layer.removeprefix("inception_"), 90 if many else 0
            axes.text(place + 0.5, line, name, ha="center", va="center", fontsize=12, rotation=angle)
        axes.text(-0.15, line, way, ha="right", va="center", fontsize=14)
        axes.text(len(layers) + 0.15, line, short(learning[way]), va="center", fontsize=14)
    axes.text(len(layers) + 0.15, -0.62, "lærer", va="center", fontsize=13, color=style.GREY)
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
    return style.described(figure, f"Netværkets lag for hver fremgangsmåde. {'. '.join(texts)}.")


@style.styled
def learning_curves(measured: pd.DataFrame) -> Figure:
    """Accuracy against images per class: each strategy's mean, and a band from the lowest to the highest seed.

    `measured`: rows with `strategy`, `images_per_class`, `seed`, `accuracy`. The legend has the order of the ends.
    """
    figure, axes = style.new_figure(height=5.2)
    means = {
        name: _curve(
            axes, table, "images_per_class", NAMES[name], COLOURS[name], MARKS[name], name == "random"
        )
        for name, table in _by_strategy(measured).items()
    }
    sizes = _size_axis(axes, measured)
    axes.set_ylim(min(0.3, measured.accuracy.min() - 0.03), 1.0)
    ends = np.argsort([-mean.iloc[-1] for mean in means.values()])
    lines, names = axes.get_legend_handles_labels()
    axes.legend([lines[k] for k in ends], [names[k] for k in ends], loc="lower right", fontsize=14)
    texts = (
        f"{NAMES[name]} går fra {percent(mean.iloc[0])} til {percent(mean.iloc[-1])}"
        for name, mean in means.items()
    )
    span = f"{number(sizes[0])} til {number(sizes[-1])} billeder pr. klasse"
    return style.described(figure, f"Nøjagtighed for hver strategi fra {span}: {'; '.join(texts)}.")


@style.styled
def cut_layers(measured: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Accuracy of a linear classifier on each layer's features, a line for each encoder (mean and spread).

    `measured`: rows with `network`, `layer`, `seed`, `accuracy`; `names`: Danish name of each network to draw.
    """
    figure, axes = style.new_figure(height=4.6)
    texts = []
    looks = zip((style.BLUE, style.PURPLE, style.GREY), "oDX", strict=True)
    for (network, name), look in zip(names.items(), looks, strict=False):
        table = measured[measured.network == network]
        mean = _curve(axes, table, "layer", name, *look, dashed=network == "random")
        texts.append(f"{name} er bedst i {mean.idxmax()} med {percent(mean.max())}")
    axes.set_xlabel("laget, der skæres ved")
    axes.legend(loc="lower left")
    return style.described(figure, f"Nøjagtighed af et lineært hoved på hvert lag: {listing(texts)}.")


@style.styled
def time_and_accuracy(measured: pd.DataFrame, images_per_class: int, budget: float) -> Figure:
    """Two bars for each strategy: mean accuracy, and mean training time on a logarithmic scale.

    `measured` also has `seconds`. What costs more than `budget` seconds is pale; the best of the others is told.
    """
    chosen = measured[measured.images_per_class == images_per_class]
    means = chosen.groupby("strategy")[["accuracy", "seconds"]].mean()
    means = means.loc[[name for name in NAMES if name in means.index]]
    inside = means.seconds <= budget
    figure, (left, right) = style.new_figure(height=0.62 * len(means) + 1.9, columns=2, sharey=True)
    for axes, column, text in ((left, "accuracy", percent), (right, "seconds", _seconds)):
        for place, (name, value) in enumerate(means[column].items()):
            axes.barh(place, value, color=COLOURS[name], alpha=1.0 if inside[name] else 0.25)
            label = axes.annotate(
                text(value), (value, place), (6, 0), textcoords="offset points", va="center"
            )
            label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.0})
    left.set_yticks(range(len(means)), [NAMES[name] for name in means.index])
    left.set(xlim=(0, 1.3), ylim=(len(means) - 0.5, -0.6), xticks=[0, 0.5, 1.0])
    style.danish_ticks(left.xaxis, lambda share: percent(share, 0))
    left.set_title(f"Nøjagtighed, {number(images_per_class)} pr. klasse")
    right.set(xscale="log", xlim=(measured.seconds.min() * 0.5, measured.seconds.max() * 8))
    right.set_title("Træningstid, sekunder")
    right.axvline(budget, color=style.INK, linestyle=":", linewidth=2)
    verdict = f"Ingen strategi når det på {number(budget)} sekunder"
    if inside.any():
        verdict = f"Bedst på højst {number(budget)} sekunder: {NAMES[means.accuracy[inside].idxmax()]}"
    figure.suptitle(verdict, x=0.01, ha="left")
    texts = [f"{NAMES[k]} {percent(row.accuracy)} på {_seconds(row.seconds)}" for k, row in means.iterrows()]
    told = f"Med {number(images_per_class)} billeder pr. klasse: {'; '.join(texts)}. {verdict}."
    return style.described(figure, told)


@style.styled
def points_ahead(differences: pd.DataFrame, above: str, below: str) -> Figure:
    """Percentage points against images per class: each strategy's mean, and whiskers from lowest to highest seed.

    `differences`: rows with `strategy`, `images_per_class`, `seed`, `points`; `above` and `below` say in Danish
    who is ahead on either side of the zero line.
    """
    figure, axes = style.new_figure(height=4.4)
    sizes, tables = _size_axis(axes, differences), _by_strategy(differences)
    texts = []
    for line, (strategy, table) in enumerate(tables.items()):
        mean, low, high = _spread(table, "images_per_class", "points")
        beside = (sizes[-1] / sizes[0]) ** (APART * (line - (len(tables) - 1) / 2))
        looks = {"marker": MARKS[strategy], "markersize": 9, "color": COLOURS[strategy], "capsize": 5}
        axes.errorbar(mean.index * beside, mean, (mean - low, high - mean), label=NAMES[strategy], **looks)
        points = listing(f"{number(value, 1)} ved {number(size)}" for size, value in mean.items())
        texts.append(f"{NAMES[strategy]}: {points}")
    axes.axhline(0, color=style.INK, linewidth=1.5)
    highest = 1.25 * max(1.0, differences.points.abs().max())
    axes.set(ylim=(-highest, highest), ylabel="procentpoint")
    for height, text, edge in ((0.97, f"↑ {above}", "top"), (0.03, f"↓ {below}", "bottom")):
        place = {"transform": axes.transAxes, "ha": "right", "va": edge}
        axes.text(0.99, height, text, fontsize=14, color=style.GREY, fontweight="bold", **place)
    if len(tables) > 1:
        figure.legend(loc="outside upper center", ncols=len(tables))
    question = f"Forskel i procentpoint mod billeder pr. klasse; over nul: {above}, under: {below}."
    return style.described(figure, f"{question} {'. '.join(texts)}.")


@style.styled
def confusion(counts: pd.DataFrame) -> Figure:
    """How many images of each class (rows) were given each answer (columns); shares of the row as colour."""
    size, numbers = len(counts), counts.to_numpy()
    figure, axes = style.new_figure(height=min(style.TALLEST, 2.2 + 0.42 * size))
    shares = numbers / numbers.sum(1, keepdims=True).clip(1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(numbers):
        colour = "white" if shares[row, column] > 0.55 else style.INK if row == column else style.WARNING
        axes.text(column, row, number(numbers[row, column]), ha="center", va="center", color=colour)
    axes.set_xticks(range(size), counts.columns, rotation=40, ha="right")
    axes.set_yticks(range(size), counts.index)
    axes.set(xlabel="netværkets svar", ylabel="billedets klasse")
    axes.spines[:].set_visible(False)
    right, wrong = int(np.trace(numbers)), numbers * (1 - np.eye(size, dtype=int))
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    times = plural(int(wrong.max()), "gang", "gange")
    worst = f" Oftest forvekslet: {counts.index[row]} kaldt {counts.columns[column]}, {times}."
    return style.described(
        figure,
        f"Forvekslingsmatrix for {size} klasser: {number(right)} af {number(numbers.sum())} testbilleder er "
        f"rigtige.{worst if wrong.any() else ''}",
    )


def mistakes(images: Sequence[Any], made: Sequence[Any]) -> Figure:
    """Images (3, H, W) and the mistake `made` with each: its `answer`, how `sure` it was, and the `truth`."""
    if not made:
        return picture_grid([None], "Ingen fejl på testsættet.", above=["Ingen fejl på testsættet"])
    told = listing(f"{m.truth} kaldt {m.answer} ({percent(m.sure, 0)} sikker)" for m in made)
    answers = [f"{m.answer}, {percent(m.sure, 0)}" for m in made]
    truths = [f"rigtigt: {m.truth}" for m in made]
    return picture_grid(images, f"Forkerte svar: {told}.", 4, above=answers, under=truths)


def _curve(
    axes: Axes, table: pd.DataFrame, by: str, name: str, colour: str, mark: str, dashed: bool
) -> pd.Series:
    """A line of mean accuracies over `by`, and a band from the lowest to the highest seed; the means."""
    mean, low, high = _spread(table, by, "accuracy")
    axes.fill_between(mean.index, low, high, color=colour, alpha=0.18, linewidth=0)
    line = "--" if dashed else "-"
    axes.plot(mean.index, mean, line, marker=mark, color=colour, markersize=8, label=name)
    axes.set_ylabel("nøjagtighed på testsættet")
    style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.grid(axis="y")
    return mean


def _spread(table: pd.DataFrame, by: str, column: str) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Mean, lowest and highest of `column` over the seeds, in the order in which the values of `by` stand."""
    groups = table.groupby(by, sort=False)[column]
    return groups.mean(), groups.min(), groups.max()


def _size_axis(axes: Axes, measured: pd.DataFrame) -> list[int]:
    sizes = sorted(measured.images_per_class.unique())
    axes.set(xscale="log", xlim=(sizes[0] * 0.85, sizes[-1] * 1.2), xlabel="træningsbilleder pr. klasse")
    axes.set_xticks(sizes, [number(size) for size in sizes])
    axes.minorticks_off()
    axes.grid(axis="y")
    return sizes


def _by_strategy(measured: pd.DataFrame) -> dict[str, pd.DataFrame]:
    tables = {name: measured[measured.strategy == name] for name in NAMES}
    return {name: table.sort_values("images_per_class") for name, table in tables.items() if len(table)}


def _seconds(value: float) -> str:
    return f"{number(value, 1 if value < 10 else 0)} s"
