"""Four legs, seen from the side: horse, cow, zebra, giraffe, elephant."""

from collections.abc import Sequence

from torch import Tensor

from lesson_world.colours import BLACK, PINK, WHITE, constant, palette, tint
from lesson_world.geometry import melt, union
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.textures import Texture, patches, spots, stripes
from lesson_world.things.details import eye

IVORY = constant(0.97, 0.94, 0.82)
HOOF = constant(0.2, 0.17, 0.15)


def _legs(
    canvas: Canvas,
    places: Sequence[float],
    top: float,
    foot: float,
    width: float,
    stride: Tensor,
    colour: Tensor,
    hoof: Tensor = HOOF,
    texture: Texture | None = None,
) -> None:
    """Legs from back to front; every second one is on the far side, and darker."""
    plane = canvas.plane
    for number, x in enumerate(places):
        end = x + (stride if number % 2 else -stride)
        leg = plane.line(x, top, end, foot, width * 1.25, width)
        canvas.paint(leg, tint(colour, 0.95 if number % 2 else 0.7), "leg", shade=0.15, texture=texture)
        canvas.flat(plane.box(end, foot + width * 0.6, width * 1.15, width * 0.75, 0.02), hoof, "leg")


def horse(canvas: Canvas, random: Stream) -> None:
    """Slim, long legs, a raised neck with a mane, a full tail."""
    plane = canvas.plane
    coat, mane = palette(random, "horses"), palette(random, "horse_manes")
    stride, fur = random.uniform(-0.1, 0.1), canvas.rough("fur", 0.12)
    tail = plane.path((-0.55, -0.02, 0.09), (-0.8, 0.2, 0.12), (-0.82, 0.55, 0.03))
    canvas.paint(tail, mane, "tail", shade=0.15, texture=canvas.rough("fur", 0.35))
    _legs(canvas, (-0.36, -0.5, 0.24, 0.38), 0.25, 0.85, 0.065, stride, coat, texture=fur)
    body = plane.ellipse(-0.06, 0.12, 0.56, 0.24)
    neck = plane.line(0.3, 0.05, 0.62, -0.52, 0.19, 0.12)
    canvas.paint(melt(body, neck, 0.15), coat, "body", texture=fur)
    hair = plane.path((0.2, -0.12, 0.1), (0.5, -0.66, 0.1), (0.6, -0.78, 0.05))
    canvas.paint(hair, mane, "hair", shade=0.15, texture=canvas.rough("fur", 0.35))
    canvas.flat(plane.polygon((0.54, -0.62), (0.62, -0.97), (0.72, -0.62)), coat, "ear", line=0.5)
    canvas.paint(plane.line(0.62, -0.6, 0.88, -0.26, 0.15, 0.1), coat, "head", texture=fur)
    canvas.flat(plane.circle(0.92, -0.27, 0.03), BLACK, "nose")
    blaze = plane.line(0.68, -0.62, 0.84, -0.42, 0.035)
    canvas.flat(blaze, WHITE, "head", labelled=False, where=random.chance(0.4))
    eye(canvas, 0.68, -0.58, 0.065, white=False)


def cow(canvas: Canvas, random: Stream) -> None:
    """Heavy and angular, black patches, an udder; the horned head turned towards us."""
    plane = canvas.plane
    hide = palette(random, "cow_hides")
    dark, stride = random.choice((0.1, 0.1, 0.1, 0.35)), random.uniform(-0.05, 0.05)
    spotted = patches(canvas.field("patch"), random.uniform(-0.05, 0.2), dark)
    tail = union(plane.line(-0.8, -0.1, -0.88, 0.35, 0.035), plane.ellipse(-0.88, 0.42, 0.07, 0.13))
    canvas.paint(tail, tint(hide, 0.4), "tail", shade=0)
    _legs(canvas, (-0.48, -0.66, 0.12, 0.3), 0.35, 0.82, 0.09, stride, hide)
    canvas.paint(plane.ellipse(-0.3, 0.46, 0.17, 0.13), PINK, "body")
    canvas.paint(plane.box(-0.2, 0.1, 0.64, 0.34, 0.2), hide, "body", texture=spotted)
    for side in (-1, 1):
        tip = 0.55 + side * 0.3
        horn = plane.path((0.55 + side * 0.14, -0.42, 0.065), (tip, -0.52, 0.05), (tip, -0.74, 0.02))
        canvas.flat(horn, IVORY, "horn", line=0.6)
        ear = plane.ellipse(0.55 + side * 0.36, -0.26, 0.17, 0.085, side * 12)
        canvas.flat(ear, constant(0.13, 0.12, 0.12), "ear", line=0.4)
    head = plane.box(0.55, -0.1, 0.24, 0.36, 0.18)
    canvas.paint(head, hide, "head", line=0.6)
    patch = plane.ellipse(0.42, -0.24, 0.14, 0.22).maximum(head + 0.03)
    canvas.flat(patch, tint(hide, dark), "head", labelled=False)
    canvas.paint(plane.ellipse(0.55, 0.17, 0.27, 0.17), PINK, "nose", line=0.55)
    for side in (-1, 1):
        canvas.flat(plane.ellipse(0.55 + side * 0.1, 0.15, 0.04, 0.05), constant(0.35, 0.12, 0.14), "nose")
        eye(canvas, 0.55 + side * 0.13, -0.18, 0.075)


def zebra(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    hide = palette(random, "zebra_hides")
    bend = canvas.field("broad") * 0.3
    upright = stripes(plane, random.uniform(3.2, 4.2), 0.08, 15, bend)
    lying = stripes(plane, 4.5, 0.08, 80, bend)
    canvas.paint(plane.line(-0.6, 0.0, -0.76, 0.45, 0.04, 0.07), tint(hide, 0.3), "tail", shade=0)
    _legs(canvas, (-0.36, -0.5, 0.24, 0.38), 0.25, 0.85, 0.07, random.uniform(-0.1, 0.1), hide, texture=lying)
    body = melt(plane.ellipse(-0.08, 0.12, 0.57, 0.27), plane.line(0.28, 0.05, 0.6, -0.5, 0.19, 0.13), 0.15)
    canvas.paint(body, hide, "body", texture=upright)
    mane = plane.line(0.2, -0.14, 0.53, -0.72, 0.08)
    canvas.paint(mane, tint(hide, 0.9), "hair", shade=0, texture=stripes(plane, 6, 0.08, 60))
    canvas.flat(plane.polygon((0.5, -0.62), (0.58, -0.92), (0.68, -0.6)), hide, "ear", line=0.5)
    head = plane.line(0.6, -0.56, 0.84, -0.26, 0.15, 0.11)
    canvas.paint(head, hide, "head", texture=stripes(plane, 5, 0.08, 50))
    canvas.flat(plane.circle(0.87, -0.22, 0.1), BLACK, "nose")
    eye(canvas, 0.66, -0.55, 0.06, white=False)


def giraffe(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    hide = palette(random, "giraffes")
    brown = tint(hide, 0.45)
    marked = spots(plane, 4.6, 0.42, canvas.field("broad") * 0.35)
    canvas.flat(plane.line(-0.55, 0.15, -0.66, 0.5, 0.03, 0.05), brown, "tail")
    _legs(canvas, (-0.3, -0.42, 0.1, 0.22), 0.3, 0.86, 0.055, random.uniform(-0.06, 0.06), hide)
    trunk = plane.ellipse(-0.12, 0.2, 0.44, 0.22)
    body = melt(trunk, plane.line(0.18, 0.1, 0.46, -0.74, 0.15, 0.09), 0.15)
    canvas.paint(body, hide, "body", texture=marked, shade=0.2)
    canvas.flat(plane.line(0.06, -0.05, 0.36, -0.78, 0.035), brown, "hair")
    for x in (0.4, 0.54):
        horn = union(plane.line(x, -0.8, x - 0.03, -0.93, 0.04), plane.circle(x - 0.03, -0.94, 0.065))
        canvas.flat(horn, brown, "horn")
    canvas.flat(plane.ellipse(0.34, -0.78, 0.1, 0.05, 20), hide, "ear", line=0.5)
    canvas.paint(plane.line(0.5, -0.76, 0.76, -0.64, 0.12, 0.085), hide, "head", shade=0.2)
    canvas.flat(plane.circle(0.79, -0.65, 0.03), BLACK, "nose")
    eye(canvas, 0.53, -0.79, 0.06, white=False)


def elephant(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    hide, skin = palette(random, "elephants"), canvas.rough("smooth", 0.1)
    canvas.flat(plane.line(-0.76, 0.0, -0.88, 0.42, 0.035), tint(hide, 0.6), "tail")
    stride = random.uniform(-0.05, 0.05)
    _legs(canvas, (-0.4, -0.6, 0.04, 0.22), 0.3, 0.78, 0.13, stride, hide, tint(hide, 0.5), skin)
    canvas.paint(plane.ellipse(-0.2, 0.02, 0.6, 0.44), hide, "body", texture=skin)
    end = (0.95, random.uniform(0.3, 0.6), 0.06)
    trunk = plane.path((0.64, -0.2, 0.17), (0.72, 0.4, 0.11), (0.78, 0.62, 0.09), end)
    canvas.paint(plane.circle(0.46, -0.25, 0.35), hide, "head", texture=skin)
    canvas.paint(trunk, tint(hide, 0.95), "trunk", texture=skin, line=0.55)
    canvas.paint(plane.line(0.5, 0.06, 0.92, 0.2, 0.065, 0.03), IVORY, "horn", shade=0, line=0.5)
    canvas.paint(plane.ellipse(0.16, -0.14, 0.29, 0.4, 10), tint(hide, 0.82), "ear", line=0.6)
    eye(canvas, 0.58, -0.3, 0.065, white=False)
