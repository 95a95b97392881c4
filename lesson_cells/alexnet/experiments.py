"""Lesson 02: ReLU against tanh on scikit-learn's digits, and how many units begin with a flat slope.

The protocol is that of Krizhevsky et al. 2012, section 3.1: the same small ConvNet with either activation, each
with the learning rate that suits it best, and the number of epochs until a goal is reached. Their network had four
layers and learnt CIFAR-10; this one has four layers and learns digits of 8x8 pixels. With the same seed both
activations start from the same weights and see the same batches.
"""

import math
from collections.abc import Sequence
from functools import cache

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils.digits import digits
from lesson_utils.show import progress

ACTIVATIONS: dict[str, type[nn.Module]] = {"ReLU": nn.ReLU, "tanh": nn.Tanh}
RATES = (0.03, 0.1)  # the best of each activation is among them: 0.01 is slower, and at 0.3 neither learns
MOMENTUM, BATCH, TRAINING = 0.9, 50, 1000
FLAT = 0.1  # a slope below this lets less than a tenth of the gradient through


@cache
def shuffled_digits() -> tuple[Tensor, Tensor]:
    """scikit-learn's 1,797 digits: images (N, 1, 8, 8) in 0..1 and labels (N,), shuffled once and for all."""
    images, labels = digits()
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    return images[order], labels[order]


def four_layers(activation: str, seed: int, scale: float = 1.0) -> nn.Sequential:
    """Two conv layers and two FC layers; first weights as the course's networks have them, times `scale`."""
    unit = ACTIVATIONS[activation]
    network = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), unit(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), unit(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 64), unit(), nn.Linear(64, 10),
    )  # fmt: skip
    generator = torch.Generator().manual_seed(seed)
    for layer in network:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            spread = scale * math.sqrt(2 / layer.weight[0].numel())
            nn.init.normal_(layer.weight, 0.0, spread, generator=generator)
            nn.init.zeros_(layer.bias)
    return network


def relu_against_tanh(seeds: int = 3, epochs: int = 8, rates: Sequence[float] = RATES) -> pd.DataFrame:
    """Train every activation with every rate and seed; accuracies after each epoch.

    Columns: activation, rate, seed, epoch, training, test (accuracies 0..1).
    """
    runs = [(name, rate, seed) for name in ACTIVATIONS for rate in rates for seed in range(seeds)]
    rows, threads = [], torch.get_num_threads()
    torch.set_num_threads(1)  # in so small a network several threads only wait for each other
    try:
        for name, rate, seed in progress(runs, "Træner ReLU og tanh"):
            for epoch, accuracies in enumerate(_train(four_layers(name, seed), rate, seed, epochs), start=1):
                rows.append({"activation": name, "rate": rate, "seed": seed, "epoch": epoch} | accuracies)
    finally:
        torch.set_num_threads(threads)
    return pd.DataFrame(rows)


def epochs_to(curves: pd.DataFrame, goal: float, accuracy: str = "training") -> pd.DataFrame:
    """The first epoch with an accuracy of at least `goal`; infinite where a run never got there.

    Columns: activation, rate, seed, epochs.
    """
    runs = ["activation", "rate", "seed"]
    first = curves[curves[accuracy] >= goal].groupby(runs)["epoch"].min()
    every = curves.groupby(runs, sort=False).size().index
    return first.reindex(every).fillna(math.inf).rename("epochs").reset_index()


def fastest(reached: pd.DataFrame) -> pd.DataFrame:
    """For each activation its best rate, as the paper chose it: the lowest median over the seeds.

    Index: activation. Columns: rate, median, min, max (epochs).
    """
    spread = reached.groupby(["activation", "rate"], sort=False)["epochs"].agg(["median", "min", "max"])
    best = (
        spread.reset_index().sort_values(["median", "max"], kind="stable").groupby("activation", sort=False)
    )
    return best.first().loc[list(dict.fromkeys(reached["activation"]))]


@torch.no_grad()
def flat_shares(scales: Sequence[float] = (1, 2, 4, 8, 16), seeds: int = 3) -> pd.DataFrame:
    """The share of activations whose slope is below `FLAT` before any training, for larger and larger weights.

    Index: scale of the first weights; one column per activation, the median over the seeds.
    """
    rows = {
        scale: {
            name: pd.Series([_flat(name, seed, scale) for seed in range(seeds)]).median()
            for name in ACTIVATIONS
        }
        for scale in scales
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scale")


def _flat(name: str, seed: int, scale: float) -> float:
    signal, slopes = shuffled_digits()[0][:300], []
    for layer in four_layers(name, seed, scale):
        signal = layer(signal)
        if isinstance(layer, nn.Tanh):
            slopes.append((1 - signal.square()).flatten())
        elif isinstance(layer, nn.ReLU):
            slopes.append((signal > 0).float().flatten())
    return (torch.cat(slopes) < FLAT).float().mean().item()


def _train(network: nn.Module, rate: float, seed: int, epochs: int) -> list[dict[str, float]]:
    images, labels = shuffled_digits()
    optimizer = torch.optim.SGD(network.parameters(), rate, MOMENTUM)
    generator = torch.Generator().manual_seed(seed)
    accuracies = []
    for _ in range(epochs):
        for batch in torch.randperm(TRAINING, generator=generator).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(network(images[batch]), labels[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            right = (network(images).argmax(1) == labels).double()
        accuracies.append(
            {"training": right[:TRAINING].mean().item(), "test": right[TRAINING:].mean().item()}
        )
    return accuracies
