"""Lessons 02, 03 and 04: maps of a trained network beside the untrained one, and how choosy its channels are."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from lesson_utils.danish import listing, number
from lesson_utils.show import style
from lesson_utils.show.evidence import overlay
from lesson_utils.show.pictures import picture_grid


def maps_beside_untrained(image: Any, maps: Mapping[str, Mapping[str, Any]]) -> Figure:
    """One map per layer over the image (3, H, W), a row for each network.

    `maps`: network -> layer -> `TellingMap` (channel, map (h, w), times: how much stronger than usual the channel
    answers the image's class). Each map is drawn on its own scale from zero.
    """
    rows, above, told = {}, [], []
    for network, found in maps.items():
        times = {layer: number(each.times, 1) for layer, each in found.items()}
        rows[network] = [image, *(overlay(image, each.map, float(each.map.max())) for each in found.values())]
        above.append("")
        for layer, each in found.items():
            above.append(f"{layer.rsplit('.')[-1]}, nr. {each.channel}\n{times[layer]} gange\ndet normale")
        said = (f"{layer} {much} gange det normale" for layer, much in times.items())
        told.append(f"{network}: {listing(said)}.")
    alt_text = "I hvert lag den kanal (nr.), der foretrækker billedets klasse mest, lagt over billedet. "
    alt_text += " ".join(told)
    return picture_grid(rows, alt_text, above=above)


def choosier_by_depth(table: pd.DataFrame) -> Figure:
    """A line per network (column): how many times stronger a channel answers its favourite class than the mean."""
    what = "Hvor kræsne kanalerne er, lag for lag."
    figure = lines_by_layer(table, "yndlingsklasse / alle klasser", what, lambda times: number(times, 1))
    figure.axes[0].set_ylim(0.8, None)
    return figure


@style.styled
def lines_by_layer(table: pd.DataFrame, ylabel: str, what: str, text: Callable[[float], str]) -> Figure:
    """A line for each of two networks (columns), the trained one first, layer by layer (rows), with its name."""
    figure, axes = style.new_figure(4.2)
    for (name, values), colour in zip(table.items(), (style.BLUE, style.GREY), strict=True):
        axes.plot(range(len(table)), values, "o-", color=colour, markersize=9)
        end = (len(table) - 1, values.iloc[-1])
        axes.annotate(name, end, (12, 0), textcoords="offset points", va="center", color=colour, fontsize=15)
    axes.set_xticks(range(len(table)), table.index, rotation=35 if len(table) > 6 else 0)
    axes.set(ylim=(0, None), xlim=(-0.2, (len(table) - 1) * 1.17), ylabel=ylabel)
    axes.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])  # values whose labels need no rounding
    style.danish_ticks(axes.yaxis, text)
    axes.grid(axis="y")
    told = ". ".join(
        f"{name}: fra {text(values.iloc[0])} i {table.index[0]} til {text(values.iloc[-1])} i {table.index[-1]}"
        for name, values in table.items()
    )
    return style.described(figure, f"{what} {told}.")
