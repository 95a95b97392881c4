"""From a class, a seed and an index to an image: background, pose, light, thing, occluder, camera."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lesson_world import backgrounds
from lesson_world.backgrounds import KINDS, pixels
from lesson_world.colours import any_colour
from lesson_world.errors import WorldError
from lesson_world.geometry import Plane, direction, length
from lesson_world.names import PART_NUMBER, TEXTURE_NUMBER
from lesson_world.noise import field
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream, image_keys
from lesson_world.samples import Samples, joined
from lesson_world.things import THINGS, Thing

CHUNK = 256
"""Images rendered at a time: bounds the memory, changes no pixel."""


@dataclass(frozen=True)
class Pose:
    """How a thing stands in the image: `degrees` clockwise; `scale` 1 fills the image; the centre at
    (x, y) in -1 … 1; `flipped` looks to the left."""

    degrees: float = 0.0
    scale: float = 0.88
    x: float = 0.0
    y: float = 0.0
    flipped: bool = False


def render(
    classes: Sequence[str | Thing],
    seed: int,
    indices: Tensor | Sequence[int] | range,
    *,
    labels: Tensor | None = None,
    size: int = 64,
    pose: float | Pose = 1.0,
    background: str | None = None,
    occlusion: float = 0.25,
    camera: float = 1.0,
    omit: Sequence[str] = (),
    device: torch.device | str = "cpu",
) -> Samples:
    """Draw images of the world.

    classes     names from `things.THINGS`, or Things of your own
    seed, indices   image number i of a seed is always the same, in whatever batch it is drawn
    labels      int64 (N,) into classes; by default index modulo the number of classes
    size        side in pixels
    pose        how much the pose varies (1: fully, 0: upright in the middle), or one fixed Pose
    background  a kind from `backgrounds.KINDS`; by default all kinds (but "white")
    occlusion   share of the images in which something covers a piece of the thing
    omit        parts to leave out; everything else stays as it was
    camera      strength of contrast, colour cast and grain; 0 for clean drawings

    Raises WorldError for an unknown class or background.
    """
    things = [_thing(item) for item in classes]
    if background is not None and background not in KINDS:
        raise WorldError(f"Verden har ingen baggrund »{background}«. Vælg mellem: {', '.join(KINDS)}.")
    indices = torch.as_tensor(list(indices) if isinstance(indices, range) else indices, device=device)
    labels = indices % len(things) if labels is None else torch.as_tensor(labels, device=device)
    names = [thing.name for thing in things]
    danish = [thing.danish for thing in things]
    pieces = []
    for start in range(0, max(len(indices), 1), CHUNK):
        part = slice(start, start + CHUNK)
        keys, wanted = image_keys(seed, indices[part]), labels[part].long()
        rgb, seen = backgrounds.background(keys, size, background)
        maps = {name: torch.zeros_like(seen) for name in ("parts", "objects", "textures")}
        maps["backgrounds"] = seen
        for label in wanted.unique().tolist():
            rows = (wanted == label).nonzero()[:, 0]
            theirs = {name: plane[rows] for name, plane in maps.items()}
            canvas = _canvas(things[label], keys[rows], rgb[rows], theirs, pose, omit)
            if background != "white":
                shadow = canvas.plane.ellipse(0.0, 0.9, 0.75, 0.12)
                canvas.darken(shadow, canvas.random.fork("shadow").uniform(0.1, 0.45), 0.35)
            things[label].draw(canvas, Stream(keys[rows], "thing"))
            rgb[rows] = canvas.rgb
            for name, plane in canvas.maps.items():
                maps[name][rows] = plane
        _occlude(rgb, maps, keys, occlusion)
        images = _photograph(rgb, keys, camera, background == "white")
        pieces.append(Samples(images, wanted, names, danish, **maps))
    return joined(pieces)


def _thing(item: str | Thing) -> Thing:
    if isinstance(item, Thing):
        return item
    if item not in THINGS:
        raise WorldError(f"Verden kender ikke »{item}«. Den kan tegne: {', '.join(THINGS)}.")
    return THINGS[item]


def _stance(random: Stream, thing: Thing, pose: float | Pose) -> tuple[Tensor, ...]:
    """Of each of N things, (N, 1, 1) each: degrees, scale, x, y, 1 or -1 where it looks to the left, and a
    slight distortion: shear and stretch."""
    if isinstance(pose, Pose):
        fixed = (pose.degrees, pose.scale, pose.x, pose.y, -1.0 if pose.flipped else 1.0, 0.0, 1.0)
        shape = (len(random.keys), 1, 1)
        return tuple(torch.full(shape, value, device=random.keys.device) for value in fixed)
    degrees = random.uniform(-1, 1) * (thing.tilt * pose)
    scale = (0.9 - (random.uniform() * 0.38 - 0.06) * pose).clamp(0.4, 1.0)
    room = ((1 - scale) * 0.9 + 0.03) * min(pose, 1.0)  # further out, and too much would be cut off
    x, y = random.uniform(-1, 1) * room, random.uniform(-1, 1) * room
    facing = torch.where(random.chance(0.5 * min(pose, 1.0)), -1.0, 1.0)
    shear, stretch = random.uniform(-0.1, 0.1) * pose, random.uniform(-0.1, 0.1) * pose + 1
    return degrees, scale, x, y, facing, shear, stretch


def _canvas(
    thing: Thing, keys: Tensor, rgb: Tensor, maps: dict[str, Tensor], pose: float | Pose, omit: Sequence[str]
) -> Canvas:
    """The thing's own plane, laid into the image by its pose, and the light that falls on it."""
    image = pixels(rgb.shape[-1], keys.device)
    degrees, scale, x, y, facing, shear, stretch = _stance(Stream(keys, "pose"), thing, pose)
    at = image.moved(x, y, degrees, scale)
    plane = Plane((at.x + at.y * shear) * facing * stretch, at.y)
    random = Stream(keys, "light")
    cos, sin = direction(random.uniform(0, 360))
    light = random.uniform(0.0, 0.3) * (cos * image.x + sin * image.y) + random.uniform(0.88, 1.1)
    number = Samples.object_names.index(thing.name) if thing.name in THINGS else 0
    return Canvas(rgb, maps, plane, 2 / rgb.shape[-1] / scale, light, random, number, omit)


def _occlude(rgb: Tensor, maps: dict[str, Tensor], keys: Tensor, share: float) -> None:
    """A bar or a blob in front of some of the images; changes rgb and maps in place."""
    rows = (Stream(keys, "occluded").uniform()[:, 0, 0] < share).nonzero()[:, 0]
    if not len(rows):
        return
    random, size = Stream(keys[rows], "occluder"), rgb.shape[-1]
    x, y = random.uniform(-0.9, 0.9), random.uniform(-0.9, 0.9)
    at = pixels(size, keys.device).moved(x, y, random.uniform(0, 180))
    bar = at.y.abs() - random.uniform(0.04, 0.1)
    blob = length(at.x / random.uniform(0.8, 1.5), at.y) - random.uniform(0.12, 0.28)
    shape = torch.where(random.chance(0.5), bar, blob)
    cover = (0.5 - shape * (size / 2)).clamp(0, 1)[:, None]
    colour = any_colour(random) * (1 + 0.2 * field(random, "fur", size))[:, None]
    rgb[rows] = rgb[rows] * (1 - cover) + colour * cover
    numbers = {
        "parts": PART_NUMBER["occluder"],
        "objects": Samples.object_names.index("occluder"),
        "textures": TEXTURE_NUMBER["smooth"],
        "backgrounds": 0,
    }
    for name, number in numbers.items():
        maps[name][rows] = maps[name][rows].masked_fill(cover[:, 0] > 0.5, number)


def _photograph(rgb: Tensor, keys: Tensor, strength: float, keep_white: bool) -> Tensor:
    """Contrast, brightness and colour cast (not on white paper), then grain."""
    random = Stream(keys, "camera")
    contrast, brightness = random.uniform(-0.2, 0.2), random.uniform(-0.08, 0.08)
    cast = (random.uniforms(3)[:, :, None, None] - 0.5) * 0.2
    if strength and not keep_white:
        rgb = (rgb - 0.5) * (1 + contrast * strength)[:, None] + (brightness * strength + 0.5)[:, None]
        rgb = rgb * (1 + cast * strength)
    amount = random.uniform(0.0, 0.09) * strength
    if strength:
        grain = torch.stack([field(random, "grain", rgb.shape[-1]) for _ in range(3)], dim=1)
        rgb = rgb + grain * amount[:, None]
    return rgb.clamp(0, 1)
