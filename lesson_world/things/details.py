"""Details that many things share: eyes, wheels, windows, doors."""

from torch import Tensor

from lesson_world.colours import BLACK, LAMP, STEEL, WHITE, YELLOW, constant, hsv, palette, tint
from lesson_world.geometry import Number, fold, length
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream


def eye(
    canvas: Canvas, x: Number, y: Number, radius: Number, iris: Tensor | None = None, white: bool = True
) -> None:
    """An eye with its white, iris, pupil and glint; without white it is a bead."""
    plane = canvas.plane
    if white:
        canvas.flat(plane.ellipse(x, y, radius * 1.2, radius), WHITE, "eye", line=0.5)
    if iris is not None:
        canvas.flat(plane.circle(x, y, radius * 0.72), iris, "eye")
    canvas.flat(plane.circle(x, y, radius * (0.5 if white else 0.85)), BLACK, "eye")
    canvas.flat(plane.circle(x - radius * 0.22, y - radius * 0.25, radius * 0.24), WHITE, "eye")


def iris(canvas: Canvas) -> Tensor:
    return palette(canvas.random.fork("iris"), "irises")


def wheel(canvas: Canvas, x: float, y: float, radius: Number, hub: Tensor = STEEL) -> None:
    """A tyre with a bright hub, as on cars."""
    plane = canvas.plane
    canvas.flat(plane.circle(x, y, radius), BLACK, "wheel")
    canvas.flat(plane.circle(x, y, radius * 0.58), hub, "wheel")
    canvas.flat(plane.circle(x, y, radius * 0.2), BLACK, "wheel")


def spoked_wheel(canvas: Canvas, x: float, y: float, radius: Number, tyre: float) -> None:
    """A thin tyre with eight spokes. The holes belong to the wheel too."""
    plane = canvas.plane.moved(x, y)
    across = fold(plane.x, plane.y, 8)[1].abs()
    disc = length(plane.x, plane.y) - radius
    canvas.flat((across - 0.018).maximum(disc), constant(0.7, 0.7, 0.72), "wheel", labelled=False)
    canvas.flat(disc.abs() - tyre, BLACK, "wheel", labelled=False)
    canvas.flat(canvas.plane.circle(x, y, 0.06), BLACK, "wheel", labelled=False)
    canvas.mark(disc - tyre, "wheel")


def glass(random: Stream) -> Tensor:
    return hsv(random.uniform(0.53, 0.6), random.uniform(0.2, 0.5), random.uniform(0.55, 0.95))


def window(
    canvas: Canvas, x: Number, y: float, across: float, down: float, pane: Tensor, frame: Tensor = WHITE
) -> None:
    plane = canvas.plane
    canvas.flat(plane.box(x, y, across + 0.045, down + 0.045), frame, "window", line=0.3)
    canvas.flat(plane.box(x, y, across, down), pane, "window")


def door(canvas: Canvas, x: Number, y: float, across: float, down: float, colour: Tensor) -> None:
    """A panelled door with a knob."""
    plane = canvas.plane
    canvas.flat(plane.box(x, y, across + 0.03, down + 0.03), BLACK, "door")
    canvas.flat(plane.box(x, y, across, down), colour, "door")
    for panel in (-0.45, 0.42):
        canvas.flat(plane.box(x, y + panel * down, across * 0.6, down * 0.32), tint(colour, 0.7), "door")
    canvas.flat(plane.circle(x + across * 0.68, y + 0.02, 0.045), YELLOW, "door")


def lamp_light(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.flat(canvas.plane.circle(x, y, radius), LAMP, "light", line=0.4)
