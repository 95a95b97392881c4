"""Lessons 02, 03 and 04: maps of a trained network beside the untrained one, and where an answer comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import BLUE, GREY, INK, described, image_axes, new_figure, styled

COLOURS = (BLUE, GREY)


@styled
def maps_beside_untrained(image: Any, maps: Mapping[str, Mapping[str, Any]]) -> Figure:
    """One map per layer over the image (3, H, W), a row for each network.

    `maps`: network -> layer -> `TellingMap` (channel, map (h, w), times: how much stronger than usual the channel
    answers the image's class). Each map is drawn on its own scale from zero.
    """
    layers = list(next(iter(maps.values())))
    height = 9.0 / (len(layers) + 1) + 0.75  # square panels and two lines of title
    figure, panels = new_figure(height * len(maps), rows=len(maps), columns=len(layers) + 1)
    for row, (network, found) in zip(np.atleast_2d(panels), maps.items(), strict=True):
        image_axes(row[0], image)
        row[0].set_ylabel(network, fontsize=16, color=INK, labelpad=8)
        for axes, layer in zip(row[1:], layers, strict=True):
            _overlay(axes, image, found[layer].map, vmin=0, cmap="inferno")
            times, short = number(found[layer].times, 1), layer.rsplit(".")[-1]
            axes.set_title(f"{short}, nr. {found[layer].channel}\n{times} x normalt", fontsize=14)
    told = ". ".join(
        f"{network}: "
        + listing(f"{layer} {number(found[layer].times, 1)} gange det normale" for layer in layers)
        for network, found in maps.items()
    )
    return described(
        figure,
        f"I hvert lag den kanal (nr.), der foretrækker billedets klasse mest, lagt over billedet. {told}.",
    )


@styled
def choosier_by_depth(table: pd.DataFrame) -> Figure:
    """A line per network (column): how many times stronger a channel answers its favourite class than the mean."""
    figure, axes = new_figure(height=4.2)
    for (name, values), colour in zip(table.items(), COLOURS, strict=True):
        axes.plot(range(len(table)), values, "o-", color=colour, markersize=9)
        axes.annotate(name, (len(table) - 1, values.iloc[-1]), (12, 0), textcoords="offset points", va="center",
                      color=colour, fontsize=15)  # fmt: skip
    axes.set_xticks(range(len(table)), table.index, rotation=35 if len(table) > 6 else 0)
    axes.set(ylim=(0.8, None), xlim=(-0.2, (len(table) - 1) * 1.17))
    axes.set_ylabel("yndlingsklasse / alle klasser")
    axes.grid(axis="y")
    told = ". ".join(
        f"{name}: fra {number(values.iloc[0], 1)} i {table.index[0]} til {number(values.iloc[-1], 1)} i "
        f"{table.index[-1]}"
        for name, values in table.items()
    )
    return described(figure, f"Hvor kræsne kanalerne er, lag for lag. {told}.")


@styled
def evidence_maps(
    images: Sequence[Any], maps: Sequence[Any], names: Sequence[str], answers: Sequence[float]
) -> Figure:
    """Over each image (3, H, W) a map (h, w) of what speaks for its class, from zero, on one scale.

    `names`: the class of each; `answers`: the network's probability of it.
    """
    figure, panels = new_figure(height=5.0, rows=2, columns=len(images))
    most = max(float(heat.max()) for heat in maps)
    for column, (image, heat) in enumerate(zip(images, maps, strict=True)):
        image_axes(panels[0, column], image)
        panels[0, column].set_title(f"{names[column]}\n{percent(answers[column], 0)}", fontsize=15)
        _overlay(panels[1, column], image, heat, vmin=0, vmax=most, cmap="inferno")
    told = listing(f"{name} ({percent(share, 0)})" for name, share in zip(names, answers, strict=True))
    return described(
        figure, f"Hvor i billedet svaret kommer fra, felt for felt: {told}. Lyst taler mest for."
    )


def _overlay(axes: Axes, image: Any, heat: Any, **scale: Any) -> Any:
    """The image in grey, and the map over it, enlarged without smoothing: its fields are what the layer has."""
    grey = np.asarray(image).mean(0)
    image_axes(axes, np.stack([0.35 + 0.6 * grey] * 3))
    height, width = grey.shape
    return axes.imshow(
        np.asarray(heat),
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),
        alpha=0.62,
        interpolation="nearest",
        **scale,
    )
