"""Top patches: the pieces of images to which a unit answers most (Girshick et al. 2014, section 3.1).

A unit sees its receptive field and nothing else, and where that lies follows from the layers before it
(`networks.sights`), also inside inception modules.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils.activations import activations, sights_of
from lesson_utils.networks.arithmetic import Sight
from lesson_utils.samples import Album, KnownSamples, Piece, Samples, Source, batches, images_of


@dataclass
class Places:
    """Where the units of a layer answer most: for each of C units the `count` images with its strongest answers.

    rows          int64 (C, count), into the samples, strongest first
    down, right   int64 (C, count), the pixel in the middle of what the unit sees there
    parts         int64 (C, count), the part that is seen there, into their `part_names`; 0 is the background,
                  and everything in images whose parts nobody knows
    strengths     float32 (C, count)
    window        pixels: how wide a square the unit sees, at most the whole image
    """

    layer: str
    rows: Tensor
    down: Tensor
    right: Tensor
    parts: Tensor
    strengths: Tensor
    window: int

    @property
    def agreement(self) -> Tensor:
        """float32 (C,): the share of a unit's places that show the part which most of them show."""
        return torch.stack([_commonest(parts)[1] for parts in self.parts])

    @property
    def main_parts(self) -> Tensor:
        """int64 (C,): that part; 0 where no place shows a part."""
        return torch.stack([_commonest(parts)[0] for parts in self.parts])


def strongest_places(
    network: nn.Module, source: Source, layers: Sequence[str], count: int = 9, batch_size: int = 100
) -> dict[str, Places]:
    """Look through the images for the places where each unit of some layers answers most, one in an image.

    Only the strongest so far are kept, so the memory does not grow with the images. With fewer than `count` images
    there are as many places as images.
    """
    best: dict[str, Places] = {}
    looks: dict[str, Sight] = {}
    seen = 0
    for batch in batches(source, batch_size):
        images = images_of(batch)
        looks = looks or sights_of(network, layers, images.shape[-1])
        answers = activations(network, images, layers)
        for layer in layers:
            found = _places(answers[layer], batch, looks[layer], layer, count, seen)
            best[layer] = _stronger(best[layer], found, count) if layer in best else found
        seen += len(images)
    return best


def patches(samples: Samples | Album | Tensor, places: Places, unit: int, size: int | None = None) -> Tensor:
    """(count, 3, size, size): what is seen around a unit's strongest places; white outside the images.

    Without `size` it is all that the unit sees: its receptive field.
    """
    size = size or places.window
    half = size // 2
    rows = places.rows[unit]
    images = images_of(samples[rows] if isinstance(samples, Tensor) else samples.take(rows))
    images = F.pad(images, (half,) * 4, value=1.0)
    corners = zip(places.down[unit].tolist(), places.right[unit].tolist(), strict=True)
    return torch.stack(
        [image[:, y : y + size, x : x + size] for image, (y, x) in zip(images, corners, strict=True)]
    )


def clearest_units(places: Places, count: int) -> list[int]:
    """The units whose places agree most, no two of them on the same part; the stronger of equals first."""
    strength = places.strengths.mean(1)
    order = (places.agreement + 1e-3 * strength / strength.max()).argsort(descending=True).tolist()
    chosen: dict[int, int] = {}
    for unit in order:
        if part := int(places.main_parts[unit]):
            chosen.setdefault(part, unit)
    return list(chosen.values())[:count]


def _places(answers: Tensor, batch: Piece, seen: Sight, layer: str, count: int, first: int) -> Places:
    """The strongest places in one batch, whose first image has the number `first`."""
    images = images_of(batch)
    side = images.shape[-1]
    maps = answers if answers.dim() == 4 else answers[..., None, None]
    columns = maps.shape[-1]
    peaks, where = maps.flatten(2).max(2)
    strengths, rows = peaks.topk(min(count, len(peaks)), dim=0)
    steps = where.gather(0, rows).T
    down, right = (
        (seen.middle + seen.jump * step).round().long().clamp(0, side - 1)
        for step in (steps // columns, steps % columns)
    )
    parts = torch.zeros_like(down)
    if isinstance(batch, KnownSamples):
        parts = _part_at(batch, rows.T, down, right, reach=min(seen.jump, side) // 2)
    return Places(layer, rows.T + first, down, right, parts, strengths.T, min(seen.size, side))


def _stronger(a: Places, b: Places, count: int) -> Places:
    """The strongest of both; of equals, those of `a`."""
    strengths = torch.cat([a.strengths, b.strengths], 1)
    order = strengths.argsort(dim=1, descending=True, stable=True)[:, :count]
    rows, down, right, parts = (
        torch.cat([getattr(a, name), getattr(b, name)], 1).gather(1, order)
        for name in ("rows", "down", "right", "parts")
    )
    return Places(a.layer, rows, down, right, parts, strengths.gather(1, order), a.window)


def _commonest(parts: Tensor) -> tuple[Tensor, Tensor]:
    """The part, background aside, that is found most often, and its share of all."""
    counts = torch.bincount(parts, minlength=2)
    counts[0] = 0
    return counts.argmax() * (counts.max() > 0), counts.max() / len(parts)


def _part_at(samples: KnownSamples, rows: Tensor, down: Tensor, right: Tensor, reach: int) -> Tensor:
    """The part that fills most of the square of `reach` pixels around each place; else the background."""
    side = samples.parts.shape[-1]
    square = torch.arange(-reach, reach + 1)
    y = (down[..., None, None] + square[:, None]).clamp(0, side - 1)
    x = (right[..., None, None] + square).clamp(0, side - 1)
    seen = samples.parts[rows[..., None, None], y, x].flatten(2).long()
    counts = torch.zeros(*rows.shape, len(samples.part_names)).scatter_add_(2, seen, torch.ones(seen.shape))
    counts[..., 0] *= 0.5  # a part at the edge of the thing counts before the ground behind it
    return counts.argmax(2)
