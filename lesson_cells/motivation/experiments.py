"""Lesson 00, second half: what the layers of a trained network look for, seen in images and counted in parts."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
from torch import Tensor

from lesson_utils import reconstruction
from lesson_utils.networks import Network, random_twin
from lesson_utils.patches import Places, clearest_units, patches, strongest_places
from lesson_utils.show import progress
from lesson_world import Samples
from lesson_world.names import PARTS

__all__ = [
    "agreement_by_layer",
    "class_images",
    "random_twin",
    "strongest_places",
    "units_in_words",
]


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
    """(N, 3, S, S): what the network takes most for each of N classes (see `reconstruction.class_images`)."""
    bar = partial(progress, label="Tegner klassebilleder")
    return reconstruction.class_images(network, classes, steps, seed=seed, bar=bar).images
