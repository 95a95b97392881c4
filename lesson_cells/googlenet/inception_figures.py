"""Lesson 04: an inception module, drawn from the module itself and filled with a photo's feature maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from torch import Tensor

from lesson_utils.show.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    WIDTH,
    described,
    image_axes,
    new_figure,
    styled,
)

BRANCH_COLOURS = {"conv1x1": BLUE, "conv3x3": ORANGE, "conv5x5": GREEN, "pool_proj": PURPLE}
BRANCH_TITLES = {"conv1x1": "1×1", "conv3x3": "3×3", "conv5x5": "5×5", "pool_proj": "pool"}

# Places along the figure in inches: input, first and second step of a branch, concatenation.
_INPUT, _FIRST, _SECOND, _OUTPUT = (0.1, 0.5), (2.35, 3.35), (5.05, 6.05), (8.4, 8.8)
_HEIGHT, _TOP = 5.6, 5.6


@dataclass(frozen=True)
class Step:
    """One layer of a branch: its filter is `kernel` x `kernel`; a pool hands on the channels that it is given."""

    name: str
    kernel: int
    channels_in: int
    channels_out: int

    @property
    def text(self) -> str:
        return f"{'maxpool ' if self.name == 'pool' else ''}{self.kernel}×{self.kernel}"


@dataclass(frozen=True)
class Branch:
    name: str
    steps: tuple[Step, ...]

    @property
    def channels(self) -> int:
        """What the branch adds to the module's output."""
        return self.steps[-1].channels_out


@styled
def inception_module(name: str, branches: Sequence[Branch], size: int) -> Figure:
    """The module as four streams from input to concatenation; a stream is as thick as it has channels.

    Args:
        name: the module's name, for the heading.
        branches: in the order in which their channels are joined.
        size: height and width of the feature maps.
    """
    channels_in = branches[0].steps[0].channels_in
    channels_out = sum(branch.channels for branch in branches)
    figure, axes = new_figure(height=_HEIGHT + 0.55)
    axes.set(xlim=(0, WIDTH), ylim=(0, _HEIGHT), aspect="equal")
    axes.axis("off")
    row = _TOP / len(branches)
    scale = (row - 0.42) / max(channels_in, max(branch.channels for branch in branches))
    middle = _TOP / 2
    _bar(axes, _INPUT, middle, channels_in * scale, SKY)
    axes.text(
        _INPUT[0], middle - channels_in * scale / 2 - 0.1, f"ind\n{size}·{size}·{channels_in}", va="top"
    )
    joined = middle + channels_out * scale / 2
    axes.text(_OUTPUT[1], joined + 0.08, f"ud\n{size}·{size}·{channels_out}", va="bottom", ha="right")
    for place, branch in enumerate(branches):
        centre = _TOP - (place + 0.5) * row - 0.17
        end = joined - branch.channels * scale / 2
        _draw_branch(axes, branch, centre, middle, end, scale)
        joined -= branch.channels * scale
    axes.text(WIDTH, 0.1, f"{_sum(branches)}\n= {channels_out} kanaler", va="bottom", ha="right")
    axes.set_title(f"{name}: en strøm er så tyk, som den har kanaler")
    told = "; ".join(
        ", ".join(f"{step.text} fra {step.channels_in} til {step.channels_out}" for step in branch.steps)
        for branch in branches
    )
    return described(
        figure,
        f"Tegning af {name}: inputtet med {channels_in} kanaler løber ad fire veje: {told}. Til sidst ligger de "
        f"{_sum(branches)} kanaler oven på hinanden: {channels_out} i alt.",
    )


def _sum(branches: Sequence[Branch]) -> str:
    return " + ".join(str(branch.channels) for branch in branches)


def _draw_branch(axes: Axes, branch: Branch, centre: float, start: float, end: float, scale: float) -> None:
    colour = BRANCH_COLOURS[branch.name]
    places = (_FIRST, _SECOND)[-len(branch.steps) :]
    x, y = _INPUT[1], start
    for step, (left, right) in zip(branch.steps, places, strict=True):
        _stream(axes, (x, y), (left, centre), step.channels_in * scale, SKY if x == _INPUT[1] else colour)
        _box(axes, step, left, right, centre, scale, colour)
        x, y = right, centre
    _stream(axes, (x, y), (_OUTPUT[0], end), branch.channels * scale, colour)
    _bar(axes, _OUTPUT, end, branch.channels * scale, colour)


def _box(axes: Axes, step: Step, left: float, right: float, centre: float, scale: float, colour: str) -> None:
    """A layer as a funnel: as high on each side as it has channels there."""
    before, after = step.channels_in * scale / 2, step.channels_out * scale / 2
    corners = [
        (left, centre - before),
        (left, centre + before),
        (right, centre + after),
        (right, centre - after),
    ]
    axes.add_patch(Polygon(corners, facecolor=colour, edgecolor=INK, linewidth=1.2, zorder=3))
    text = f"{step.text}: {step.channels_in} → {step.channels_out}"
    if step.channels_in == step.channels_out:
        text = step.text
    height = centre + max(before, after) + 0.05
    axes.text((left + right) / 2, height, text, ha="center", va="bottom", fontsize=13, zorder=6)


def _stream(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], thickness: float, colour: str
) -> None:
    (x0, y0), (x1, y1) = start, end
    bend, half = (x0 + x1) / 2, thickness / 2
    points = [
        *((x0, y0 + half), (bend, y0 + half), (bend, y1 + half), (x1, y1 + half)),
        *((x1, y1 - half), (bend, y1 - half), (bend, y0 - half), (x0, y0 - half), (x0, y0 + half)),
    ]
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, curve), facecolor=colour, alpha=0.3, linewidth=0, zorder=1))


def _bar(axes: Axes, place: tuple[float, float], centre: float, height: float, colour: str) -> None:
    left, right = place
    corner = (left, centre - height / 2)
    axes.add_patch(
        Rectangle(corner, right - left, height, facecolor=colour, edgecolor=INK, linewidth=1.2, zorder=4)
    )


@styled
def concatenation(photo: Tensor, maps: Mapping[str, Tensor]) -> Figure:
    """A photo, the strongest feature maps of each branch, and every channel of the joined tensor.

    Args:
        photo: (3, H, W).
        maps: by branch, in the order in which they are joined: (C, H, W).
    """
    figure, _ = new_figure(height=6.4, rows=0)
    grid = figure.add_gridspec(3, 5, height_ratios=[1, 1, 1.05])
    image_axes(figure.add_subplot(grid[0:2, 0]), photo).axes.set_title("foto", fontsize=14)
    brightest = float(
        np.quantile(np.concatenate([_values(tensor).ravel() for tensor in maps.values()]), 0.995)
    )
    for column, (name, tensor) in enumerate(maps.items(), start=1):
        values = _values(tensor)
        order = np.argsort(-values.std(axis=(1, 2)))[:2]
        for line, channel in enumerate(order):
            axes = figure.add_subplot(grid[line, column])
            image_axes(axes, values[channel], vmin=0, vmax=brightest)
            axes.spines[:].set(visible=True, color=BRANCH_COLOURS[name], linewidth=5)
            if line == 0:
                axes.set_title(f"{BRANCH_TITLES[name]}\n{len(values)} kanaler", fontsize=14, loc="center")
    _draw_channels(figure.add_subplot(grid[2, :]), maps)
    sizes = ", ".join(f"{BRANCH_TITLES[name]} {len(tensor)}" for name, tensor in maps.items())
    return described(
        figure,
        f"Øverst et foto og to feature maps fra hver gren. Nederst en søjle for hver kanal i det samlede output, "
        f"farvet efter gren og i denne rækkefølge: {sizes}; i alt {sum(map(len, maps.values()))} kanaler.",
    )


def _draw_channels(axes: Axes, maps: Mapping[str, Tensor]) -> None:
    first = 0
    highest = max(float(_values(tensor).mean(axis=(1, 2)).max()) for tensor in maps.values())
    for name, tensor in maps.items():
        means = _values(tensor).mean(axis=(1, 2))
        axes.bar(np.arange(first, first + len(means)) + 0.5, means, width=1.0, color=BRANCH_COLOURS[name])
        axes.axvline(first + len(means), color=GREY, linewidth=1)
        axes.text(
            first + len(means) / 2, 1.06 * highest, str(len(means)), ha="center", va="bottom", fontsize=14
        )
        first += len(means)
    axes.set(
        xlim=(0, first), ylim=(0, 1.3 * highest), xlabel="kanal i det samlede output", ylabel="middelværdi"
    )


def _values(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()
