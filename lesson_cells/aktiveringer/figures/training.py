"""Filters of the first layers, and a network at moments of its training."""

from collections.abc import Mapping

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number, percent
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


def filter_sets(sets: Mapping[str, Tensor], smooth: Mapping[str, float], shown: int = 8) -> Figure:
    """The strongest filters (C, 3, k, k) of several first layers, a row for each, and how smooth they are."""
    rows = {
        f"{name}\nglathed {number(smooth[name], 2)}": _as_pictures(
            weights[weights.flatten(1).norm(dim=1).argsort(descending=True)[:shown]]
        )
        for name, weights in sets.items()
    }
    said = listing(f"{name}: glathed {number(smooth[name], 2)}" for name in sets)
    return picture_grid(rows, f"De stærkeste filtre i det første lag for {len(sets)} netværk. {said}.")


def second_layer(weights: Tensor, channels: int = 10, shown: int = 4) -> Figure:
    """Filters (C, c, k, k) of a second layer, channel by channel; each row is one filter."""
    kept = weights[:shown, :channels]
    top = float(kept.abs().max())
    return picture_grid(
        list(kept.flatten(0, 1)),
        f"{len(kept)} filtre i det andet lag, de første {kept.shape[1]} af {weights.shape[1]} kanaler i hvert: "
        f"positive vægte røde, negative blå, den stærkeste {number(top, 2)}.",
        kept.shape[1],
        cmap=style.DIVERGING,
        vmin=-top,
        vmax=top,
    )


@style.styled
def training_moment(
    filters: Tensor, image: Tensor, maps: Mapping[str, Tensor], step: int, accuracy: float
) -> Figure:
    """One moment of a training: the accuracy, some first filters, and the strongest map of each layer."""
    figure, _ = style.new_figure(height=3.9, rows=0)
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1.7])
    for cell, picture in zip(above.subplots(1, 10), _as_pictures(filters[:10]), strict=False):
        style.image_axes(cell, picture)
    above.suptitle(f"efter {number(step)} skridt: {percent(accuracy, 0)} rigtige", x=0.02, ha="left")
    cells = below.subplots(1, len(maps) + 1)
    style.image_axes(cells[0], image)
    cells[0].set_title("billedet", fontsize=13)
    for cell, (layer, found) in zip(cells[1:], maps.items(), strict=True):
        best = int(found.flatten(1).amax(1).argmax())
        style.image_axes(cell, found[best], vmin=0, cmap=style.SEQUENTIAL)
        cell.set_title(f"{layer}: {best}", fontsize=13)
    return style.described(
        figure,
        f"Efter {number(step)} skridt svarer netværket rigtigt på {percent(accuracy, 0)}: {len(filters[:10])} af "
        f"det første lags filtre, et billede og den stærkeste kanal i {listing(maps)}.",
    )


@style.styled
def similarity_to_trained(similarity: pd.DataFrame) -> Figure:
    """How much the weights of each layer (columns) look like the trained ones, by step, above the `accuracy`."""
    figure, (top, bottom) = style.new_figure(5.4, 2, 1, sharex=True, height_ratios=[1.7, 1])
    places, palette = range(len(similarity)), matplotlib.colormaps[style.SEQUENTIAL]
    layers = similarity.drop(columns="accuracy")
    for k, (layer, alike) in enumerate(layers.items()):
        shade = 0.1 + 0.7 * k / max(len(layers.columns) - 1, 1)
        top.plot(places, alike, "o-", color=palette(shade), label=layer)
    top.set(ylabel="ligner de færdige", ylim=(-0.05, 1.05))
    style.danish_ticks(top.yaxis)
    top.legend(loc="lower right", ncols=2)
    bottom.plot(places, similarity.accuracy, "o-", color=style.GREY)
    bottom.set(ylim=(0, 1.05), xlabel="skridt i træningen", ylabel="rigtige")
    style.danish_ticks(bottom.yaxis, lambda share: percent(share, 0))
    bottom.set_xticks(places, [number(step) for step in similarity.index])
    ends = {name: (found.iloc[0], found.iloc[-1]) for name, found in similarity.items()}
    first, last = ends.pop("accuracy")
    said = listing(f"{layer} fra {number(a, 2)} til {number(b, 2)}" for layer, (a, b) in ends.items())
    return style.described(
        figure,
        f"Hvor meget lagenes vægte ligner de færdige (cosinus), gennem træningen: {said}. Nøjagtigheden går fra "
        f"{percent(first, 0)} til {percent(last, 0)}.",
    )


def _as_pictures(filters: Tensor) -> Tensor:
    """Filters (N, 3, k, k) as pictures: grey is zero, and each one's largest weight is 0 or 1."""
    return filters / filters.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-9) / 2 + 0.5
