"""GoogLeNet: Szegedy et al. 2014, »Going Deeper with Convolutions«.

A stem of ordinary convolutions, nine inception modules, global average pooling and a single linear layer. The
table below is the paper's table 1, column by column; the miniature is a shorter table.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from lesson_utils.networks.arithmetic import output_size
from lesson_utils.networks.layers import (
    Conv,
    ConvBlock,
    Dropout,
    FCBlock,
    GlobalAveragePool,
    LocalNorm,
    MaxPool,
    Row,
    Shape,
)
from lesson_utils.networks.network import MINI, Network, build


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

    def build(self, shape: Shape, classes: int) -> nn.Sequential:
        size = output_size(shape.size, self.pool, self.stride, rounding="floor")
        return nn.Sequential(
            OrderedDict(
                pool=nn.AvgPool2d(self.pool, self.stride),
                conv=ConvBlock(shape.channels, self.width, 1),
                fc1=FCBlock(self.width * size**2, self.hidden),
                drop=nn.Dropout(self.dropout),
                fc2=FCBlock(self.hidden, classes, relu=False),
            )
        )


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

SMALL = [
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
SMALL_AUXILIARY = [Auxiliary("inception_4a", 2, 2, 48, 128, 0.4)]


class InceptionModule(nn.Module):
    """Four branches side by side, joined along the channels: (N, C, H, W) -> (N, sum of widths, H, W).

    1x1 · 1x1 then 3x3 · 1x1 then 5x5 · max pool then 1x1 (figure 2(b) of the paper).
    """

    kind = "inception"
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
        ends = {end: self.get_submodule(end) for end in self.branch_ends}
        self.before_relu = [f"{end}.{path}" for end, block in ends.items() for path in block.before_relu]

    def forward(self, features: Tensor) -> Tensor:
        branches = [
            self.conv1x1(features),
            self.conv3x3(self.reduce3x3(features)),
            self.conv5x5(self.reduce5x5(features)),
            self.pool_proj(self.pool(features)),
        ]
        return torch.cat(branches, dim=1)


def googlenet(
    classes: int = 1000, auxiliary: bool = True, seed: int = 0, device: str | torch.device = "cpu"
) -> Network:
    """The paper's network for 224x224 images.

    With 1000 classes it has 6,998,552 parameters, and 13,378,280 with its two auxiliary classifiers.
    """
    helpers = PAPER_AUXILIARY if auxiliary else []
    return build("GoogLeNet", PAPER, classes, 224, seed, device, head="fc", auxiliary=helpers)


def mini(classes: int, auxiliary: bool = True, seed: int = 0, device: str | torch.device = "cpu") -> Network:
    """MiniGoogLeNet: stem, 3a, 3b, 4a (with an auxiliary classifier), 4b, GAP; 0.4 million parameters."""
    options = {"seed": seed, "device": device, "auxiliary": SMALL_AUXILIARY if auxiliary else []}
    return build("MiniGoogLeNet", SMALL, classes, head="fc", **options, **MINI)


def relative(device: str | torch.device = "cpu") -> Network:
    """torchvision's GoogLeNet: batch norm in the place of local norm, and 3x3 filters where the paper has 5x5."""
    # its weights were trained on images normalised to -1..1, not by ImageNet's mean
    half = (0.5, 0.5, 0.5)
    network = build(
        "GoogLeNet (torchvision)", TORCHVISION, 1000, 224, device=device, head="fc", mean=half, std=half
    )
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-3
    return network


googlenet.mini = mini
googlenet.relative = relative


def _as_torchvisions(row: Row) -> Row:
    if isinstance(row, Conv):
        return replace(row, batch_norm=True)
    if isinstance(row, Inception):
        return replace(row, batch_norm=True, kernel5x5=3)
    return replace(row, kernel=2) if row.name == "pool4" else row


TORCHVISION = [_as_torchvisions(row) for row in PAPER if not isinstance(row, LocalNorm)]
