"""What a pixel can be: a background, a texture, part of a thing, of an object; its colour, and edges.

These are the concepts that `dissection` compares units with. The samples know the first four themselves; a pixel's
colour is one of ten, and an edge is where grey values change (the image's gradient), lighter on one of eight
sides.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.samples import KnownSamples, images_of

SIDES = {
    "right": "til højre",
    "up right": "oppe til højre",
    "up": "foroven",
    "up left": "oppe til venstre",
    "left": "til venstre",
    "down left": "nede til venstre",
    "down": "forneden",
    "down right": "nede til højre",
}
EDGE = 0.12  # change of grey per pixel from which on a pixel lies on an edge: more than grain and soft shade
COLOURS = {
    "red": "rød",
    "orange": "orange",
    "yellow": "gul",
    "green": "grøn",
    "cyan": "turkis",
    "blue": "blå",
    "purple": "lilla",
    "black": "sort",
    "grey": "grå",
    "white": "hvid",
}
HUES = [0.3, 0.75, 1.2, 2.5, 3.3, 4.3, 5.5]  # sixths of the circle of hues: where red, orange, … purple end
DULL = 0.12  # so little between the strongest and the weakest of a pixel's three colours is grey
KINDS = {
    "edge": "kant",
    "colour": "farve",
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


def known(samples: KnownSamples) -> list[Concept]:
    """All concepts, in the order of the columns of `shares`."""
    prefix = {"edge": "kant, lys ", "background": "baggrund: "}
    return [
        Concept(kind, name, prefix.get(kind, "") + text)
        for kind, (_, names) in _maps(samples).items()
        for name, text in names.items()
    ]


def _maps(samples: KnownSamples) -> dict[str, tuple[Tensor, Mapping[str, str]]]:
    """The samples' own maps, before them those of edges and colours: what a look at the image tells."""
    images = images_of(samples)
    found = {"edge": (edges(images), SIDES), "colour": (colours(images), COLOURS)}
    return found | dict(samples.concept_maps())


def edges(images: Tensor) -> Tensor:
    """uint8 (N, H, W): 0 where there is no edge, else 1 … 8 for the side on which it is lighter, as in `SIDES`.

    The gradient is Sobel's, of the mean of the three colours, blurred over 3 x 3 pixels to still the grain.
    """
    grey = F.pad(images.mean(1, keepdim=True), (2, 2, 2, 2), mode="replicate")
    grey = F.avg_pool2d(grey, 3, 1)
    sobel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], device=images.device) / 8
    right, down = F.conv2d(grey, torch.stack([sobel, sobel.T])[:, None]).unbind(1)
    turns = torch.atan2(-down, right) / (2 * math.pi)  # an image's y axis points down
    side = (turns * len(SIDES)).round() % len(SIDES)
    return torch.where(right.hypot(down) > EDGE, side + 1, 0).to(torch.uint8)


def colours(images: Tensor) -> Tensor:
    """uint8 (N, H, W): 1 … 10, the pixel's colour as in `COLOURS`: by hue, or by lightness where it is dull."""
    high, low = images.amax(1), images.amin(1)
    spread = (high - low).clamp_min(1e-6)
    red, green, blue = images.unbind(1)
    # 0 … 6, red at 0, green at 2, blue at 4
    other = torch.where(high == green, (blue - red) / spread + 2, (red - green) / spread + 4)
    hue = torch.where(high == red, ((green - blue) / spread) % 6, other)
    names = list(COLOURS)
    found = torch.bucketize(hue, torch.tensor(HUES, device=images.device)) % len(HUES) + 1
    dull = (spread < DULL) | (spread < DULL * 2 * high)
    grey = torch.where(high < 0.25, names.index("black"), names.index("grey")) + 1
    grey = torch.where(low > 0.75, names.index("white") + 1, grey)
    return torch.where(dull, grey, found).to(torch.uint8)


def shares(samples: KnownSamples, cells: int) -> Tensor:
    """float32 (N·cells², concepts): how many pixels of each cell are of each concept, the image in cells x cells.

    A pixel counts once of each kind: it can be fur, part of a tail, and of a cat.
    """
    images = samples.images
    side = images.shape[-1] // cells
    blocks = (len(images), cells, side, cells, side)
    rows = len(images) * cells**2
    # each kind has one column too many, for »nothing of this kind«; those are left out at the end
    columns, kept, first = [], [], 0
    for labels, names in _maps(samples).values():
        pixels = labels.reshape(blocks).transpose(2, 3).reshape(rows, side**2)
        columns.append(pixels.long() + first)
        kept += range(first + 1, first + len(names) + 1)
        first += len(names) + 1
    index = torch.cat(columns, 1)
    counts = torch.zeros(rows, first, device=images.device)
    counts.scatter_add_(1, index, torch.ones((), device=images.device).expand_as(index))
    return counts[:, kept]
