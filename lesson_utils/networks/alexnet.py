"""AlexNet: Krizhevsky, Sutskever & Hinton 2012, »ImageNet Classification with Deep Convolutional Neural Networks«.

The paper's network is one table, the miniature for 64x64 images another; the builder is the same.
"""

from collections.abc import Sequence
from typing import Literal

import torch

from lesson_utils.errors import LessonError
from lesson_utils.networks.layers import Conv, Dropout, FullyConnected, LocalNorm, MaxPool, Row
from lesson_utils.networks.network import MINI, Network, build

# Section 3.5. conv2, conv4 and conv5 see only half of the channels before them (groups=2): the paper split the
# network over two GPUs. Section 3.3: k = 2, n = 5, alpha = 1e-4, beta = 0.75, where the paper's sum is not
# divided by n and PyTorch's is; hence 5e-4 here. Section 3.4: pools of 3x3 with stride 2 overlap.
PAPER = [
    Conv("conv1", 96, kernel=11, stride=4, padding=0),
    LocalNorm("norm1", 5, alpha=5e-4, beta=0.75, k=2),
    MaxPool("pool1", 3, 2),
    Conv("conv2", 256, kernel=5, groups=2),
    LocalNorm("norm2", 5, alpha=5e-4, beta=0.75, k=2),
    MaxPool("pool2", 3, 2),
    Conv("conv3", 384, kernel=3),
    Conv("conv4", 384, kernel=3, groups=2),
    Conv("conv5", 256, kernel=3, groups=2),
    MaxPool("pool5", 3, 2),
    FullyConnected("fc6", 4096),
    Dropout("drop6", 0.5),  # section 4.2: in the first two FC layers
    FullyConnected("fc7", 4096),
    Dropout("drop7", 0.5),
]

# The same family for 64x64: a smaller first filter and stride, batch norm in the place of the local norm.
SMALL = [
    Conv("conv1", 48, kernel=9, stride=2, batch_norm=True),
    MaxPool("pool1", 3, 2, ceil=True),
    Conv("conv2", 96, kernel=5, batch_norm=True),
    MaxPool("pool2", 3, 2, ceil=True),
    Conv("conv3", 128, kernel=3, batch_norm=True),
    Conv("conv4", 128, kernel=3, batch_norm=True),
    Conv("conv5", 128, kernel=3, batch_norm=True),
    MaxPool("pool5", 3, 2, ceil=True),
    FullyConnected("fc6", 512),
    Dropout("drop6", 0.3),
    FullyConnected("fc7", 256),
    Dropout("drop7", 0.3),
]

# The single tower of 2014: 64 first filters, no groups, no local norm.
TORCHVISION = [
    Conv("conv1", 64, kernel=11, stride=4, padding=2),
    MaxPool("pool1", 3, 2),
    Conv("conv2", 192, kernel=5),
    MaxPool("pool2", 3, 2),
    Conv("conv3", 384, kernel=3),
    Conv("conv4", 256, kernel=3),
    Conv("conv5", 256, kernel=3),
    MaxPool("pool5", 3, 2),
    Dropout("drop5", 0.5),
    FullyConnected("fc6", 4096),
    Dropout("drop6", 0.5),
    FullyConnected("fc7", 4096),
]


def alexnet(
    classes: int = 1000,
    order: Literal["paper", "caffenet"] = "paper",
    seed: int = 0,
    device: str | torch.device = "cpu",
) -> Network:
    """The 2012 network for 227x227 images: 60,965,224 parameters with 1000 classes.

    `order="paper"`: conv, ReLU, local response norm, pool. `order="caffenet"`: the pool before the norm, as in
    Caffe's reference model and in the lecture; cheaper, and of the same size.
    Raises LessonError for any other order.
    """
    if order not in ("paper", "caffenet"):
        raise LessonError(f"order er »{order}«, men skal være »paper« eller »caffenet«.")
    rows = PAPER if order == "paper" else _pool_first(PAPER)
    return build("AlexNet", rows, classes, 227, seed, device)


def mini(classes: int, seed: int = 0, device: str | torch.device = "cpu") -> Network:
    """MiniAlexNet: the family for 64x64 images, 1.7 million parameters."""
    return build("MiniAlexNet", SMALL, classes, seed=seed, device=device, **MINI)


def relative(device: str | torch.device = "cpu") -> Network:
    """torchvision's AlexNet: Krizhevsky 2014, »One weird trick for parallelizing …«."""
    return build("AlexNet (torchvision)", TORCHVISION, 1000, 224, device=device)


alexnet.mini = mini
alexnet.relative = relative


def _pool_first(rows: Sequence[Row]) -> list[Row]:
    """The same rows with each local norm moved behind the pool that follows it."""
    rows = list(rows)
    for k, row in enumerate(rows[:-1]):
        if isinstance(row, LocalNorm) and isinstance(rows[k + 1], MaxPool):
            rows[k], rows[k + 1] = rows[k + 1], row
    return rows
