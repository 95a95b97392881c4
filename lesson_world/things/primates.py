"""A human face, and the monkey with what it may hold in its hand."""

from collections.abc import Callable

from lesson_world.colours import WHITE, constant, palette, tint
from lesson_world.geometry import Number, common_part, melt, union, without
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.things.details import eye, iris

Holding = Callable[[Canvas, Stream, Number, Number], None]
"""Paints something at the hand (x, y), before the fingers close around it."""


def face(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    tone, hair = palette(random, "face_skins"), palette(random, "face_hair")
    width, long = random.uniform(0.5, 0.6), random.uniform(0.0, 0.75)
    fur = canvas.rough("fur", 0.3)
    mane = plane.ellipse(0, long * 0.35 - 0.2, width + 0.17, 0.6 + long * 0.38)
    canvas.paint(mane, hair, "hair", texture=fur)
    canvas.paint(plane.box(0, 0.82, 0.2, 0.2, 0.05), tint(tone, 0.75), "face", shade=0)
    for side in (-1, 1):
        canvas.paint(plane.ellipse(width * side, 0.06, 0.1, 0.16), tint(tone, 0.9), "ear")
    canvas.paint(plane.ellipse(0, 0.06, width, 0.74), tone, "face", shade=0.25)
    parting = random.uniform(-0.5, 0.5)
    fringe = (plane.x - parting) * (plane.x - parting) * 0.35 + plane.y + random.uniform(0.3, 0.46)
    canvas.flat(common_part(plane.ellipse(0, 0, width + 0.05, 0.78), fringe), hair, "hair", texture=fur)
    apart, colour = random.uniform(0.21, 0.26), iris(canvas)
    for side in (-1, 1):
        eye(canvas, apart * side, -0.05, 0.13, colour)
        brow = plane.line(side * 0.1, -0.24, side * 0.36, -0.25 + random.uniform(-0.05, 0.05), 0.032)
        canvas.flat(brow, tint(hair, 0.6), "hair", labelled=False)
    canvas.flat(plane.line(0.0, 0.02, 0.0, 0.24, 0.03, 0.07), tint(tone, 0.72), "nose")
    smile = (plane.y - 0.5 + plane.x * plane.x * random.uniform(0.6, 1.8)).abs()
    canvas.flat(common_part(smile - 0.06, plane.x.abs() - 0.24), palette(random, "face_lips"), "mouth")
    teeth = common_part(smile - 0.026, plane.x.abs() - 0.18)
    canvas.flat(teeth, WHITE, "mouth", where=random.chance(0.3))


def monkey(canvas: Canvas, random: Stream, holding: Holding | None = None, reach: float = 0.0) -> None:
    """Seated, with a curled tail and one arm raised, which stretches `reach` further out."""
    plane = canvas.plane
    brown, bare = palette(random, "monkey_coats"), palette(random, "monkey_skins")
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
    for side in (-1, 1):
        canvas.paint(plane.circle(side * 0.56, -0.38, 0.22), brown, "ear")
        canvas.flat(plane.circle(side * 0.56, -0.38, 0.13), tint(bare, 0.9), "ear")
    canvas.paint(plane.circle(0, -0.42, 0.52), brown, "head", texture=fur)
    cheeks = union(plane.circle(-0.18, -0.46, 0.22), plane.circle(0.18, -0.46, 0.22))
    canvas.paint(melt(cheeks, plane.ellipse(0, -0.18, 0.38, 0.25), 0.06), bare, "face", shade=0.15)
    for side in (-1, 1):
        eye(canvas, side * 0.18, -0.46, 0.1, white=False)
        canvas.flat(plane.ellipse(side * 0.06, -0.26, 0.035, 0.045), constant(0.2, 0.1, 0.07), "nose")
    smile = (plane.y + 0.08 + plane.x * plane.x * 0.9).abs() - 0.03
    canvas.flat(smile.maximum(plane.x.abs() - 0.22), constant(0.35, 0.12, 0.1), "mouth")
    if holding is None:
        canvas.paint(plane.circle(hand_x, hand_y, 0.13), bare, "hand")
    else:
        holding(canvas, random.fork("held"), hand_x, hand_y)
    for finger in (-0.075, 0.0, 0.075):
        stroke = plane.line(hand_x - 0.1, hand_y + finger, hand_x + 0.12, hand_y + finger, 0.045)
        canvas.paint(stroke, tint(bare, 0.95), "hand", shade=0, line=0.5)
