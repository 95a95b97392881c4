"""Colours and palettes. A colour is (N, 3, 1, 1) RGB in 0..1, or (1, 3, 1, 1) for one that never varies."""

import tomllib
from pathlib import Path

import torch
from torch import Tensor

from lesson_world.randomness import Stream

PALETTES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def constant(red: float, green: float, blue: float) -> Tensor:
    return torch.tensor([red, green, blue]).view(1, 3, 1, 1)


BLACK = constant(0.05, 0.05, 0.06)
WHITE = constant(0.97, 0.97, 0.95)
GREY = constant(0.55, 0.56, 0.58)
STEEL = constant(0.78, 0.79, 0.81)
WOOD = constant(0.42, 0.26, 0.12)
PINK = constant(0.95, 0.6, 0.62)
RED = constant(0.85, 0.1, 0.1)
ORANGE = constant(0.97, 0.62, 0.1)
YELLOW = constant(0.98, 0.85, 0.2)
LAMP = constant(1.0, 0.95, 0.6)


def hsv(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """Hue in turns (any real number), saturation and value 0..1, each (N, 1, 1) -> (N, 3, 1, 1)."""
    sixth = (hue - torch.floor(hue)) * 6
    channels = []
    for shift in (5, 3, 1):
        place = sixth + shift
        place = torch.where(place >= 6, place - 6, place)
        channels.append(value - value * saturation * torch.minimum(place, 4 - place).clamp(0, 1))
    return torch.stack(channels, dim=1)


def tint(colour: Tensor, factor: float | Tensor) -> Tensor:
    """Darker (factor below 1) or lighter (above), never out of range; factor float or (N, 1, 1)."""
    return (colour * (factor[:, None] if isinstance(factor, Tensor) else factor)).clamp(0, 1)


def pale(colour: Tensor, share: float = 0.5) -> Tensor:
    """Mixed with white."""
    return colour + (1 - colour) * share


def mixed(first: Tensor, second: Tensor, share: Tensor) -> Tensor:
    """`first` where the plane `share` (N, H, W) is 0, `second` where it is 1: a colour per pixel."""
    share = share.float()[:, None]
    first, second = first.to(share.device), second.to(share.device)
    return first + (second - first) * share


def palette(random: Stream, name: str, any_hue: float = 0.0) -> Tensor:
    """One colour of a palette in colours.toml, varied a little.

    In a share `any_hue` of the images the hue is free: a red car is likely, a green one possible.
    """
    table = torch.tensor(PALETTES[name], device=random.keys.device)
    row = table[random.integer(len(table))[:, 0, 0]]
    hue, saturation, value = (row[:, i, None, None] for i in range(3))
    hue = hue + random.uniform(-0.025, 0.025)
    hue = torch.where(random.chance(any_hue), random.uniform(), hue)
    saturation = (saturation + random.uniform(-0.12, 0.12)).clamp(0, 1)
    value = (value + random.uniform(-0.12, 0.12)).clamp(0.05, 1)
    return hsv(hue, saturation, value)


def any_colour(random: Stream) -> Tensor:
    """Any hue, from grey to pure, from dim to bright."""
    return hsv(random.uniform(), random.uniform(0.0, 0.85), random.uniform(0.25, 1.0))
