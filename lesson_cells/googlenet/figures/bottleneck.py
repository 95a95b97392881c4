"""A 1x1 convolution at one pixel, what it saves in front of a larger one, and what it lets through."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import number, percent, short
from lesson_utils.networks.arithmetic import conv_cost
from lesson_utils.show import style

WIDTHS = range(4, 257, 4)  # channels of a bottleneck that the student may choose


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
        most = float(values.abs().max())
        style.image_axes(axes, values, aspect="auto", cmap=style.DIVERGING, vmin=-most, vmax=most)
        axes.set_title(title, fontsize=14)
        axes.spines[:].set_visible(True)
    return style.described(
        figure,
        f"Tre farvefelter under hinanden: {channels} tal fra én pixel, en matrix med {filters} rækker og "
        f"{channels} kolonner, og de {filters} tal ud.",
    )


@style.styled
def cost_with_bottleneck(in_channels: int, out_channels: int, kernel: int, side: int, width: int) -> Figure:
    """What a 1x1 convolution to `width` channels saves in front of a larger one, and how it costs with its width.

    `side`: height and width of the feature maps.
    """
    direct = conv_cost(in_channels, out_channels, kernel, side, side)
    weights = {middle: middle * (in_channels + kernel**2 * out_channels) for middle in WIDTHS}
    curve = pd.Series(weights) * side**2  # each weight is used once at every place
    figure, price = style.new_figure(4.6)
    _draw_price(price, curve, direct.multiply_adds, width)
    price.set(xlim=(0, WIDTHS[-1]), xlabel="1x1-foldningens bredde (kanaler)")
    price.set_title(f"vægte: {number(direct.weights)} uden 1x1, {number(weights[width])} med", fontsize=14)
    verdict = _verdict(direct.multiply_adds / curve[width])
    figure.suptitle(f"{verdict}:\n{_amount(direct.multiply_adds)} uden 1x1, {_amount(curve[width])} med")
    return style.described(
        figure,
        f"{verdict}: {number(direct.multiply_adds)} multiply-adds uden 1x1, {number(curve[width])} med 1x1 til "
        f"{width} kanaler; vægte {number(direct.weights)} mod {number(weights[width])}. Kurven er "
        f"prisen efter bredden: fra {short(curve.iloc[0])} ved {WIDTHS[0]} kanaler til {short(curve.iloc[-1])} "
        f"ved {WIDTHS[-1]}.",
    )


def _verdict(saved: float) -> str:
    if round(saved, 1) == 1:
        return "Flaskehalsen koster det samme som den direkte vej"
    if saved > 1:
        return f"Med flaskehals: {number(saved, 1)} gange færre multiply-adds"
    return f"Flaskehalsen er for bred: {number(1 / saved, 1)} gange så mange multiply-adds"


def _amount(value: int) -> str:
    """To the last digit, as long as there is room for it beside a bar."""
    return number(value) if value < 1e9 else short(value)


def _draw_price(axes: Axes, costs: pd.Series, direct: int, chosen: int) -> int | None:
    """The multiply-adds with a bottleneck, by its width; the first width that costs more than the direct way."""
    dear = costs[costs > direct]
    if even := dear.first_valid_index():
        look = {"color": style.RED, "alpha": 0.18, "linewidth": 0}
        axes.fill_between(dear.index, 0, dear, label=f"fra {even} kanaler betaler den sig ikke", **look)
    axes.plot(costs, color=style.INK)
    axes.axhline(direct, color=style.GREY, linestyle="--", label="uden flaskehals")
    axes.legend(loc="upper right", ncols=2, frameon=True, framealpha=1, edgecolor="white")
    axes.plot(chosen, costs[chosen], "o", color=style.INK, markersize=9, zorder=5, clip_on=False)
    axes.axvline(chosen, color=style.BLUE, linewidth=1.5, zorder=0)
    axes.set(ylim=(0, 1.35 * max(direct, costs.max())), ylabel="multiply-adds")
    axes.yaxis.get_major_locator().set_params(nbins=5)
    style.danish_ticks(axes.yaxis, lambda value: short(value).replace(",0 ", " "))
    return even


@style.styled
def bottleneck_trade(
    costs: Sequence[int], direct: int, kept: Mapping[str, Sequence[float]], chosen: int
) -> Figure:
    """What a bottleneck costs and what it can keep, by its width; both over one axis.

    `costs`: multiply-adds with a bottleneck of 1, 2, … channels; `direct`: without. `kept`: by the name of a
    network, the share of variance that 1, 2, … channels can hold at best. `chosen`: the paper's width.
    """
    costs = pd.Series(costs, range(1, len(costs) + 1))
    figure, (price, keeping) = style.new_figure(6.4, rows=2, sharex=True)
    even = _draw_price(price, costs, direct, chosen)
    line = {"arrowstyle": "-", "color": style.BLUE, "linewidth": 1.5, "shrinkB": 6}
    told = f"{chosen} kanaler: {short(costs[chosen])}"
    price.annotate(told, (chosen, costs[chosen]), (30, 0.55 * direct), color=style.BLUE, arrowprops=line)
    price.set_title("Hvad flaskehalsen koster")
    kept = {name: pd.Series(shares, costs.index) for name, shares in kept.items()}
    for colour, (name, shares) in zip((style.ORANGE, style.GREEN), kept.items(), strict=True):
        place = chosen, shares[chosen]
        keeping.plot(shares, color=colour, label=name)
        keeping.plot(*place, "o", color=colour, markersize=9, markeredgecolor=style.INK, zorder=5)
        beside = {"textcoords": "offset points", "va": "top", "fontsize": 13}  # clear of the lower curve
        keeping.annotate(percent(place[1], 0), place, (8, -5), **beside)
    keeping.axvline(chosen, color=style.BLUE, linewidth=1.5, zorder=0)
    keeping.set(title="Hvor meget af inputtets varians den højst kan bevare", ylabel="andel af variansen")
    keeping.set(xlabel="flaskehalsens bredde (kanaler)", ylim=(0, 1.04), xlim=(0, len(costs)))
    style.percent_ticks(keeping.yaxis)
    keeping.legend(loc="lower right")
    for axes in (price, keeping):
        axes.grid(axis="y")
    later = len(costs) // 4
    told = "; ".join(
        f"{name}: {percent(shares[chosen], 0)} ved {chosen}, {percent(shares[later], 0)} ved {later}"
        for name, shares in kept.items()
    )
    return style.described(
        figure,
        f"To kurver over flaskehalsens bredde i kanaler. Øverst prisen: {short(costs[chosen])} multiply-adds "
        f"ved {chosen}; fra {even} koster den mere end de {short(direct)} uden flaskehals. Nederst den andel af "
        f"variansen, som højst kan bevares: {told}.",
    )
