"""Pictures rebuilt from each depth of a network, and what of them a layer still knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_cells.rekonstruktion.experiments.atlas import Atlas
from lesson_utils.networks import Network, evenly_spaced
from lesson_utils.reconstruction import comparison, content, probabilities
from lesson_utils.show import progress
from lesson_world import Pose, render
from lesson_world.datasets import BASE

Pairs = Mapping[str, tuple[Tensor, Tensor]]  # by what they differ in: two times (N, 3, H, W)
CLEAN = {"background": "landscape", "occlusion": 0.0, "camera": 0.0}


def some_layers(network: Network, count: int = 8) -> list[str]:
    """At most `count` layers of a network, evenly spread from the first to the last."""
    return evenly_spaced(network.layer_names, count)


@dataclass
class Depths:
    """The same pictures rebuilt from several layers of one network.

    images     by layer (N, 3, H, W)
    measured   columns layer, picture, psnr (dB), feature_error
    """

    images: dict[str, Tensor]
    measured: pd.DataFrame

    def means(self, names: Sequence[str] = ()) -> pd.DataFrame:
        """`psnr` and `feature_error` of each layer, in order: the mean of all pictures, or of those in `names`."""
        chosen = self.measured[self.measured["picture"].isin(names)] if names else self.measured
        return chosen.groupby("layer", sort=False)[["psnr", "feature_error"]].mean()


def rebuild(
    network: nn.Module,
    pictures: Tensor,
    layers: Sequence[str],
    steps: int = 100,
    seed: int = 0,
    names: Sequence[str] = (),
) -> Depths:
    """Each picture rebuilt from noise, from what each of `layers` answers to it."""
    images = {}
    for layer in progress(layers, "Genskaber billeder"):
        images[layer] = content(network, pictures, layer, steps=steps, seed=seed).images
    return Depths(images, comparison(network, images, pictures, names))


def stored_depths(sheets: Atlas, who: str, picture: int, count: int = 8) -> dict[str, Tensor]:
    """By layer (3, H, W): one picture of the stored atlas, rebuilt from at most `count` depths of a network."""
    names = [row.removeprefix(f"{who}/") for row in sheets.pictures if row.startswith(f"{who}/")]
    return {layer: sheets.of(f"{who}/{layer}")[picture] for layer in evenly_spaced(names, count)}


def kept_by_layer(kept: pd.DataFrame, who: str) -> pd.DataFrame:
    """The stored table of what survives, for one network: a row per layer in order, a column per difference."""
    rows = kept[kept.network == who]
    wide = rows.pivot(index="layer", columns="difference", values="share")
    return wide.loc[list(dict.fromkeys(rows.layer)), list(dict.fromkeys(rows.difference))]


def pairs(count: int = 12, seed: int = 0) -> Pairs:
    """By what they differ in (Danish): two times (count, 3, 64, 64), alike in all else.

    farve: red, green and blue have changed places. plads: the thing stands to the left or to the right.
    klasse: another thing at the same place.
    """

    def draw(classes: Sequence[str], x: float) -> Tensor:
        labels = torch.arange(count) % len(classes)
        pose = Pose(scale=0.6, x=x)
        return render(classes, seed, range(count), labels=labels, pose=pose, **CLEAN).images

    first = [BASE[k] for k in range(0, len(BASE), 2)]
    second = [BASE[k] for k in range(1, len(BASE), 2)]
    left = draw(first, -0.35)
    return {
        "farve": (left, left.roll(1, 1)),
        "plads": (left, draw(first, 0.35)),
        "klasse": (left, draw(second, -0.35)),
    }


def rebuilt_sides(network: nn.Module, differing: Pairs, layer: str, steps: int = 60, seed: int = 0) -> Pairs:
    """The pairs again, each picture rebuilt from what `layer` answers to it; shared sides only once."""
    sides = {id(side): side for pair in differing.values() for side in pair}
    images = content(network, torch.cat([*sides.values()]), layer, steps=steps, seed=seed).images
    found = dict(zip(sides, images.split([len(side) for side in sides.values()]), strict=True))
    return {name: (found[id(first)], found[id(second)]) for name, (first, second) in differing.items()}


def chosen_rightly(differing: Pairs, rebuilt: Pairs, judge: nn.Module) -> dict[str, float]:
    """By difference: how often what was rebuilt is nearer to its own picture than to the other one of its pair.

    Half is chance. Near means: smallest squared distance between the pictures, each made coarse (8 x 8) first, so
    that fine noise has no say. For »klasse« it is the distance between the answers (probabilities) of `judge`,
    another network.
    """
    shares = {}
    for name, pair in differing.items():
        look = partial(probabilities, judge) if name == "klasse" else nn.AdaptiveAvgPool2d(8)
        first, second, *found = (look(side).flatten(1) for side in (*pair, *rebuilt[name]))
        own, other = torch.cat([first, second]), torch.cat([second, first])
        near, far = ((torch.cat(found) - wanted).square().sum(1) for wanted in (own, other))
        shares[name] = float((near < far).float().mean())
    return shares


def in_rows(differing: Pairs, rebuilt: Pairs, count: int) -> dict[str, Tensor]:
    """By difference (2 · count, 3, H, W): of the first pairs both pictures and, in the row below, both rebuilt."""
    rows = {}
    for name in differing:
        for what, (first, second) in ((name, differing[name]), (f"{name},\ngenskabt", rebuilt[name])):
            rows[what] = torch.stack([first[:count], second[:count]], 1).flatten(0, 1)
    return rows
