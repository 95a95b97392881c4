"""Lesson 06, at the end: shares of right answers, as bars, as a matrix, and against a number of images."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    RED,
    SKY,
    danish_ticks,
    described,
    new_figure,
    styled,
)

COLOURS = (BLUE, ORANGE, SKY, RED)


@styled
def shares(table: pd.DataFrame, axis: str) -> Figure:
    """Bars from 0 to 1: one group per row, one colour per column; `axis` says what they are (Danish)."""
    many = len(table.columns) > 2
    figure, axes = new_figure(height=4.6 if many else 3.9)
    places, width = np.arange(len(table)), 0.88 / len(table.columns)
    for k, (colour, (name, values)) in enumerate(zip(COLOURS, table.items(), strict=False)):
        at = places + (k - (len(table.columns) - 1) / 2) * width
        axes.bar(at, values, width * 0.9, color=colour, label=name)
        for place, share in zip(at, values, strict=True):
            axes.text(place, share + 0.02, percent(share, 0), ha="center", fontsize=12 if many else 13)
    axes.set_xticks(places, table.index)
    axes.set(ylim=(0, 1.45 if many else 1.25), yticks=[0, 0.5, 1])
    danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.set_ylabel(axis)
    axes.legend(loc="upper right", ncols=2)
    said = ". ".join(
        f"{row}: {listing(f'{name} {percent(share, 0)}' for name, share in values.items())}"
        for row, values in table.iterrows()
    )
    return described(figure, f"Søjler, {axis}. {said}.")


@styled
def dose(values: pd.Series, across: str, up: str, many: pd.DataFrame | None = None) -> Figure:
    """A share against a small number (index); both axes are named in Danish.

    `many`: stored measurements of the same, one row per number, one column per seed; they are the band behind.
    """
    figure, axes = new_figure(height=4.0)
    order = sorted({*values.index, *([] if many is None else many.index)})
    place = {count: k for k, count in enumerate(order)}
    said = (
        f"{up} mod {across}: {listing(f'{count}: {percent(share, 0)}' for count, share in values.items())}."
    )
    if many is not None:
        at = [place[count] for count in many.index]
        seeds = f"målt med {len(many.columns)} seeds"
        axes.fill_between(
            at, many.min(axis=1), many.max(axis=1), color=BLUE, alpha=0.2, label=f"{seeds}: fra–til"
        )
        axes.plot(at, many.mean(axis=1), color=BLUE, label=f"{seeds}: gennemsnit")
        means = listing(f"{count}: {percent(share, 0)}" for count, share in many.mean(axis=1).items())
        said += f" Gennemsnit, {seeds}: {means}."
    axes.plot(
        [place[count] for count in values.index], values, "o", color=RED, markersize=10, label="målt her"
    )
    for count, share in values.items():
        low = share > 0.9
        axes.annotate(
            percent(share, 0),
            (place[count], share),
            (0, -26 if low else 12),
            textcoords="offset points",
            ha="center",
        )
    axes.set_xticks(range(len(order)), [number(count) for count in order])
    axes.set(xlabel=across, ylabel=up, ylim=(-0.03, 1.08), yticks=[0, 0.5, 1])
    danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.legend(loc="lower right")
    return described(figure, said)


@styled
def matrix(table: pd.DataFrame, rows: str, columns: str) -> Figure:
    """Shares as a matrix of numbers: who (rows) against whom (columns); who is asked about himself is grey."""
    figure, axes = new_figure(height=0.72 * len(table) + 1.2)
    own = [[name == other for other in table.columns] for name in table.index]
    axes.imshow(np.where(own, np.nan, table), cmap="Blues", vmin=0.6, vmax=1.8, aspect="auto")
    for down, (name, values) in enumerate(table.iterrows()):
        for right, (other, share) in enumerate(values.items()):
            colour, size = (GREY, 13) if name == other else (INK, 16)
            axes.text(right, down, percent(share), ha="center", va="center", fontsize=size, color=colour)
    axes.set_xticks(range(len(table.columns)), [name.replace(" ", "\n", 1) for name in table.columns])
    axes.set_yticks(range(len(table)), [name.replace(" ", "\n", 1) for name in table.index])
    axes.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False, labelsize=12)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(columns)
    axes.xaxis.set_label_position("top")
    axes.set_ylabel(rows)
    said = ". ".join(
        f"{name}: {listing(f'{other} {percent(share)}' for other, share in values.items())}"
        for name, values in table.iterrows()
    )
    return described(figure, f"Hvem ({rows}) mod hvem ({columns}). {said}.")
