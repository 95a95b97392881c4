"""Lesson 03: what a unit sees, measured with gradients, and what the first weights do to the signal.

A receptive field is a fact about kernels, strides and nothing else. So the stacks here have a single channel,
positive weights and no ReLU: no gradient can vanish by accident, and every pixel that can reach the unit shows.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils.networks import Network
from lesson_utils.networks.layers import Conv, ConvBlock, GlobalAveragePool, MaxPool
from lesson_utils.networks.network import build
from lesson_utils.networks.vgg import REPEATS, WIDTHS
from lesson_utils.networks.vgg import table as rows_of


def positive_conv(kernel: int, stride: int = 1, padding: int = 0, seed: int = 0) -> nn.Conv2d:
    """One filter on one channel, float64, without bias: positive random weights whose sum is 1."""
    conv = nn.Conv2d(1, 1, kernel, stride, padding, bias=False, dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    weights = 0.5 + torch.rand(conv.weight.shape, generator=generator, dtype=torch.float64)
    conv.weight.data = weights / weights.sum()
    return conv


def positive_stack(layers: Sequence[tuple[int, int]], seed: int = 0) -> nn.Sequential:
    """`positive_conv`s on top of each other, given as (kernel, stride)."""
    return nn.Sequential(*(positive_conv(*layer, seed=seed + k) for k, layer in enumerate(layers)))


def gradient_of_middle(stack: nn.Module, size: int) -> Tensor:
    """(size, size): how much each pixel of the image changes the unit in the middle of the stack's output."""
    image = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    answer = stack(image)[0, 0]
    (gradient,) = torch.autograd.grad(answer[answer.shape[0] // 2, answer.shape[1] // 2], image)
    return gradient[0, 0]


def support(gradient: Tensor) -> tuple[int, int]:
    """(height, width) of the smallest rectangle that holds every pixel whose gradient is not zero."""
    rows, columns = (gradient != 0).nonzero(as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def shadow(layers: pd.DataFrame, seed: int = 0) -> nn.Sequential:
    """A network's conv layers and pools with the same kernel, stride and padding, but one positive channel.

    `layers`: its `layer_table`. A pool weighs its pixels instead of choosing one: it looks at the same window.
    """
    looking = layers[layers["kind"].isin(["conv", "maxpool"])]
    convs = OrderedDict(
        (name, positive_conv(int(row.kernel), int(row.stride), int(row.padding), seed + k))
        for k, (name, row) in enumerate(looking.iterrows())
    )
    return nn.Sequential(convs)


def room(layers: pd.DataFrame) -> int:
    """An image size at which no unit in the middle looks over the edge: a multiple of 32 pixels."""
    looking = layers[layers["kind"].isin(["conv", "maxpool"])]
    return 32 * math.ceil(looking["receptive_field"].max() / 32) + 64


def measured_fields(layers: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """For each conv layer and pool: the receptive field by the formula and by the gradient, in pixels."""
    stack, size = shadow(layers, seed), room(layers)
    names = [name for name, _ in stack.named_children()]
    rows = {}
    for depth, name in enumerate(names, start=1):
        seen = max(support(gradient_of_middle(stack[:depth], size)))  # the field is square: see the tests
        rows[name] = {"formula": int(layers.loc[name, "receptive_field"]), "gradient": seen}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def width_of_share(gradient: Tensor, share: float) -> int:
    """The width of the smallest square around the field's middle that holds `share` of the gradient."""
    rows, columns = (gradient != 0).nonzero(as_tuple=True)
    field = gradient[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    side = field.shape[0]
    for cut in reversed(range((side + 1) // 2)):
        inner = field[cut : side - cut, cut : side - cut]
        if inner.sum() >= share * field.sum():
            return inner.shape[0]
    return side


def by_block(layers: pd.DataFrame) -> pd.DataFrame:
    """Sums per block, fc6, fc7 and fc8: `parameters`, `multiply_adds`, `activations` (numbers per image).

    `layers`: the `layer_table` of a VGG network; pools belong to the block that they end.
    """
    sums = layers.assign(activations=layers["channels"] * layers["height"] * layers["width"])
    names = [
        f"blok {re.search('[0-9]', name)[0]}" if not name.startswith("fc") else name for name in layers.index
    ]
    return sums[["parameters", "multiply_adds", "activations"]].groupby(names, sort=False).sum()


def with_gap(depth: int = 16, classes: int = 1000) -> Network:
    """VGG's conv layers, then global average pooling and one linear layer: no fc6 and fc7. On `meta`."""
    rows = [row for row in rows_of(WIDTHS, REPEATS[depth], 4096, 0.5) if isinstance(row, Conv | MaxPool)]
    return build(f"VGG-{depth} med GAP", [*rows, GlobalAveragePool()], classes, 224, device="meta")


@torch.no_grad()
def signal_strength(network: Network, image: Tensor, spread: float | None = None, seed: int = 0) -> pd.Series:
    """The standard deviation of each conv layer's output for an image (3, H, W), with new first weights.

    Weights are normal with standard deviation `spread` in every layer; None: He et al. 2015, the square root of
    2 / fan-in. Biases are zero. `network` gives the layers' shapes and may be on `meta`.
    """
    generator = torch.Generator().manual_seed(seed)
    signal = (image[None] - image.mean()) / image.std()
    strengths = {}
    for name, module in network.layers.named_children():
        if isinstance(module, ConvBlock):
            shape = module.conv.weight.shape
            deviation = math.sqrt(2 / math.prod(shape[1:])) if spread is None else spread
            weight = torch.empty(shape).normal_(0.0, deviation, generator=generator)
            signal = F.relu(F.conv2d(signal, weight, padding=module.conv.padding))
            strengths[name] = float(signal.std())
        elif isinstance(module, nn.MaxPool2d):
            signal = module(signal)
    return pd.Series(strengths, name="std").rename_axis("layer")
