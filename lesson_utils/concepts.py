"""What a pixel of the image world can be: each part, object, texture and background, and each direction of an edge.

These are the concepts that `dissection` compares units with. An edge is where grey values change: it lies across
the gradient, and its direction is known to one of eight (0° lies, 90° stands).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.world import THINGS, Samples
from lesson_utils.world.names import BACKGROUNDS, PARTS, TEXTURES
from lesson_utils.world.scene import OBJECTS

DIRECTIONS = 8
EDGE = (
    0.12  # change of grey per pixel from which on a pixel lies on an edge; noise and soft shade stay below it
)
KINDS = {
    "edge": "kant",
    "background": "baggrund",
    "texture": "tekstur",
    "part": "del",
    "object": "objekt",
}
"""Kinds of concept, simple ones first, with their Danish names."""


@dataclass(frozen=True)
class Concept:
    """One thing that a pixel can be: its `kind` (of `KINDS`), its English name and the Danish one."""

    kind: str
    name: str
    danish: str


def known() -> list[Concept]:
    """All concepts, in the order of the columns of `shares`."""
    degrees = [round(180 * k / DIRECTIONS, 1) for k in range(DIRECTIONS)]
    names = [f"{degree:g}" for degree in degrees]
    things = {name: THINGS[name].danish for name in OBJECTS[1:-1]}
    return [
        *(Concept("edge", name, f"kant {name.replace('.', ',')}°") for name in names),
        *(Concept("background", name, f"baggrund: {text}") for name, text in list(BACKGROUNDS.items())[1:]),
        *(Concept("texture", name, text) for name, text in list(TEXTURES.items())[1:]),
        *(Concept("part", name, text) for name, text in list(PARTS.items())[1:-1]),
        *(Concept("object", name, text) for name, text in things.items()),
    ]


def edges(images: Tensor) -> Tensor:
    """uint8 (N, H, W): 0 where there is no edge, else 1 … 8 for its direction, 22.5° apart, 1 a lying one.

    The gradient is Sobel's, of the mean of the three colours.
    """
    grey = F.pad(images.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")
    sobel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], device=images.device) / 8
    right, down = F.conv2d(grey, torch.stack([sobel, sobel.T])[:, None]).unbind(1)
    turns = (torch.atan2(down, right) / math.pi + 0.5) % 1.0  # the edge lies across the gradient
    # the y axis of an image points down, so that its angles run clockwise
    direction = (-turns * DIRECTIONS).round() % DIRECTIONS
    return torch.where(right.hypot(down) > EDGE, direction + 1, 0).to(torch.uint8)


def shares(samples: Samples, cells: int) -> Tensor:
    """float32 (N·cells², concepts): how many pixels of each cell are of each concept, the image in cells x cells.

    A pixel counts once of each kind: it can be fur, part of a tail, and of a cat.
    """
    images = samples.images
    side = images.shape[-1] // cells
    maps = [
        (edges(images), DIRECTIONS),
        (samples.backgrounds, len(BACKGROUNDS) - 1),
        (samples.textures, len(TEXTURES) - 1),
        (_without_last(samples.parts, len(PARTS) - 1), len(PARTS) - 2),
        (_without_last(samples.objects, len(OBJECTS) - 1), len(OBJECTS) - 2),
    ]
    blocks = (len(images), cells, side, cells, side)
    rows = len(images) * cells**2
    # each kind has one column too many, for »nothing of this kind«; those are left out at the end
    columns, kept, first = [], [], 0
    for labels, count in maps:
        pixels = labels.reshape(blocks).transpose(2, 3).reshape(rows, side**2)
        columns.append(pixels.long() + first)
        kept += range(first + 1, first + count + 1)
        first += count + 1
    index = torch.cat(columns, 1)
    counts = torch.zeros(rows, first, device=images.device)
    counts.scatter_add_(1, index, torch.ones((), device=images.device).expand_as(index))
    return counts[:, kept]


def _without_last(labels: Tensor, last: int) -> Tensor:
    """What covers a thing is no concept: it becomes background."""
    return labels.masked_fill(labels == last, 0)
