"""What an image is asked for: a number for each image of a batch, and the larger the better.

Objectives are sums: `Filter("conv4", [3]) + 0.2 * Different("conv4")`. Each knows how many images it asks for, and
row i of the batch answers its i-th question, so one batch answers many questions at once.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.activations import Answers, activations, locate
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.networks.modes import device_of


class Objective:
    """A question to each image of a batch, put to `layer`. `count`: the number of images, None for any."""

    layer: str
    count: int | None = None
    group = 1  # images that are looked at together, and must not be parted

    def bind(self, network: nn.Module) -> "Objective":
        """The same question in the words of this network. Raises LessonError for what it does not have."""
        locate(network, self.layer)
        return self

    @property
    def layers(self) -> list[str]:
        """The layers whose answers `value` reads."""
        return [self.layer]

    def value(self, answers: Answers, rows: Tensor) -> Tensor:
        """(n,): how good an answer each image is; `rows` (n,) are the images' numbers in the whole batch."""
        raise NotImplementedError

    def __add__(self, other: "Objective") -> "Objective":
        return Weighted([*_terms(self), *_terms(other)])

    def __rmul__(self, weight: float) -> "Objective":
        return Weighted([(weight * factor, term) for factor, term in _terms(self)])


@dataclass
class Filter(Objective):
    """The mean of a channel, before its ReLU, over all places: image i asks for `channels[i]` of `layer`."""

    layer: str
    channels: Sequence[int]

    def __post_init__(self):
        self.channels = [int(channel) for channel in self.channels]
        self.count = len(self.channels)
        if not self.channels:
            raise LessonError("Ingen kanaler er valgt: skriv mindst én, fx [0].")

    def bind(self, network: nn.Module) -> "Filter":
        return replace(self, layer=before_relu(network, self.layer))

    def value(self, answers: Answers, rows: Tensor) -> Tensor:
        return self.maps(answers, rows).mean(1)

    def maps(self, answers: Answers, rows: Tensor) -> Tensor:
        """(n, places): the channel that each image asks for."""
        features, wanted = answers[self.layer], torch.tensor(self.channels)
        count = features.shape[1]
        if wrong := [channel for channel in self.channels if not 0 <= channel < count]:
            raise LessonError(
                f"»{self.layer.removesuffix('.pre')}« har {danish.plural(count, 'kanal', 'kanaler')} "
                f"(0 til {count - 1}), så kanal {wrong[0]} findes ikke."
            )
        images = torch.arange(len(rows), device=features.device)
        return features[images, wanted[rows].to(features.device)].reshape(len(rows), -1)


@dataclass
class Unit(Filter):
    """The channel's one unit in the middle of its feature map: what a single unit wants to see."""

    def value(self, answers: Answers, rows: Tensor) -> Tensor:
        height, width = (*answers[self.layer].shape[2:], 1, 1)[:2]
        return self.maps(answers, rows)[:, (height // 2) * width + width // 2]


@dataclass
class Class(Filter):
    """A class's logit, less `rivals` times the (soft) largest logit of all (Simonyan et al. 2013: `rivals=0`).

    With `rivals=1` it is the logarithm of the class's probability, which also falls when other classes fit.
    """

    layer: str = field(default="", init=False)
    channels: Sequence[int] = ()
    rivals: float = 0.3

    def bind(self, network: nn.Module) -> "Class":
        bound = Class(self.channels, rivals=self.rivals)
        bound.layer = output_layer(network)
        return bound

    def value(self, answers: Answers, rows: Tensor) -> Tensor:
        return self.maps(answers, rows)[:, 0] - self.rivals * answers[self.layer].logsumexp(1)


@dataclass
class Content(Objective):
    """To be, for `layer`, the same as a picture (Mahendran & Vedaldi 2015, equation 2): minus the feature error.

    `pictures` (N, 3, H, W). The feature error is the squared distance of the two answers, relative to the squared
    size of the picture's own: 0 is the same, and 1 is what an image gets to which the layer answers nothing.
    """

    layer: str
    pictures: Tensor
    targets: Tensor | None = None

    def __post_init__(self):
        self.count = len(self.pictures)

    def bind(self, network: nn.Module) -> "Content":
        targets = activations(network, self.pictures, [self.layer], exact=True)[self.layer].to(
            device_of(network)
        )
        return Content(self.layer, self.pictures, targets)

    def value(self, answers: Answers, rows: Tensor) -> Tensor:
        wanted = self.targets[rows.to(self.targets.device)]
        return -relative_error(answers[self.layer], wanted)


@dataclass
class Different(Objective):
    """That `each` images in a row answer the same question differently (Olah et al. 2017, »Diversity«).

    Minus the cosine between the images' Gram matrices (which channels answer together), mean over the others of
    the group. Ask the question `each` times: `Filter("conv4", [7] * 4) + Different("conv4", each=4)`.
    """

    layer: str
    each: int = 4

    def __post_init__(self):
        self.group = self.each

    def value(self, answers: Answers, rows: Tensor) -> Tensor:
        features = answers[self.layer]
        flat = features.reshape(len(features), features.shape[1], -1)
        gram = nn.functional.normalize((flat @ flat.transpose(1, 2)).flatten(1), dim=1)
        groups = gram.unflatten(0, (-1, self.each))
        likeness = groups @ groups.transpose(1, 2)
        others = (likeness.sum(2) - likeness.diagonal(dim1=1, dim2=2)) / max(self.each - 1, 1)
        return -others.flatten()


@dataclass
class Weighted(Objective):
    """A weighted sum of questions."""

    terms: list[tuple[float, Objective]]

    def __post_init__(self):
        counts = {term.count for _, term in self.terms if term.count is not None}
        if len(counts) > 1:
            told = danish.listing(sorted(counts))
            raise LessonError(f"Delene spørger efter hvert sit antal billeder ({told}): giv dem samme antal.")
        self.count = counts.pop() if counts else None
        self.group = max(term.group for _, term in self.terms)

    def bind(self, network: nn.Module) -> "Weighted":
        return Weighted([(weight, term.bind(network)) for weight, term in self.terms])

    @property
    def layers(self) -> list[str]:
        return list(dict.fromkeys(layer for _, term in self.terms for layer in term.layers))

    def value(self, answers: Answers, rows: Tensor) -> Tensor:
        return sum(weight * term.value(answers, rows) for weight, term in self.terms)


def relative_error(features: Tensor, wanted: Tensor) -> Tensor:
    """(N,): the squared distance of two answers, relative to the squared size of the second."""
    distance = (features - wanted).flatten(1).square().sum(1)
    return distance / wanted.flatten(1).square().sum(1).clamp_min(1e-12)


def before_relu(network: nn.Module, layer: str) -> str:
    """`conv4` -> `conv4.pre`, where the network has that: after its ReLU a silent unit gives no gradient."""
    locate(network, layer)
    with suppress(LessonError):
        locate(network, f"{layer}.pre")
        return f"{layer}.pre"
    return layer


def output_layer(network: nn.Module) -> str:
    """The layer whose answers are the logits: the last one that has weights."""
    if isinstance(network, Network):
        return network.layer_names[-1]
    return [path for path, module in network.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)][-1]


def _terms(objective: Objective) -> list[tuple[float, Objective]]:
    return objective.terms if isinstance(objective, Weighted) else [(1.0, objective)]
