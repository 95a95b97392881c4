"""Sines and angles from additions, products and comparisons alone.

A processor rounds +, -, *, / and square roots in one way only, but its sine differs between the vector
units and the scalar ones, and so between the middle and the end of a batch. The world is drawn without
such functions: an image has the same bits wherever it stands in a batch, and the same values on a GPU.
"""

import torch
from torch import Tensor


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
