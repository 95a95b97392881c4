"""Backgrounds: landscapes, fog, patterns, heaps of shapes, plain and white. None belongs to a class."""

from collections.abc import Callable

import torch
from torch import Tensor

from lesson_world.colours import WHITE, any_colour, hsv, mixed, palette
from lesson_world.geometry import Plane, length, sine
from lesson_world.names import BACKGROUND_NUMBER
from lesson_world.noise import field
from lesson_world.randomness import Stream
from lesson_world.textures import step

Drawing = tuple[Tensor, Tensor | int]
"""RGB (N, 3, size, size), and the number of the background: per pixel, uint8 (N, size, size), or one for all."""


def pixels(size: int, device: torch.device | str = "cpu") -> Plane:
    """The plane of the image itself, x and y (1, size, size), -1 … 1 from edge to edge."""
    centre = (torch.arange(size, device=device) + 0.5) / size * 2 - 1
    return Plane(centre.view(1, 1, size).expand(1, size, size), centre.view(1, size, 1).expand(1, size, size))


def landscape(random: Stream, size: int) -> Drawing:
    plane = pixels(size, random.keys.device)
    hills, rough = field(random, "hill", size), field(random, "cloud", size)
    depth = plane.y - random.uniform(-0.3, 0.6) + 0.18 * hills
    sky = hsv(random.uniform(0.52, 0.62), random.uniform(0.1, 0.6), random.uniform(0.7, 1.0))
    clouds = (rough - random.uniform(0.0, 0.4)).clamp(0, 1) * random.uniform(0.0, 1.2)
    earth = palette(random, "earth")
    sky = mixed(sky, WHITE, clouds.clamp(0, 1)) * (1 - 0.12 * plane.y[:, None])
    earth = earth * (1 + 0.3 * rough - 0.15 * depth)[:, None]
    is_ground = step(depth, 2 / size)
    number = torch.where(depth > 0, BACKGROUND_NUMBER["ground"], BACKGROUND_NUMBER["sky"])
    return mixed(sky, earth, is_ground), number.to(torch.uint8)


def clouds(random: Stream, size: int) -> Drawing:
    share = (field(random, "cloud", size) * random.uniform(0.5, 1.0) + 0.5).clamp(0, 1)
    return mixed(any_colour(random), any_colour(random), share), BACKGROUND_NUMBER["clouds"]


def stripes(random: Stream, size: int) -> Drawing:
    plane = pixels(size, random.keys.device).moved(0.0, 0.0, random.uniform(0, 180))
    bend = field(random, "broad", size) * random.uniform(0.0, 0.5)
    wave = sine(plane.x * random.uniform(0.8, 5.0) + bend)
    return mixed(any_colour(random), any_colour(random), step(wave, 0.5)), BACKGROUND_NUMBER["stripes"]


def checks(random: Stream, size: int) -> Drawing:
    plane = pixels(size, random.keys.device).moved(0.0, 0.0, random.uniform(0, 90))
    fineness = random.uniform(0.8, 4.0)
    wave = sine(plane.x * fineness + random.uniform()) * sine(plane.y * fineness + random.uniform())
    return mixed(any_colour(random), any_colour(random), step(wave, 0.3)), BACKGROUND_NUMBER["checks"]


def shapes(random: Stream, size: int) -> Drawing:
    """Discs, squares and triangles of all sizes, fallen on each other ("dead leaves")."""
    plane, grain = pixels(size, random.keys.device), field(random, "fur", size)
    rgb = any_colour(random).expand(-1, 3, size, size)
    hue, spread = random.uniform(), random.uniform(0.05, 1.0)
    for number in range(20):
        shrink = 1.1 - 0.6 * number / 20  # the large ones lie at the bottom
        chance = random.uniform()
        radius = (chance * chance * 0.5 + 0.07) * shrink
        at = plane.moved(random.uniform(-1.1, 1.1), random.uniform(-1.1, 1.1), random.uniform(0, 360))
        u, v = at.x.abs(), at.y / random.uniform(0.5, 1.0)
        kind = random.integer(3)
        distance = torch.where(kind == 0, length(u, v), torch.maximum(u, v.abs()))
        distance = torch.where(kind == 2, torch.maximum(u * 0.87 + v * 0.5, -v), distance) - radius
        colour = hsv(hue + spread * random.uniform(-0.5, 0.5), random.uniform(0, 0.9), random.uniform(0.1, 1))
        colour = colour * (1 + grain * random.choice((0.0, 0.25)))[:, None]
        rgb = mixed(rgb, colour, (0.5 - distance * (size / 2)).clamp(0, 1))
    return rgb, BACKGROUND_NUMBER["shapes"]


def plain(random: Stream, size: int) -> Drawing:
    """One colour under uneven light."""
    light = 1 + field(random, "broad", size) * random.uniform(0.0, 0.3)
    return any_colour(random) * light[:, None], BACKGROUND_NUMBER["plain"]


def white(random: Stream, size: int) -> Drawing:
    paper = torch.ones(len(random.keys), 3, size, size, device=random.keys.device)
    return paper, BACKGROUND_NUMBER["white"]


KINDS: dict[str, tuple[Callable[[Stream, int], Drawing], float]] = {
    "landscape": (landscape, 0.36),
    "clouds": (clouds, 0.18),
    "stripes": (stripes, 0.08),
    "checks": (checks, 0.08),
    "shapes": (shapes, 0.14),
    "plain": (plain, 0.16),
    "white": (white, 0.0),
}
"""Each kind with its share of the images when the background varies."""


def background(keys: Tensor, size: int, kind: str | None = None) -> tuple[Tensor, Tensor]:
    """Backgrounds for N images: rgb (N, 3, size, size) and their kind per pixel (N, size, size) uint8."""
    rgb = torch.empty(len(keys), 3, size, size, device=keys.device)
    marks = torch.empty(len(keys), size, size, dtype=torch.uint8, device=keys.device)
    draw = Stream(keys, "which background").uniform()[:, 0, 0]
    low = 0.0
    for name, (paint, share) in KINDS.items():
        chosen = (draw >= low) & (draw < low + share) if kind is None else torch.full_like(draw, name == kind)
        low += share
        rows = chosen.nonzero()[:, 0]
        if len(rows):
            rgb[rows], marks[rows] = paint(Stream(keys[rows], f"background {name}"), size)
    return rgb, marks
