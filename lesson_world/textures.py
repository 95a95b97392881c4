"""Textures: for each pixel, how much brighter or darker the paint is there."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lesson_world.geometry import Number, Plane, length, sine


@dataclass
class Texture:
    """`factor` (N, H, W) multiplies the colour; `kind` is a name from `names.TEXTURES`."""

    kind: str
    factor: Tensor


def step(value: Tensor, softness: float) -> Tensor:
    """0 below zero, 1 above, with a soft edge of this width."""
    return (value / softness + 0.5).clamp(0, 1)


def stripes(plane: Plane, per_unit: Number, dark: float, degrees: float, bend: Number = 0.0) -> Texture:
    """Stripes of full and `dark` colour across `degrees`; `bend` (N, H, W), in periods, makes them wander."""
    light = step(sine(plane.moved(0.0, 0.0, degrees).x * per_unit + bend), 0.35)
    return Texture("stripes", light * (1 - dark) + dark)


def spots(plane: Plane, per_unit: float, dark: float, bend: Tensor) -> Texture:
    """Rounded `dark` fields in staggered rows, like a giraffe's; `bend` (N, H, W) makes them uneven."""
    row = plane.y * per_unit + bend
    across = plane.x * per_unit + bend + 0.5 * (torch.floor(row) - 2 * torch.floor(row / 2))
    u, v = across - torch.floor(across) - 0.5, row - torch.floor(row) - 0.5
    inside = step(0.42 - length(u, v), 0.12)
    return Texture("spots", 1 - inside * (1 - dark))


def patches(field: Tensor, threshold: Number, dark: float) -> Texture:
    """Large irregular `dark` patches where a noise field is high."""
    return Texture("spots", 1 - step(field - threshold, 0.08) * (1 - dark))


def bricks(plane: Plane, rows_per_unit: float, dark: float = 0.68) -> Texture:
    """Courses of bricks with `dark` joints."""
    row = plane.y * rows_per_unit
    across = plane.x * rows_per_unit * 0.5 + 0.5 * (torch.floor(row) - 2 * torch.floor(row / 2))
    u, v = across - torch.floor(across), row - torch.floor(row)
    joint = torch.maximum(step(v - 0.8, 0.2), step(u - 0.88, 0.12))
    return Texture("bricks", 1 - joint * (1 - dark))


def tiles(plane: Plane, rows_per_unit: float) -> Texture:
    """Rows of roof tiles: each row bright at its upper end."""
    row = plane.y * rows_per_unit
    return Texture("tiles", 1.12 - 0.4 * (row - torch.floor(row)))


def planks(plane: Plane, per_unit: float, dark: float = 0.6) -> Texture:
    """Upright planks."""
    place = plane.x * per_unit
    return Texture("planks", 1 - step(place - torch.floor(place) - 0.8, 0.15) * (1 - dark))
