"""Things people made: traffic sign, clock, cup, umbrella, lamp."""

import torch

from lesson_world.colours import BLACK, GREY, RED, STEEL, WHITE, WOOD, constant, mixed, palette, tint
from lesson_world.geometry import angle, common_part, direction, fold, length, sine, union
from lesson_world.painter import Canvas, pick
from lesson_world.randomness import Stream
from lesson_world.textures import Texture, step


def traffic_sign(canvas: Canvas, random: Stream) -> None:
    """Warning triangle, stop, or a red ring with an arrow, on a pole."""
    plane, kind = canvas.plane, random.choice((0, 0, 1, 2))
    canvas.paint(plane.box(0, 0.56, 0.06, 0.42), GREY, "pole", shade=0.2)
    triangle, stop = plane.regular(0, -0.02, 0.86, 3, -90) - 0.06, plane.regular(0, -0.2, 0.7, 8, 22.5)
    board = pick(triangle, stop, plane.circle(0, -0.2, 0.68), which=kind)
    canvas.flat(board, RED, "plate", line=0.4)
    canvas.flat(board + 0.05, WHITE, "plate", where=kind == 1)
    canvas.flat(board + torch.where(kind == 1, 0.1, 0.17), mixed(WHITE, RED, kind == 1), "plate")
    call = union(plane.line(0, -0.28, 0, 0.02, 0.085, 0.055), plane.circle(0, 0.2, 0.07))
    bar = plane.box(0, -0.2, 0.44, 0.12, 0.03)
    point = (plane.line(0, -0.52, side * 0.2, -0.28, 0.07) for side in (-1, 1))
    arrow = union(plane.line(0, 0.14, 0, -0.5, 0.07), *point)
    canvas.flat(pick(call, bar, arrow, which=kind), mixed(BLACK, WHITE, kind == 1), "symbol")


def clock(canvas: Canvas, random: Stream) -> None:
    """An alarm clock: white dial, twelve marks, two hands, bells and feet."""
    plane = canvas.plane
    colour, bells = palette(random, "clocks", any_hue=0.2), random.chance(0.6)
    for side in (-1, 1):
        foot = plane.line(side * 0.3, 0.5, side * 0.55, 0.9, 0.09)
        canvas.flat(foot, tint(colour, 0.6), "foot", where=bells)
        there = plane.moved(side * 0.44, -0.66, side * 35)
        bell = common_part(plane.circle(side * 0.44, -0.66, 0.28), there.y - 0.06)
        canvas.paint(bell, STEEL, "frame", where=bells)
    canvas.paint(plane.circle(0, 0.06, 0.78), colour, "frame")
    canvas.paint(plane.circle(0, 0.06, 0.63), WHITE, "plate", shade=0.12)
    dial = plane.moved(0, 0.06)
    along, across = fold(dial.x, dial.y, 12)
    quarter = fold(dial.x, dial.y, 4)[1].abs() < 0.1
    marks = common_part(across.abs() - torch.where(quarter, 0.045, 0.026), (along - 0.53).abs() - 0.065)
    canvas.flat(marks, BLACK, "symbol")
    hour = random.uniform(0, 360)
    for reach, width, turn in ((0.3, 0.058, hour), (0.45, 0.042, hour * 12)):
        x, y = direction(turn)
        canvas.flat(dial.line(0, 0, x * reach, y * reach, width), BLACK, "pointer")
    canvas.flat(dial.circle(0, 0, 0.07), RED, "pointer")


def cup(canvas: Canvas, random: Stream) -> None:
    """A coffee cup with a handle, a band and steam ("smoke")."""
    plane = canvas.plane
    colour = palette(random, "cups", any_hue=0.25)
    for x in (-0.3, 0.06):
        steam = (plane.x - x - 0.06 * sine(plane.y * 1.6 + random.uniform())).abs() - 0.045
        steam = common_part(steam, (plane.y + 0.76).abs() - 0.2)
        canvas.flat(steam, WHITE, "smoke", where=random.chance(0.6))
    canvas.paint(plane.ring(0.5, 0.16, 0.29, 0.085), tint(colour, 0.9), "handle", shade=0.15, line=0.6)
    side = plane.polygon((-0.68, -0.4), (0.52, -0.4), (0.4, 0.72), (-0.56, 0.72))
    side = union(side, plane.ellipse(-0.08, 0.72, 0.48, 0.1))
    band = step(0.14 - (plane.y - 0.2).abs(), 0.03) * random.chance(0.6)
    canvas.paint(side, mixed(colour, WHITE, band), "cup", shade=0.35, depth=0.3, line=0.6)
    rim = mixed(colour, WHITE, torch.full_like(band, 0.35))
    canvas.flat(plane.ellipse(-0.08, -0.42, 0.6, 0.15), rim, "cup", line=0.6)
    canvas.flat(plane.ellipse(-0.08, -0.4, 0.5, 0.1), constant(0.3, 0.17, 0.09), "cup")


def umbrella(canvas: Canvas, random: Stream) -> None:
    """Open: a canopy of coloured panels with a scalloped edge, a stick with a crook."""
    plane = canvas.plane
    colour = palette(random, "umbrellas", any_hue=0.25)
    canvas.flat(plane.line(0.0, -0.85, 0.0, 0.7, 0.04), WOOD, "pole", line=0.3)
    crook = common_part(plane.ring(0.16, 0.68, 0.16, 0.05), 0.68 - plane.y)
    canvas.flat(crook, WOOD, "handle", line=0.3)
    edge = (plane.x * 2.05) - torch.floor(plane.x * 2.05) - 0.5
    canopy = common_part(plane.ellipse(0, 0.12, 0.96, 0.92), plane.y - 0.12 + edge * edge * -0.5 + 0.12)
    light = random.choice((0.6, 1.7))
    panel = sine(angle(0.95 - plane.y, plane.x) * 9.0 + 0.25)
    panels = Texture("stripes", 1 + (light - 1) * step(panel, 0.25))
    canvas.paint(canopy, colour, "shade", shade=0.25, texture=panels, line=0.6)


def lamp(canvas: Canvas, random: Stream) -> None:
    """A table lamp: glowing shade, stem, round foot."""
    plane = canvas.plane
    colour = palette(random, "lamp_shades", any_hue=0.15)
    stand = palette(random, "lamp_stands")
    canvas.paint(union(plane.box(0, 0.3, 0.055, 0.5), plane.circle(0, 0.3, 0.12)), stand, "pole", shade=0.2)
    canvas.paint(plane.ellipse(0, 0.82, 0.42, 0.13), stand, "foot")
    cone = plane.polygon((-0.3, -0.88), (0.3, -0.88), (0.7, -0.08), (-0.7, -0.08))
    glow = Texture("smooth", 1.25 - 0.5 * length(plane.x, plane.y + 0.3).clamp(0, 1))
    canvas.paint(cone, colour, "shade", shade=0.1, texture=glow, line=0.55)
    for y in (-0.82, -0.14):
        hem = common_part(cone + 0.02, (plane.y - y).abs() - 0.035)
        canvas.flat(hem, tint(colour, 0.6), "shade", labelled=False)
