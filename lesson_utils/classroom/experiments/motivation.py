"""Lesson 00, second half: what the layers of a trained network look for, seen in images and counted in parts."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.activations import activations
from lesson_utils.classroom.progress import progress
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network, layer_table
from lesson_utils.networks.network import materialise
from lesson_utils.weights import load_network
from lesson_utils.world import THINGS, Samples
from lesson_utils.world.datasets import BASE
from lesson_utils.world.names import PARTS


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


def random_twin(network: Network, seed: int = 0) -> Network:
    """The same network before any training: new weights from `seed`, fresh statistics."""
    return materialise(copy.deepcopy(network), seed, network.device).eval()


@dataclass
class Places:
    """Where the units of a layer answer most: for each of C units the `count` images with its strongest answers.

    rows          int64 (C, count), into the samples, strongest first
    down, right   int64 (C, count), the pixel in the middle of what the unit sees there
    parts         int64 (C, count), the part that is seen there, into `Samples.part_names`; 0 is the background
    strengths     float32 (C, count)
    window        pixels: how wide a square the unit sees, at most the whole image
    """

    layer: str
    rows: Tensor
    down: Tensor
    right: Tensor
    parts: Tensor
    strengths: Tensor
    window: int

    @property
    def agreement(self) -> Tensor:
        """float32 (C,): the share of a unit's places that show the part which most of them show."""
        return torch.stack([_commonest(parts)[1] for parts in self.parts])

    @property
    def main_parts(self) -> Tensor:
        """int64 (C,): that part; 0 where no place shows a part."""
        return torch.stack([_commonest(parts)[0] for parts in self.parts])


def strongest_places(
    network: Network, samples: Samples, layers: Sequence[str], count: int = 9
) -> dict[str, Places]:
    """Look through the samples for the places where each unit of some layers answers most, one in an image."""
    answers = activations(network, samples.images, layers)
    table = layer_table(network, samples.images.shape[-1])
    return {layer: _places(answers[layer], samples, table, layer, count) for layer in layers}


def _places(answers: Tensor, samples: Samples, table: pd.DataFrame, layer: str, count: int) -> Places:
    side, columns = samples.images.shape[-1], answers.shape[-1]
    peaks, where = answers.flatten(2).max(2)
    strengths, rows = peaks.topk(count, dim=0)
    steps = where.gather(0, rows).T
    first, jump = _first_middle(table, layer), int(table.jump[layer])
    down, right = (
        (first + jump * step).round().long().clamp(0, side - 1)
        for step in (steps // columns, steps % columns)
    )
    parts = _part_at(samples, rows.T, down, right, reach=jump // 2)
    window = min(int(table.receptive_field[layer]), side)
    return Places(layer, rows.T, down, right, parts, strengths.T, window)


def patches(samples: Samples, places: Places, unit: int, size: int) -> Tensor:
    """(count, 3, size, size): what is seen around a unit's strongest places; white outside the images."""
    half = size // 2
    images = F.pad(samples.images[places.rows[unit]], (half, half, half, half), value=1.0)
    corners = zip(places.down[unit].tolist(), places.right[unit].tolist(), strict=True)
    return torch.stack(
        [image[:, y : y + size, x : x + size] for image, (y, x) in zip(images, corners, strict=True)]
    )


def clearest_units(places: Places, count: int) -> list[int]:
    """The units whose places agree most, no two of them on the same part; the stronger of equals first."""
    strength = places.strengths.mean(1)
    order = (places.agreement + 1e-3 * strength / strength.max()).argsort(descending=True).tolist()
    chosen: dict[int, int] = {}
    for unit in order:
        if part := int(places.main_parts[unit]):
            chosen.setdefault(part, unit)
    return list(chosen.values())[:count]


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

    They begin as faint, blurred noise and climb along the gradient of their class's logit. Each step moves the
    image a few pixels first and blurs the gradient a little, so that no single pixel is favoured (Olah,
    Mordvintsev & Schubert 2017), and steps get shorter towards the end.
    """
    generator, side = torch.Generator().manual_seed(seed), network.input_size
    noise = _blurred(torch.rand(1, 3, side, side, generator=generator), 4)
    images = ((noise - noise.mean()) * 0.3 + 0.5).repeat(len(classes), 1, 1, 1)
    rows = torch.arange(len(classes))
    for step in progress(range(steps), "Tegner klassebilleder"):
        images.requires_grad_(True)
        jitter = torch.randint(-3, 4, (2,), generator=generator).tolist()
        logits = network(torch.roll(images, jitter, (2, 3)))
        (gradient,) = torch.autograd.grad(logits[rows, list(classes)].sum(), images)
        gradient = _blurred(gradient, 1)
        length = gradient.flatten(1).norm(dim=1).clamp_min(1e-9).view(-1, 1, 1, 1)
        images = images.detach() + (0.5 - 0.35 * step / steps) * gradient / length
        images = images.clamp(0, 1)
    return images


def _blurred(images: Tensor, reach: int) -> Tensor:
    """The mean of each square of `reach` pixels to every side."""
    return F.avg_pool2d(F.pad(images, (reach,) * 4, mode="replicate"), 2 * reach + 1, 1)


def _commonest(parts: Tensor) -> tuple[Tensor, Tensor]:
    """The part, background aside, that is found most often, and its share of all."""
    counts = torch.bincount(parts, minlength=2)
    counts[0] = 0
    return counts.argmax() * (counts.max() > 0), counts.max() / len(parts)


def _first_middle(table: pd.DataFrame, layer: str) -> float:
    """The pixel (0 is the first) in the middle of what the layer's first unit sees.

    Inception modules have no single kernel: there the units are taken to lie evenly over the image.
    """
    if table.loc[:layer].kernel.isna().any():
        return (int(table.jump[layer]) - 1) / 2
    middle, jump = 0.0, 1
    for row in table.loc[:layer].itertuples():
        middle += ((row.kernel - 1) / 2 - row.padding) * jump
        jump *= int(row.stride)
    return middle


def _part_at(samples: Samples, rows: Tensor, down: Tensor, right: Tensor, reach: int) -> Tensor:
    """The part that fills most of the square of `reach` pixels around each place; else the background."""
    side = samples.parts.shape[-1]
    square = torch.arange(-reach, reach + 1)
    y = (down[..., None, None] + square[:, None]).clamp(0, side - 1)
    x = (right[..., None, None] + square).clamp(0, side - 1)
    seen = samples.parts[rows[..., None, None], y, x].flatten(2).long()
    counts = torch.zeros(*rows.shape, len(samples.part_names)).scatter_add_(2, seen, torch.ones(seen.shape))
    counts[..., 0] *= 0.5  # a part at the edge of the thing counts before the ground behind it
    return counts.argmax(2)
