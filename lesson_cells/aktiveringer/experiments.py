"""Lesson 05: what a network answers inside, asked so that a figure or a sentence can show it."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import torch
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from torch import Tensor
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.activations import activations
from lesson_utils.dissection import Dissection, unit_masks
from lesson_utils.errors import LessonError
from lesson_utils.neighbours import PIXELS, Neighbours, features, nearest
from lesson_utils.networks import Network, evenly_spaced
from lesson_utils.patches import Places, patches
from lesson_utils.snapshots import Snapshot
from lesson_world import Samples, render

PLACED = ("rows", "down", "right", "parts", "strengths")


def spread_layers(network: Network, count: int = 5) -> list[str]:
    """At most `count` layers with feature maps, from the first to the last, evenly spread."""
    return evenly_spaced(network.map_layers, count)


def last_maps(networks: Mapping[str, Network], image: Tensor) -> dict[str, Tensor]:
    """The feature maps (C, h, w) of each network's last layer that has some, for an image (3, H, W)."""
    maps = {}
    for name, network in networks.items():
        layer = network.map_layers[-1]
        short = layer.removeprefix("inception_")
        maps[f"{name.removeprefix('Mini')} {short}"] = activations(network, image[None], [layer])[layer][0]
    return maps


def photo_neighbours(
    network: Network, photo: Tensor, samples: Samples, layers: Sequence[str], count: int = 5
) -> dict[str, Neighbours]:
    """The nearest samples to a photo (3, H, W), by both metrics in each layer."""
    found = {}
    for layer in layers:
        vectors, query = (features(network, images, layer) for images in (samples, photo[None]))
        for metric, word in {"euclidean": "euklidisk", "cosine": "cosinus"}.items():
            name = "pixler" if layer == PIXELS else layer
            found[f"{name},\n{word}"] = nearest(vectors, samples.labels, count, metric, query)
    return found


@dataclass(frozen=True)
class PartTest:
    """What a unit answers to the same N images without and with a part.

    images     float32 (2, N, 3, H, W)
    maps       float32 (2, N, h, w)
    threshold  from which on the unit »sees« something
    """

    images: Tensor
    maps: Tensor
    threshold: float

    @property
    def awake(self) -> Tensor:
        """bool (2, N): whether the unit is above its threshold somewhere in the image, without and with."""
        return self.maps.amax((2, 3)) > self.threshold


def best_detector(dissections: dict[str, Dissection], part: str) -> tuple[str, int]:
    """The layer and the unit, of all that were dissected, that fit a part best."""
    fits = {}
    for layer, found in dissections.items():
        (unit,) = found.units_for(part, 1, "part")
        column = [(c.kind, c.name) for c in found.concepts].index(("part", part))
        fits[layer, unit] = float(found.iou[unit, column])
    return max(fits, key=fits.get)


def put_in(
    network: Network,
    found: Dissection,
    unit: int,
    part: str,
    classes: Sequence[str],
    seed: int,
    count: int = 60,
) -> PartTest:
    """Ask a unit about `count` things drawn without a part, and about the same things with it."""
    options = {"size": network.input_size, "occlusion": 0.0}
    pair = [render(classes, seed, range(count), omit=omit, **options).images for omit in ((part,), ())]
    maps = [activations(network, images, [found.layer])[found.layer][:, unit] for images in pair]
    return PartTest(torch.stack(pair), torch.stack(maps), float(found.thresholds[unit]))


def smoothness(filters: Tensor) -> Tensor:
    """(C,) for filters (C, c, k, k): the correlation between weights that lie beside each other.

    1: all weights alike. 0: no connection between neighbours, as in noise. -1: a chess board.
    """
    total = torch.zeros(len(filters))
    for axis in (2, 3):
        size = filters.shape[axis] - 1
        a, b = (filters.detach().narrow(axis, start, size).flatten(1) for start in (0, 1))
        total += (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)).clamp_min(1e-12)
    return total / 2


def first_weights(network: Network) -> Tensor:
    """The filters (C, 3, k, k) of the first layer."""
    return next(m for m in network.modules() if isinstance(m, torch.nn.Conv2d)).weight.detach()


def at_moment(network: Network, moment: Snapshot) -> Network:
    """A copy of the network with the conv layers as they were at a moment of its training."""
    earlier = copy.deepcopy(network)
    moment.put_into(earlier)
    return earlier.eval()


def likeness(moments: Sequence[Snapshot]) -> pd.DataFrame:
    """The cosine between each conv layer's weights and the trained ones; index: step, one column per layer."""
    names = [name for name in moments[-1].tensors if name.endswith("conv.weight")]
    rows = {
        moment.step: {
            name.split(".")[1]: float(
                F.cosine_similarity(moment.tensors[name].flatten(), moments[-1].tensors[name].flatten(), 0)
            )
            for name in names
        }
        for moment in moments
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("skridt")


@dataclass(frozen=True)
class UnitView:
    """A unit for a row of a figure: its name in Danish, its patches (N, 3, S, S), and where in them it sees."""

    name: str
    pieces: Tensor
    masks: Tensor


def views(
    network: Network,
    samples: Samples,
    found: Dissection,
    places: Places,
    units: Sequence[int],
    count: int = 6,
) -> list[UnitView]:
    """The strongest patches of some units, each with the unit's mask of the same piece."""
    rows = []
    for unit in units:
        which = places.rows[unit][:count]
        masks = unit_masks(network, samples.images[which], found, unit)
        shown = replace(places, **{name: getattr(places, name)[[unit], :count] for name in PLACED})
        here = replace(shown, rows=torch.arange(len(which))[None])
        pieces = patches(samples, shown, 0)
        seen = patches(masks[:, None].expand(-1, 3, -1, -1).float(), here, 0)[:, 0] > 0.5
        outside = (pieces == 1).all(1)  # white beyond the image's border: nothing is seen there
        text = (
            f"enhed {unit}: {found.concept(unit).danish}\nIoU {danish.number(float(found.best_iou[unit]), 2)}"
        )
        rows.append(UnitView(text, pieces, seen & ~outside))
    return rows


def flat_map(vectors: Tensor, method: str, seed: int = 0) -> Tensor:
    """(N, 2): feature vectors (N, D) laid out in two dimensions by `"pca"` or `"tsne"`.

    Raises LessonError for another method.
    """
    if method not in ("pca", "tsne"):
        raise LessonError(f"method er »{method}«, men skal være »pca« eller »tsne«.")
    small = PCA(min(30, *vectors.shape), random_state=seed).fit_transform(vectors.numpy())
    if method == "pca":
        return torch.from_numpy(small[:, :2]).float()
    flat = TSNE(perplexity=min(30, len(small) // 4), random_state=seed, init="pca").fit_transform(small)
    return torch.from_numpy(flat).float()
