"""House and castle."""

from lesson_world.colours import BLACK, WHITE, constant, palette, tint
from lesson_world.geometry import union
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.textures import Texture, bricks, planks, tiles
from lesson_world.things.details import door, glass, window


def house(canvas: Canvas, random: Stream) -> None:
    """A light wall under a red tiled roof, with door, window and chimney."""
    plane = canvas.plane
    wall, roof, pane = palette(random, "house_walls"), palette(random, "house_roofs"), glass(random)
    courses = Texture("bricks", 1 + (bricks(plane, 7, 0.82).factor - 1) * random.chance(0.6))
    chimney = plane.box(random.uniform(0.36, 0.5), -0.62, 0.11, 0.26)
    canvas.flat(chimney, tint(roof, 0.8), "chimney", line=0.6)
    canvas.paint(plane.box(0, 0.42, 0.7, 0.46), wall, "wall", shade=0.12, texture=courses, line=0.6)
    gable = plane.polygon((-0.94, 0.02), (-0.12, -0.82), (0.12, -0.82), (0.94, 0.02))
    canvas.paint(gable, roof, "roof", shade=0.12, texture=tiles(plane, 8), line=0.6)
    side = random.sign()
    door(canvas, side * 0.34, 0.55, 0.17, 0.32, palette(random, "house_doors"))
    window(canvas, side * -0.32, 0.4, 0.2, 0.19, pane)
    for across, down in ((0.022, 0.19), (0.2, 0.022)):
        canvas.flat(plane.box(side * -0.32, 0.4, across, down), WHITE, "window")
    attic = random.chance(0.5)
    canvas.flat(plane.circle(0, -0.32, 0.15), WHITE, "window", line=0.4, where=attic)
    canvas.flat(plane.circle(0, -0.32, 0.1), pane, "window", where=attic)


def castle(canvas: Canvas, random: Stream) -> None:
    """Battlements between two round towers with pointed roofs, and a gate."""
    plane = canvas.plane
    stone, roof = palette(random, "castle_stones"), palette(random, "castle_roofs", any_hue=0.15)
    courses = bricks(plane, 7, 0.75)
    merlons = union(*(plane.box(-0.36 + 0.24 * number, -0.12, 0.075, 0.12) for number in range(4)))
    canvas.paint(union(merlons, plane.box(0, 0.4, 0.52, 0.46)), stone, "wall", shade=0.12, texture=courses)
    for side in (-1, 1):
        x = side * 0.68
        tower = plane.box(x, 0.22, 0.22, 0.64)
        canvas.paint(tower, tint(stone, 0.92), "tower", shade=0.4, texture=courses, line=0.6)
        spire = plane.polygon((x - 0.31, -0.38), (x, -0.98), (x + 0.31, -0.38))
        canvas.paint(spire, roof, "roof", shade=0.15, line=0.6)
        canvas.flat(union(plane.box(x, -0.1, 0.065, 0.12), plane.circle(x, -0.22, 0.065)), BLACK, "window")
    arch = union(plane.box(0, 0.62, 0.21, 0.24), plane.circle(0, 0.4, 0.21))
    canvas.flat(arch - 0.045, tint(stone, 0.6), "door")
    canvas.flat(arch, constant(0.4, 0.24, 0.12), "door", texture=planks(plane, 9))
    canvas.flat(plane.line(0.0, -0.2, 0.0, -0.66, 0.025), BLACK, "pole")
    canvas.flat(plane.polygon((0.0, -0.7), (0.3, -0.6), (0.0, -0.48)), roof, "pole", line=0.3)
