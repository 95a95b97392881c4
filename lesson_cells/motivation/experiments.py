"""What a network names in a photo, a filter in all its places, and what the layers look for, counted in parts."""

import math
from collections.abc import Callable, Sequence

import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.activations import probabilities
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.patches import Places, clearest_units, patches, strongest_places
from lesson_utils.reconstruction import class_images as class_images
from lesson_utils.shares import uncertain as uncertain
from lesson_world import Samples
from lesson_world.names import PARTS

FILTERS: dict[str, list[list[float]]] = {
    "lodret kant": [[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "vandret kant": [[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]],
    "sløring": [[1 / 9] * 3] * 3,
    "skarphed": [[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "lyse pletter": [[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}
"""Filters that people designed long before any network learnt its own (the edge filters: Prewitt 1970)."""

FITTING = {
    "banana": ["banan"],
    "apple": ["Granny Smith-æble", "æble"],
    "clock": ["analogt ur", "vægur", "digitalt ur", "ur"],
    "cup": ["kop", "kaffekrus"],
    "cat": ["tabbykat", "tigerstribet kat", "perserkat", "siameser", "ægyptisk mau", "kat"],
}
"""Names that fit a thing of the image world: those of ImageNet's classes, and last the world's own."""

GREY = 0.5  # what is laid over a photo, and comes in where it was moved away


def best(network: Network, image: Tensor, count: int = 5) -> dict[str, float]:
    """The network's best names of an image (3, S, S) and their shares (softmax), the largest first."""
    shares, labels = probabilities(network, image[None])[0].topk(count)
    return {
        network.class_names[label]: share
        for label, share in zip(labels.tolist(), shares.tolist(), strict=True)
    }


def recognised(network: Network, samples: Samples) -> pd.DataFrame:
    """For each drawn thing of `FITTING`: how many drawings get a fitting name, and which name most are given."""
    labels, rows = probabilities(network, samples).argmax(1), {}
    given = [network.class_names[label] for label in labels.tolist()]
    for label, thing in enumerate(samples.class_names):
        names = pd.Series(given)[(samples.labels == label).numpy()]
        rows[samples.danish_names[label]] = int(names.isin(FITTING[thing]).sum()), len(names), names.mode()[0]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["navnet passer", "af", "oftest kaldt"])


def moved(image: Tensor, percent: float) -> Tensor:
    """The image (3, S, S) moved to the right by that much of its width."""
    step = round(image.shape[2] * percent / 100)
    return F.pad(image[:, :, : image.shape[2] - step], (step, 0), value=GREY)


def turned(image: Tensor, degrees: float) -> Tensor:
    """The image (3, S, S) turned to the left about its middle."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    grid = F.affine_grid(torch.tensor([[[c, -s, 0.0], [s, c, 0.0]]]), [1, *image.shape], align_corners=False)
    return F.grid_sample(image[None] - GREY, grid, align_corners=False)[0] + GREY


def covered(image: Tensor, percent: float) -> Tensor:
    """The image (3, S, S) under a grey sheet from the left."""
    step = round(image.shape[2] * percent / 100)
    return F.pad(image[:, :, step:], (step, 0), value=GREY)


CHANGES: dict[str, tuple[Callable[[Tensor, float], Tensor], str, Sequence[int]]] = {
    "flyttet": (moved, "%", range(0, 91, 10)),
    "drejet": (turned, "grader", range(0, 181, 20)),
    "mørkere": (lambda image, percent: image * (1 - percent / 100), "%", (0, 20, 40, 60, 70, 80, 90, 95, 98)),
    "dækket": (covered, "%", range(0, 91, 10)),
}
"""What is done to a photo: how, in which unit, and how much."""


def changed_answers(network: Network, image: Tensor) -> pd.DataFrame:
    """What an image (3, S, S) is called when it is changed: a row for each change and strength.

    `name` is the best, and `first_share` the share of what the unchanged image is called.
    """
    steps = [
        (change, unit, strength) for change, (_, unit, strengths) in CHANGES.items() for strength in strengths
    ]
    images = torch.stack([CHANGES[change][0](image, strength) for change, _, strength in steps])
    shares = probabilities(network, images)
    first = int(shares[0].argmax())  # the first row is the image as it is
    table = pd.DataFrame(steps, columns=["change", "unit", "strength"])
    table["name"] = [network.class_names[label] for label in shares.argmax(1).tolist()]
    table["first_share"] = shares[:, first].numpy()
    return table


def tipped(image: Tensor, measured: pd.DataFrame) -> dict[str, Tensor]:
    """The image at each change's tipping point, or changed as much as it was where it did not tip."""
    found = {}
    for change, steps in measured.groupby("change", sort=False):
        other = steps[steps.name != steps.name.iloc[0]]
        found[change] = CHANGES[change][0](image, (steps.iloc[-1] if other.empty else other.iloc[0]).strength)
    return found


def slide(image: Tensor, numbers: Sequence[Sequence[float]]) -> tuple[Tensor, Tensor]:
    """A filter (k, k), and its answers (H - k + 1, W - k + 1) in all its places on an image (H, W).

    Raises LessonError where the rows of `numbers` do not make a square.
    """
    if not numbers or any(len(row) != len(numbers) for row in numbers):
        raise LessonError(
            "Filteret er ikke kvadratisk: skriv lige så mange tal i hver række, som der er rækker."
        )
    kernel = torch.tensor(numbers, dtype=torch.float32)
    return kernel, F.conv2d(image[None, None], kernel[None, None])[0, 0]


def units_in_words(places: Places, samples: Samples, size: int, count: int = 6) -> dict[str, Tensor]:
    """The clearest units: what to call each of them in Danish, and the pieces of images it answers most to."""
    rows = {}
    for unit in clearest_units(places, count):
        part = list(PARTS.values())[places.main_parts[unit]]
        seen = places.parts.shape[1]
        hits = round(seen * float(places.agreement[unit]))
        rows[f"enhed {unit}\n{part}: {hits} af {seen}"] = patches(samples, places, unit, size)
    return rows


def agreement_by_layer(networks: dict[str, Network], samples: Samples, layers: Sequence[str]) -> pd.DataFrame:
    """Mean agreement of all units of each layer: one row per layer, one column per network."""
    agreement = {}
    for name, network in networks.items():
        found = strongest_places(network, samples, layers)
        agreement[name] = [float(places.agreement.mean()) for places in found.values()]
    return pd.DataFrame(agreement, index=list(layers))
