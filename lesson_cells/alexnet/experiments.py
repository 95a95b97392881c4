"""Lesson 02: the digits and the book-keeping of the race between ReLU and tanh.

The race follows Krizhevsky et al. 2012, section 3.1: the same small ConvNet with either activation, each with the
learning rate that suits it best, and the number of epochs until a goal is reached. Their network had four layers
and learnt CIFAR-10; the lesson's has four layers and learns digits of 8x8 pixels.
"""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from torch import Tensor

from lesson_utils.digits import digits as in_order
from lesson_world.datasets import new_images as new_images


def digits() -> tuple[Tensor, Tensor]:
    """scikit-learn's 1,797 digits: images (N, 1, 8, 8) in 0..1 and labels (N,), shuffled once and for all."""
    images, labels = in_order()
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    return images[order], labels[order]


def fastest(races: Mapping[tuple, Mapping[str, Sequence[float]]], goal: float, on: str) -> pd.DataFrame:
    """For each activation its best rate, as the paper chose it: the lowest median over the seeds.

    `races`: (activation, rate, seed) -> `on` (which set) -> accuracies 0..1 after each epoch.
    Index: activation. Columns: rate, median, min, max (epochs to `goal`; infinite where a run never got there).
    """
    rows = [
        (*run, next((epoch for epoch, share in enumerate(race[on], start=1) if share >= goal), math.inf))
        for run, race in races.items()
    ]
    epochs = pd.DataFrame(rows, columns=["activation", "rate", "seed", "epochs"])
    spread = epochs.groupby(["activation", "rate"])["epochs"].agg(["median", "min", "max"]).reset_index()
    best = spread.sort_values(["median", "max"], kind="stable").groupby("activation").first()
    return best.loc[epochs["activation"].unique()]
