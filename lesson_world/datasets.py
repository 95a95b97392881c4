"""The selections of the world that the lessons use."""

import torch

from lesson_world.banana import banana as banana
from lesson_world.errors import WorldError
from lesson_world.samples import Samples
from lesson_world.scene import render
from lesson_world.things import THINGS

BASE = [
    *("face", "monkey", "cat", "dog", "horse", "cow", "bird", "fish", "butterfly"),
    *("car", "bus", "bicycle", "airplane", "boat"),
    *("house", "tree", "flower", "sign", "clock", "banana", "apple", "cup"),
]
"""The 22 classes that our networks are trained on."""

TARGET = [
    *("elephant", "giraffe", "zebra", "rabbit", "pig", "owl"),
    *("truck", "train", "motorbike"),
    *("castle", "pear", "mushroom", "umbrella", "lamp"),
]
"""The 14 classes kept for transfer: no network has seen them."""

TRAINING, VALIDATION, TEST = 1, 2, 3
"""Seeds of the three splits: images of different seeds have nothing in common."""


def base(count: int, seed: int = TRAINING, size: int = 64, **options) -> Samples:
    """`count` images of the 22 base classes in turn. Options as for `render`."""
    return render(BASE, seed, range(count), size=size, **options)


def new_images() -> Samples:
    """Ten images of each of the base classes, which no network has seen."""
    return base(10 * len(BASE), seed=TEST)


def target(count: int, seed: int = TRAINING, size: int = 64, **options) -> Samples:
    """`count` images of the 14 transfer classes in turn. Options as for `render`."""
    return render(TARGET, seed, range(count), size=size, **options)


def twins(a: str = "rabbit", b: str = "bear", count: int = 100, seed: int = TEST, size: int = 64) -> Samples:
    """`count` pairs on white paper: image i is an `a`, image count + i the `b` in the same pose.

    Rabbit and bear also agree in colour, so that the image with the nearest pixels is of the other class.
    The poses vary more than elsewhere, which leaves little else to be near.
    """
    if a not in THINGS or b not in THINGS or a == b:
        raise WorldError(f"Vælg to forskellige klasser, som verden kan tegne, ikke »{a}« og »{b}«.")
    indices, labels = torch.arange(count).repeat(2), torch.arange(2).repeat_interleave(count)
    options = dict(size=size, pose=1.8, background="white", occlusion=0.0)
    return render([a, b], seed, indices, labels=labels, **options)
