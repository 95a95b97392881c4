"""Figures of lesson 01: what is frozen, what each strategy reaches, which layer to cut at, and the mistakes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lesson_utils.danish import listing, number, percent, plural, short
from lesson_utils.images import as_float
from lesson_utils.show import style
from lesson_utils.show.evidence import evidence_maps, overlay
from lesson_utils.show.pictures import named_pictures as named_pictures
from lesson_utils.show.pictures import picture_grid
from lesson_utils.transfer import STRATEGIES

NAMES = {name: strategy.danish for name, strategy in STRATEGIES.items()}
LOOKS = {
    "scratch": (style.RED, "v"),
    "last_fc": (style.BLUE, "o"),
    "several_fc": (style.ORANGE, "s"),
    "fine_tuned": (style.GREEN, "D"),
    "random": (style.GREY, "X"),
    "shallow": (style.INK, "X"),
    "standard": (style.PURPLE, "D"),
    "imagenet": (style.ORANGE, "s"),
}
STATES = {
    "frozen": ("frosset", style.SKY),
    "random": ("frosset, tilfældig", "#BFBFBF"),
    "tuned": ("trænes langsomt", "#7FCBAE"),
    "new": ("nyt, trænes", style.ORANGE),
    "empty": ("uden vægte", "#EBEBEB"),
}
APART = 0.012  # of the width: lines of the same size stand beside each other, so that no whisker hides one


@style.styled
def frozen_layers(
    layers: Sequence[str], states: Mapping[str, Sequence[str]], learning: Mapping[str, int]
) -> Figure:
    """A row for each way: its layers as boxes in the colour of their state.

    `states`: for each way, the state (a key of STATES) of each of `layers`; `learning`: the parameters it trains.
    """
    many = len(layers) > 8  # then the names stand upright
    half = 0.4 if many else 0.27
    names, places = [*map(style.short_layer, layers)], np.arange(len(layers)) + 0.5
    figure, axes = style.new_figure(height=(1.05 if many else 0.85) * len(states) + 1.3)
    for line, (way, row) in enumerate(states.items()):
        edges = [style.INK if state == "new" else "white" for state in row]
        colours = [STATES[state][1] for state in row]
        boxes = axes.bar(places, 2 * half, 0.86, line - half, color=colours, edgecolor=edges)
        axes.bar_label(boxes, names, label_type="center", fontsize=12, rotation=90 if many else 0)
        axes.text(-0.15, line, way, ha="right", va="center", fontsize=14)
        axes.text(len(layers) + 0.15, line, short(learning[way]), va="center", fontsize=14)
    axes.text(len(layers) + 0.15, -0.62, "trænes", va="center", fontsize=13, color=style.GREY)
    axes.set(xlim=(-0.39 * len(layers), 1.24 * len(layers)), ylim=(len(states) - 0.5, -0.8))
    axes.set_axis_off()
    used = {state for row in states.values() for state in row}
    handles = [Patch(facecolor=look, label=name) for key, (name, look) in STATES.items() if key in used]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)))
    told = "Netværkets lag for hver fremgangsmåde."
    for way, row in states.items():
        learners = [layer for layer, state in zip(layers, row, strict=True) if state in ("new", "tuned")]
        told += f" {way}: {listing(learners)} trænes, {number(learning[way])} parametre."
    return style.described(figure, told)


@style.styled
def curves(
    measured: pd.DataFrame,
    names: Mapping[str, str] = NAMES,
    by: str = "strategy",
    x: str = "images_per_class",
) -> Figure:
    """Accuracy against images per class, or against another `x`: a line of means for each value of the column `by`
    that was measured, by its Danish name in `names`, and a band from the lowest to the highest seed."""
    (figure, axes), ends = style.new_figure(height=4.8), []
    axes.set_xlabel(against := "laget, der skæres ved")
    if x == "images_per_class":
        against, measured = "billeder pr. klasse", measured.sort_values(x)
        _size_axis(axes, measured)
        axes.set_ylim(0, 1.02)
    for key, name in names.items():
        if (rows := measured[measured[by] == key]).empty:
            continue
        mean, low, high = _spread(rows, x, "accuracy")
        colour, mark = LOOKS.get(key, (style.BLUE, "o"))
        axes.fill_between(mean.index, low, high, color=colour, alpha=0.18, linewidth=0)
        line = "--" if mark == "X" else "-"  # what is random is dashed
        axes.plot(mean.index, mean, line, marker=mark, color=colour, markersize=8, label=name)
        ends.append(f"{name}: {percent(mean.iloc[0])} ved {mean.index[0]} til {percent(mean.iloc[-1])}")
        ends[-1] += f" ved {mean.index[-1]}, højest ved {mean.idxmax()}"
    axes.set_ylabel("nøjagtighed på testsættet")
    style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.grid(axis="y")
    figure.legend(loc="outside upper center", ncols=3, fontsize=13)
    return style.described(figure, f"Nøjagtighed mod {against}: {'; '.join(ends)}.")


@style.styled
def time_and_accuracy(measured: pd.DataFrame, images_per_class: int, budget: float) -> Figure:
    """Each strategy's mean accuracy and training time; pale above `budget` seconds; who is best below is told."""
    chosen = measured[measured.images_per_class == images_per_class]
    means = chosen.groupby("strategy")[["accuracy", "seconds"]].mean().reindex(NAMES).dropna()
    inside = means.seconds <= budget
    figure, (left, right) = style.new_figure(height=0.62 * len(means) + 1.9, columns=2, sharey=True)
    colours = [(LOOKS[name][0], 1.0 if affordable else 0.25) for name, affordable in inside.items()]
    for axes, column, text in ((left, "accuracy", percent), (right, "seconds", _seconds)):
        bars = axes.barh(range(len(means)), means[column], color=colours)
        white = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        axes.bar_label(bars, map(text, means[column]), padding=6, bbox=white, fontsize=14)
    left.set_yticks(range(len(means)), [NAMES[name] for name in means.index])
    left.set(xlim=(0, 1.3), ylim=(len(means) - 0.5, -0.6), xticks=[0, 0.5, 1.0])
    style.danish_ticks(left.xaxis, lambda share: percent(share, 0))
    left.set_title(f"Nøjagtighed, {number(images_per_class)} pr. klasse")
    right.set(xscale="log", xlim=(measured.seconds.min() * 0.5, measured.seconds.max() * 8))
    right.set_title("Træningstid, sekunder")
    right.axvline(budget, color=style.INK, linestyle=":", linewidth=2)
    within = plural(round(budget), "sekund", "sekunder")
    verdict = f"Ingen strategi når det på {within}"
    if inside.any():
        verdict = f"Bedst på højst {within}: {NAMES[means.accuracy[inside].idxmax()]}"
    figure.suptitle(verdict, x=0.01, ha="left")
    texts = [f"{NAMES[k]} {percent(row.accuracy)} på {_seconds(row.seconds)}" for k, row in means.iterrows()]
    many = f"Med {number(images_per_class)} billeder pr. klasse"
    return style.described(figure, f"{many}: {'; '.join(texts)}. {verdict}.")


@style.styled
def points_ahead(differences: pd.DataFrame, above: str, below: str) -> Figure:
    """`experiments.percentage_points`: each strategy's mean, and whiskers from lowest to highest seed.

    `above` and `below` say in Danish who is ahead on either side of the zero line.
    """
    (figure, axes), texts = style.new_figure(height=4.4), []
    sizes, differences = _size_axis(axes, differences), differences.sort_values("images_per_class")
    shown = [name for name in NAMES if (differences.strategy == name).any()]
    for line, strategy in enumerate(shown):
        table = differences[differences.strategy == strategy]
        mean, low, high = _spread(table, "images_per_class", "points")
        beside = (sizes[-1] / sizes[0]) ** (APART * (line - (len(shown) - 1) / 2))
        colour, mark = LOOKS[strategy]
        looks = {"marker": mark, "markersize": 9, "color": colour, "capsize": 5}
        axes.errorbar(mean.index * beside, mean, (mean - low, high - mean), label=NAMES[strategy], **looks)
        points = listing(f"{number(value, 1)} ved {number(size)}" for size, value in mean.items())
        texts.append(f"{NAMES[strategy]}: {points}")
    axes.axhline(0, color=style.INK, linewidth=1.5)
    highest = 1.25 * max(1.0, differences.points.abs().max())
    axes.set(ylim=(-highest, highest), ylabel="procentpoint")
    bold = {"transform": axes.transAxes, "ha": "right", "fontweight": "bold", "color": style.GREY}
    axes.text(0.99, 0.97, f"↑ {above}", va="top", **bold)
    axes.text(0.99, 0.03, f"↓ {below}", va="bottom", **bold)
    if len(shown) > 1:
        figure.legend(loc="outside upper center", ncols=len(shown))
    told = f"Forskel i procentpoint mod billeder pr. klasse; over nul: {above}, under: {below}."
    return style.described(figure, f"{told} {'. '.join(texts)}.")


@style.styled
def confusion(counts: pd.DataFrame) -> Figure:
    """How many images of each class (rows) were given each answer (columns); the colour is the row's share."""
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
    told = f"{number(np.trace(numbers))} af {number(numbers.sum())} testbilleder er rigtige."
    wrong = numbers * (1 - np.eye(size, dtype=int))
    if wrong.any():
        row, column = np.unravel_index(wrong.argmax(), wrong.shape)
        times = plural(int(wrong.max()), "gang", "gange")
        told += f" Oftest forvekslet: {counts.index[row]} kaldt {counts.columns[column]}, {times}."
    return style.described(figure, f"Forvekslingsmatrix for {size} klasser: {told}")


def mistakes(images: Sequence[Any], made: Sequence[Any], maps: Sequence[Any] = ()) -> Figure:
    """Images (3, H, W) and the mistake `made` with each: its `answer`, how `sure` it was, and the `truth`.

    `maps` (h, w): what spoke for the wrong answers, drawn over the images in a row below; four have room.
    """
    if not made:
        return picture_grid([None], "Ingen fejl på testsættet.", above=["Ingen fejl på testsættet"])
    if len(maps):
        images, made, maps = images[:4], made[:4], maps[:4]
    told = listing(f"{m.truth} kaldt {m.answer} ({percent(m.sure, 0)} sikker)" for m in made)
    answers = [f"{m.answer}, {percent(m.sure, 0)}" for m in made]
    truths = [f"rigtigt: {m.truth}" for m in made]
    if len(maps):
        over = [
            overlay(as_float(image), heat, float(heat.max()))
            for image, heat in zip(images, maps, strict=True)
        ]
        rows = {"billede": images, "hvad der\ntalte for\nsvaret": over}
        return picture_grid(rows, f"Forkerte svar: {told}. Lyst talte mest for.", above=answers, under=truths)
    return picture_grid(images, f"Forkerte svar: {told}.", 3, above=answers, under=truths)


def what_counted(images: Sequence[Any], answers: Sequence[Any]) -> Figure:
    """Over each image (3, H, W) what spoke for its `Answer`: where the network looked."""
    names, shares = zip(*(next(iter(answer.shares.items())) for answer in answers), strict=True)
    return evidence_maps([as_float(image) for image in images], [each.map for each in answers], names, shares)


@style.styled
def taught(pictures: Mapping[str, Sequence[Any]], answers: Sequence[Any]) -> Figure:
    """A row for each thing: the pictures (3, H, W) that were learnt, the last one held up, and its `Answer`."""
    figure, axes = style.new_figure(5.4, len(pictures), 3, width_ratios=[3, 1, 1.6])
    for (name, images), answer, (learnt, held, names) in zip(pictures.items(), answers, axes, strict=True):
        style.image_axes(learnt, np.concatenate([np.asarray(image) for image in images[:-1]], 2))
        learnt.set_title(f"{name}: lært af {len(images) - 1} billeder", fontsize=14, loc="left")
        style.image_axes(held, overlay(images[-1], answer.map, float(answer.map.max())))
        texts = [percent(share, 0) for share in answer.shares.values()]
        style.bars(names, pd.Series(answer.shares), texts, end=1.3, color=style.BLUE)
        names.set(xticks=[])
    right = sum(next(iter(each.shares)) == name for each, name in zip(answers, pictures, strict=True))
    for column, text in ((1, "holdt op"), (2, f"{right} af {len(pictures)} rigtige")):
        axes[0, column].set_title(text, fontsize=14, loc="left")
    told = f"Hvert af {listing(pictures)} er lært af billederne til venstre, og et nyt af hver er holdt op."
    return style.described(figure, f"{told} {right} af {len(pictures)} nye får det rigtige navn.")


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


def _seconds(value: float) -> str:
    return f"{number(value, 1 if value < 10 else 0)} s"
