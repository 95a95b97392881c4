"""Lessons 02, 03 and 04: maps of a trained network beside the untrained one, and where an answer comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lesson_utils.danish import listing, number, percent
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


def overlay(image: Any, heat: Any, most: float) -> np.ndarray:
    """(3, H, W): the image in grey, and over it a map (h, w) from 0 to `most`, whose fields stay sharp."""
    grey = 0.35 + 0.6 * np.asarray(image).mean(0)
    rows, columns = (
        np.arange(side) * part // side for side, part in zip(grey.shape, heat.shape, strict=True)
    )
    shares = (np.asarray(heat)[rows][:, columns] / max(most, 1e-9)).clip(0, 1)
    colours = matplotlib.colormaps[style.SEQUENTIAL](shares)[..., :3].transpose(2, 0, 1)
    return 0.38 * grey + 0.62 * colours


def maps_beside_untrained(image: Any, maps: Mapping[str, Mapping[str, Any]]) -> Figure:
    """One map per layer over the image (3, H, W), a row for each network.

    `maps`: network -> layer -> `TellingMap` (channel, map (h, w), times: how much stronger than usual the channel
    answers the image's class). Each map is drawn on its own scale from zero.
    """
    rows = {
        network: [image, *(overlay(image, each.map, float(each.map.max())) for each in found.values())]
        for network, found in maps.items()
    }
    above = [
        text
        for found in maps.values()
        for text in (
            "",
            *(
                f"{layer.rsplit('.')[-1]}, nr. {each.channel}\n{number(each.times, 1)} gange det normale"
                for layer, each in found.items()
            ),
        )
    ]
    told = ". ".join(
        f"{network}: "
        + listing(f"{layer} {number(each.times, 1)} gange det normale" for layer, each in found.items())
        for network, found in maps.items()
    )
    alt_text = (
        f"I hvert lag den kanal (nr.), der foretrækker billedets klasse mest, lagt over billedet. {told}."
    )
    return picture_grid(rows, alt_text, above=above)


@style.styled
def choosier_by_depth(table: pd.DataFrame) -> Figure:
    """A line per network (column): how many times stronger a channel answers its favourite class than the mean."""
    figure, axes = style.new_figure(4.2)
    for (name, values), colour in zip(table.items(), (style.BLUE, style.GREY), strict=True):
        axes.plot(range(len(table)), values, "o-", color=colour, markersize=9)
        end = (len(table) - 1, values.iloc[-1])
        axes.annotate(name, end, (12, 0), textcoords="offset points", va="center", color=colour, fontsize=15)
    axes.set_xticks(range(len(table)), table.index, rotation=35 if len(table) > 6 else 0)
    axes.set(ylim=(0.8, None), xlim=(-0.2, (len(table) - 1) * 1.17), ylabel="yndlingsklasse / alle klasser")
    axes.grid(axis="y")
    first, last = table.index[[0, -1]]
    told = ". ".join(
        f"{name}: fra {number(values[first], 1)} i {first} til {number(values[last], 1)} i {last}"
        for name, values in table.items()
    )
    return style.described(figure, f"Hvor kræsne kanalerne er, lag for lag. {told}.")


def evidence_maps(
    images: Sequence[Any], maps: Sequence[Any], names: Sequence[str], answers: Sequence[float]
) -> Figure:
    """Over each image (3, H, W) a map (h, w) of what speaks for its class, from zero, on one scale.

    `names`: the class of each; `answers`: the network's probability of it.
    """
    most = max(float(heat.max()) for heat in maps)
    under = [overlay(image, heat, most) for image, heat in zip(images, maps, strict=True)]
    above = [f"{name}\n{percent(share, 0)}" for name, share in zip(names, answers, strict=True)]
    told = listing(f"{name} ({percent(share, 0)})" for name, share in zip(names, answers, strict=True))
    alt_text = f"Hvor i billedet svaret kommer fra, felt for felt: {told}. Lyst taler mest for."
    return picture_grid([*images, *under], alt_text, columns=len(images), above=above)
