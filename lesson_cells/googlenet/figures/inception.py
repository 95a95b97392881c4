"""An inception module, drawn from its row in table 1 and filled with a photo's feature maps."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from torch import Tensor

from lesson_utils.danish import listing
from lesson_utils.errors import LessonError
from lesson_utils.show import style

BRANCHES = {"1×1": style.BLUE, "3×3": style.ORANGE, "5×5": style.GREEN, "pool": style.PURPLE}

# Places along the figure in inches: input, first and second step of a branch, concatenation.
_INPUT, _FIRST, _SECOND, _OUTPUT = (0.1, 0.5), (2.35, 3.35), (5.05, 6.05), (8.4, 8.8)
_TOP = 5.6

Step = tuple[str, int, int]  # the filter, channels in, channels out
Point = tuple[float, float]


@style.styled
def inception_module(table: Mapping[str, Sequence[int]], name: str, size: int) -> Figure:
    """The module as four streams from input to concatenation; a stream is as thick as it has channels.

    `table`: by module the channels that it is given, and its six widths in the order of table 1. `size`: height
    and width of the feature maps. Raises LessonError for a `name` that the table does not have.
    """
    if name not in table:
        raise LessonError(f"GoogLeNet har intet inception-modul »{name}«: vælg {listing(table)}.")
    given, conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, pool_proj = table[name]
    branches: dict[str, list[Step]] = {
        "1×1": [("1×1", given, conv1x1)],
        "3×3": [("1×1", given, reduce3x3), ("3×3", reduce3x3, conv3x3)],
        "5×5": [("1×1", given, reduce5x5), ("5×5", reduce5x5, conv5x5)],
        "pool": [("maxpool 3×3", given, given), ("1×1", given, pool_proj)],
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
    axes.text(_OUTPUT[1], joined + 0.08, f"ud\n{size}·{size}·{sum(ends)}", va="bottom", ha="right")
    for place, (branch, steps) in enumerate(branches.items()):
        centre = _TOP - (place + 0.5) * row - 0.17
        end = joined - ends[place] * scale / 2
        _draw_branch(axes, steps, BRANCHES[branch], (middle, centre, end), scale)
        joined -= ends[place] * scale
    axes.text(style.WIDTH, 0.1, f"{together}\n= {sum(ends)} kanaler", va="bottom", ha="right")
    axes.set_title(f"{name}: en strøm er så tyk, som den har kanaler")
    told = "; ".join(
        ", ".join(f"{kernel} fra {before} til {after}" for kernel, before, after in steps)
        for steps in branches.values()
    )
    return style.described(
        figure,
        f"Tegning af {name}: inputtet med {given} kanaler løber ad fire veje: {told}. Til sidst ligger de "
        f"{together} kanaler oven på hinanden: {sum(ends)} i alt.",
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


@style.styled
def concatenation(photo: Tensor, maps: Sequence[Tensor]) -> Figure:
    """A photo (3, H, W), the strongest feature maps of each branch, and every channel of the joined tensor.

    `maps`: of the four branches in the order in which they are joined, each (C, h, w).
    """
    values = {name: np.asarray(tensor) for name, tensor in zip(BRANCHES, maps, strict=True)}
    figure, _ = style.new_figure(6.4, rows=0)
    grid = figure.add_gridspec(3, 5, height_ratios=[1, 1, 1.05])
    style.image_axes(figure.add_subplot(grid[0:2, 0]), photo).axes.set_title("foto", fontsize=14)
    brightest = float(np.quantile(np.concatenate([each.ravel() for each in values.values()]), 0.995))
    strip = figure.add_subplot(grid[2, :])
    highest = max(each.mean(axis=(1, 2)).max() for each in values.values())
    first = 0
    for column, (name, each) in enumerate(values.items(), start=1):
        for line, channel in enumerate(np.argsort(-each.std(axis=(1, 2)))[:2]):
            axes = figure.add_subplot(grid[line, column])
            style.image_axes(axes, each[channel], vmin=0, vmax=brightest)
            axes.spines[:].set(visible=True, color=BRANCHES[name], linewidth=5)
            if line == 0:
                axes.set_title(f"{name}\n{len(each)} kanaler", fontsize=14, loc="center")
        places = np.arange(first, first + len(each))
        strip.bar(places + 0.5, each.mean(axis=(1, 2)), width=1.0, color=BRANCHES[name])
        strip.axvline(first + len(each), color=style.GREY, linewidth=1)
        middle = first + len(each) / 2, 1.06 * highest
        strip.text(*middle, str(len(each)), ha="center", va="bottom", fontsize=14)
        first += len(each)
    strip.set(xlim=(0, first), ylim=(0, 1.3 * highest))
    strip.set(xlabel="kanal i det samlede output", ylabel="middelværdi")
    sizes = ", ".join(f"{name} {len(each)}" for name, each in values.items())
    return style.described(
        figure,
        f"Øverst et foto og to feature maps fra hver gren. Nederst en søjle for hver kanal i det samlede output, "
        f"farvet efter gren og i denne rækkefølge: {sizes}; i alt {first} kanaler.",
    )
