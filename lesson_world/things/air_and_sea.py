"""An aeroplane and a sailing boat."""

from lesson_world.colours import BLACK, GREY, RED, WHITE, WOOD, constant, mixed, palette, tint
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.shapes import common_part, union
from lesson_world.textures import Texture, step
from lesson_world.trigonometry import sine

LIVERIES = [(0.6, 0.8, 0.75), (0.0, 0.85, 0.8), (0.58, 0.8, 0.65)]
CLOTH = [(0.1, 0.05, 0.97), (0.1, 0.08, 0.93)]
HULLS = [(0.6, 0.8, 0.6), (0.0, 0.85, 0.75), (0.0, 0.8, 0.65), (0.07, 0.6, 0.5)]
WATER = constant(0.2, 0.45, 0.7)


def airplane(canvas: Canvas, random: Stream) -> None:
    """White, nose to the right; the near wing sweeps down, the far one up, the fin is coloured."""
    plane = canvas.plane
    white, livery = palette(random, [(0.6, 0.04, 0.95)]), palette(random, LIVERIES, any_hue=0.2)
    sweep = random.uniform(-0.1, 0.1)
    far = plane.polygon((0.28, -0.12), (-0.12, -0.12), (-0.4 + sweep, -0.66), (-0.18 + sweep, -0.66))
    canvas.paint(far, tint(white, 0.72), "wing", shade=0, line=0.6)
    fin = plane.polygon((-0.55, -0.1), (-0.92, -0.62), (-0.72, -0.62), (-0.35, -0.1))
    canvas.paint(fin, livery, "tail", shade=0, line=0.5)
    body = union(
        plane.box(-0.05, 0, 0.72, 0.19, 0.19),
        plane.ellipse(0.5, 0.0, 0.46, 0.19),
        plane.polygon((-0.6, -0.18), (-0.98, -0.16), (-0.55, 0.18)),
    )
    stripe = step(0.03 - (plane.y - 0.045).abs(), 0.02)
    canvas.paint(body, mixed(white, livery, stripe), "body", shade=0.35, line=0.6)
    for number in range(6):
        canvas.flat(plane.circle(-0.42 + 0.17 * number, -0.07, 0.05), BLACK, "window")
    canvas.flat(common_part(plane.polygon((0.66, -0.2), (0.9, -0.05), (0.64, -0.03)), body), BLACK, "window")
    canvas.paint(plane.box(0.1, 0.31, 0.17, 0.085, 0.08), GREY, "body", line=0.6)
    near = plane.polygon((0.3, 0.06), (-0.2, 0.06), (-0.6 + sweep, 0.8), (-0.3 + sweep, 0.8))
    canvas.paint(near, tint(white, 0.9), "wing", shade=0, line=0.7)
    canvas.flat(common_part(near, 0.62 - plane.y), livery, "wing")
    stabiliser = plane.polygon((-0.6, 0.0), (-0.84, 0.0), (-0.98, 0.26), (-0.84, 0.26))
    canvas.paint(stabiliser, tint(livery, 0.8), "tail", shade=0, line=0.6)


def boat(canvas: Canvas, random: Stream) -> None:
    """Two white sails, a coloured hull, a pennant, a little water."""
    plane = canvas.plane
    hull, cloth = palette(random, HULLS, any_hue=0.15), palette(random, CLOTH)
    canvas.flat(plane.line(0.0, -0.88, 0.0, 0.4, 0.035), WOOD, "mast", line=0.3)
    canvas.flat(plane.polygon((0.0, -0.97), (-0.26, -0.9), (0.0, -0.82)), RED, "mast", line=0.3)
    seams = Texture("stripes", 1 - 0.12 * step(sine(plane.y * 4) - 0.6, 0.3))
    main = plane.polygon((-0.06, -0.78), (-0.06, 0.3), (-random.uniform(0.6, 0.75), 0.3))
    jib = plane.polygon((0.07, -0.7), (0.07, 0.3), (random.uniform(0.5, 0.65), 0.3))
    canvas.paint(main, cloth, "sail", shade=0.15, texture=seams, line=0.5)
    canvas.paint(jib, tint(cloth, 0.9), "sail", shade=0.15, line=0.5)
    shell = plane.polygon((-0.82, 0.4), (0.95, 0.4), (0.62, 0.8), (-0.58, 0.8))
    canvas.paint(shell, hull, "hull", shade=0.25)
    canvas.flat(common_part(shell, (plane.y - 0.48).abs() - 0.035), WHITE, "hull", labelled=False)
    waves = plane.y - 0.78 + 0.045 * sine(plane.x * 2.2 + random.uniform())
    sea = common_part(-waves, plane.ellipse(0, 0.84, 1.0, 0.17))
    canvas.flat(sea, WATER, "water", texture=Texture("stripes", 1 + 0.2 * sine(plane.x * 3 + plane.y * 4)))
