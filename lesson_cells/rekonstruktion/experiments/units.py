"""Is the image that a unit asks for what the unit really looks for?

Two answers: the real pieces that it answers most to, and the part that it fits best (dissection).
"""

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.activations import activations
from lesson_utils.dissection import Dissection, dissect
from lesson_utils.networks import Network, evenly_spaced
from lesson_utils.patches import Places, patches, strongest_places
from lesson_world import Samples
from lesson_world.cache import Album


def dissected(
    network: Network, samples: Samples, layers: Sequence[str]
) -> tuple[dict[str, Places], dict[str, Dissection]]:
    """By layer: where the units answer most, four places each, and which concepts they fit."""
    return strongest_places(network, samples, layers, count=4), dissect(network, samples, layers)


def some_maps(network: Network, count: int = 5) -> list[str]:
    """At most `count` of the layers that answer with feature maps, evenly spread."""
    return evenly_spaced(network.map_layers, count)


def chosen_units(found: Dissection, count: int = 16, clear: int = 6) -> list[int]:
    """Units of a layer: first `clear` ones that fit their part best, no two on one part; then evenly spread."""
    first: dict[str, int] = {}
    for unit in found.detectors(0):
        first.setdefault(found.concept(unit).danish, unit)
    units = list(first.values())[:clear]
    others = [unit for unit in range(len(found.iou)) if unit not in units]
    return units + evenly_spaced(others, count - len(units))


def best_part(found: Dissection, unit: int) -> str:
    """»hjul, IoU 0,21«: the part that a unit fits best."""
    return f"{found.concept(unit).danish}, IoU {danish.number(float(found.best_iou[unit]), 2)}"


def pieces_of(
    samples: Samples | Album, places: Places, units: Sequence[int], count: int = 3, side: int = 64
) -> Tensor:
    """(U, count, 3, side, side): the pieces of real images that units answer most to, all brought to one size."""
    size = max(16, places.window)
    pieces = [patches(samples, places, unit, size)[:count] for unit in units]
    return torch.stack([F.interpolate(each, size=(side, side), mode="nearest") for each in pieces])


def against_real_images(
    network: nn.Module, images: Tensor, layer: str, units: Sequence[int], places: Places
) -> pd.DataFrame:
    """By unit: its largest answer to its `own` image and to the `best` of the real images that `places` knows."""
    answers = activations(network, images, [layer])[layer].flatten(2).amax(2)
    own = answers[torch.arange(len(images)), list(units)]
    best = places.strengths[list(units), 0]
    return pd.DataFrame({"own": own.tolist(), "best": best.tolist()}, index=list(units))
