"""Lesson 06, second half: images that a filter or a class asks for, and who else recognises them."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_utils import reconstruction
from lesson_utils.networks import Network
from lesson_utils.reconstruction import Class, probabilities
from lesson_utils.show import progress
from lesson_utils.weights import embedded, load_network
from lesson_world.datasets import BASE

TITLES = {
    "alexnet": "robust MiniAlexNet",
    "alexnet-2": "robust MiniAlexNet-2",
    "vgg": "robust MiniVGG",
    "googlenet": "robust MiniGoogLeNet",
    "standard": "almindeligt MiniAlexNet",
    "random": "tilfældigt MiniAlexNet",
}
DEPTHS = ("alexnet", "vgg", "googlenet", "standard", "random")  # whose depths are stored
STEPS = {"MiniGoogLeNet": 2.0}  # so much longer: without FC layers nothing says where the thing should be


def title(name: str) -> str:
    """What a network is called in the lesson's figures: `"vgg"`, or the path of a file with weights."""
    return TITLES.get(name, Path(name).stem)


def judges(name: str) -> dict[str, Network]:
    """All networks of the course that know the 22 classes, but for the one that is asked."""
    known = [other for other, entry in embedded().items() if entry["classes"] == BASE]
    return {title(other): load_network(other) for other in known if other != name}


def witness(name: str) -> str:
    """A network of another architecture than `name`, to ask about its pictures."""
    return "vgg" if name == "googlenet" else "googlenet"


def filter_images(
    network: nn.Module,
    layer: str,
    channels: Sequence[int],
    steps: int = 60,
    seed: int = 0,
    unit: bool = False,
) -> Tensor:
    """(N, 3, S, S): what each of these channels answers most to; `unit`: only its unit in the middle."""
    bar = partial(progress, label=f"Tegner {layer}")
    return reconstruction.filters(network, layer, channels, steps, unit=unit, seed=seed, bar=bar).images


def class_images(
    network: nn.Module, classes: Sequence[int], steps: int = 80, seed: int | Sequence[int] = 0
) -> Tensor:
    """(N, 3, S, S): what the network takes most for each of these classes; one seed for all, or one for each.

    A MiniGoogLeNet gets twice the steps.
    """
    bar, steps = partial(progress, label="Tegner klasser"), round(steps * STEPS.get(network.name, 1))
    return reconstruction.class_images(network, classes, steps=steps, seed=seed, bar=bar).images


def growing(network: nn.Module, wanted: int, frames: Sequence[int], seed: int = 0) -> dict[int, Tensor]:
    """{step: (3, S, S)}: a class image on its way out of the noise."""
    work = reconstruction.class_images(network, [wanted], steps=max(frames), seed=seed, frames=frames)
    return {step: images[0] for step, images in sorted(work.frames.items())}


def plain(network: nn.Module, wanted: int, steps: int = 60, seed: int = 0) -> Tensor:
    """(3, S, S): the lecture's beginning, for one class: noise, gradient ascent, nothing else."""
    return reconstruction.plain_ascent(network, Class([wanted], rivals=0), steps=steps, seed=seed).images[0]


def recognised(images: Tensor, classes: Sequence[int], judges: Mapping[str, nn.Module]) -> pd.Series:
    """By judge: the share of the images that it takes for the class they were drawn for."""
    truth = torch.tensor(list(classes))
    shares = {
        name: float((probabilities(judge, images).argmax(1) == truth).float().mean())
        for name, judge in judges.items()
    }
    return pd.Series(shares)
