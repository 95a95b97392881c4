"""Vehicles, seen from the side: on roads and rails, in the air and at sea."""

from lesson_world.colours import BLACK, GREY, RED, STEEL, WHITE, WOOD, constant, mixed, pale, palette, tint
from lesson_world.geometry import common_part, sine, union
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.textures import Texture, step
from lesson_world.things.details import glass, lamp_light, spoked_wheel, wheel, window

LEATHER = constant(0.28, 0.16, 0.1)
IRON = constant(0.16, 0.16, 0.18)
WATER = constant(0.2, 0.45, 0.7)


def car(canvas: Canvas, random: Stream) -> None:
    """A low body with a glazed cabin."""
    plane = canvas.plane
    paint, pane = palette(random, "car_paints", any_hue=0.15), glass(random)
    height, rear = random.uniform(0.34, 0.42), random.uniform(-0.5, -0.36)
    top = -0.06 - height
    cabin = plane.polygon((-0.68, -0.02), (rear, top), (0.26, top), (0.62, -0.02)) - 0.05
    canvas.paint(cabin, tint(paint, 0.95), "roof", shade=0.15)
    edge = top + 0.03
    back = plane.polygon((-0.55, -0.04), (rear + 0.05, edge), (-0.05, edge), (-0.05, -0.04))
    canvas.flat(back, pane, "window")
    front = plane.polygon((0.04, -0.04), (0.04, edge), (0.23, edge), (0.48, -0.04))
    canvas.flat(front, pane, "window")
    body = union(plane.box(0, 0.17, 0.94, 0.22, 0.13), plane.box(0.1, 0.27, 0.85, 0.13, 0.05))
    canvas.paint(body, paint, "chassis", shade=0.25)
    panel = plane.box(0.0, 0.13, 0.27, 0.2, 0.04)
    canvas.flat(panel.abs() - 0.016, tint(paint, 0.4), "door", labelled=False)
    canvas.mark(panel, "door")
    canvas.flat(plane.box(0.17, 0.04, 0.07, 0.022), WHITE, "door")
    lamp_light(canvas, 0.85, 0.1, 0.085)
    canvas.flat(plane.box(-0.88, 0.1, 0.045, 0.075), RED, "light", line=0.4)
    radius = random.uniform(0.21, 0.24)
    for x in (-0.52, 0.53):
        canvas.flat(plane.circle(x, 0.38, radius + 0.035), tint(paint, 0.4), "chassis")
        wheel(canvas, x, 0.4, radius)


def bus(canvas: Canvas, random: Stream) -> None:
    """A long box with a row of windows."""
    plane = canvas.plane
    paint, pane = palette(random, "bus_paints", any_hue=0.2), glass(random)
    canvas.paint(plane.box(0, -0.03, 0.96, 0.53, 0.1), paint, "chassis", shade=0.2)
    band = palette(random, "bus_bands")
    canvas.flat(plane.box(0, 0.16, 0.95, 0.055), band, "chassis")
    canvas.flat(plane.box(0, -0.52, 0.7, 0.045), tint(paint, 0.75), "roof", line=0.4)
    for number in range(4):
        canvas.flat(plane.box(-0.74 + 0.37 * number, -0.2, 0.155, 0.19, 0.03), pane, "window", line=0.7)
    canvas.flat(plane.box(0.75, 0.08, 0.15, 0.42), BLACK, "door")
    for side in (-1, 1):
        canvas.flat(plane.box(0.75 + side * 0.068, 0.08, 0.05, 0.37), tint(pane, 0.85), "door")
    lamp_light(canvas, 0.9, 0.4, 0.05)
    for x in (-0.56, 0.4):
        wheel(canvas, x, 0.5, 0.2)


def truck(canvas: Canvas, random: Stream) -> None:
    """A tall box behind a cab."""
    plane = canvas.plane
    paint, load = palette(random, "truck_paints", any_hue=0.2), palette(random, "truck_loads")
    height = random.uniform(0.42, 0.5)
    ribs = Texture("planks", 1 + 0.09 * sine(plane.x * 6))
    canvas.flat(plane.box(0, 0.4, 0.94, 0.07), IRON, "chassis", line=0.3)
    canvas.paint(plane.box(-0.32, 0.34 - height, 0.63, height, 0.03), load, "wall", shade=0.12, texture=ribs)
    canvas.flat(plane.box(-0.32, 0.34 - height, 0.62, 0.08), paint, "wall", labelled=False)
    cab = union(plane.box(0.66, 0.08, 0.28, 0.34, 0.09), plane.box(0.7, 0.26, 0.26, 0.16, 0.04))
    canvas.paint(cab, paint, "chassis", shade=0.2)
    pane = plane.polygon((0.6, -0.18), (0.84, -0.18), (0.92, 0.06), (0.6, 0.06))
    canvas.flat(pane, glass(random), "window", line=0.5)
    canvas.flat(plane.box(0.52, 0.12, 0.1, 0.26).abs() - 0.015, tint(paint, 0.4), "door", labelled=False)
    canvas.mark(plane.box(0.5, 0.12, 0.1, 0.26), "door")
    lamp_light(canvas, 0.91, 0.27, 0.06)
    for x in (-0.68, -0.26, 0.62):
        wheel(canvas, x, 0.5, 0.2)


def train(canvas: Canvas, random: Stream) -> None:
    """A steam engine on rails: boiler, chimney with smoke, driver's cab."""
    plane = canvas.plane
    paint = palette(random, "train_paints", any_hue=0.1)
    for number in range(3):
        x = 0.46 - 0.3 * number + random.uniform(-0.06, 0.06)
        puff, some = plane.circle(x, -0.78 - 0.04 * number, 0.13 + 0.03 * number), random.chance(0.75)
        canvas.paint(puff, constant(0.9, 0.9, 0.92), "smoke", shade=0.2, line=0.2, where=some)
    canvas.flat(plane.box(0, 0.76, 0.98, 0.045), constant(0.4, 0.33, 0.28), "frame", line=0.3)
    canvas.flat(plane.box(0, 0.34, 0.9, 0.08), RED, "chassis", line=0.4)
    canvas.paint(plane.box(0.22, 0.06, 0.64, 0.26, 0.12), paint, "chassis", shade=0.45)
    for x in (0.0, 0.3):
        canvas.flat(plane.box(x, 0.06, 0.025, 0.25), pale(paint, 0.45), "chassis")
    canvas.flat(plane.circle(0.84, 0.06, 0.19), IRON, "chassis", line=0.3)
    canvas.paint(plane.ellipse(0.15, -0.22, 0.13, 0.13), constant(0.9, 0.72, 0.25), "chassis")
    chimney = plane.polygon((0.48, -0.18), (0.7, -0.18), (0.76, -0.56), (0.42, -0.56))
    canvas.flat(chimney, IRON, "chimney", line=0.3)
    canvas.paint(plane.box(-0.58, -0.06, 0.32, 0.42, 0.03), paint, "wall", shade=0.15)
    canvas.flat(plane.box(-0.56, -0.52, 0.42, 0.07, 0.03), RED, "roof", line=0.5)
    window(canvas, -0.58, -0.22, 0.16, 0.13, glass(random), frame=pale(paint, 0.6))
    lamp_light(canvas, 0.84, -0.2, 0.09)
    canvas.flat(plane.polygon((0.78, 0.4), (0.98, 0.7), (0.66, 0.7)), IRON, "frame", line=0.3)
    for x, radius in ((-0.62, 0.24), (-0.12, 0.24), (0.32, 0.18), (0.64, 0.15)):
        wheel(canvas, x, 0.71 - radius, radius, hub=RED)
    canvas.flat(plane.line(-0.62, 0.47, -0.12, 0.47, 0.035), STEEL, "wheel")


def bicycle(canvas: Canvas, random: Stream) -> None:
    """Two large spoked wheels and a diamond of tubes."""
    plane = canvas.plane
    paint = palette(random, "bicycle_frames", any_hue=0.25)
    radius, y = random.uniform(0.37, 0.41), 0.36
    for x in (-0.55, 0.55):
        spoked_wheel(canvas, x, y, radius, 0.055)
    seat, steer, crank, clamp = (-0.2, -0.3), (0.36, -0.32), (-0.06, 0.36), (-0.2 + 0.02, -0.3 + 0.08)
    tubes = union(
        plane.line(*crank, *seat, 0.045),
        plane.line(*crank, *steer, 0.05),
        plane.line(*clamp, *steer, 0.045),
        plane.line(-0.55, y, *crank, 0.04),
        plane.line(-0.55, y, *clamp, 0.035),
        plane.line(0.55, y, 0.33, -0.42, 0.045),
    )
    canvas.flat(tubes, paint, "frame", line=0.3)
    canvas.flat(plane.circle(*crank, 0.1).abs() - 0.035, BLACK, "frame")
    pedals = plane.line(crank[0] - 0.08, crank[1] + 0.16, crank[0] + 0.08, crank[1] - 0.16, 0.03)
    canvas.flat(pedals, constant(0.3, 0.3, 0.32), "frame")
    canvas.flat(plane.line(-0.34, -0.38, -0.06, -0.36, 0.07, 0.045), LEATHER, "saddle", line=0.3)
    sweep = random.uniform(0.14, 0.22)
    grip = plane.line(0.32, -0.44, 0.34 + sweep, -0.52, 0.045)
    stub = plane.line(0.33, -0.44, 0.2, -0.5, 0.045)
    canvas.flat(union(grip, stub), BLACK, "handlebar")


def motorbike(canvas: Canvas, random: Stream) -> None:
    """Two fat wheels, a tank, an engine block, an exhaust pipe."""
    plane = canvas.plane
    paint = palette(random, "motorbikes", any_hue=0.15)
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


def airplane(canvas: Canvas, random: Stream) -> None:
    """White, nose to the right; the near wing sweeps down, the far one up, the fin is coloured."""
    plane = canvas.plane
    white, livery = palette(random, "airplanes"), palette(random, "airplane_liveries", any_hue=0.2)
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
    hull, cloth = palette(random, "boat_hulls", any_hue=0.15), palette(random, "sails")
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
