"""Lesson 05: who is whose neighbour, in pixels and in features."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patches import Rectangle
from torch import Tensor

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    WARNING,
    danish_ticks,
    described,
    image_axes,
    layer_ticks,
    new_figure,
    styled,
)

COLOURS = (BLUE, ORANGE, GREY)


@styled
def neighbour_rows(query: Tensor, found: Mapping[str, tuple[Tensor, list[bool] | None]]) -> Figure:
    """A query image (3, H, W) and, for each layer, its neighbours (k, 3, H, W), framed by right or wrong class.

    The second of each pair says which neighbours are of the query's class; None where nobody knows.
    """
    most = max(len(images) for images, _ in found.values())
    figure, axes = new_figure(
        1.35 * len(found), len(found), most + 2, squeeze=False, width_ratios=[0.8, 1, *[1] * most]
    )
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.01, hspace=0.01)
    said = []
    for line, (layer, (images, hits)) in zip(axes, found.items(), strict=True):
        for cell in line:
            cell.set_axis_off()
        right = "" if hits is None else f"\n{sum(hits)} af {len(hits)}"
        said.append(f"{layer}{right}".replace(",\n", " ").replace("\n", ": "))
        line[0].text(0, 0.5, f"{layer}{right}", va="center", fontsize=14, transform=line[0].transAxes)
        image_axes(line[1], query)
        line[1].set_axis_on()
        for k, (cell, image) in enumerate(zip(line[2:], images, strict=False)):
            cell.set_axis_on()
            image_axes(cell, image)
            if hits is not None:
                colour = GREEN if hits[k] else WARNING
                style = {"linewidth": 6, "linestyle": "-" if hits[k] else (0, (2, 1))}
                cell.add_patch(
                    Rectangle((0, 0), 1, 1, fill=False, edgecolor=colour, transform=cell.transAxes, **style)
                )
    text = f"Et billede og dets {most} nærmeste naboer, en række for hver: {listing(said)}."
    if any(hits is not None for _, hits in found.values()):
        text += " Hel grøn ramme er samme klasse, stiplet en anden; tallene tæller de grønne."
    return described(figure, text)


@styled
def precision(table: pd.DataFrame, title: str, chance: float = 0.5) -> Figure:
    """Precision@5 by layer (index), one group of bars per network (columns)."""
    figure, axes = new_figure(height=3.9)
    width = 0.8 / len(table.columns)
    for k, (name, shares) in enumerate(table.items()):
        places = [row + (k - (len(table.columns) - 1) / 2) * width for row in range(len(table))]
        axes.bar(places, shares, width * 0.92, color=COLOURS[k % 3], label=name)
        for place, share in zip(places, shares, strict=True):
            axes.text(place, share + 0.015, number(share, 2), ha="center", fontsize=12)
    axes.axhline(chance, color=GREY, linestyle="--", linewidth=1.5)
    axes.text(-0.62, chance + 0.015, "gæt", color=GREY, fontsize=12)
    axes.set_xticks(range(len(table)), table.index)
    axes.set(ylim=(0, 1.3), xlim=(-0.65, len(table) - 0.4), yticks=[0, 0.5, 1], ylabel="præcision@5")
    danish_ticks(axes.yaxis)
    axes.set_title(title)
    axes.legend(loc="upper left", ncols=3)
    said = ". ".join(
        f"{name}: {listing(f'{layer} {number(share, 2)}' for layer, share in shares.items())}"
        for name, shares in table.items()
    )
    return described(figure, f"Præcision@5, {title}. {said}. Et gæt giver {number(chance, 2)}.")


@styled
def precision_by_layer(table: pd.DataFrame, names: Mapping[str, str], titles: Mapping[str, str]) -> Figure:
    """Precision@5 by layer, mean and range over seeds: a field for each pair of `titles`, a line for each network.

    `table` has a row for each `pair`, `network`, `layer` and `seed`, with the columns `trained` and `random`; the
    grey line is the random twin of the first network.
    """
    figure, fields = new_figure(4.6, 1, len(titles), sharey=True, squeeze=False)
    said = []
    for axes, (pair, title) in zip(fields[0], titles.items(), strict=True):
        rows = table[table.pair == pair]
        lines = [(name, "trained", word) for name, word in names.items()]
        lines.append((next(iter(names)), "random", "tilfældigt"))
        for (name, column, word), colour in zip(lines, (BLUE, ORANGE, GREY), strict=True):
            found = (
                rows[rows.network == name].groupby("layer", sort=False)[column].agg(["mean", "min", "max"])
            )
            error = [found["mean"] - found["min"], found["max"] - found["mean"]]
            axes.errorbar(
                range(len(found)), found["mean"], error, fmt="o-", color=colour, capsize=4, label=word
            )
            said.append(
                f"{title}, {word}: {listing(f'{a} {number(b, 2)}' for a, b in found['mean'].items())}"
            )
        axes.axhline(0.5, color=GREY, linestyle="--", linewidth=1.5)
        layer_ticks(axes, ["pixler" if layer == "pixels" else layer for layer in found.index])
        axes.set(title=title, ylim=(0.35, 1.03))
    fields[0][0].set(ylabel="præcision@5")
    danish_ticks(fields[0][0].yaxis)
    fields[0][0].legend(loc="upper left")
    return described(figure, f"Præcision@5 lag for lag, middel og spænd over seeds. {'. '.join(said)}.")


@styled
def thumbnail_map(points: Tensor, images: Tensor, title: str, hits: float) -> Figure:
    """Images (N, 3, H, W) as points of a map (N, 2); `hits`: how often the nearest on it is of the same class."""
    figure, axes = new_figure(height=7.0)
    low, high = points.amin(0), points.amax(0)
    places = (points - low) / (high - low).clamp_min(1e-9)
    for place, image in zip(places.tolist(), images, strict=True):
        picture = OffsetImage(image.permute(1, 2, 0).numpy(), zoom=0.36, interpolation="bilinear")
        axes.add_artist(AnnotationBbox(picture, place, frameon=False, pad=0))
    axes.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(title)
    return described(
        figure,
        f"{title}: {len(images)} små billeder lagt ud, så de, der ligner hinanden for netværket, ligger tæt. "
        f"{percent(hits, 0)} har en nabo af samme klasse som nærmeste på kortet.",
    )
