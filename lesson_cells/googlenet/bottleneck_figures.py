"""What a 1x1 convolution in front of a larger one saves, in multiply-adds and in weights."""

from collections.abc import Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lesson_utils.danish import number, short
from lesson_utils.show.style import BLUE, GREY, INK, ORANGE, danish_ticks, described, new_figure, styled


class Cost(NamedTuple):
    """Of one way through: weights without bias, and multiply-adds (one multiplication with its addition)."""

    weights: int
    multiply_adds: int


@styled
def bottleneck_cost(direct: Cost, through: Mapping[int, tuple[Cost, Cost]], width: int) -> Figure:
    """Cost without and with the bottleneck, and how it grows with the bottleneck's width.

    Args:
        direct: the convolution alone.
        through: by the number of channels of the 1x1 convolution: its cost, and that of the one behind it.
        width: the number of channels that is chosen, one of `through`.
    """
    figure, _ = new_figure(height=6.4, rows=0)
    figure.get_layout_engine().set(h_pad=0.1, w_pad=0.1)
    grid = figure.add_gridspec(2, 2, height_ratios=[1, 1.5])
    sums = {channels: _sum(*costs) for channels, costs in through.items()}
    chosen = sums[width]
    verdict = _verdict(direct, chosen)
    figure.suptitle(verdict)
    left, right = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    first, second = through[width]
    _draw_pair(left, "Multiply-adds", direct.multiply_adds, first.multiply_adds, second.multiply_adds)
    _draw_pair(right, "Vægte", direct.weights, first.weights, second.weights)
    parts = [Patch(color=BLUE, label="den store foldning"), Patch(color=ORANGE, label="1×1-foldningen")]
    figure.legend(handles=parts, loc="outside lower center", ncols=2)
    curve = {channels: cost.multiply_adds for channels, cost in sums.items()}
    _draw_curve(figure.add_subplot(grid[1, :]), direct.multiply_adds, curve, width)
    return described(
        figure,
        f"{verdict}: {number(direct.multiply_adds)} multiply-adds uden 1×1, {number(chosen.multiply_adds)} "
        f"med 1×1 til {width} kanaler; vægte {number(direct.weights)} mod {number(chosen.weights)}. "
        "Nederst vokser prisen jævnt med flaskehalsens bredde.",
    )


def _sum(first: Cost, second: Cost) -> Cost:
    return Cost(first.weights + second.weights, first.multiply_adds + second.multiply_adds)


def _verdict(direct: Cost, through: Cost) -> str:
    saved = direct.multiply_adds / through.multiply_adds
    if round(saved, 1) == 1:
        return "Flaskehalsen koster det samme som den direkte vej"
    if saved > 1:
        return f"Med flaskehals: {number(saved, 1)} gange færre multiply-adds"
    return f"Flaskehalsen er for bred: {number(1 / saved, 1)} gange flere multiply-adds"


def _draw_pair(axes: Axes, title: str, direct: int, first: int, second: int) -> None:
    """Two bars on one scale, each with its number: the direct way, and the 1x1 with what follows it."""
    axes.barh([0, 1], [direct, second], left=[0, first], color=BLUE, height=0.7)
    axes.barh(1, first, color=ORANGE, height=0.7)
    longest = max(direct, first + second)
    for place, value in enumerate((direct, first + second)):
        axes.text(value + 0.02 * longest, place, _amount(value), va="center")
    axes.set(xlim=(0, 1.75 * longest), xticks=[], ylim=(1.5, -0.5))
    axes.set_yticks([0, 1], ["uden 1×1", "med 1×1"])
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)
    axes.set_title(title)


def _amount(value: int) -> str:
    """To the last digit, as long as there is room for it beside a bar."""
    return number(value) if value < 1e9 else short(value)


def _draw_curve(axes: Axes, direct: int, curve: Mapping[int, int], width: int) -> None:
    widest = max(curve)
    axes.plot(list(curve), list(curve.values()), color=INK)
    axes.axhline(direct, color=BLUE, linestyle="--")
    above = {"xytext": (0, 5), "textcoords": "offset points", "ha": "right"}
    axes.annotate("uden 1×1", (widest, direct), color=BLUE, **above)
    axes.plot(
        [width],
        [curve[width]],
        "o",
        markersize=11,
        color=ORANGE,
        markeredgecolor=INK,
        zorder=5,
        clip_on=False,
    )
    axes.axvline(width, color=GREY, linewidth=1, zorder=0)
    axes.set(xlim=(0, widest), ylim=(0, 1.18 * max(direct, *curve.values())))
    danish_ticks(axes.yaxis, lambda value: short(value).replace(",0 ", " "))
    axes.yaxis.get_major_locator().set_params(nbins=5)
    axes.set_title(f"Prisen med flaskehals: {_amount(curve[width])} ved {width} kanaler")
    axes.set_xlabel("1×1-foldningens bredde (kanaler)")
    axes.set_ylabel("multiply-adds")
