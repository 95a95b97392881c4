"""Random fields, cut as windows from large tiles that are made once.

A tile is value noise: random numbers on lattices of several finenesses, interpolated and added
(K. Perlin, "An Image Synthesizer", SIGGRAPH 1985). It covers 4 x 4 images and is the same for everybody;
what differs between images is where the window is cut. This costs a copy instead of an interpolation,
and the rounding of a field can't depend on the batch.
"""

from functools import lru_cache

import torch
from torch import Tensor

from lesson_world.randomness import Stream, image_keys

TILE = 4
"""Side of a tile in images."""

LATTICES = {
    "broad": (2, 4),
    "cloud": (2, 4, 8, 16, 32),
    "hill": (3, 6, 12, 24),
    "fur": (8, 16, 32, 64),
    "patch": (4, 8),
}
"""Cells per image side, coarse to fine, of each kind of field. "grain" has one per pixel."""

_FALL = 0.62  # how much weaker each finer lattice is


@lru_cache(maxsize=64)
def _tile(kind: str, size: int, device: str) -> Tensor:
    """float32 (TILE * size, TILE * size), about -1 … 1, standard deviation about 0.4."""
    side = TILE * size
    stream = Stream(image_keys(0, torch.zeros(1, dtype=torch.int64, device=device)), f"tile {kind}")
    if kind == "grain":
        return (stream.uniforms(side * side) + stream.uniforms(side * side) - 1).view(side, side)
    tile, weight, power = torch.zeros(side, side, device=device), 1.0, 0.0
    for cells in LATTICES[kind]:
        lattice = stream.uniforms((TILE * cells) ** 2).view(TILE * cells, TILE * cells) * 2 - 1
        place = (torch.arange(side, device=device) + 0.5) / size * cells
        low = place.floor()
        share = place - low
        share = share * share * (3 - 2 * share)
        low = low.long() % (TILE * cells)
        high = (low + 1) % (TILE * cells)
        rows = lattice[low] + (lattice[high] - lattice[low]) * share[:, None]
        tile = tile + (rows[:, low] + (rows[:, high] - rows[:, low]) * share) * weight
        power += weight * weight
        weight *= _FALL
    return tile / power**0.5


def field(random: Stream, kind: str, size: int) -> Tensor:
    """float32 (N, size, size), about -1 … 1: a field of its own for each image."""
    tile = _tile(kind, size, str(random.keys.device))
    windows = tile.unfold(0, size, 1).unfold(1, size, 1)
    corner = (random.uniforms(2) * (TILE - 1) * size).long()
    return windows[corner[:, 0], corner[:, 1]]
