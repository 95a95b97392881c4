"""What the networks share: the rows of their tables and the blocks that those rows become.

A network is written as a table, a list of rows such as `Conv("conv1", 96, kernel=11, stride=4)`. `network.build`
turns the rows into modules one after another and carries the number of channels and the size of the feature
maps along, so a table never states the same number twice. Another table gives another network of the family.

A block says what it is in the layer table (`kind`), and at which paths inside it stands what goes into its last
ReLU (`before_relu`; none: it has no ReLU). A network's own blocks and rows stand in its file.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks.arithmetic import output_size


class Shape(NamedTuple):
    """A feature map without its batch: `channels` maps of `size` x `size`."""

    channels: int
    size: int


class Row(Protocol):
    """One line of a network's table."""

    name: str

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        """The module for an input of `shape`, and the shape that it hands on."""


@dataclass(frozen=True)
class Conv:
    """A conv layer and (but for `relu=False`) its ReLU. Without `padding` the map keeps its size at stride 1."""

    name: str
    width: int
    kernel: int
    stride: int = 1
    padding: int | None = None
    groups: int = 1
    batch_norm: bool = False
    relu: bool = True

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        padding = self.kernel // 2 if self.padding is None else self.padding
        size = (self.kernel, self.stride, padding)
        block = ConvBlock(shape.channels, self.width, *size, self.groups, self.batch_norm, self.relu)
        return block, Shape(self.width, output_size(shape.size, *size, rounding="floor"))


@dataclass(frozen=True)
class MaxPool:
    """Max pooling; it overlaps where `kernel` is larger than `stride`. `ceil` keeps a last, partial window."""

    name: str
    kernel: int
    stride: int
    ceil: bool = False
    padding: int = 0

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        size = (self.kernel, self.stride, self.padding)
        after = output_size(shape.size, *size, rounding="ceil" if self.ceil else "floor")
        return nn.MaxPool2d(*size, ceil_mode=self.ceil), Shape(shape.channels, after)


@dataclass(frozen=True)
class LocalNorm:
    """Local response norm across `neighbours` channels (Krizhevsky et al. 2012, section 3.3).

    `alpha` is PyTorch's, which divides it by `neighbours`; the paper's formula does not divide.
    """

    name: str
    neighbours: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        return nn.LocalResponseNorm(self.neighbours, self.alpha, self.beta, self.k), shape


@dataclass(frozen=True)
class GlobalAveragePool:
    """GAP: each feature map becomes its mean (Lin, Chen & Yan 2013, section 3.2)."""

    name: str = "gap"

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        return nn.AdaptiveAvgPool2d(1), Shape(shape.channels, 1)


@dataclass(frozen=True)
class FullyConnected:
    """An FC layer on the flattened feature maps; `relu=False` for the last one, whose output is the logits."""

    name: str
    width: int
    relu: bool = True

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        return FCBlock(shape.channels * shape.size**2, self.width, self.relu), Shape(self.width, 1)


@dataclass(frozen=True)
class Dropout:
    """Sets each value to zero with probability `share` while training, and does nothing otherwise."""

    name: str
    share: float

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        return nn.Dropout(self.share), shape


class ConvBlock(nn.Sequential):
    """conv, (batch norm), (ReLU). The ReLU is not in place: it would overwrite what `conv4.pre` shows."""

    kind = "conv"

    def __init__(
        self,
        in_channels: int,
        width: int,
        kernel: int,
        stride: int = 1,
        padding: int = 0,
        groups: int = 1,
        batch_norm: bool = False,
        relu: bool = True,
    ):
        parts = OrderedDict()
        # batch norm subtracts the mean, and with it any bias that the convolution could have added
        parts["conv"] = nn.Conv2d(
            in_channels, width, kernel, stride, padding, groups=groups, bias=not batch_norm
        )
        if batch_norm:
            parts["norm"] = nn.BatchNorm2d(width)
        before_relu = [next(reversed(parts))] if relu else []
        if relu:
            parts["relu"] = nn.ReLU()
        super().__init__(parts)
        self.before_relu = before_relu


class FCBlock(nn.Module):
    """flatten, linear, (ReLU): (N, C, H, W) or (N, C·H·W) -> (N, width)."""

    kind = "fc"

    def __init__(self, in_features: int, width: int, relu: bool = True):
        super().__init__()
        self.linear = nn.Linear(in_features, width)
        self.relu = nn.ReLU() if relu else None
        self.before_relu = ["linear"] if relu else []

    def forward(self, features: Tensor) -> Tensor:
        features = self.linear(flatten_features(features, self.linear.in_features))
        return features if self.relu is None else self.relu(features)


def flatten_features(features: Tensor, expected: int) -> Tensor:
    """(N, C, H, W) -> (N, C·H·W), with a LessonError where the FC layer behind has another number of inputs."""
    flat = features.flatten(1)
    if flat.shape[1] != expected:
        raise LessonError(
            f"Det fuldt forbundne lag forventer {danish.number(expected)} tal fra laget før, men fik "
            f"{danish.number(flat.shape[1])}: billedet har en anden størrelse end netværkets input_size."
        )
    return flat


# it looks at shapes; wrapped, it stays one node when torch.fx traces a network
torch.fx.wrap("flatten_features")
