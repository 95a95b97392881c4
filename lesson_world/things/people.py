"""People: a face, seen from the front."""

from lesson_world.colours import WHITE, palette, tint
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.shapes import common_part
from lesson_world.things.details import eye, iris

HAIR = [(0.07, 0.6, 0.25), (0.06, 0.5, 0.12), (0.11, 0.6, 0.85), (0.04, 0.8, 0.55), (0.07, 0.6, 0.4)]
SKINS = [(0.06, 0.3, 0.95), (0.06, 0.38, 0.88), (0.065, 0.5, 0.7), (0.06, 0.55, 0.5)]
LIPS = [(0.99, 0.6, 0.75), (0.0, 0.55, 0.6), (0.97, 0.5, 0.65)]


def face(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    tone, hair = palette(random, SKINS), palette(random, HAIR)
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
    canvas.flat(common_part(smile - 0.06, plane.x.abs() - 0.24), palette(random, LIPS), "mouth")
    teeth = common_part(smile - 0.026, plane.x.abs() - 0.18)
    canvas.flat(teeth, WHITE, "mouth", where=random.chance(0.3))
