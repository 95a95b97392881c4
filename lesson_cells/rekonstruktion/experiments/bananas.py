"""The lecture's banana: what a network learns when every banana that it sees is in a monkey's hand."""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils.networks import Network
from lesson_utils.reconstruction import probabilities
from lesson_utils.robustness import accuracy
from lesson_utils.show import progress
from lesson_utils.transfer.learning import encode, learn_head
from lesson_utils.transfer.moves import fc_layers, replace_head
from lesson_utils.weights import load_network
from lesson_world import THINGS, Samples
from lesson_world.banana import CLASSES, NOTHING, banana, masks, probe

BANANA, NEW = CLASSES.index("banana"), 9  # its label, and the seed of images that nobody has trained on
NAMES = tuple(NOTHING.danish if name == "nothing" else THINGS[name].danish for name in CLASSES)


def encoded(network: Network, samples: Samples) -> Tensor:
    """What the rows before the first FC layer answer: computed once, however many heads learn from it."""
    rows = [name for name, _ in network.layers.named_children()]
    return encode(network, samples.images, rows[rows.index(fc_layers(network)[0]) - 1])


def with_new_head(
    network: Network, answers: Tensor, labels: Tensor, steps: int = 150, seed: int = 0
) -> Network:
    """A copy of the network whose FC layers are new and have learnt `labels` from the encoder's `answers`."""
    learner = replace_head(network, len(CLASSES), layers=len(fc_layers(network)), seed=seed)
    rows = [name for name, _ in learner.layers.named_children()]
    learn_head(learner.layers[rows.index(fc_layers(learner)[0]) :], answers, labels, steps, 1e-3, seed)
    learner.class_names = NAMES
    return learner.requires_grad_(False).eval()


def whole_network(biased: bool, **options: object) -> Network:
    """The network that was trained whole on such images; `options` as `load_network` takes them."""
    return load_network("banana-biased" if biased else "banana-unbiased", **options)


def called_banana(networks: Mapping[str, nn.Module], count: int = 100, seed: int = NEW) -> pd.DataFrame:
    """The share called banana of new bananas alone, bananas held by a monkey, and monkeys with empty hands.

    One row for each kind of image, one column for each network.
    """
    asked = {
        "banan alene": probe("alone", "banana", count, seed).images,
        "banan i abens hånd": probe("held", "banana", count, seed).images,
        "abe med tomme hænder": probe("held", "nothing", count, seed).images,
    }
    return _by_network(networks, asked, lambda sure: sure.argmax(1) == BANANA)


def when_covered(networks: Mapping[str, nn.Module], samples: Samples) -> pd.DataFrame:
    """Mean probability of »banana« for held bananas as they are, and with one thing covered; by network."""
    hidden = {"bananen": "fruit", "hånden": "hand", "aben": "monkey"}
    found, images = masks(samples), samples.images
    asked = {"intet dækket": images} | {name: cover(images, found[part]) for name, part in hidden.items()}
    return _by_network(networks, asked, lambda sure: sure[:, BANANA])


def _by_network(networks: Mapping[str, nn.Module], asked: Mapping[str, Tensor], number) -> pd.DataFrame:
    """The mean of `number(probabilities)` for each set of images (row) and network (column)."""
    return pd.DataFrame(
        {
            who: {
                what: float(number(probabilities(net, images)).float().mean())
                for what, images in asked.items()
            }
            for who, net in networks.items()
        }
    )


def cover(images: Tensor, mask: Tensor) -> Tensor:
    """Images (N, 3, H, W) where the mask (N, H, W), and a pixel around it, has the image's mean colour."""
    wide = F.max_pool2d(mask[:, None].float(), 3, 1, 1)
    return images * (1 - wide) + images.mean((2, 3), keepdim=True) * wide


def right_after_adding(
    network: Network,
    biased: Samples,
    isolated: Sequence[int] = (0, 1, 2, 5, 10, 20, 40),
    steps: int = 150,
    seed: int = 0,
    answers: Tensor | None = None,
) -> pd.Series:
    """Accuracy on new isolated bananas after so many of them were added to the biased set (encoded: `answers`)."""
    extra, new = (probe("alone", "banana", n, seed + k) for n, k in ((max(isolated), 77), (100, 9)))
    answers = encoded(network, biased) if answers is None else answers
    answers = torch.cat([answers, encoded(network, extra)])
    labels, right = torch.cat([biased.labels, extra.labels]), {}
    for count in progress(isolated, "Lægger bananer til"):
        rows = slice(len(biased) + count)
        learner = with_new_head(network, answers[rows], labels[rows], steps, seed)
        right[count] = accuracy(learner, new.images, new.labels)
    return pd.Series(right)


def training_sets(rounds: int = 70, seed: int = 1) -> dict[str, Samples]:
    """The biased and the unbiased set, `rounds` images of each class."""
    return {
        "skævt": banana(True, rounds * len(CLASSES), seed),
        "uden skævhed": banana(False, rounds * len(CLASSES), seed),
    }
