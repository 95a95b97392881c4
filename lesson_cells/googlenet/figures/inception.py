"""An inception module, drawn from its row in table 1 and filled with a photo's feature maps."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from torch import Tensor

from lesson_utils.danish import listing, number
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid

BRANCHES = {"1x1": style.BLUE, "3x3": style.ORANGE, "5x5": style.GREEN, "pool": style.PURPLE}

# Places along the figure in inches: input, first and second step of a branch, concatenation.
_INPUT, _FIRST, _SECOND, _OUTPUT = (0.1, 0.5), (2.35, 3.35), (5.05, 6.05), (8.4, 8.8)
_TOP = 5.6

Step = tuple[str, int, int]  # the filter, channels in, channels out
Point = tuple[float, float]


@style.styled
def inception_module(table: Mapping[str, Sequence[int]], name: str, size: int) -> Figure:
    """The module as four streams from input to concatenation; a stream is as thick as it has channels.

    `table`: by module the channels that it is given, and its six widths in the order of table 1. `size`: height
    and width of the feature maps.
    """
    given, conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, pool_proj = table[name]
    branches: dict[str, list[Step]] = {
        "1x1": [("1x1", given, conv1x1)],
        "3x3": [("1x1", given, reduce3x3), ("3x3", reduce3x3, conv3x3)],
        "5x5": [("1x1", given, reduce5x5), ("5x5", reduce5x5, conv5x5)],
        "pool": [("maxpool 3x3", given, given), ("1x1", given, pool_proj)],
    }
    ends = [steps[-1][2] for steps in branches.values()]
    together = " + ".join(map(str, ends))
    figure, axes = style.new_figure(_TOP + 0.55)
    axes.set(xlim=(0, style.WIDTH), ylim=(0, _TOP), aspect="equal")
    axes.axis("off")
    row, middle = _TOP / 4, _TOP / 2
    scale = (row - 0.42) / max(given, *ends)
    _bar(axes, _INPUT, middle, given * scale, style.SKY)
    below = middle - given * scale / 2 - 0.1
    axes.text(_INPUT[0], below, f"ind\n{size}·{size}·{given}", va="top")
    joined = middle + sum(ends) * scale / 2
    axes.text(_OUTPUT[1], joined + 0.08, f"ud\n{size}·{size}·{number(sum(ends))}", va="bottom", ha="right")
    for place, (branch, steps) in enumerate(branches.items()):
        centre = _TOP - (place + 0.5) * row - 0.17
        end = joined - ends[place] * scale / 2
        _draw_branch(axes, steps, BRANCHES[branch], (middle, centre, end), scale)
        joined -= ends[place] * scale
    axes.text(style.WIDTH, 0.1, f"{together}\n= {number(sum(ends))} kanaler", va="bottom", ha="right")
    axes.set_title(f"{name}: en strøm er så tyk, som den har kanaler")
    told = "; ".join(
        ", ".join(f"{kernel} fra {before} til {after}" for kernel, before, after in steps)
        for steps in branches.values()
    )
    return style.described(
        figure,
        f"Tegning af {name}: inputtet med {given} kanaler løber ad fire veje: {told}. Til sidst ligger de "
        f"{together} kanaler efter hinanden: {number(sum(ends))} i alt.",
    )


def _draw_branch(
    axes: Axes, steps: Sequence[Step], colour: str, heights: tuple[float, float, float], scale: float
) -> None:
    """`heights`: of the input's middle, of the branch, and of its place in the output."""
    start, centre, end = heights
    x, y = _INPUT[1], start
    for step, (left, right) in zip(steps, (_FIRST, _SECOND)[-len(steps) :], strict=True):
        stream = style.SKY if x == _INPUT[1] else colour
        _stream(axes, (x, y), (left, centre), step[1] * scale, stream)
        _box(axes, step, (left, right), centre, scale, colour)
        x, y = right, centre
    thickness = steps[-1][2] * scale
    _stream(axes, (x, y), (_OUTPUT[0], end), thickness, colour)
    _bar(axes, _OUTPUT, end, thickness, colour)


def _box(axes: Axes, step: Step, sides: Point, centre: float, scale: float, colour: str) -> None:
    """A layer as a funnel: as high on each side as it has channels there."""
    (kernel, channels_in, channels_out), (left, right) = step, sides
    before, after = channels_in * scale / 2, channels_out * scale / 2
    corners = [(left, centre + y) for y in (-before, before)] + [(right, centre + y) for y in (after, -after)]
    axes.add_patch(Polygon(corners, facecolor=colour, edgecolor=style.INK, linewidth=1.2, zorder=3))
    text = kernel if channels_in == channels_out else f"{kernel}: {channels_in} → {channels_out}"
    place = (left + right) / 2, centre + max(before, after) + 0.05
    axes.text(*place, text, ha="center", va="bottom", fontsize=13, zorder=6)


def _stream(axes: Axes, start: Point, end: Point, thickness: float, colour: str) -> None:
    (x0, y0), (x1, y1) = start, end
    bend, half = (x0 + x1) / 2, thickness / 2
    points = [
        *((x0, y0 + half), (bend, y0 + half), (bend, y1 + half), (x1, y1 + half)),
        *((x1, y1 - half), (bend, y1 - half), (bend, y0 - half), (x0, y0 - half), (x0, y0 + half)),
    ]
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, curve), facecolor=colour, alpha=0.3, linewidth=0, zorder=1))


def _bar(axes: Axes, sides: Point, centre: float, height: float, colour: str) -> None:
    box = {"facecolor": colour, "edgecolor": style.INK, "linewidth": 1.2, "zorder": 4}
    axes.add_patch(Rectangle((sides[0], centre - height / 2), sides[1] - sides[0], height, **box))


def concatenation(maps: Sequence[Tensor]) -> Figure:
    """The feature maps of each branch that vary most, and the numbers that its channels get in the joined tensor.

    `maps`: of the four branches in the order in which they are joined, each (C, h, w).
    """
    rows, first = {}, 1
    for name, each in zip(BRANCHES, maps, strict=True):
        livelier = each.flatten(1).std(1).argsort(descending=True)
        rows[f"{name}\nkanal {first}–{first + len(each) - 1}"] = [*each[livelier[:7]]]
        first += len(each)
    told = listing(" ".join(name.split()) for name in rows)
    alt_text = f"De feature maps fra hver gren, der varierer mest, en række for hver: {told}."
    return picture_grid(rows, alt_text, vmin=0, vmax=float(np.quantile(torch.cat([*maps]), 0.995)))
