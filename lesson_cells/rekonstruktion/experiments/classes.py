"""Images that a filter or a class asks for, and which other networks recognise them."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_utils.networks import Network
from lesson_utils.networks.families import MINIS
from lesson_utils.pretrained import WeightsUnavailable
from lesson_utils.reconstruction import class_images, filters
from lesson_utils.robustness import accuracy
from lesson_utils.show import progress
from lesson_utils.weights import embedded, load_network

# Named on purpose: a network that the course gets later is no judge of pictures that were judged before it came.
JUDGES = ("alexnet", "vgg", "googlenet", "standard", "alexnet-2")
SURE = 0.9  # a class picture that its own network gives less is not finished


def title(name: str) -> str:
    """What a network is called in figures: `"vgg"`, `"random"`, or the path of a file with weights."""
    about = embedded().get("alexnet" if name == "random" else name)
    if about is None:
        return Path(name).stem
    kind = "tilfældigt" if name == "random" else "robust" if about["recipe"]["epsilon"] else "almindeligt"
    return f"{kind} {about['network']}" + ("-2" if name.endswith("-2") else "")


def judges(name: str, **options: object) -> dict[str, Network]:
    """The networks that judge pictures, but for the one that is asked; `options` as `load_network` takes them."""
    return {title(other): load_network(other, **options) for other in JUDGES if other != name}


def photo_network(device: str) -> Network | None:
    """The ImageNet network; None, and a sentence to the student, where its package is missing."""
    try:
        return load_network("imagenet", device=device)
    except WeightsUnavailable as sentence:
        print(sentence)
        return None


def another_architecture(name: str) -> str:
    """A network of the course of another architecture than `name`, to ask about its pictures."""
    return next(other for other in reversed([*MINIS]) if other != name and other in embedded())


def filter_images(
    network: nn.Module, layer: str, channels: Sequence[int], steps: int = 60, seed: int = 0, **options: object
) -> Tensor:
    """(N, 3, S, S): what each of these channels answers most to; `options` as `filters` takes them."""
    bar = partial(progress, label=f"Tegner {layer}")
    return filters(network, layer, channels, steps, seed=seed, bar=bar, **options).images


def class_pictures(
    network: Network, classes: Sequence[int], steps: int = 80, seed: int | Sequence[int] = 0
) -> Tensor:
    """(N, 3, S, S): what the network takes most for each of these classes; one seed for all, or one for each.

    Twice the steps where GAP takes the place of FC layers: nothing says there where the thing should be. A picture
    that the network itself is not sure of by then is begun again, with three times the steps.
    """
    bar, steps = partial(progress, label="Tegner klasser"), steps * (1 + ("gap" in network.layer_names))
    images = class_images(network, classes, steps=steps, seed=seed, bar=bar).images
    with torch.no_grad():
        shares = network(images).softmax(1)[range(len(classes)), list(classes)].tolist()
    if unsure := [row for row, share in enumerate(shares) if share < SURE]:
        seeds = seed if isinstance(seed, int) else [seed[row] for row in unsure]
        again = [classes[row] for row in unsure]
        images[unsure] = class_images(network, again, steps=3 * steps, seed=seeds, bar=bar).images
    return images


def recognised_by(images: Tensor, classes: Sequence[int], judges: Mapping[str, nn.Module]) -> pd.Series:
    """By judge: the share of the images that it takes for the class they were drawn for."""
    truth = torch.tensor(list(classes))
    return pd.Series({name: accuracy(judge, images, truth) for name, judge in judges.items()})
