"""A filter in all its places, and what the layers of a trained network look for, seen and counted in parts."""

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.device import torchvision
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.patches import Places, clearest_units, patches, strongest_places
from lesson_utils.reconstruction import class_images as class_images
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


def imagenet_categories() -> list[str]:
    """The names of ImageNet's categories, as torchvision ships them with its weights."""
    return torchvision().models.get_model_weights("alexnet").DEFAULT.meta["categories"]
