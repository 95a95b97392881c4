"""Lesson 06, second half: images that a filter or a class asks for, and who else recognises them."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_utils import reconstruction
from lesson_utils.activations import activations, stream
from lesson_utils.classroom.progress import progress
from lesson_utils.networks import Network
from lesson_utils.reconstruction import Class, probabilities
from lesson_utils.reconstruction.objectives import before_relu
from lesson_utils.world import Samples


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
    network: nn.Module, classes: Sequence[int], steps: int = 60, seed: int | Sequence[int] = 0
) -> Tensor:
    """(N, 3, S, S): what the network takes most for each of these classes; one seed for all, or one for each."""
    bar = partial(progress, label="Tegner klasser")
    return reconstruction.class_images(network, classes, steps=steps, seed=seed, bar=bar).images


def growing(network: nn.Module, wanted: int, frames: Sequence[int], seed: int = 0) -> dict[int, Tensor]:
    """{step: (3, S, S)}: a class image on its way out of the noise."""
    work = reconstruction.class_images(network, [wanted], steps=max(frames), seed=seed, frames=frames)
    return {step: images[0] for step, images in sorted(work.frames.items())}


def plain(network: nn.Module, wanted: int, steps: int = 60, seed: int = 0) -> Tensor:
    """(3, S, S): the lecture's beginning, for one class: noise, gradient ascent, nothing else."""
    return reconstruction.plain_ascent(network, Class([wanted], rivals=0), steps=steps, seed=seed).images[0]


def against_real_images(
    network: Network, layer: str, channels: Sequence[int], images: Tensor, samples: Samples
) -> pd.DataFrame:
    """For each channel: the mean answer to its own image, and the largest to any of the real ones.

    Columns `own`, `best` (of the real), and `share`: of the real images that the own one beats.
    """
    asked, chosen = before_relu(network, layer), list(channels)
    with torch.no_grad():
        own = activations(network, images, [asked])[asked].flatten(2).mean(2)
        own = own[torch.arange(len(chosen)), chosen]
        real = torch.cat([a[asked].flatten(2).mean(2)[:, chosen] for a in stream(network, samples, [asked])])
    table = {"own": own, "best": real.amax(0), "share": (real < own).float().mean(0)}
    return pd.DataFrame({name: values.tolist() for name, values in table.items()}, index=chosen)


def recognised(images: Tensor, classes: Sequence[int], judges: Mapping[str, nn.Module]) -> pd.Series:
    """By judge: the share of the images that it takes for the class they were drawn for."""
    truth = torch.tensor(list(classes))
    shares = {
        name: float((probabilities(judge, images).argmax(1) == truth).float().mean())
        for name, judge in judges.items()
    }
    return pd.Series(shares)
