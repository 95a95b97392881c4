"""Shapes as signed distances: how far each pixel lies from an edge, negative inside.

The plane of a drawing goes from -1 to 1, x to the right and y downwards. Numbers may be floats, or
tensors (N, 1, 1) when they differ between images; angles are degrees, clockwise on the screen. All
distances are (N, H, W) in units of the plane.

Formulas: I. Quilez, "2D distance functions", https://iquilezles.org/articles/distfunctions2d/.

Sines and angles come from additions, products and comparisons alone: a processor rounds these in one way only,
but its sine differs between the vector units and the scalar ones, and so between the middle and the end of a
batch. So an image has the same bits wherever it stands in a batch, and the same values on a GPU.
"""

import math
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import torch
from torch import Tensor

Number = float | Tensor


def sine(turns: Tensor) -> Tensor:
    """sin(2 pi turns), to about 4e-6 (Taylor to the ninth power on a quarter turn)."""
    turns = turns - torch.floor(turns + 0.5)
    quarter = 0.25 - (turns.abs() - 0.25).abs()
    square = quarter * quarter
    series = square * 42.0587 - 76.7059
    for coefficient in (81.6052, -41.3417, 6.2831853):
        series = series * square + coefficient
    value = quarter * series
    return torch.where(turns < 0, -value, value)


def cosine(turns: Tensor) -> Tensor:
    """cos(2 pi turns)."""
    return sine(turns + 0.25)


def angle(x: Tensor, y: Tensor) -> Tensor:
    """The direction of (x, y) in turns, -0.5 … 0.5, counted from x towards y, to about 1e-5.

    Polynomial for the arctangent on 0 … 1: Hastings, "Approximations for Digital Computers", 1955.
    """
    across, down = x.abs(), y.abs()
    ratio = torch.minimum(across, down) / torch.maximum(across, down).clamp_min(1e-9)
    square = ratio * ratio
    series = square * -0.0018655 + 0.0083800
    for coefficient in (-0.0185310, 0.0308034, -0.0529387, 0.1591513):
        series = series * square + coefficient
    turns = ratio * series
    turns = torch.where(down > across, 0.25 - turns, turns)
    turns = torch.where(x < 0, 0.5 - turns, turns)
    return torch.where(y < 0, -turns, turns)


def length(x: Tensor, y: Tensor) -> Tensor:
    """sqrt(x^2 + y^2)."""
    return (x * x + y * y).sqrt()


def fold(x: Tensor, y: Tensor, copies: int | Tensor) -> tuple[Tensor, Tensor]:
    """Lay `copies` equal sectors on top of each other.

    Returns coordinates (along, across) in the sector: what is drawn once around the ray `along` appears
    `copies` times around the origin (petals, spokes, minutes, the corners of a polygon).
    """
    turns = angle(x, y) * copies
    turns = (turns - torch.floor(turns + 0.5)) / copies
    radius = length(x, y)
    return radius * cosine(turns), radius * sine(turns)


def direction(degrees: Number) -> tuple[Number, Number]:
    """(cos, sin) of an angle."""
    if isinstance(degrees, Tensor):
        return cosine(degrees / 360), sine(degrees / 360)
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


@dataclass
class Plane:
    """Coordinates of every pixel, x and y (N, H, W)."""

    x: Tensor
    y: Tensor

    def moved(self, x: Number, y: Number, degrees: Number = 0.0, scale: Number = 1.0) -> "Plane":
        """The plane of something that stands at (x, y), turned and scaled."""
        across, down = self.x - x, self.y - y
        if isinstance(degrees, Tensor) or degrees:
            cos, sin = direction(degrees)
            across, down = across * cos + down * sin, down * cos - across * sin
        return Plane(across / scale, down / scale)

    def circle(self, x: Number, y: Number, radius: Number) -> Tensor:
        return length(self.x - x, self.y - y) - radius

    def ring(self, x: Number, y: Number, radius: Number, width: Number) -> Tensor:
        """A circle line, `width` to either side."""
        return self.circle(x, y, radius).abs() - width

    def ellipse(self, x: Number, y: Number, across: Number, down: Number, degrees: Number = 0.0) -> Tensor:
        """Half axes `across` and `down`; the distance is exact at the edge and near enough elsewhere."""
        at = self.moved(x, y, degrees)
        u, v = at.x / across, at.y / down
        radius = length(u, v)
        # Without the small number the centre itself, 0 / 0, would lie on the edge.
        return (radius - 1) * (radius + 1e-4) / (length(u / across, v / down) + 1e-4)

    def box(
        self, x: Number, y: Number, across: Number, down: Number, rounding: float = 0.0, degrees: Number = 0.0
    ) -> Tensor:
        """A rectangle with half sides `across` and `down`."""
        at = self.moved(x, y, degrees)
        u, v = at.x.abs() - across + rounding, at.y.abs() - down + rounding
        outside = length(u.clamp_min(0), v.clamp_min(0))
        return outside + torch.maximum(u, v).clamp_max(0) - rounding

    def line(
        self, x0: Number, y0: Number, x1: Number, y1: Number, width: Number, end_width: Number | None = None
    ) -> Tensor:
        """A stroke with round ends, `width` to either side, tapering to `end_width`."""
        u, v = self.x - x0, self.y - y0
        dx, dy = x1 - x0, y1 - y0
        along = ((u * dx + v * dy) / (dx * dx + dy * dy + 1e-6)).clamp(0, 1)
        if end_width is not None:
            width = along * (end_width - width) + width
        return length(u - along * dx, v - along * dy) - width

    def path(self, *points: tuple[Number, Number, float]) -> Tensor:
        """Strokes from point to point, each (x, y, width there)."""
        return union(*(self.line(*start[:2], *end[:2], start[2], end[2]) for start, end in pairwise(points)))

    def polygon(self, *corners: tuple[Number, Number]) -> Tensor:
        """A convex polygon; corners in either sense of rotation."""
        pairs = list(zip(corners, corners[1:] + corners[:1], strict=True))
        area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)
        sense = area.sign() if isinstance(area, Tensor) else math.copysign(1.0, area)
        edges = []
        for (x0, y0), (x1, y1) in pairs:
            dx, dy = x1 - x0, y1 - y0
            square = dx * dx + dy * dy + 1e-9
            norm = (square.sqrt() if isinstance(square, Tensor) else math.sqrt(square)) * sense
            edges.append(((self.x - x0) * dy - (self.y - y0) * dx) / norm)
        return common_part(*edges)

    def regular(self, x: Number, y: Number, radius: Number, corners: int, degrees: Number = 0.0) -> Tensor:
        """A regular polygon, its first corner `degrees` from the x axis."""
        at = self.moved(x, y, degrees + 180 / corners)
        along, _ = fold(at.x, at.y, corners)
        return along - radius * math.cos(math.pi / corners)


def union(*distances: Tensor) -> Tensor:
    return reduce(torch.minimum, distances)


def common_part(*distances: Tensor) -> Tensor:
    """The intersection of shapes."""
    return reduce(torch.maximum, distances)


def without(shape: Tensor, hole: Tensor) -> Tensor:
    return torch.maximum(shape, -hole)


def melt(first: Tensor, second: Tensor, width: float) -> Tensor:
    """The union of two shapes, its inner corner filled over `width`: bodies instead of balloons."""
    share = ((second - first) * (0.5 / width) + 0.5).clamp(0, 1)
    return second + (first - second) * share - share * (1 - share) * width
