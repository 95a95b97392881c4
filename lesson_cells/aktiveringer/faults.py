"""Lesson 05, »bedre design«: three small networks with a fault each, to be found from their activations alone."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_cells.aktiveringer.experiments import smoothness
from lesson_utils.activations import activations
from lesson_utils.show import progress
from lesson_utils.silence import peaks
from lesson_world import Samples, render
from lesson_world.datasets import TRAINING

KINDS = ("face", "sign", "clock", "tree", "cup", "bicycle", "bird", "flower")
LAYERS = ("lag 1", "lag 2", "lag 3")


@dataclass(frozen=True)
class Design:
    """What one can choose about the small network: the first layer's stride, how large its first weights are
    (1: as He et al. 2015), and the learning rate of Adam."""

    stride: int = 2
    first_scale: float = 0.3
    rate: float = 3e-3


SOUND = Design()
PATIENTS = {
    "A": replace(SOUND, rate=0.1),
    "B": replace(SOUND, stride=8),
    "C": replace(SOUND, first_scale=1000.0),
}
"""The three faulty ones; each differs from `SOUND` in one thing."""


def small_network(design: Design, seed: int = 0) -> nn.Sequential:
    """Three conv layers and one FC layer for images of 32x32; `lag 1` … are the answers after the ReLUs."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        OrderedDict(
            [
                ("filtre", nn.Conv2d(3, 16, 7, stride=design.stride, padding=3)),
                ("lag 1", nn.ReLU()),
                ("pool 1", nn.MaxPool2d(2)),
                ("foldning 2", nn.Conv2d(16, 24, 3, padding=1)),
                ("lag 2", nn.ReLU()),
                ("pool 2", nn.MaxPool2d(2, ceil_mode=True)),
                ("foldning 3", nn.Conv2d(24, 32, 3, padding=1)),
                ("lag 3", nn.ReLU()),
                ("gap", nn.AdaptiveMaxPool2d(1)),
                ("flad", nn.Flatten()),
                ("fc", nn.Linear(32, len(KINDS))),
            ]
        )
    )
    with torch.no_grad():
        network.filtre.weight.mul_(design.first_scale)
    return network


def few_images(count: int, seed: int) -> Samples:
    """`count` images of 32x32 of the eight classes that the small networks learn."""
    return render(KINDS, seed, range(count), size=32, occlusion=0.0)


def train_small(design: Design, samples: Samples, epochs: int = 16, seed: int = 0) -> nn.Sequential:
    """A small network trained with Adam on batches of 50 images; a few seconds on one core."""
    network = small_network(design, seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=design.rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(samples)).split(50):
            loss = F.cross_entropy(network(samples.images[rows] - 0.5), samples.labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return network.eval()


def train_all(designs: Mapping[str, Design], count: int = 800, seed: int = 0) -> dict[str, nn.Sequential]:
    """One small network for each design, all on the same images."""
    samples = few_images(count, TRAINING)
    return {
        name: train_small(design, samples, seed=seed)
        for name, design in progress(designs.items(), "Træner små netværk")
    }


@torch.no_grad()
def share_right(network: nn.Module, samples: Samples) -> float:
    """The share of the samples that a small network names rightly."""
    return float((network(samples.images - 0.5).argmax(1) == samples.labels).float().mean())


def symptoms(networks: Mapping[str, nn.Sequential], samples: Samples) -> pd.DataFrame:
    """What the inside of each small network looks like: one row per network, Danish columns, no accuracy.

    The share of units in the last layer that answer to no image; the side of the first feature map; how smooth
    the first filters are.
    """
    rows = {}
    for name, network in networks.items():
        answers = activations(network, samples.images - 0.5, LAYERS)
        rows[name] = {
            "døde enheder i lag 3": float((peaks(answers["lag 3"]).amax(0) == 0).float().mean()),
            "feature map i lag 1": answers["lag 1"].shape[-1],
            "glathed af filtre": float(smoothness(network.filtre.weight).mean()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def first_filters(networks: Mapping[str, nn.Sequential]) -> dict[str, Tensor]:
    """The filters (16, 3, 7, 7) of each small network's first layer."""
    return {name: network.filtre.weight.detach() for name, network in networks.items()}
