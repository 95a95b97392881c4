"""Bird, owl, butterfly, and the fish, which has fins for wings."""

from lesson_world.colours import BLACK, ORANGE, WHITE, constant, mixed, pale, palette, tint
from lesson_world.geometry import common_part, melt, sine, union
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.textures import Texture, step
from lesson_world.things.details import eye


def bird(canvas: Canvas, random: Stream) -> None:
    """A songbird on two legs: round breast, beak, wing, tail."""
    plane = canvas.plane
    back = palette(random, "bird_backs", any_hue=0.25)
    breast = palette(random, "bird_breasts", any_hue=0.1)
    for x in (-0.05, 0.14):
        leg = plane.line(x, 0.4, x + 0.03, 0.86, 0.035)
        toes = plane.line(x + 0.03, 0.88, x + 0.2, 0.88, 0.035)
        canvas.flat(union(leg, toes), ORANGE, "leg")
    tail = plane.polygon((-0.95, 0.1), (-0.35, -0.12), (-0.3, 0.22), (-0.9, 0.38))
    canvas.paint(tail, tint(back, 0.75), "tail", shade=0.15)
    body = melt(plane.ellipse(0, 0.14, 0.54, 0.38, -20), plane.circle(0.42, -0.32, 0.3), 0.15)
    front = step(plane.x * 0.8 + plane.y * 0.75 - 0.28, 0.08)
    canvas.paint(body, mixed(back, breast, front), "body", texture=canvas.rough("scales", 0.1))
    canvas.paint(plane.polygon((0.64, -0.46), (0.99, -0.28), (0.64, -0.14)), ORANGE, "beak", shade=0)
    wing = plane.moved(-0.12, 0.12, random.uniform(-5, 20))
    feathers = Texture("stripes", 1 - 0.35 * step(sine(wing.y * 6 + wing.x * 1.5), 0.6))
    canvas.paint(wing.ellipse(0, 0, 0.42, 0.21), tint(back, 0.75), "wing", texture=feathers, line=0.55)
    eye(canvas, 0.47, -0.38, 0.1)


def owl(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    coat = palette(random, "owl_coats")
    for side in (-1, 1):
        tuft = plane.polygon((side * 0.5, -0.97), (side * 0.56, -0.4), (side * 0.08, -0.62))
        canvas.paint(tuft, tint(coat, 0.8), "ear", shade=0.1)
        canvas.flat(plane.ellipse(side * 0.2, 0.86, 0.14, 0.08), ORANGE, "leg", line=0.4)
    canvas.paint(plane.ellipse(0, 0.05, 0.56, 0.78), coat, "body")
    flecks = Texture("scales", 1 - 0.45 * step(sine(plane.x * 4.2) * sine(plane.y * 4.2) - 0.1, 0.3))
    belly = plane.ellipse(0, 0.36, 0.36, 0.42)
    canvas.paint(belly, pale(coat, 0.5), "body", texture=flecks, line=0, shade=0.1)
    for side in (-1, 1):
        canvas.paint(plane.ellipse(side * 0.5, 0.2, 0.15, 0.48, side * 8), tint(coat, 0.6), "wing")
        canvas.paint(plane.circle(side * 0.25, -0.3, 0.27), pale(coat, 0.55), "face", shade=0.2)
        canvas.flat(plane.circle(side * 0.25, -0.3, 0.18), constant(0.98, 0.75, 0.1), "eye", line=0.6)
        canvas.flat(plane.circle(side * 0.25, -0.3, 0.1), BLACK, "eye")
        canvas.flat(plane.circle(side * 0.25 - 0.05, -0.35, 0.04), WHITE, "eye")
    canvas.flat(plane.polygon((-0.09, -0.22), (0.09, -0.22), (0.0, 0.04)), ORANGE, "beak", line=0.5)


def butterfly(canvas: Canvas, random: Stream) -> None:
    """From above: four wings with dark rims and pale spots."""
    plane = canvas.plane
    colour = palette(random, "butterfly_wings", any_hue=0.1)
    spot = palette(random, "butterfly_spots")
    rim, open_ = constant(0.09, 0.07, 0.08), random.uniform(0.4, 0.48)
    for side in (-1, 1):
        for y, size, turn, down in ((0.36, 0.33, 35, 0.34), (-0.3, open_, -35, 0.36)):
            wing = plane.ellipse(side * 0.44, y, size, down, side * turn)
            canvas.flat(wing, rim, "wing")
            canvas.paint(wing + 0.085, colour, "wing", line=0, depth=0.3)
        for x, y, radius in ((0.52, 0.42, 0.1), (0.58, -0.4, 0.12), (0.33, -0.14, 0.075)):
            canvas.flat(plane.circle(side * x, y, radius), spot, "wing", line=0.4)
    for side in (-1, 1):
        feeler = union(plane.line(0, -0.5, side * 0.22, -0.88, 0.026), plane.circle(side * 0.22, -0.88, 0.05))
        canvas.flat(feeler, rim, "antenna")
    canvas.paint(plane.ellipse(0, 0.05, 0.085, 0.52), rim, "body")
    canvas.flat(plane.circle(0, -0.5, 0.105), rim, "head")


def fish(canvas: Canvas, random: Stream) -> None:
    """From the side: an orange body with white bands, forked tail, fins."""
    plane = canvas.plane
    colour = palette(random, "fish_sides", any_hue=0.25)
    fin = tint(colour, 0.8)
    for y in (-0.48, 0.48):
        canvas.flat(plane.polygon((-0.5, 0.0), (-0.95, y), (-0.82, 0.0)), fin, "tail", line=0.4)
    top = plane.polygon((-0.4, -0.25), (-0.15, -0.72), (0.35, -0.5), (0.4, -0.25))
    below = plane.polygon((-0.2, 0.3), (-0.28, 0.68), (0.2, 0.35))
    rays = Texture("stripes", 1 - 0.2 * sine(plane.x * 7))
    canvas.flat(union(top, below), fin, "fin", texture=rays, line=0.4)
    middles = union((plane.x - 0.3).abs(), (plane.x + 0.22).abs())
    bands = step(0.09 - middles + 0.04 * sine(plane.y * 0.9), 0.04) * random.chance(0.75)
    scales = Texture("scales", 1 + 0.14 * sine(plane.x * 6) * sine(plane.y * 6))
    body = common_part(plane.circle(0.07, 0.42, 0.86), plane.circle(0.07, -0.42, 0.86))
    canvas.paint(body, mixed(colour, WHITE, bands), "body", texture=scales)
    canvas.paint(plane.ellipse(0.08, 0.12, 0.17, 0.1, 25), fin, "fin", line=0.6)
    eye(canvas, 0.5, -0.1, 0.11)
    canvas.flat(plane.line(0.62, 0.14, 0.74, 0.08, 0.03), constant(0.45, 0.1, 0.08), "mouth")
