"""Animals that sit and look at us: cat, dog, rabbit, bear, pig. They share a body and differ in the head.

Rabbit and bear draw the same numbers in the same order, so that with one seed they agree in pose and
colour (`datasets.twins`).
"""

from itertools import product

from torch import Tensor

from lesson_world.colours import BLACK, PINK, WHITE, constant, mixed, pale, palette, tint
from lesson_world.geometry import union
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.textures import step
from lesson_world.things.details import eye, iris


def _body(canvas: Canvas, fur: Tensor, belly: Tensor, tail: Tensor, texture: bool = True) -> None:
    plane, rough = canvas.plane, canvas.rough("fur", 0.2) if texture else None
    canvas.paint(tail, tint(fur, 0.9), "tail", shade=0.2, texture=rough)
    canvas.paint(plane.ellipse(0, 0.6, 0.46, 0.4), fur, "body", texture=rough)
    canvas.paint(plane.ellipse(0, 0.62, 0.25, 0.3), belly, "body", shade=0.15)
    for side in (-1, 1):
        canvas.paint(plane.ellipse(side * 0.22, 0.9, 0.2, 0.11), belly, "leg")


def _head(canvas: Canvas, fur: Tensor, across: float, down: float) -> None:
    oval = canvas.plane.ellipse(0, -0.18, across, down)
    canvas.paint(oval, fur, "head", texture=canvas.rough("fur", 0.2))


def _eyes(canvas: Canvas, y: float = -0.27, apart: float = 0.25, radius: float = 0.12) -> None:
    colour = iris(canvas)
    for side in (-1, 1):
        eye(canvas, side * apart, y, radius, colour)


def cat(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    fur = palette(random, "cat_coats")
    dark = tint(fur, 0.45)
    end = (random.uniform(0.7, 0.9), random.uniform(-0.1, 0.35), 0.06)
    tail = plane.path((0.3, 0.82, 0.085), (0.74, 0.75, 0.085), end)
    _body(canvas, fur, pale(fur, 0.55), tail)
    for height, side in product((0.38, 0.56, 0.74), (-1, 1)):
        stripe = plane.line(side * 0.44, height, side * 0.3, height + 0.04, 0.035)
        canvas.flat(stripe, dark, "body", labelled=False)
    for side in (-1, 1):
        outer = plane.polygon((side * 0.57, -0.95), (side * 0.6, -0.2), (side * 0.08, -0.55))
        canvas.paint(outer, fur, "ear", shade=0.15)
        inner = plane.polygon((side * 0.52, -0.8), (side * 0.52, -0.35), (side * 0.22, -0.55))
        canvas.flat(inner, PINK, "ear")
    _head(canvas, fur, 0.6, 0.5)
    for x in (-0.16, 0.0, 0.16):  # the tabby's forehead
        canvas.flat(plane.line(x, -0.64, x * 0.8, -0.46, 0.04), dark, "head", labelled=False)
    for side, height in product((-1, 1), (-0.14, 0.0)):
        cheek = plane.line(side * 0.6, height, side * 0.44, height + 0.02, 0.03)
        canvas.flat(cheek, dark, "head", labelled=False)
    for side in (-1, 1):
        canvas.paint(plane.ellipse(side * 0.13, 0.07, 0.17, 0.13), pale(fur, 0.7), "mouth", shade=0.15)
    canvas.flat(plane.polygon((-0.1, -0.1), (0.1, -0.1), (0.0, 0.03)), PINK, "nose")
    green = palette(random, "cat_eyes")
    for side in (-1, 1):
        canvas.flat(plane.ellipse(side * 0.26, -0.25, 0.135, 0.12), green, "eye", line=0.6)
        canvas.flat(plane.ellipse(side * 0.26, -0.25, 0.045, 0.11), BLACK, "eye")
        for drop in (0.0, 0.1):
            whisker = plane.line(side * 0.22, 0.05 + drop * 0.4, side * 0.85, -0.02 + drop * 2, 0.018)
            canvas.flat(whisker, WHITE, "mouth", labelled=False)


def dog(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    fur = palette(random, "dog_coats")
    tail = plane.line(0.3, 0.75, random.uniform(0.72, 0.88), random.uniform(0.2, 0.5), 0.09, 0.05)
    _body(canvas, fur, pale(fur, 0.6), tail)
    collar = palette(random, "dog_collars", any_hue=0.3)
    canvas.flat(plane.box(0, 0.29, 0.36, 0.06, 0.05), collar, "frame")
    _head(canvas, fur, 0.53, 0.5)
    ear = tint(fur, random.uniform(0.3, 0.55))
    patched = random.chance(0.5)
    canvas.flat(plane.ellipse(0.26, -0.28, 0.2, 0.22), ear, "head", labelled=False, where=patched)
    for side in (-1, 1):
        flap = plane.ellipse(side * 0.58, -0.16, 0.19, 0.46, side * -12)
        canvas.paint(flap, ear, "ear", texture=canvas.rough("fur", 0.2))
    canvas.paint(plane.ellipse(0, 0.1, 0.34, 0.26), pale(fur, 0.75), "mouth", shade=0.2)
    tongue = plane.box(0, 0.34, 0.1, 0.15, 0.1)
    canvas.flat(tongue, constant(0.92, 0.4, 0.45), "mouth", line=0.4, where=random.chance(0.7))
    canvas.flat(plane.line(0.0, 0.05, 0.0, 0.22, 0.026), BLACK, "mouth")
    canvas.flat(plane.ellipse(0, -0.03, 0.17, 0.115), BLACK, "nose")
    canvas.flat(plane.ellipse(-0.05, -0.07, 0.05, 0.025), WHITE, "nose")
    _eyes(canvas, -0.3, 0.23, 0.11)


def rabbit(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    fur, lean = palette(random, "coats"), random.uniform(-6, 14)
    _body(canvas, fur, pale(fur, 0.5), plane.circle(0.5, 0.78, 0.15))
    for side in (-1, 1):
        canvas.paint(plane.ellipse(side * 0.27, -0.62, 0.15, 0.37, lean * side), fur, "ear")
        canvas.flat(plane.ellipse(side * 0.27, -0.62, 0.07, 0.27, lean * side), PINK, "ear")
    _head(canvas, fur, 0.54, 0.44)
    for side in (-1, 1):
        canvas.paint(plane.ellipse(side * 0.13, 0.01, 0.16, 0.15), pale(fur, 0.6), "mouth", shade=0.15)
        for drop in (-0.04, 0.08):
            whisker = plane.line(side * 0.2, 0.0 + drop * 0.3, side * 0.66, drop, 0.014)
            canvas.flat(whisker, WHITE, "mouth", labelled=False)
    canvas.flat(plane.box(0, 0.14, 0.075, 0.085, 0.02), WHITE, "mouth", line=0.4)
    canvas.flat(plane.box(0, 0.14, 0.012, 0.085), tint(fur, 0.5), "mouth")
    canvas.flat(plane.ellipse(0, -0.1, 0.09, 0.06), PINK, "nose", line=0.3)
    _eyes(canvas)


def bear(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    fur = palette(random, "coats")
    random.uniform()  # where the rabbit leans its ears
    _body(canvas, fur, pale(fur, 0.5), plane.circle(0.5, 0.78, 0.15))
    for side in (-1, 1):
        canvas.paint(plane.circle(side * 0.4, -0.54, 0.2), fur, "ear")
        canvas.flat(plane.circle(side * 0.4, -0.54, 0.1), pale(fur, 0.4), "ear")
    _head(canvas, fur, 0.54, 0.44)
    canvas.paint(plane.ellipse(0, 0.03, 0.28, 0.22), pale(fur, 0.6), "mouth", shade=0.2)
    canvas.flat(plane.ellipse(0, -0.06, 0.14, 0.09), BLACK, "nose")
    canvas.flat(plane.line(0.0, 0.0, 0.0, 0.1, 0.024), BLACK, "mouth")
    smile = (plane.y - 0.14 + plane.x * plane.x * 2).abs() - 0.024
    canvas.flat(smile.maximum(plane.x.abs() - 0.14), BLACK, "mouth")
    _eyes(canvas)


def pig(canvas: Canvas, random: Stream) -> None:
    plane = canvas.plane
    hide = palette(random, "pig_skins")
    curl = union(plane.ring(0.6, 0.55, 0.12, 0.04), plane.line(0.4, 0.7, 0.6, 0.67, 0.04))
    _body(canvas, hide, pale(hide, 0.35), curl, texture=False)
    for side in (-1, 1):
        ear = plane.polygon((side * 0.62, -0.72), (side * 0.64, -0.3), (side * 0.2, -0.55)) - 0.05
        canvas.paint(ear, tint(hide, 0.88), "ear")
    mud = step(canvas.field("patch") - random.uniform(0.5, 1.2), 0.1)
    canvas.paint(plane.ellipse(0, -0.15, 0.6, 0.5), mixed(hide, constant(0.45, 0.3, 0.22), mud * 0.6), "head")
    canvas.paint(plane.ellipse(0, 0.0, 0.28, 0.2), tint(hide, 0.82), "nose", line=0.55)
    for side in (-1, 1):
        canvas.flat(plane.ellipse(side * 0.11, 0.0, 0.055, 0.1), constant(0.4, 0.13, 0.17), "nose")
    canvas.flat(plane.line(-0.16, 0.26, 0.16, 0.26, 0.028), constant(0.5, 0.15, 0.2), "mouth")
    _eyes(canvas, -0.3, 0.25, 0.1)
