"""Bicycle and motorbike, seen from the side, riding to the right."""

from lesson_world.colours import BLACK, STEEL, constant, pale, palette, tint
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.shapes import union
from lesson_world.things.details import lamp_light, spoked_wheel, wheel
from lesson_world.things.thing import Thing

FRAMES = [(0.0, 0.9, 0.85), (0.58, 0.85, 0.8), (0.36, 0.8, 0.55), (0.0, 0.9, 0.8)]
MOTORBIKES = [(0.02, 0.9, 0.85), (0.6, 0.85, 0.75), (0.09, 0.95, 0.95)]
LEATHER = constant(0.28, 0.16, 0.1)


def bicycle(canvas: Canvas, random: Stream) -> None:
    """Two large spoked wheels and a diamond of tubes."""
    plane = canvas.plane
    paint = palette(random, FRAMES, any_hue=0.25)
    radius, y = random.uniform(0.37, 0.41), 0.36
    for x in (-0.55, 0.55):
        spoked_wheel(canvas, x, y, radius, 0.055)
    seat, steer, crank = (-0.2, -0.3), (0.36, -0.32), (-0.06, 0.36)
    tubes = union(
        plane.line(*crank, *seat, 0.045),
        plane.line(*crank, *steer, 0.05),
        plane.line(seat[0] + 0.02, seat[1] + 0.08, *steer, 0.045),
        plane.line(-0.55, y, *crank, 0.04),
        plane.line(-0.55, y, seat[0] + 0.02, seat[1] + 0.08, 0.035),
        plane.line(0.55, y, 0.33, -0.42, 0.045),
    )
    canvas.flat(tubes, paint, "frame", line=0.3)
    canvas.flat(plane.circle(*crank, 0.1).abs() - 0.035, BLACK, "frame")
    pedals = plane.line(crank[0] - 0.08, crank[1] + 0.16, crank[0] + 0.08, crank[1] - 0.16, 0.03)
    canvas.flat(pedals, constant(0.3, 0.3, 0.32), "frame")
    canvas.flat(plane.line(-0.34, -0.38, -0.06, -0.36, 0.07, 0.045), LEATHER, "saddle", line=0.3)
    sweep = random.uniform(0.14, 0.22)
    bar = union(
        plane.line(0.32, -0.44, 0.34 + sweep, -0.52, 0.045), plane.line(0.33, -0.44, 0.2, -0.5, 0.045)
    )
    canvas.flat(bar, BLACK, "handlebar")


def motorbike(canvas: Canvas, random: Stream) -> None:
    """Two fat wheels, a tank, an engine block, an exhaust pipe."""
    plane = canvas.plane
    paint = palette(random, MOTORBIKES, any_hue=0.15)
    for x in (-0.6, 0.6):
        wheel(canvas, x, 0.38, 0.34)
    canvas.flat(plane.line(0.6, 0.38, 0.32, -0.34, 0.05), STEEL, "frame", line=0.4)
    canvas.flat(plane.line(-0.6, 0.38, -0.1, 0.2, 0.07), constant(0.25, 0.25, 0.28), "frame", line=0.3)
    canvas.paint(plane.box(0.02, 0.26, 0.24, 0.2, 0.06), constant(0.45, 0.46, 0.5), "frame", line=0.6)
    for y in (0.16, 0.26, 0.36):
        canvas.flat(plane.box(0.02, y, 0.2, 0.02), BLACK, "frame", labelled=False)
    canvas.flat(plane.line(0.1, 0.5, -0.8, 0.52, 0.055, 0.075), STEEL, "frame", line=0.5)
    canvas.paint(plane.line(-0.86, -0.06, -0.35, -0.02, 0.07, 0.1), paint, "chassis", shade=0.2)
    canvas.paint(plane.ellipse(0.12, -0.1, 0.33, 0.2, -8), paint, "chassis", shade=0.35)
    canvas.flat(plane.ellipse(0.1, -0.14, 0.2, 0.05, -8), pale(paint, 0.5), "chassis", labelled=False)
    canvas.paint(plane.line(-0.62, -0.12, -0.22, -0.06, 0.09, 0.09), BLACK, "saddle")
    guard = plane.ring(0.6, 0.38, 0.38, 0.05).maximum(plane.box(0.55, 0.0, 0.4, 0.22))
    canvas.paint(guard, tint(paint, 0.9), "chassis", shade=0)
    canvas.flat(plane.line(0.32, -0.36, 0.14, -0.46, 0.05), BLACK, "handlebar")
    lamp_light(canvas, 0.45, -0.28, 0.12)


TWO_WHEELERS = [
    Thing("bicycle", bicycle, sign="wheel"),
    Thing("motorbike", motorbike, sign="wheel"),
]
