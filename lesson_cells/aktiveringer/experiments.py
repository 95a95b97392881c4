"""Lesson 05: what a network answers inside, asked so that a figure or a sentence can show it."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import torch
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils import danish, images, photos, snapshots
from lesson_utils.activations import activations, probabilities
from lesson_utils.dissection import Dissection, unit_masks
from lesson_utils.neighbours import PIXELS, Neighbours, features, nearest
from lesson_utils.networks import Network
from lesson_utils.networks.layers import Conv, GlobalAveragePool, MaxPool
from lesson_utils.networks.network import build
from lesson_utils.patches import Places, patches, strongest_places
from lesson_utils.show import progress, style
from lesson_world import Samples, render
from lesson_world.datasets import TRAINING
from lesson_world.forms import forms as forms


def own_photo(path: str, network: Network) -> Tensor:
    """The student's photo (3, H, W), or the course's cat, in the size that the network takes."""
    return images.photo(path, network.input_size)


def knows_photos(network: Network) -> bool:
    """Whether its classes are ImageNet's."""
    return len(network.class_names) == 1000


def named(network: Network, image: Tensor, count: int = 3) -> str:
    """A sentence with the classes that a network gives an image (3, H, W), and how sure it is of each."""
    shares, classes = probabilities(network, image[None])[0].topk(count)
    pairs = zip(classes.tolist(), shares.tolist(), strict=True)
    told = danish.listing(f"{network.class_names[k]} ({danish.percent(share, 0)})" for k, share in pairs)
    return f"{network.name} svarer {told}."


def enlarged(drawn: Tensor, network: Network) -> Tensor:
    """Drawn images (N, 3, h, w) in the size (pixels) that a network takes."""
    size = network.input_size
    return drawn if drawn.shape[-1] == size else F.interpolate(drawn, size=(size, size), mode="bilinear")


def photo_set(image_folder: str, network: Network, drawn: Samples) -> photos.PhotoFolder:
    """The student's photos, a folder for each class, as a network sees them; without a folder the drawn images."""
    if image_folder:
        return photos.folder(
            image_folder, network.input_size, bar=lambda files: progress(files, "Læser fotos")
        )
    return photos.PhotoFolder(enlarged(drawn.images, network), drawn.labels, tuple(drawn.danish_names))


def searched(image_folder: str, network: Network) -> Tensor:
    """Photos (N, 3, S, S) in which to look for patches: the student's, or the course's, whole and in pieces."""
    size = network.input_size
    if image_folder:
        return photo_set(image_folder, network, None).images
    tiles = []
    for name in images.PHOTOS:
        for across in (1, 2):
            whole = images.photo(name, across * size).unfold(1, size, size).unfold(2, size, size)
            tiles.append(whole.permute(1, 2, 0, 3, 4).flatten(0, 1))
    return torch.cat(tiles)


def channels_elsewhere(
    network: Network, image: Tensor, layer: str, source: Tensor, count: int = 4
) -> dict[int, tuple[Tensor, Tensor]]:
    """The answers of a layer's strongest channels to an image (3, H, W), and their strongest patches in others."""
    answers = activations(network, image[None], [layer])[layer][0]
    places = strongest_places(network, source, [layer], count=6)[layer]
    size = min(places.window, network.input_size // 2)
    order = answers.flatten(1).amax(1).argsort(descending=True)[:count].tolist()
    return {unit: (answers[unit], patches(source, places, unit, size)) for unit in order}


def last_maps(networks: Mapping[str, Network], image: Tensor) -> dict[str, Tensor]:
    """The feature maps (C, h, w) of each network's last layer that has some, for an image (3, H, W)."""
    maps = {}
    for name, network in networks.items():
        layer = network.map_layers[-1]
        short = f"{name.removeprefix('Mini')}\n{style.short_layer(layer)}"
        maps[short] = activations(network, image[None], [layer])[layer][0]
    return maps


def photo_neighbours(
    network: Network, photo: Tensor, shown: photos.PhotoFolder, layers: Sequence[str], count: int = 5
) -> dict[str, Neighbours]:
    """The nearest images to a photo (3, H, W), by both metrics in each layer."""
    found = {}
    for layer in layers:
        vectors, query = (_vectors(network, each, layer) for each in (shown.images, photo[None]))
        for metric, word in {"euclidean": "euklidisk", "cosine": "cosinus"}.items():
            name = "pixler" if layer == PIXELS else layer
            found[f"{name},\n{word}"] = nearest(vectors, shown.labels, count, metric, query)
    return found


def precision(network: Network, shown: photos.PhotoFolder, layer: str, most: int = 5) -> float:
    """Precision@5 of the images in a layer of a network; with fewer neighbours than five, of those there are."""
    count = min(most, len(shown.labels) - 1)
    return nearest(_vectors(network, shown.images, layer), shown.labels, count).precision_at(count)


def _vectors(network: Network, shown: Tensor, layer: str) -> Tensor:
    """The features of images (N, 3, H, W), which are computed once and kept; pixels as they are."""
    if layer == PIXELS:
        return features(network, shown, layer)
    return photos.features(network, shown, layer, lambda steps: progress(steps, "Spørger netværket"))


def embed_tsne(vectors: Tensor, seed: int = 0) -> Tensor:
    """(N, 2): feature vectors (N, D) laid out in two dimensions so that neighbours stay neighbours."""
    small = PCA(min(30, *vectors.shape), random_state=seed).fit_transform(vectors.numpy())
    flat = TSNE(perplexity=min(30, len(small) // 4), random_state=seed, init="pca").fit_transform(small)
    return torch.from_numpy(flat).float()


# A unit, its patches, and the part that it looks for


def best_detector(dissections: dict[str, Dissection], part: str) -> tuple[str, int]:
    """The layer and the unit, of all that were dissected, that fit a part best."""
    fits = {}
    for layer, found in dissections.items():
        (unit,) = found.units_for(part, 1, "part")
        fits[layer, unit] = iou_with(found, unit, "part", part)
    return max(fits, key=fits.get)


def iou_with(found: Dissection, unit: int, kind: str, name: str) -> float:
    """How well a unit fits one concept, its best or not."""
    return float(found.iou[unit, [(c.kind, c.name) for c in found.concepts].index((kind, name))])


def without_and_with(
    network: Network, layer: str, part: str, classes: Sequence[str], seed: int, count: int = 60
) -> tuple[Tensor, Tensor]:
    """The same N things drawn without a part and with it (2, N, 3, H, W), and the answers of a layer to them
    (2, N, C, h, w)."""
    options = {"size": network.input_size, "occlusion": 0.0}
    pair = [render(classes, seed, range(count), omit=omit, **options).images for omit in ((part,), ())]
    return torch.stack(pair), torch.stack([activations(network, each, [layer])[layer] for each in pair])


def unit_patches(
    network: Network, samples: Samples, found: Dissection, units: Sequence[int], places: Places | None = None
) -> dict[int, tuple[Tensor, Tensor]]:
    """The strongest patches (N, 3, S, S) of some units, and where in them the unit sees something (N, S, S)."""
    places = places or strongest_places(network, samples, [found.layer], count=6)[found.layer]
    in_masks = replace(places, rows=torch.arange(places.rows.shape[1]).expand_as(places.rows))
    rows = {}
    for unit in units:
        masks = unit_masks(network, samples.images[places.rows[unit]], found, unit)
        pieces = patches(samples, places, unit)
        seen = patches(masks[:, None].float().expand(-1, 3, -1, -1), in_masks, unit)[:, 0] > 0.5
        rows[unit] = pieces, seen & ~(pieces == 1).all(1)  # white: beyond the image's border nothing is seen
    return rows


def best_units(
    network: Network, samples: Samples, found: Dissection, count: int = 5
) -> dict[str, tuple[Tensor, Tensor]]:
    """`unit_patches` of the units of a layer that fit their concepts best, by a name in Danish."""
    return {
        f"enhed {unit}: {found.concept(unit).danish}\nIoU {danish.number(float(found.best_iou[unit]), 2)}": row
        for unit, row in unit_patches(network, samples, found, found.detectors(0)[:count]).items()
    }


# Filters, and how they get there


def smoothness(filters: Tensor) -> Tensor:
    """(C,) for filters (C, c, k, k): the correlation between weights that lie beside each other.

    1: all weights alike. 0: no connection between neighbours, as in noise. -1: a chess board.
    """
    total = torch.zeros(len(filters))
    for axis in (2, 3):
        size = filters.shape[axis] - 1
        a, b = (filters.detach().cpu().narrow(axis, start, size).flatten(1) for start in (0, 1))
        total += (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)).clamp_min(1e-12)
    return total / 2


def first_filters(networks: Mapping[str, Network]) -> dict[str, Tensor]:
    """The filters (C, 3, k, k) of the first layer of each network."""
    return {
        name: next(m for m in network.modules() if isinstance(m, nn.Conv2d)).weight.detach().cpu()
        for name, network in networks.items()
    }


def network_at(network: Network, moment: snapshots.Snapshot) -> Network:
    """A copy of the network with the conv layers as they were at a moment of its training."""
    earlier = copy.deepcopy(network)
    moment.put_into(earlier)
    return earlier.eval()


def similarity_to_trained(name: str) -> pd.DataFrame:
    """By step of a network's training: the cosine between each conv layer's weights and the trained ones, and the
    network's `accuracy`."""
    moments = snapshots.of(name)
    last = moments[-1].tensors
    rows = {
        moment.step: {
            tensor.split(".")[1]: float(
                F.cosine_similarity(moment.tensors[tensor].flatten(), last[tensor].flatten(), 0)
            )
            for tensor in last
            if tensor.endswith("conv.weight")
        }
        | {"accuracy": moment.accuracy}
        for moment in moments
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("skridt")


# Three small networks with a fault each, to be found from their activations alone

CLASSES = ("face", "sign", "clock", "tree", "cup", "bicycle", "bird", "flower")


DESIGNS: dict[str, dict] = {"sund": {}, "A": {"rate": 0.1}, "B": {"stride": 8}, "C": {"first_scale": 400.0}}
"""The sound one and three faulty ones, each of which differs from it in one thing."""


def small_network(stride: int = 2, first_scale: float = 0.12, seed: int = 0) -> Network:
    """Three conv layers, GAP and one FC layer for images of 32x32.

    `first_scale`: how large the first weights are; 1 is as He et al. 2015 draw them.
    """
    rows = [
        Conv("lag 1", 16, kernel=7, stride=stride),
        MaxPool("pool 1", 2, 2),
        Conv("lag 2", 24, kernel=3),
        MaxPool("pool 2", 2, 2, ceil=True),
        Conv("lag 3", 32, kernel=3),
        GlobalAveragePool(),
    ]
    network = build("Lille netværk", rows, len(CLASSES), 32, seed, mean=(0.5,) * 3, std=(0.25,) * 3)
    with torch.no_grad():
        network.layers[0].conv.weight.mul_(first_scale)
    return network


def few_images(count: int, seed: int) -> Samples:
    """`count` images of 32x32 of the eight classes that the small networks learn."""
    return render(CLASSES, seed, range(count), size=32, occlusion=0.0)


def train_small(
    samples: Samples, rate: float = 3e-3, epochs: int = 12, seed: int = 0, **design: float
) -> Network:
    """A small network trained with Adam on batches of 50 images; a few seconds on one core."""
    network = small_network(seed=seed, **design)
    order = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(samples), generator=order).split(50):
            loss = network.loss(network(samples.images[rows]), samples.labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return network.eval()


def train_patients(count: int = 800, seed: int = 0) -> dict[str, Network]:
    """One small network for each of `DESIGNS`, all on the same images."""
    samples = few_images(count, TRAINING)
    designs = progress(DESIGNS.items(), "Træner små netværk")
    return {name: train_small(samples, seed=seed, **design) for name, design in designs}


def symptoms(networks: Mapping[str, Network], samples: Samples) -> pd.DataFrame:
    """What the inside of each small network looks like: one row per network, Danish columns, no accuracy.

    The share of units in the last conv layer that answer to no image; the side of the first feature map; how
    smooth the first filters are.
    """
    rows = {}
    for name, filters in first_filters(networks).items():
        answers = activations(networks[name], samples.images, ["lag 1", "lag 3"])
        rows[name] = {
            "døde enheder i lag 3": float((answers["lag 3"].amax((0, 2, 3)) <= 0).float().mean()),
            "feature map i lag 1": answers["lag 1"].shape[-1],
            "glathed af filtre": float(smoothness(filters).mean()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
