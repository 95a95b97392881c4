"""GoogLeNet: Szegedy et al. 2014, »Going Deeper with Convolutions«.

A stem of ordinary convolutions, nine inception modules, global average pooling and a single linear layer. The
table below is the paper's table 1, column by column; the miniature is a shorter table.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lesson_utils.networks.layers import (
    Conv,
    ConvBlock,
    Dropout,
    FCBlock,
    FullyConnected,
    GlobalAveragePool,
    LocalNorm,
    MaxPool,
    Row,
    Shape,
    build_layers,
)
from lesson_utils.networks.network import Network, materialise

AUXILIARY_WEIGHT = 0.3  # section 5: what each auxiliary loss counts beside the main one


@dataclass(frozen=True)
class Inception:
    """One module: the widths of its six convolutions, named as the columns of the paper's table 1.

    `kernel5x5=3` gives the variant that torchvision's network has in the place of true 5x5 filters.
    """

    name: str
    conv1x1: int
    reduce3x3: int
    conv3x3: int
    reduce5x5: int
    conv5x5: int
    pool_proj: int
    batch_norm: bool = False
    kernel5x5: int = 5

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        width = self.conv1x1 + self.conv3x3 + self.conv5x5 + self.pool_proj
        return InceptionModule(shape.channels, self), Shape(width, shape.size)


@dataclass(frozen=True)
class Auxiliary:
    """A classifier that helps while training: it reads the output of the module `after`."""

    after: str
    pool: int
    stride: int
    width: int
    hidden: int
    dropout: float


# Table 1. The paper does not give the constants of its local norm; these are Caffe's defaults, with which the
# published BVLC weights were trained.
PAPER = [
    Conv("conv1", 64, kernel=7, stride=2),
    MaxPool("pool1", 3, 2, ceil=True),
    LocalNorm("norm1"),
    Conv("conv2_reduce", 64, kernel=1),
    Conv("conv2", 192, kernel=3),
    LocalNorm("norm2"),
    MaxPool("pool2", 3, 2, ceil=True),
    Inception("inception_3a", 64, 96, 128, 16, 32, 32),
    Inception("inception_3b", 128, 128, 192, 32, 96, 64),
    MaxPool("pool3", 3, 2, ceil=True),
    Inception("inception_4a", 192, 96, 208, 16, 48, 64),
    Inception("inception_4b", 160, 112, 224, 24, 64, 64),
    Inception("inception_4c", 128, 128, 256, 24, 64, 64),
    Inception("inception_4d", 112, 144, 288, 32, 64, 64),
    Inception("inception_4e", 256, 160, 320, 32, 128, 128),
    MaxPool("pool4", 3, 2, ceil=True),
    Inception("inception_5a", 256, 160, 320, 32, 128, 128),
    Inception("inception_5b", 384, 192, 384, 48, 128, 128),
    GlobalAveragePool("gap"),
    Dropout("drop", 0.4),
]
# Section 5: average pool 5x5 with stride 3, 1x1 to 128, FC of 1024, dropout of 70 %.
PAPER_AUXILIARY = [Auxiliary(after, 5, 3, 128, 1024, 0.7) for after in ("inception_4a", "inception_4d")]

MINI = [
    Conv("conv1", 32, kernel=7, stride=2, batch_norm=True),
    MaxPool("pool1", 3, 2, ceil=True),
    Conv("conv2_reduce", 32, kernel=1, batch_norm=True),
    Conv("conv2", 96, kernel=3, batch_norm=True),
    MaxPool("pool2", 3, 2, ceil=True),
    Inception("inception_3a", 32, 32, 48, 8, 16, 16, batch_norm=True),
    Inception("inception_3b", 48, 48, 64, 12, 24, 24, batch_norm=True),
    MaxPool("pool3", 3, 2, ceil=True),
    Inception("inception_4a", 64, 56, 96, 16, 32, 32, batch_norm=True),
    Inception("inception_4b", 96, 64, 128, 24, 48, 48, batch_norm=True),
    GlobalAveragePool("gap"),
    Dropout("drop", 0.2),
]
MINI_AUXILIARY = [Auxiliary("inception_4a", 2, 2, 48, 128, 0.4)]


class InceptionModule(nn.Module):
    """Four branches side by side, joined along the channels: (N, C, H, W) -> (N, sum of widths, H, W).

    1x1 · 1x1 then 3x3 · 1x1 then 5x5 · max pool then 1x1 (figure 2(b) of the paper).
    """

    branch_ends = ("conv1x1", "conv3x3", "conv5x5", "pool_proj")  # in the order of their channels

    def __init__(self, channels: int, row: Inception):
        super().__init__()
        bn, kernel = row.batch_norm, row.kernel5x5
        self.conv1x1 = ConvBlock(channels, row.conv1x1, 1, batch_norm=bn)
        self.reduce3x3 = ConvBlock(channels, row.reduce3x3, 1, batch_norm=bn)
        self.conv3x3 = ConvBlock(row.reduce3x3, row.conv3x3, 3, padding=1, batch_norm=bn)
        self.reduce5x5 = ConvBlock(channels, row.reduce5x5, 1, batch_norm=bn)
        self.conv5x5 = ConvBlock(row.reduce5x5, row.conv5x5, kernel, padding=kernel // 2, batch_norm=bn)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.pool_proj = ConvBlock(channels, row.pool_proj, 1, batch_norm=bn)

    def forward(self, features: Tensor) -> Tensor:
        branches = [
            self.conv1x1(features),
            self.conv3x3(self.reduce3x3(features)),
            self.conv5x5(self.reduce5x5(features)),
            self.pool_proj(self.pool(features)),
        ]
        return torch.cat(branches, dim=1)


class TrainingOutput(NamedTuple):
    """What GoogLeNet answers while it trains: its own logits, and those of each auxiliary classifier."""

    logits: Tensor
    auxiliary: dict[str, Tensor]


class GoogLeNet(Network):
    """A `Network` with auxiliary classifiers, which run in training mode only."""

    def __init__(self, *arguments: object, auxiliary: dict[str, nn.Module], **options: object):
        super().__init__(*arguments, **options)
        self.auxiliary = nn.ModuleDict(auxiliary)

    def forward(self, images: Tensor) -> Tensor | TrainingOutput:
        features = self.normalize(images)
        answers = {}
        for name, layer in self.layers.named_children():
            features = layer(features)
            if self.training and name in self.auxiliary:
                answers[name] = self.auxiliary[name](features)
        return TrainingOutput(features, answers) if answers else features

    def loss(self, output: Tensor | TrainingOutput, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """Cross-entropy of the network, plus 0.3 times that of each auxiliary classifier."""
        if isinstance(output, Tensor):
            return super().loss(output, labels, label_smoothing)
        helpers = sum(
            super(GoogLeNet, self).loss(a, labels, label_smoothing) for a in output.auxiliary.values()
        )
        return super().loss(output.logits, labels, label_smoothing) + AUXILIARY_WEIGHT * helpers


def googlenet(
    classes: int = 1000, auxiliary: bool = True, seed: int = 0, device: str | torch.device = "cpu"
) -> GoogLeNet:
    """The paper's network for 224x224 images.

    With 1000 classes it has 6,998,552 parameters, and 13,378,280 with its two auxiliary classifiers.
    """
    return build("GoogLeNet", PAPER, PAPER_AUXILIARY if auxiliary else [], classes, 224, seed, device)


def mini(
    classes: int, auxiliary: bool = True, seed: int = 0, device: str | torch.device = "cpu"
) -> GoogLeNet:
    """MiniGoogLeNet: stem, 3a, 3b, 4a (with an auxiliary classifier), 4b, GAP; 0.4 million parameters."""
    helpers = MINI_AUXILIARY if auxiliary else []
    return build("MiniGoogLeNet", MINI, helpers, classes, 64, seed, device, mean=(0.5,) * 3, std=(0.25,) * 3)


googlenet.mini = mini


def build(
    name: str,
    rows: Sequence[Row],
    auxiliary: Sequence[Auxiliary],
    classes: int,
    input_size: int,
    seed: int = 0,
    device: str | torch.device = "cpu",
    **options: object,
) -> GoogLeNet:
    """A network of this shape from its table; the linear layer `fc` has one output per class."""
    with torch.device("meta"):
        layers = build_layers([*rows, FullyConnected("fc", classes, relu=False)], input_size)
        shapes = _shapes(rows, input_size)
        heads = {row.after: _head(row, shapes[row.after], classes) for row in auxiliary}
        network = GoogLeNet(name, layers, input_size, auxiliary=heads, **options)
    return materialise(network, seed, device)


def _head(row: Auxiliary, shape: Shape, classes: int) -> nn.Sequential:
    size = (shape.size - row.pool) // row.stride + 1
    return nn.Sequential(
        OrderedDict(
            pool=nn.AvgPool2d(row.pool, row.stride),
            conv=ConvBlock(shape.channels, row.width, 1),
            fc1=FCBlock(row.width * size**2, row.hidden),
            drop=nn.Dropout(row.dropout),
            fc2=FCBlock(row.hidden, classes, relu=False),
        )
    )


def _shapes(rows: Sequence[Row], input_size: int) -> dict[str, Shape]:
    shape, shapes = Shape(3, input_size), {}
    for row in rows:
        shapes[row.name] = shape = row.build(shape)[1]
    return shapes
