"""Lesson 05: what units answer to, layer by layer, and the units themselves."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    danish_ticks,
    described,
    image_axes,
    layer_ticks,
    new_figure,
    styled,
)

SHADES = (GREY, SKY, GREEN, ORANGE, PURPLE, RED)


@styled
def fit_by_depth(table: pd.DataFrame) -> Figure:
    """Mean best IoU by layer with its 95 % interval, one line per network; columns as from `by_layer`."""
    figure, axes = new_figure(height=4.2)
    colours = (BLUE, GREY, ORANGE, SKY, GREEN, PURPLE)
    said = []
    for colour, (name, rows) in zip(colours, table.groupby("network", sort=False), strict=False):
        places = np.arange(len(rows))
        error = np.abs(rows[["mean_low", "mean_high"]].to_numpy().T - rows["mean"].to_numpy())
        axes.errorbar(
            places, rows["mean"], error, fmt="o-", color=colour, capsize=5, label=name, markersize=8
        )
        said.append(
            f"{name}: {listing(f'{a} {number(v, 2)}' for a, v in zip(rows['layer'], rows['mean'], strict=True))}"
        )
    layers = list(table[table.network == table.network.iloc[0]].layer)
    axes.set_xticks(range(len(layers)), layers)
    axes.set_ylim(0, None)
    axes.set_ylabel("bedste IoU, gennemsnit")
    axes.grid(axis="y")
    axes.legend(loc="upper left")
    return described(
        figure, f"Hvor godt enhederne i hvert lag passer på deres bedste begreb. {'. '.join(said)}."
    )


@styled
def networks_by_depth(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Mean best IoU by layer with its interval: a field for each network, beside its random twin.

    `table` as `by_layer` makes it, where the twin of the network `x` is called `x, random`; `names` says what a
    field is called, by network.
    """
    figure, fields = new_figure(4.4, 1, len(names), sharey=True, squeeze=False)
    said = []
    for axes, (name, word) in zip(fields[0], names.items(), strict=True):
        for which, colour, label in ((name, BLUE, "trænet"), (f"{name}, random", GREY, "tilfældigt")):
            rows = table[table.network == which]
            error = np.abs(rows[["mean_low", "mean_high"]].to_numpy().T - rows["mean"].to_numpy())
            axes.errorbar(
                np.arange(len(rows)), rows["mean"], error, fmt="o-", color=colour, capsize=4, label=label
            )
            ends = [number(value, 2) for value in (rows["mean"].iloc[0], rows["mean"].iloc[-1])]
            said.append(f"{word}, {label}: fra {ends[0]} til {ends[1]}")
        layer_ticks(axes, table[table.network == name].layer)
        axes.set(title=word)
        axes.grid(axis="y")
    fields[0][0].set(ylabel="bedste IoU, gennemsnit", ylim=(0, 1.1 * table["mean_high"].max()))
    danish_ticks(fields[0][0].yaxis)
    handles, labels = fields[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return described(
        figure,
        f"Hvor godt enhederne passer på deres bedste begreb, fra første til sidste lag. {'. '.join(said)}.",
    )


@styled
def kinds_of_networks(table: pd.DataFrame, names: Mapping[str, str], kinds: Mapping[str, str]) -> Figure:
    """The share of units that detect each kind of concept, with its interval: a field for each network."""
    figure, fields = new_figure(4.6, 1, len(names), sharey=True, squeeze=False)
    said = []
    for axes, (name, word) in zip(fields[0], names.items(), strict=True):
        rows = table[table.network == name]
        for colour, (kind, text) in zip(SHADES, kinds.items(), strict=True):
            error = np.abs(rows[[f"{kind}_low", f"{kind}_high"]].to_numpy().T - rows[kind].to_numpy())
            axes.errorbar(range(len(rows)), rows[kind], error, fmt="o-", color=colour, capsize=3, label=text)
            ends = [percent(share, 0) for share in (rows[kind].iloc[0], rows[kind].iloc[-1])]
            said.append(f"{word}, {text}: fra {ends[0]} til {ends[1]}")
        layer_ticks(axes, rows.layer)
        axes.set(title=word, ylim=(0, None))
        axes.grid(axis="y")
    fields[0][0].set_ylabel("af lagets enheder")
    danish_ticks(fields[0][0].yaxis, lambda share: percent(share, 0))
    handles, labels = fields[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(kinds), columnspacing=1.2)
    return described(
        figure, f"Andelen af enheder, der finder hver slags begreb, lag for lag. {'. '.join(said)}."
    )


@styled
def kinds_by_depth(table: pd.DataFrame, kinds: Mapping[str, str], title: str) -> Figure:
    """What the units of each layer are detectors of: shares stacked by kind of concept, one row per layer."""
    figure, axes = new_figure(height=4.2)
    places, foot = np.arange(len(table)), np.zeros(len(table))
    for colour, (kind, word) in zip(SHADES, kinds.items(), strict=True):
        shares = table[kind].to_numpy()
        axes.bar(places, shares, 0.62, bottom=foot, color=colour, label=word, edgecolor="white", linewidth=1)
        for place, share, start in zip(places, shares, foot, strict=True):
            if share > 0.05:
                axes.text(place, start + share / 2, percent(share, 0), ha="center", va="center", fontsize=12)
        foot += shares
    axes.set_xticks(places, table["layer"])
    axes.set_ylim(0, 1)
    danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.set_ylabel("af lagets enheder")
    axes.set_title(title)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1, 0.5))
    said = ". ".join(
        f"{row['layer']}: {listing(f'{word} {percent(row[k], 0)}' for k, word in kinds.items() if row[k])}"
        for _, row in table.iterrows()
        if any(row[kind] for kind in kinds)
    )
    return described(figure, f"{title}: andelen af enheder, der finder hver slags begreb. {said}.")


@styled
def unit_rows(rows: Sequence[tuple[str, Tensor, Tensor]], layer: str) -> Figure:
    """One row per unit: its name, its strongest patches (N, 3, S, S), lit where it is above its threshold."""
    count = len(rows[0][1])
    figure, axes = new_figure(
        len(rows) * 1.12, len(rows), count + 1, width_ratios=[2.5, *[1] * count], squeeze=False
    )
    figure.get_layout_engine().set(w_pad=0.015, h_pad=0.015, wspace=0, hspace=0)
    for line, (name, pieces, masks) in zip(axes, rows, strict=True):
        line[0].set_axis_off()
        line[0].text(0.0, 0.5, name, va="center", fontsize=13, transform=line[0].transAxes)
        for cell, piece, mask in zip(line[1:], pieces, masks, strict=True):
            image_axes(cell, piece * (0.3 + 0.7 * mask.float()))
    said = listing(name.replace("\n", ", ") for name, *_ in rows)
    return described(
        figure, f"Enheder i {layer} med deres stærkeste udsnit, lyse dér, hvor enheden ser noget. {said}."
    )
