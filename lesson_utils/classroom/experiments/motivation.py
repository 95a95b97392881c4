"""Lesson 00, second half: what the layers of a trained network look for, seen in images and counted in parts."""

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.classroom.progress import progress
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network, random_twin
from lesson_utils.patches import Places, clearest_units, patches, strongest_places
from lesson_utils.weights import load_network
from lesson_utils.world import THINGS, Samples
from lesson_utils.world.datasets import BASE
from lesson_utils.world.names import PARTS

__all__ = [
    "agreement_by_layer",
    "class_images",
    "random_twin",
    "strongest_places",
    "units_in_words",
    "world_network",
]


FIRST_STEP, LAST_STEP = 1.2, 0.2  # of a class image: L2 lengths, for images of 3 x 64 x 64 in 0..1
FADING = 0.01  # the share of a class image that turns to grey in each step


def world_network(name: str) -> Network:
    """The network `name`, one that answers with the 22 classes of the image world.

    Raises LessonError for a network with other classes, and as `load_network` does.
    """
    network = load_network(name)
    side = network.input_size
    outputs = network(torch.zeros(1, 3, side, side)).shape[1]
    if side != 64 or outputs != len(BASE):
        raise LessonError(
            f"»{name}« svarer ikke med kursets {len(BASE)} klasser: vælg alexnet, vgg, googlenet eller standard."
        )
    network.class_names = tuple(THINGS[name].danish for name in BASE)
    return network


def units_in_words(places: Places, samples: Samples, size: int, count: int = 6) -> list[tuple[str, Tensor]]:
    """The clearest units: what to call each of them in Danish, and the pieces of images it answers most to."""
    rows = []
    for unit in clearest_units(places, count):
        part = list(PARTS.values())[places.main_parts[unit]]
        seen = places.parts.shape[1]
        hits = round(seen * float(places.agreement[unit]))
        rows.append((f"enhed {unit}\n{part}: {hits} af {seen}", patches(samples, places, unit, size)))
    return rows


def agreement_by_layer(networks: dict[str, Network], samples: Samples, layers: Sequence[str]) -> pd.DataFrame:
    """Mean agreement of all units of each layer: one row per layer, one column per network."""
    agreement = {}
    for name, network in networks.items():
        found = strongest_places(network, samples, layers)
        agreement[name] = [float(places.agreement.mean()) for places in found.values()]
    return pd.DataFrame(agreement, index=list(layers))


def class_images(network: Network, classes: Sequence[int], steps: int = 100, seed: int = 0) -> Tensor:
    """(N, 3, S, S): images on which the output of each of N classes is large (Simonyan, Vedaldi & Zisserman 2013).

    They begin as faint, blurred noise and climb along the gradient of their class's logit, as far as it is above
    the mean of all logits. Each step moves the image a few pixels first and blurs the gradient a little, so no
    single pixel is favoured (Olah, Mordvintsev & Schubert 2017); steps get shorter towards the end. What no
    gradient renews fades to grey, which keeps the background calm.
    """
    generator, side = torch.Generator().manual_seed(seed), network.input_size
    noise = _blurred(torch.rand(1, 3, side, side, generator=generator), 4)
    images = ((noise - noise.mean()) * 0.3 + 0.5).repeat(len(classes), 1, 1, 1)
    rows = torch.arange(len(classes))
    for step in progress(range(steps), "Tegner klassebilleder"):
        images.requires_grad_(True)
        jitter = torch.randint(-3, 4, (2,), generator=generator).tolist()
        logits = network(torch.roll(images, jitter, (2, 3)))
        above = logits[rows, list(classes)] - logits.mean(1)
        (gradient,) = torch.autograd.grad(above.sum(), images)
        gradient = _blurred(gradient, 1)
        length = gradient.flatten(1).norm(dim=1).clamp_min(1e-9).view(-1, 1, 1, 1)
        images = images.detach() + (FIRST_STEP + (LAST_STEP - FIRST_STEP) * step / steps) * gradient / length
        images = images.lerp(torch.full_like(images, 0.5), FADING).clamp(0, 1)
    return images


def _blurred(images: Tensor, reach: int) -> Tensor:
    """The mean of each square of `reach` pixels to every side."""
    return F.avg_pool2d(F.pad(images, (reach,) * 4, mode="replicate"), 2 * reach + 1, 1)
