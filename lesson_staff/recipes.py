"""The networks that the course ships: what each of them was trained on, and how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from lesson_staff.training import Recipe
from lesson_world.banana import CLASSES as BANANA_CLASSES
from lesson_world.banana import banana
from lesson_world.cache import store, to_bytes
from lesson_world.datasets import BASE

# A fresh first layer starts small: that leaves its filters smooth.
ROBUST = Recipe(epochs=10, epsilon=5.0, averaging=0.99, first_scale=0.15)
STANDARD = Recipe(epochs=8, first_decay=2e-2, label_smoothing=0.05, averaging=0.99, first_scale=0.15)
# From a trained network: short, and with a tenth of the rate.
FINE_TUNED = Recipe(epochs=8, epsilon=5.0, averaging=0.98, learning_rate=0.01)

PART = 1024  # images
Drawn = Callable[[int, int], None]  # (images drawn, of how many)


@dataclass(frozen=True)
class Subject:
    """What a network is taught: its classes, how many images of each, and who draws them."""

    classes: Sequence[str]
    # of a seed, a count and a listener: images uint8 (N, 3, 64, 64) and labels int64 (N,)
    draw: Callable[[int, int, Drawn | None], tuple[Tensor, Tensor]]
    training: int  # images per class, as the three below
    validation: int = 50
    test: int = 200
    attacked: int = 50  # five gradient steps each: the slow part of measuring


def _world(seed: int, count: int, progress: Drawn | None) -> tuple[Tensor, Tensor]:
    """In parts that are kept one by one: an interrupted drawing goes on where it was."""
    parts = []
    for first in range(0, count, PART):
        heard = progress and (lambda done, _, first=first: progress(first + done, count))
        parts.append(store(BASE, seed, min(PART, count - first), first=first, progress=heard))
    return torch.cat([part["images"] for part in parts]), torch.cat([part["labels"] for part in parts])


def _bananas(biased: bool, seed: int, count: int, _progress: Drawn | None) -> tuple[Tensor, Tensor]:
    samples = banana(biased, count, seed)
    return to_bytes(samples.images), samples.labels


WORLD = Subject(BASE, _world, training=900)
BIASED = Subject(BANANA_CLASSES, partial(_bananas, True), training=600)
UNBIASED = Subject(BANANA_CLASSES, partial(_bananas, False), training=600)


@dataclass(frozen=True)
class Plan:
    """One network: whose family it is of, what it is taught, how, and which trained network it begins from."""

    name: str
    family: str
    recipe: Recipe
    subject: Subject = WORLD
    start: str = ""  # a network that the course ships; "" for fresh weights
    snapshots: bool = False


PLANS = {
    plan.name: plan
    for plan in (
        Plan("alexnet", "alexnet", ROBUST, snapshots=True),
        Plan("vgg", "vgg", replace(ROBUST, epochs=8, epsilon=4.0)),
        Plan("googlenet", "googlenet", replace(ROBUST, epsilon=4.0)),
        Plan("standard", "alexnet", STANDARD),
        Plan("alexnet-2", "alexnet", replace(ROBUST, epochs=6, seed=1)),
        Plan("banana-biased", "alexnet", FINE_TUNED, BIASED, start="alexnet"),
        Plan("banana-unbiased", "alexnet", FINE_TUNED, UNBIASED, start="alexnet"),
    )
}
