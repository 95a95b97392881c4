"""Tree, flower, mushroom, and the fruits banana, apple, pear."""

import torch

from lesson_world.colours import WHITE, WOOD, constant, pale, palette, tint
from lesson_world.geometry import Number, angle, common_part, cosine, length, melt, without
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream

BALLS = ((-0.4, -0.08), (0.4, -0.1), (-0.22, -0.45), (0.26, -0.48), (0.0, -0.22))
SPOTS = [  # the large ones, the small ones: x, y, radius
    *((0.0, -0.42, 0.14), (-0.45, -0.22, 0.13), (0.45, -0.2, 0.13), (-0.12, -0.06, 0.1)),
    *((0.24, -0.5, 0.08), (-0.3, -0.54, 0.07), (0.7, 0.02, 0.08), (-0.7, 0.02, 0.08)),
]
STALK = constant(0.25, 0.5, 0.2)
TIP = constant(0.3, 0.2, 0.08)


def tree(canvas: Canvas, random: Stream) -> None:
    """A brown trunk under a round crown, or a spruce."""
    plane = canvas.plane
    green, spruce = palette(random, "tree_leaves"), random.chance(0.3)
    canvas.paint(plane.line(0.0, 0.1, 0.0, 0.9, 0.1, 0.14), WOOD, "stem", texture=canvas.rough("wood", 0.3))
    for side in (-1, 1):
        branch = plane.line(0.0, 0.3, side * 0.3, 0.0, 0.06, 0.04)
        canvas.paint(branch, WOOD, "stem", where=~spruce)
    leaves = canvas.rough("leaves", 0.35)
    for number, (x, y) in enumerate(BALLS):
        ball = plane.circle(x + random.uniform(-0.06, 0.06), y, random.uniform(0.32, 0.4))
        light = 0.85 + 0.07 * number
        canvas.paint(ball, tint(green, light), "crown", texture=leaves, where=~spruce, depth=0.35)
    for number in range(3):
        y = 0.5 - 0.4 * number
        tier = plane.polygon((-0.68 + 0.14 * number, y), (0.0, y - 0.68), (0.68 - 0.14 * number, y))
        canvas.paint(tier, tint(green, 0.72 + 0.1 * number), "crown", texture=leaves, where=spruce)


def flower(canvas: Canvas, random: Stream) -> None:
    """Petals around a yellow centre, on a stalk with two leaves."""
    plane = canvas.plane
    colour, count = palette(random, "flower_petals"), random.integer(4) + 5
    canvas.paint(plane.line(0.0, 0.0, random.uniform(-0.1, 0.1), 0.94, 0.05), STALK, "stem", shade=0)
    for side in (-1, 1):
        leaf = plane.ellipse(side * 0.26, 0.64 + side * 0.06, 0.25, 0.1, side * -28)
        canvas.paint(leaf, tint(STALK, 1.25), "leaf", shade=0.2)
    head = plane.moved(0.0, -0.3)
    waves = cosine(angle(head.x, head.y) * count + random.uniform())
    radius = length(head.x, head.y)
    petals = (radius - (waves * 0.2 + 0.44)) * 0.6
    canvas.paint(petals, tint(colour, 0.55), "petal", shade=0, line=0.3)
    canvas.paint(petals + 0.05, colour, "petal", line=0, shade=0.2)
    seeds = canvas.rough("fur", 0.25)
    disc = plane.circle(0, -0.3, random.uniform(0.19, 0.24))
    canvas.paint(disc, constant(0.98, 0.78, 0.12), "centre", texture=seeds)


def mushroom(canvas: Canvas, random: Stream) -> None:
    """Red cap, white spots, white stem."""
    plane = canvas.plane
    colour = palette(random, "mushroom_caps")
    canvas.paint(plane.line(0.0, 0.05, 0.0, 0.72, 0.17, 0.23), constant(0.95, 0.91, 0.82), "stem")
    canvas.paint(plane.ellipse(0, 0.24, 0.27, 0.07), constant(0.88, 0.82, 0.7), "stem", shade=0)
    cap = common_part(plane.ellipse(0, 0.08, 0.88, 0.82), plane.y - 0.12)
    canvas.paint(cap, colour, "cap", shade=0.35)
    for x, y, radius in SPOTS:
        spot = plane.circle(x + random.uniform(-0.05, 0.05), y, radius)
        canvas.flat(common_part(spot, cap + 0.03), WHITE, "cap", line=0.2)


def paint_banana(canvas: Canvas, x: Number, y: Number, degrees: Number, scale: float, random: Stream) -> None:
    """A banana centred at (x, y), 1.9 `scale` long, hollow side up when not turned."""
    there = canvas.moved(x, y, degrees, scale)
    plane = there.plane
    colour = palette(random, "bananas")
    crescent = without(plane.circle(0, -0.5, 1.0), plane.ellipse(0, -0.95, 1.02, 1.0))
    fruit = common_part(crescent, -0.42 - plane.y)
    there.flat(plane.line(0.88, -0.32, 0.97, -0.62, 0.085, 0.06), tint(TIP, 1.6), "stem", line=0.5)
    there.paint(fruit, colour, "fruit", shade=0.3, depth=0.15, line=0.55)
    ridge = plane.ring(0, -0.68, 0.95, 0.024).maximum(fruit + 0.07)
    there.flat(ridge, tint(colour, 0.75), "fruit", labelled=False)
    there.flat(common_part(fruit, plane.y + 0.33, plane.x), TIP, "stem")


def banana(canvas: Canvas, random: Stream) -> None:
    second = random.chance(0.25)
    hidden = torch.where(second, 0.0, 5.0)  # the second one of a bunch, or out of the picture
    paint_banana(canvas, 0.03, hidden - 0.12, random.uniform(-14, -6), 0.9, random.fork("second"))
    paint_banana(canvas, 0.0, 0.1, random.uniform(-4, 8), 0.98, random)


def apple(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    colour = palette(random, "apples")
    shoulders = melt(plane.circle(-0.23, 0.08, 0.5), plane.circle(0.23, 0.08, 0.5), 0.1)
    body = melt(shoulders, plane.ellipse(0, 0.22, 0.6, 0.58), 0.1)
    canvas.paint(body, colour, "fruit", shade=0.45, depth=0.3, line=0.5)
    canvas.flat(plane.ellipse(0, -0.34, 0.2, 0.07), tint(colour, 0.5), "fruit")
    canvas.flat(plane.line(0.0, -0.32, random.uniform(0.0, 0.14), -0.76, 0.055), WOOD, "stem", line=0.3)
    canvas.paint(plane.ellipse(0.32, -0.64, 0.27, 0.13, -25), tint(STALK, 1.3), "leaf", shade=0.25)
    canvas.flat(plane.ellipse(-0.36, -0.06, 0.1, 0.19, 25), pale(colour, 0.65), "fruit", labelled=False)


def pear(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    colour = palette(random, "pears")
    shape = melt(plane.circle(0, 0.34, 0.53), plane.ellipse(0, -0.3, 0.27, 0.36), 0.28)
    skin = canvas.rough("smooth", 0.07)
    canvas.paint(shape, colour, "fruit", shade=0.45, depth=0.3, line=0.5, texture=skin)
    canvas.flat(plane.line(0.0, -0.6, random.uniform(0.02, 0.16), -0.94, 0.055), WOOD, "stem", line=0.3)
    canvas.paint(plane.ellipse(0.28, -0.76, 0.25, 0.11, -20), tint(STALK, 1.3), "leaf", shade=0.25)
    canvas.flat(plane.ellipse(-0.24, 0.2, 0.09, 0.2, 20), pale(colour, 0.6), "fruit", labelled=False)
