"""A 1x1 convolution at one pixel, what it saves in front of a larger one, and what it lets through."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from torch import Tensor

from lesson_utils.danish import number, percent, short
from lesson_utils.show import style


@style.styled
def pixel_product(weights: Tensor, pixel: Tensor, answer: Tensor) -> Figure:
    """A 1x1 convolution at one pixel: its column of C numbers, times a (K, C) matrix, gives K numbers.

    `weights` (K, C): one filter a row; `pixel` (C,): the input's channels there; `answer` (K,): the output's.
    """
    filters, channels = weights.shape
    figure, panels = style.new_figure(4.6, rows=3, height_ratios=[1, 4, 1])
    strips = {
        f"pixlens {channels} tal ind: ét fra hver kanal": pixel[None],
        f"filtrene: {filters} rækker med {channels} vægte": weights,
        f"pixlens {filters} tal ud: hver række ganget med pixlens tal og lagt sammen": answer[None],
    }
    for axes, (title, values) in zip(panels, strips.items(), strict=True):
        most, signed = float(values.abs().max()), bool((values < 0).any())
        scale = {
            "cmap": style.DIVERGING if signed else style.SEQUENTIAL,
            "vmin": -most * signed,
            "vmax": most,
        }
        style.image_axes(axes, values, aspect="auto", **scale)
        axes.set_title(title, fontsize=14)
        axes.spines[:].set_visible(True)
    return style.described(
        figure,
        f"Tre farvefelter under hinanden: {channels} tal fra én pixel, en matrix med {filters} rækker og "
        f"{channels} kolonner, og de {filters} tal, som matrixproduktet giver.",
    )


@style.styled
def cost_with_bottleneck(direct: Any, through: Mapping[int, tuple[Any, Any]], width: int) -> Figure:
    """Cost without and with the bottleneck, and how it grows with the bottleneck's width.

    Args:
        direct: the convolution alone, as `conv_cost` answers.
        through: by the number of channels of the 1x1 convolution: its cost, and that of the one behind it.
        width: the number of channels that is chosen, one of `through`.
    """
    figure, _ = style.new_figure(6.4, rows=0)
    figure.get_layout_engine().set(h_pad=0.1, w_pad=0.1)
    grid = figure.add_gridspec(2, 2, height_ratios=[1, 1.5])
    first, second = through[width]
    for place, (part, title) in enumerate((("multiply_adds", "Multiply-adds"), ("weights", "Vægte"))):
        amounts = [getattr(cost, part) for cost in (direct, first, second)]
        _draw_pair(figure.add_subplot(grid[0, place]), title, *amounts)
    curve = {channels: a.multiply_adds + b.multiply_adds for channels, (a, b) in through.items()}
    _draw_curve(figure.add_subplot(grid[1, :]), direct.multiply_adds, curve, width)
    verdict = _verdict(direct.multiply_adds / curve[width])
    figure.suptitle(verdict)
    names = {style.BLUE: "den store foldning", style.ORANGE: "1×1-foldningen"}
    parts = [Patch(color=colour, label=name) for colour, name in names.items()]
    figure.legend(handles=parts, loc="outside lower center", ncols=2)
    low, high = min(curve), max(curve)
    return style.described(
        figure,
        f"{verdict}: {number(direct.multiply_adds)} multiply-adds uden 1×1, {number(curve[width])} med 1×1 til "
        f"{width} kanaler; vægte {number(direct.weights)} mod {number(first.weights + second.weights)}. Nederst "
        f"prisen efter flaskehalsens bredde: fra {short(curve[low])} ved {low} kanaler til {short(curve[high])} "
        f"ved {high}.",
    )


def _verdict(saved: float) -> str:
    if round(saved, 1) == 1:
        return "Flaskehalsen koster det samme som den direkte vej"
    if saved > 1:
        return f"Med flaskehals: {number(saved, 1)} gange færre multiply-adds"
    return f"Flaskehalsen er for bred: {number(1 / saved, 1)} gange så mange multiply-adds"


def _draw_pair(axes: Axes, title: str, direct: int, first: int, second: int) -> None:
    """Two bars on one scale, each with its number: the direct way, and the 1x1 with what follows it."""
    axes.barh([0, 1], [direct, second], left=[0, first], color=style.BLUE, height=0.7)
    axes.barh(1, first, color=style.ORANGE, height=0.7)
    longest = max(direct, first + second)
    for place, value in enumerate((direct, first + second)):
        axes.text(value + 0.02 * longest, place, _amount(value), va="center")
    axes.set(xlim=(0, 1.75 * longest), xticks=[], ylim=(1.5, -0.5), title=title)
    axes.set_yticks([0, 1], ["uden 1×1", "med 1×1"])
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)


def _amount(value: int) -> str:
    """To the last digit, as long as there is room for it beside a bar."""
    return number(value) if value < 1e9 else short(value)


def _draw_curve(axes: Axes, direct: int, curve: Mapping[int, int], width: int) -> None:
    widest = max(curve)
    axes.plot(list(curve), list(curve.values()), color=style.INK)
    axes.axhline(direct, color=style.BLUE, linestyle="--")
    axes.annotate(
        "uden 1×1", (widest, direct), (0, 5), textcoords="offset points", ha="right", color=style.BLUE
    )
    point = {"markersize": 11, "color": style.ORANGE, "markeredgecolor": style.INK, "clip_on": False}
    axes.plot([width], [curve[width]], "o", zorder=5, **point)
    axes.axvline(width, color=style.GREY, linewidth=1, zorder=0)
    axes.set(xlim=(0, widest), ylim=(0, 1.18 * max(direct, *curve.values())), ylabel="multiply-adds")
    axes.set(title=f"Prisen med flaskehals: {_amount(curve[width])} ved {width} kanaler")
    axes.set_xlabel("1×1-foldningens bredde (kanaler)")
    style.danish_ticks(axes.yaxis, _tick)
    axes.yaxis.get_major_locator().set_params(nbins=5)


def _tick(value: float) -> str:
    return short(value).replace(",0 ", " ")


@style.styled
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
    figure, (price, keeping) = style.new_figure(6.4, rows=2, sharex=True)
    price.fill_between(widths[even - 1 :], 0, costs[even - 1 :], color=style.RED, alpha=0.18, linewidth=0)
    price.plot(widths, costs, color=style.INK)
    price.plot(chosen, costs[chosen - 1], "o", color=style.INK, markersize=9, zorder=5)
    price.axhline(direct, color=style.GREY, linestyle="--")
    price.annotate("uden flaskehals", (30, direct), (0, 6), textcoords="offset points", color=style.GREY)
    told = f"fra {even} kanaler\nbetaler den sig ikke"
    price.annotate(told, (even + 6, 0.12 * direct), color=style.RED, fontsize=13)
    line = {"arrowstyle": "-", "color": style.BLUE, "linewidth": 1.5, "shrinkB": 6}
    place = chosen, costs[chosen - 1]
    told = f"{chosen} kanaler: {short(place[1])}"
    price.annotate(told, place, (30, 0.55 * direct), color=style.BLUE, arrowprops=line)
    price.set(title="Hvad flaskehalsen koster", ylabel="multiply-adds", ylim=(0, 1.08 * max(costs)))
    style.danish_ticks(price.yaxis, _tick)
    for colour, (name, shares) in zip((style.ORANGE, style.GREEN), kept.items(), strict=False):
        place = chosen, shares[chosen - 1]
        keeping.plot(widths[: len(shares)], shares, color=colour, label=name)
        keeping.plot(*place, "o", color=colour, markersize=9, markeredgecolor=style.INK, zorder=5)
        keeping.annotate(percent(place[1], 0), place, (12, -6), textcoords="offset points", va="top")
    for axes in (price, keeping):
        axes.axvline(chosen, color=style.BLUE, linewidth=1.5, zorder=0)
        axes.grid(axis="y")
    keeping.set(title="Hvor meget af inputtets variation den højst kan bevare", ylabel="andel af variansen")
    keeping.set(xlabel="flaskehalsens bredde (kanaler)", ylim=(0, 1.04), xlim=(0, len(costs)))
    style.danish_ticks(keeping.yaxis, lambda share: percent(share, 0))
    keeping.legend(loc="lower right")
    later = len(costs) // 4
    told = "; ".join(
        f"{name}: {percent(shares[chosen - 1], 0)} ved {chosen}, {percent(shares[later - 1], 0)} ved {later}"
        for name, shares in kept.items()
    )
    return style.described(
        figure,
        f"To kurver over flaskehalsens bredde i kanaler. Øverst prisen: {short(costs[chosen - 1])} multiply-adds "
        f"ved {chosen}; fra {even} koster den mere end de {short(direct)} uden flaskehals. Nederst den andel af "
        f"variansen, som højst kan bevares: {told}.",
    )
