"""Lesson 04: the price of convolutions, of heads, and what auxiliary classifiers do to the gradients."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import number, percent, short
from lesson_utils.show.style import (
    BLUE,
    DIVERGING,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    danish_ticks,
    described,
    new_figure,
    styled,
)

CURVE_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


@styled
def pixel_product(weights: Tensor, pixel: Tensor, answer: Tensor) -> Figure:
    """A 1x1 convolution at one pixel: its column of C numbers, times a (K, C) matrix, gives K numbers.

    Args:
        weights: (K, C), the 1x1 filters, one a row.
        pixel: (C,), the input's channels at that pixel.
        answer: (K,), the output's channels at the same pixel.
    """
    filters, channels = weights.shape
    figure, _ = new_figure(height=4.6, rows=0)
    grid = figure.add_gridspec(3, 1, height_ratios=[1, 4, 1], hspace=0.15)
    limit = float(weights.abs().max())
    strips = (
        (pixel[None], f"pixlens {channels} tal ind: ét fra hver kanal", "viridis", 0, float(pixel.max())),
        (weights, f"filtrene: {filters} rækker med {channels} vægte", DIVERGING, -limit, limit),
        (
            answer[None],
            f"pixlens {filters} tal ud: hver række ganget med pixlens tal og lagt sammen",
            DIVERGING,
            None,
            None,
        ),
    )
    for place, (values, title, colours, low, high) in enumerate(strips):
        axes = figure.add_subplot(grid[place])
        if low is None:
            high = float(values.abs().max())
            low = -high
        axes.imshow(values.numpy(), aspect="auto", cmap=colours, vmin=low, vmax=high, interpolation="nearest")
        axes.set_title(title, fontsize=14)
        axes.set(yticks=[], xticks=[])
        axes.spines[:].set_visible(True)
    return described(
        figure,
        f"Tre farvefelter under hinanden: {channels} tal fra én pixel, en matrix med {filters} rækker og "
        f"{channels} søjler, og de {filters} tal, som matrixproduktet giver.",
    )


@styled
def bottleneck_trade(
    costs: Sequence[int], direct: int, kept: Mapping[str, Sequence[float]], chosen: int
) -> Figure:
    """What a bottleneck costs and what it can keep, by its width; both over one axis.

    Args:
        costs: multiply-adds with a bottleneck of 1, 2, … channels.
        direct: multiply-adds without a bottleneck.
        kept: by the name of a network, the share of variance that 1, 2, … channels can hold at best.
        chosen: the width that the paper chose.
    """
    widths = np.arange(1, len(costs) + 1)
    even = next((int(w) for w, cost in zip(widths, costs, strict=True) if cost > direct), len(costs))
    figure, (price, keeping) = new_figure(height=6.6, rows=2, sharex=True)
    price.fill_between(widths[even - 1 :], 0, costs[even - 1 :], color=RED, alpha=0.18, linewidth=0)
    price.plot(widths, costs, color=INK)
    price.axhline(direct, color=GREY, linestyle="--")
    price.annotate("uden flaskehals", (30, direct), xytext=(0, 6), textcoords="offset points", color=GREY)
    price.annotate(
        f"fra {even} kanaler\nbetaler den sig ikke", (even + 6, 0.12 * direct), color=RED, fontsize=13
    )
    price.set(title="Hvad flaskehalsen koster", ylabel="multiply-adds", ylim=(0, 1.08 * max(costs)))
    danish_ticks(price.yaxis, lambda value: short(value).replace(",0 ", " "))
    price.annotate(
        f"{chosen} kanaler: {short(costs[chosen - 1])}",
        (chosen, costs[chosen - 1]),
        xytext=(30, 0.55 * direct),
        color=BLUE,
        arrowprops={"arrowstyle": "-", "color": BLUE, "linewidth": 1.5, "shrinkB": 6},
    )
    for colour, (name, shares) in zip((ORANGE, GREEN), kept.items(), strict=False):
        keeping.plot(widths[: len(shares)], shares, color=colour, label=name)
        keeping.plot(
            chosen, shares[chosen - 1], "o", color=colour, markersize=9, markeredgecolor=INK, zorder=5
        )
        keeping.annotate(
            percent(shares[chosen - 1], 0),
            (chosen, shares[chosen - 1]),
            xytext=(12, -6),
            textcoords="offset points",
            va="top",
            color=INK,
        )
    price.plot(chosen, costs[chosen - 1], "o", color=INK, markersize=9, zorder=5)
    for axes in (price, keeping):
        axes.axvline(chosen, color=BLUE, linewidth=1.5, zorder=0)
        axes.grid(axis="y")
    keeping.set(
        title="Hvor meget af inputtets variation den højst kan bevare",
        ylabel="andel af variansen",
        xlabel="flaskehalsens bredde (kanaler)",
        ylim=(0, 1.04),
        xlim=(0, len(costs)),
    )
    danish_ticks(keeping.yaxis, lambda share: percent(share, 0))
    keeping.legend(loc="lower right")
    told = "; ".join(f"{name}: {percent(shares[chosen - 1], 0)}" for name, shares in kept.items())
    return described(
        figure,
        f"To kurver over flaskehalsens bredde. Øverst vokser prisen som en ret linje, fra "
        f"{short(costs[chosen - 1])} multiply-adds ved {chosen} kanaler til {short(direct)} ved {even}, hvor den "
        f"når prisen uden flaskehals. Nederst vokser den bevarede andel af variansen stejlt og flader så ud; "
        f"ved {chosen} kanaler {told}.",
    )


@styled
def weight_bars(counts: Mapping[str, int], title: str = "") -> Figure:
    """Horizontal bars of weights by name, each with its number; the largest in a warning colour."""
    names, values = list(counts), list(counts.values())
    figure, axes = new_figure(height=1.0 + 0.72 * len(names))
    largest = max(values)
    axes.barh(names, values, color=[ORANGE if value == largest else BLUE for value in values], height=0.62)
    for place, value in enumerate(values):
        axes.text(value + 0.012 * largest, place, number(value), va="center")
    axes.set(xlim=(0, 1.2 * largest), ylim=(len(names) - 0.5, -0.5), xticks=[], title=title)
    axes.tick_params(axis="y", length=0, labelsize=14)
    axes.spines[["bottom"]].set_visible(False)
    told = "; ".join(f"{name}: {number(value)}" for name, value in counts.items())
    return described(figure, f"Vandrette søjler. {title}: {told}.")


@styled
def printed_against_computed(table: pd.DataFrame) -> Figure:
    """How far the paper's table is from the network: a dot per row, weights and multiply-adds.

    Args:
        table: columns `weights_off` and `multiply_adds_off`, shares of the computed figure, by layer. Rows that
            are further off than 10 % are left out and named in the figure.
    """
    columns = ["weights_off", "multiply_adds_off"]
    far = table[table[columns].abs().max(axis=1) > 0.1]
    near = table.drop(index=far.index)
    figure, axes = new_figure(height=5.4)
    axes.axvline(0, color=INK, linewidth=1.5)
    places = np.arange(len(near))
    axes.hlines(
        places, near[columns].min(axis=1), near[columns].max(axis=1), color=PALE, linewidth=6, zorder=1
    )
    axes.scatter(near["weights_off"], places, s=110, color=ORANGE, label="vægte", zorder=3)
    axes.scatter(
        near["multiply_adds_off"], places, s=110, color=BLUE, marker="D", label="multiply-adds", zorder=2
    )
    axes.set_yticks(places, [name.removeprefix("inception_") for name in near.index])
    axes.set(ylim=(len(near) - 0.4, -0.6), xlim=(-0.085, 0.085))
    axes.set_xlabel("artiklens tal i forhold til det beregnede")
    axes.grid(axis="x")
    danish_ticks(axes.xaxis, lambda share: ("+" if share > 0 else "") + percent(share, 0))
    axes.legend(loc="upper right")
    if len(far):
        named = ", ".join(f"{name} ({percent(row['weights_off'], 0)})" for name, row in far.iterrows())
        axes.set_title(f"Uden for figuren: {named}", fontsize=14)
    worst = near["weights_off"].abs().sort_values(ascending=False).index[:2]
    told = " og ".join(f"{name} {percent(near.loc[name, 'weights_off'])}" for name in worst)
    return described(
        figure,
        f"Afvigelsen mellem artiklens tabel 1 og netværket, lag for lag. De fleste prikker ligger ved 0 %; "
        f"længst væk er vægtene i {told}.",
    )


@styled
def gradient_norms(summary: pd.DataFrame, titles: Mapping[str, str], helpers: Sequence[str]) -> Figure:
    """The gradient in every layer with and without auxiliary classifiers: a panel per way to start.

    Args:
        summary: columns start, auxiliary, layer, median, min, max, gain.
        titles: a panel's heading by `start`; the panels come in this order.
        helpers: the layers that an auxiliary classifier reads.
    """
    figure, panels = new_figure(height=5.6, columns=len(titles), sharey=True, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.08)
    for axes, (start, title) in zip(panels[0], titles.items(), strict=True):
        rows = summary[summary["start"] == start]
        _draw_gradients(axes, rows, helpers)
        axes.set_title(f"{title}\nconv1: {_rounded(_first_layer(rows))} gange", fontsize=15)
        axes.set_yscale("log")
        danish_ticks(axes.yaxis, _power)
    panels[0][0].set_ylabel("gradientens norm")
    figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return described(
        figure,
        "Gradientens norm i hvert lag på en logaritmisk akse, uden og med hjælpeklassifikatorer. "
        + " ".join(_told(summary[summary["start"] == start], title) for start, title in titles.items()),
    )


def _draw_gradients(axes: Axes, rows: pd.DataFrame, helpers: Sequence[str]) -> None:
    layers = list(rows["layer"].drop_duplicates())
    for helped, colour, label in ((False, INK, "uden"), (True, ORANGE, "med hjælpeklassifikatorer")):
        part = rows[rows["auxiliary"] == helped].set_index("layer").loc[layers]
        axes.fill_between(layers, part["min"], part["max"], color=colour, alpha=0.2, linewidth=0)
        axes.plot(layers, part["median"], color=colour, marker="o", markersize=5, label=label)
    for number_of, layer in enumerate(helpers):
        label = "en hjælpeklassifikator læser laget" if number_of == 0 else None
        axes.axvline(layers.index(layer), color=ORANGE, linestyle=":", linewidth=2, zorder=0, label=label)
    short_names = [name.removeprefix("inception_").replace("_reduce", "r") for name in layers]
    axes.set_xticks(range(len(layers)), short_names, rotation=90)
    axes.grid(axis="y")


def _first_layer(rows: pd.DataFrame) -> float:
    """How many times larger the first layer's gradient is with auxiliary classifiers."""
    return rows["gain"].iloc[0]


def _told(rows: pd.DataFrame, title: str) -> str:
    layer = rows["layer"].iloc[0]
    first = rows[rows["layer"] == layer].set_index("auxiliary")["median"]
    return (
        f"{title}: i {layer} er normen {_rounded(first[False])} uden og {_rounded(first[True])} med; den er "
        f"typisk {_rounded(_first_layer(rows))} gange så stor med hjælp."
    )


def _power(value: float) -> str:
    return f"$10^{{{round(np.log10(value))}}}$" if value > 0 else "0"


def _rounded(value: float) -> str:
    """Two digits, small numbers as `1,5 · 10^−11`."""
    if value >= 1e-3:
        return number(float(f"{value:.2g}"))
    exponent = int(np.floor(np.log10(value)))
    return f"{number(value / 10.0**exponent, 1)} · 10^{number(exponent)}"
