"""EfficientNet-Lite0: Tan & Le 2019, »EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks«.

A stem, sixteen inverted bottlenecks in seven groups (MBConv; Sandler et al. 2018, »MobileNetV2«), a 1x1 head,
global average pooling and a single linear layer. The table below is the paper's table 1, column by column. "Lite"
(Google 2020, for phones) leaves out squeeze-and-excitation, has ReLU6 in the place of swish, and keeps stem and
head as they are where the larger networks of the family widen them.
"""

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lesson_utils.networks.layers import Dropout, GlobalAveragePool, Row, Shape
from lesson_utils.networks.network import Network, build

MEAN, STD = (127 / 255,) * 3, (128 / 255,) * 3  # its weights were trained on (pixel - 127) / 128


@dataclass(frozen=True)
class SameConv:
    """A conv layer with batch norm and ReLU6, whose map has the size of what went in divided by `stride`."""

    name: str
    width: int
    kernel: int
    stride: int = 1

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        block = SameConvBlock(shape.channels, self.width, self.kernel, self.stride)
        return block, Shape(self.width, shape.size // self.stride)


@dataclass(frozen=True)
class MBConv:
    """One inverted bottleneck: `expand` times as many channels inside as go in."""

    name: str
    expand: int
    width: int
    kernel: int
    stride: int = 1

    def build(self, shape: Shape) -> tuple[nn.Module, Shape]:
        return MBConvBlock(shape.channels, self), Shape(self.width, shape.size // self.stride)


def group(number: int, expand: int, width: int, kernel: int, stride: int, repeats: int) -> list[MBConv]:
    """A row of table 1: `repeats` bottlenecks, `block2a`, `block2b`, …, of which the first takes the stride."""
    return [
        MBConv(f"block{number}{letter}", expand, width, kernel, stride if letter == "a" else 1)
        for letter in "abcd"[:repeats]
    ]


LITE0: list[Row] = [
    SameConv("stem", 32, kernel=3, stride=2),
    *group(1, expand=1, width=16, kernel=3, stride=1, repeats=1),
    *group(2, expand=6, width=24, kernel=3, stride=2, repeats=2),
    *group(3, expand=6, width=40, kernel=5, stride=2, repeats=2),
    *group(4, expand=6, width=80, kernel=3, stride=2, repeats=3),
    *group(5, expand=6, width=112, kernel=5, stride=1, repeats=3),
    *group(6, expand=6, width=192, kernel=5, stride=2, repeats=4),
    *group(7, expand=6, width=320, kernel=3, stride=1, repeats=1),
    SameConv("head", 1280, kernel=1),
    GlobalAveragePool("gap"),
    Dropout("drop", 0.2),
]


class SameConvBlock(nn.Sequential):
    """(pad), conv, batch norm, (ReLU6): (N, C, H, W) -> (N, width, H / stride, W / stride).

    With stride 2 the padding is TensorFlow's, in which the network was trained: of its k - 2 pixels the odd one
    stands to the right and below, where PyTorch would put one on each side.
    """

    kind = "conv"

    def __init__(
        self, channels: int, width: int, kernel: int, stride: int = 1, groups: int = 1, relu: bool = True
    ):
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        before, after = kernel // 2 - (stride == 2), kernel // 2
        if before != after:
            parts["pad"] = nn.ZeroPad2d((before, after, before, after))
        padding = after if before == after else 0
        parts["conv"] = nn.Conv2d(channels, width, kernel, stride, padding, groups=groups, bias=False)
        parts["norm"] = nn.BatchNorm2d(width, eps=1e-3)
        if relu:
            parts["relu"] = nn.ReLU6()
        super().__init__(parts)
        self.before_relu = ["norm"] if relu else []


class MBConvBlock(nn.Module):
    """1x1 to many channels, k x k on each of them alone, 1x1 to few; what went in is added where it fits.

    The last convolution has no ReLU, so the answer of a block has no `.pre`; its parts have (`block3b.depthwise`).
    """

    kind = "mbconv"

    def __init__(self, channels: int, row: MBConv):
        super().__init__()
        inside = channels * row.expand
        self.expand = SameConvBlock(channels, inside, 1) if row.expand > 1 else nn.Identity()
        self.depthwise = SameConvBlock(inside, inside, row.kernel, row.stride, groups=inside)
        self.project = SameConvBlock(inside, row.width, 1, relu=False)
        self.skips = row.stride == 1 and channels == row.width

    def forward(self, features: Tensor) -> Tensor:
        found = self.project(self.depthwise(self.expand(features)))
        return features + found if self.skips else found


def efficientnet(classes: int = 1000, seed: int = 0, device: str | torch.device = "cpu") -> Network:
    """EfficientNet-Lite0 for 224x224 images: 4,652,008 parameters with 1000 classes, 0.39 G multiply-adds.

    Trained on ImageNet it names 75.1 % of the validation photos rightly, as published (top-1).
    """
    return build("EfficientNet-Lite0", LITE0, classes, 224, seed, device, head="fc", mean=MEAN, std=STD)
