"""Lessons 02, 03 and 04: what training changed inside a network, beside the same network before training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from lesson_utils.activations import activations
from lesson_utils.networks import Network
from lesson_utils.samples import Samples


@dataclass(frozen=True)
class TellingMap:
    """The feature map (h, w) of the channel that prefers a class most, on one image of that class.

    `times` is how many times its usual peak the channel has on images of the class.
    """

    channel: int
    map: Tensor
    times: float


def telling_maps(
    network: Network, image: Tensor, label: int, samples: Samples, layers: Sequence[str]
) -> dict[str, TellingMap]:
    """For each layer the channel whose mean peak on the class is highest beside its mean on all `samples`."""
    here = activations(network, image[None], layers)
    usual = activations(network, samples.images, layers)
    found = {}
    for layer in layers:
        peaks = usual[layer].amax((2, 3))
        alive = here[layer][0].amax((1, 2)) > 0
        times = torch.where(
            alive, peaks[samples.labels == label].mean(0) / peaks.mean(0).clamp_min(1e-9), 0.0
        )
        channel = int(times.argmax())
        found[layer] = TellingMap(channel, here[layer][0, channel], float(times[channel]))
    return found


def selectivity(networks: Mapping[str, Network], samples: Samples, layers: Sequence[str]) -> pd.DataFrame:
    """How choosy the channels of each layer are: the median over them of (favourite class / all classes).

    Of each channel and class the mean peak is taken; 1 means that all classes are the same to it, and the number
    of classes that it answers to one alone. Index: layer; one column per network.
    """
    table = {}
    for name, network in networks.items():
        answers = activations(network, samples.images, layers)
        table[name] = [_choosiness(answers[layer].amax((2, 3)), samples.labels) for layer in layers]
    return pd.DataFrame(table, index=pd.Index(layers, name="lag"))


def _choosiness(peaks: Tensor, labels: Tensor) -> float:
    """`peaks` (N, C), `labels` (N,)."""
    by_class = torch.stack([peaks[labels == label].mean(0) for label in labels.unique()])
    alive = by_class.mean(0) > 0
    return float((by_class.amax(0)[alive] / by_class.mean(0)[alive]).median())
