"""Lesson 05: feature maps on a common scale, what they lie over, silence, filters, and a network as it trains."""

from collections.abc import Mapping, Sequence

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import (
    BLUE,
    GREY,
    ORANGE,
    SEQUENTIAL,
    danish_ticks,
    described,
    image_axes,
    layer_ticks,
    new_figure,
    styled,
)


def _tight(figure: Figure) -> None:
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)


@styled
def feature_maps(image: Tensor, maps: Tensor, layer: str, rows: int = 4, columns: int = 8) -> Figure:
    """The image (3, H, W) and the strongest channels of `maps` (C, h, w), sorted, all on one colour scale."""
    order = maps.flatten(1).amax(1).argsort(descending=True)[: rows * columns].tolist()
    figure, _ = new_figure(height=4.3, rows=0)
    left, right = figure.subfigures(1, 2, width_ratios=[1, 2.1])
    picture = left.subplots()
    image_axes(picture, image)
    picture.set_title("billedet")
    cells = right.subplots(rows, columns, squeeze=False)
    top = max(float(maps.max()), 1e-9)
    for cell in cells.flat[len(order) :]:
        cell.set_axis_off()
    for cell, channel in zip(cells.flat, order, strict=False):
        shown = image_axes(cell, maps[channel], vmin=0, vmax=top, cmap=SEQUENTIAL)
        cell.set_title(str(channel), fontsize=12, pad=2, loc="center")
    bar = right.colorbar(shown, ax=cells, shrink=0.8, pad=0.02)
    danish_ticks(bar.ax.yaxis)
    right.suptitle(f"{layer}: de {len(order)} stærkeste af {len(maps)} kanaler")
    size = " x ".join(str(side) for side in maps.shape[1:])
    return described(
        figure,
        f"Et billede og de {len(order)} stærkeste af {len(maps)} feature maps i {layer} på {size}, stærkest først "
        f"og på samme farveskala fra 0 til {number(top, 1)}. Kanal {order[0]} er stærkest.",
    )


@styled
def looks_at(image: Tensor, maps: Mapping[str, Tensor], count: int = 5) -> Figure:
    """What the strongest channels of each layer look at: the image (3, H, W) fades where they are silent."""
    figure, axes = new_figure(len(maps) * 1.95, len(maps), count, squeeze=False)
    _tight(figure)
    said = []
    for line, (layer, found) in zip(axes, maps.items(), strict=True):
        order = found.flatten(1).amax(1).argsort(descending=True)[:count].tolist()
        said.append(f"{layer}: kanal {listing(order)}")
        for cell, channel in zip(line, order, strict=True):
            image_axes(cell, lit(image, found[channel]))
            cell.set_title(f"{layer} nr. {channel}", fontsize=12, pad=3)
    return described(
        figure,
        f"Billedet står klart, hvor hver af de stærkeste kanaler svarer, og blegt ellers. {'. '.join(said)}.",
    )


def lit(image: Tensor, answers: Tensor, top: Tensor | None = None, faint: float = 0.1) -> Tensor:
    """The image (3, H, W), faded to `faint` where a feature map (h, w) is silent; clear where it reaches `top`.

    Without `top` the map's own strongest answer is clear.
    """
    grown = F.interpolate(
        answers.clamp_min(0)[None, None], image.shape[1:], mode="bilinear", align_corners=False
    )
    top = grown.max() if top is None else top
    clear = faint + (1 - faint) * (grown[0] / top.clamp_min(1e-9)).clamp(max=1)
    return image * clear + (1 - clear)


@styled
def emptiness(table: pd.DataFrame) -> Figure:
    """Shares of units that are `weak`, `silent` and `dead`, one row per layer (see `silence.silent_channels`)."""
    figure, axes = new_figure(height=4.2)
    kinds = {
        "weak": "svage for et billede",
        "silent": "helt tavse for et billede",
        "dead": "tavse for alle billeder",
    }
    for k, ((column, name), colour) in enumerate(zip(kinds.items(), (BLUE, ORANGE, GREY), strict=True)):
        places = [row + (k - 1) * 0.28 for row in range(len(table))]
        axes.bar(places, table[column], 0.26, color=colour, label=name)
        for place, share in zip(places, table[column], strict=True):
            axes.text(place, share + 0.01, number(100 * share, 0), ha="center", fontsize=12)
    axes.set_xticks(range(len(table)), table.index)
    axes.set(ylim=(0, 1.3), yticks=[0, 0.5, 1], ylabel="% af lagets enheder")
    danish_ticks(axes.yaxis, lambda share: number(100 * share))
    axes.legend(loc="upper left")
    said = ". ".join(
        f"{layer}: {listing(f'{percent(row[c], 0)} {n}' for c, n in kinds.items())}"
        for layer, row in table.iterrows()
    )
    return described(figure, f"Andelen af enheder, der svarer svagt eller slet ikke. {said}.")


@styled
def emptiness_of(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """`weak`, `silent` and `dead` by layer, a field for each network of `names`; trained, and dotted its twin."""
    figure, fields = new_figure(4.4, 1, len(names), sharey=True, squeeze=False)
    kinds = {"weak": ("svage", BLUE), "silent": ("helt tavse", ORANGE), "dead": ("tavse for alle", GREY)}
    said = []
    for axes, (name, word) in zip(fields[0], names.items(), strict=True):
        rows, twin = (table[table.network == which] for which in (name, f"{name}, random"))
        for column, (text, colour) in kinds.items():
            axes.plot(range(len(rows)), rows[column], "o-", color=colour, label=text)
            axes.plot(range(len(twin)), twin[column], ":", color=colour, linewidth=2)
            said.append(f"{word}, {text}: højst {percent(rows[column].max(), 0)}")
        layer_ticks(axes, rows.layer)
        axes.set(title=word, ylim=(-0.03, 1.03))
    fields[0][0].set(ylabel="af lagets enheder")
    danish_ticks(fields[0][0].yaxis, lambda share: percent(share, 0))
    handles, labels = fields[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return described(
        figure, f"Svage og tavse enheder, lag for lag, for {listing(names.values())}. {'. '.join(said)}."
    )


@styled
def part_put_in(
    images: Tensor, maps: Tensor, threshold: float, part: str, who: str, shown: int = 6
) -> Figure:
    """The same things without (first row) and with (second row) a part, clear where a unit answers.

    `images` (2, N, 3, H, W) and `maps` (2, N, h, w). A frame tells which images wake the unit.
    """
    figure, axes = new_figure(3.7, 2, shown + 1, width_ratios=[0.9, *[1] * shown])
    _tight(figure)
    top = maps[:, :shown].amax()
    counts = (maps.amax((2, 3)) > threshold).sum(1).tolist()
    total = maps.shape[1]
    for line, heading, pictures, answers, count in zip(
        axes, (f"uden {part}", f"med {part}"), images, maps, counts, strict=True
    ):
        line[0].set_axis_off()
        line[0].text(0, 0.5, f"{heading}\n{count} af {total}\nvækker den", va="center", fontsize=13)
        for cell, image, answer in zip(line[1:], pictures, answers, strict=False):
            image_axes(cell, lit(image, answer, top, faint=0.3))
            if answer.amax() > threshold:
                cell.spines[:].set(visible=True, color=ORANGE, linewidth=4)
    return described(
        figure,
        f"De samme ting uden og med {part}, klare hvor {who} svarer, i en ramme når den vågner. "
        f"Uden {part} vækker {counts[0]} af {total} "
        f"billeder enheden, med {part} {counts[1]}.",
    )


@styled
def filter_sets(sets: Mapping[str, Tensor], smooth: Mapping[str, float], shown: int = 8) -> Figure:
    """The first `shown` filters (C, 3, k, k) of several first layers, a row for each, and how smooth they are."""
    widths = [2.4, *[1] * shown]
    figure, axes = new_figure(1.15 * len(sets), len(sets), shown + 1, width_ratios=widths, squeeze=False)
    _tight(figure)
    for line, (name, weights) in zip(axes, sets.items(), strict=True):
        line[0].set_axis_off()
        line[0].text(0, 0.5, f"{name}\nglathed {number(smooth[name], 2)}", va="center", fontsize=13)
        order = weights.flatten(1).norm(dim=1).argsort(descending=True)[:shown]
        strongest = weights[order].abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-9)
        for cell, picture in zip(line[1:], weights[order] / strongest / 2 + 0.5, strict=False):
            image_axes(cell, picture)
    said = listing(f"{name}: glathed {number(value, 2)}" for name, value in smooth.items())
    return described(figure, f"De stærkeste filtre i det første lag for {len(sets)} netværk. {said}.")


@styled
def second_layer(weights: Tensor, channels: int = 10, shown: int = 4) -> Figure:
    """Filters (C, c, k, k) of a second layer, channel by channel; each row is one filter."""
    figure, axes = new_figure(0.95 * shown + 0.3, shown, channels, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.05, h_pad=0.05, wspace=0, hspace=0)
    top = float(weights[:shown, :channels].abs().max())
    for filters, line in zip(weights, axes, strict=False):
        for picture, cell in zip(filters, line, strict=False):
            image_axes(cell, picture, cmap="RdBu_r", vmin=-top, vmax=top)
    return described(
        figure,
        f"{shown} filtre i det andet lag, de første {channels} af {weights.shape[1]} kanaler i hvert: røde og blå "
        "tern, som ikke ligner noget.",
    )


@styled
def moment(filters: Tensor, image: Tensor, maps: Mapping[str, Tensor], step: int, accuracy: float) -> Figure:
    """One moment of a training: the accuracy, some first filters, and the strongest map of each layer."""
    figure, _ = new_figure(height=3.9, rows=0)
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1.7])
    cells = above.subplots(1, 10)
    strongest = filters[:10].abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-9)
    for cell, picture in zip(cells, filters[:10] / strongest / 2 + 0.5, strict=False):
        image_axes(cell, picture)
    above.suptitle(f"efter {number(step)} skridt: {percent(accuracy, 0)} rigtige", x=0.02, ha="left")
    cells = below.subplots(1, len(maps) + 1)
    image_axes(cells[0], image)
    cells[0].set_title("billedet", fontsize=13)
    for cell, (layer, found) in zip(cells[1:], maps.items(), strict=True):
        best = int(found.flatten(1).amax(1).argmax())
        image_axes(cell, found[best], vmin=0, cmap=SEQUENTIAL)
        cell.set_title(f"{layer}: {best}", fontsize=13)
    return described(
        figure,
        f"Efter {number(step)} skridt svarer netværket rigtigt på {percent(accuracy, 0)}: ti af det første lags "
        f"filtre, et billede og den stærkeste kanal i {listing(maps)}.",
    )


@styled
def turning(likeness: pd.DataFrame, accuracies: Sequence[float]) -> Figure:
    """How much the weights of each layer (columns) look like the trained ones, by step, above the accuracy."""
    figure, (top, bottom) = new_figure(5.4, 2, 1, sharex=True, height_ratios=[1.7, 1])
    places, palette = range(len(likeness)), matplotlib.colormaps[SEQUENTIAL]
    for k, (layer, alike) in enumerate(likeness.items()):
        shade = 0.1 + 0.7 * k / max(len(likeness.columns) - 1, 1)
        top.plot(places, alike, "o-", color=palette(shade), label=layer)
    top.set(ylabel="ligner de færdige", ylim=(-0.05, 1.05))
    danish_ticks(top.yaxis)
    top.legend(loc="lower right", ncols=2)
    bottom.plot(places, accuracies, "o-", color=GREY)
    bottom.set(ylim=(0, 1.05), xlabel="skridt i træningen", ylabel="rigtige")
    danish_ticks(bottom.yaxis, lambda share: percent(share, 0))
    bottom.set_xticks(places, [number(step) for step in likeness.index])
    said = listing(f"{layer} fra {number(alike.iloc[0], 2)} til 1" for layer, alike in likeness.items())
    return described(
        figure,
        f"Hvor meget lagenes vægte ligner de færdige (cosinus), gennem træningen: {said}. Nøjagtigheden går fra "
        f"{percent(accuracies[0], 0)} til {percent(accuracies[-1], 0)}.",
    )
