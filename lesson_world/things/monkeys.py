"""The monkey, and what it may hold in its hand."""

from collections.abc import Callable

from torch import Tensor

from lesson_world.colours import constant, palette, tint
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.shapes import Number, melt, union, without
from lesson_world.things.details import eye

COATS = [(0.06, 0.62, 0.4), (0.06, 0.6, 0.33), (0.07, 0.6, 0.48)]
SKINS = [(0.075, 0.35, 0.93), (0.07, 0.4, 0.85)]
NOSTRIL = constant(0.2, 0.1, 0.07)

Holding = Callable[[Canvas, Stream, Number, Number], None]
"""Paints something at the hand (x, y), before the fingers close around it."""


def monkey(canvas: Canvas, random: Stream, holding: Holding | None = None, reach: float = 0.0) -> None:
    """Seated, with a curled tail and one arm raised, which stretches `reach` further out."""
    plane = canvas.plane
    brown, bare = palette(random, COATS), palette(random, SKINS)
    fur = canvas.rough("fur", 0.22)
    tail = without(plane.ring(0.52, 0.5, 0.28, 0.06), plane.box(0.3, 0.3, 0.2, 0.22))
    canvas.paint(tail, tint(brown, 0.9), "tail", shade=0)
    for side in (-1, 1):
        canvas.paint(plane.ellipse(side * 0.28, 0.8, 0.24, 0.16), brown, "leg", texture=fur)
        canvas.paint(plane.ellipse(side * 0.4, 0.88, 0.15, 0.08), bare, "leg")
    canvas.paint(plane.ellipse(0, 0.45, 0.38, 0.47), brown, "body", texture=fur)
    canvas.paint(plane.ellipse(0, 0.52, 0.23, 0.32), bare, "body", shade=0.15)
    canvas.paint(plane.line(-0.26, 0.22, -0.5, 0.6, 0.1), brown, "arm", texture=fur)
    canvas.paint(plane.circle(-0.51, 0.65, 0.12), bare, "hand")
    hand_x, hand_y = random.uniform(0.66, 0.8) + reach, random.uniform(-0.2, 0.2)
    arm = union(plane.line(0.26, 0.24, 0.56, 0.42, 0.1), plane.line(0.56, 0.42, hand_x, hand_y, 0.095))
    canvas.paint(arm, brown, "arm", texture=fur)
    _head(canvas, brown, bare)
    if holding is None:
        canvas.paint(plane.circle(hand_x, hand_y, 0.13), bare, "hand")
    else:
        holding(canvas, random.fork("held"), hand_x, hand_y)
    for finger in (-0.075, 0.0, 0.075):
        stroke = plane.line(hand_x - 0.1, hand_y + finger, hand_x + 0.12, hand_y + finger, 0.045)
        canvas.paint(stroke, tint(bare, 0.95), "hand", shade=0, line=0.5)


def _head(canvas: Canvas, brown: Tensor, bare: Tensor) -> None:
    plane = canvas.plane
    fur = canvas.rough("fur", 0.22)
    for side in (-1, 1):
        canvas.paint(plane.circle(side * 0.56, -0.38, 0.22), brown, "ear")
        canvas.flat(plane.circle(side * 0.56, -0.38, 0.13), tint(bare, 0.9), "ear")
    canvas.paint(plane.circle(0, -0.42, 0.52), brown, "head", texture=fur)
    cheeks = union(plane.circle(-0.18, -0.46, 0.22), plane.circle(0.18, -0.46, 0.22))
    canvas.paint(melt(cheeks, plane.ellipse(0, -0.18, 0.38, 0.25), 0.06), bare, "face", shade=0.15)
    for side in (-1, 1):
        eye(canvas, side * 0.18, -0.46, 0.1, white=False)
        canvas.flat(plane.ellipse(side * 0.06, -0.26, 0.035, 0.045), NOSTRIL, "nose")
    smile = (plane.y + 0.08 + plane.x * plane.x * 0.9).abs() - 0.03
    canvas.flat(smile.maximum(plane.x.abs() - 0.22), constant(0.35, 0.12, 0.1), "mouth")
