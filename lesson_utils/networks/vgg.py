"""VGG: Simonyan & Zisserman 2014, »Very Deep Convolutional Networks for Large-Scale Image Recognition«.

Nothing but 3x3 filters with stride 1 and 2x2 pools: five blocks, whose only difference is how many conv layers
they hold (table 1 of the paper, columns A, B, D and E).
"""

from collections.abc import Sequence

import torch

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks.layers import Conv, Dropout, FullyConnected, MaxPool, Row
from lesson_utils.networks.network import MINI, Network, build

WIDTHS = (64, 128, 256, 512, 512)
REPEATS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}

MINI_WIDTHS = (24, 48, 96, 144)
MINI_REPEATS = (2, 2, 2, 2)


def table(
    widths: Sequence[int], repeats: Sequence[int], fc: int, dropout: float, batch_norm: bool = False
) -> list[Row]:
    """The rows of a VGG network but for its last FC layer: `repeats[b]` conv layers of `widths[b]` in block b."""
    rows: list[Row] = []
    for block, (width, repeat) in enumerate(zip(widths, repeats, strict=True), start=1):
        rows += [
            Conv(f"conv{block}_{k}", width, kernel=3, batch_norm=batch_norm) for k in range(1, repeat + 1)
        ]
        rows.append(MaxPool(f"pool{block}", 2, 2))
    for k in (6, 7):
        rows += [FullyConnected(f"fc{k}", fc), Dropout(f"drop{k}", dropout)]
    return rows


def vgg(depth: int = 16, classes: int = 1000, seed: int = 0, device: str | torch.device = "cpu") -> Network:
    """The paper's network with `depth` layers of weights for 224x224 images: 138,357,544 parameters for 16.

    Raises LessonError for a depth that the paper does not have.
    """
    if depth not in REPEATS:
        raise LessonError(f"VGG findes ikke med {depth} lag: vælg mellem {danish.listing(REPEATS)}.")
    return build(f"VGG-{depth}", table(WIDTHS, REPEATS[depth], 4096, 0.5), classes, 224, seed, device)


def mini(classes: int, seed: int = 0, device: str | torch.device = "cpu") -> Network:
    """MiniVGG: four blocks of two 3x3 for 64x64 images, with batch norm; 1.1 million parameters."""
    rows = table(MINI_WIDTHS, MINI_REPEATS, 256, 0.3, batch_norm=True)
    return build("MiniVGG", rows, classes, seed=seed, device=device, **MINI)


def relative(depth: int, device: str | torch.device = "cpu") -> Network:
    """torchvision's VGG, which is the paper's."""
    network = vgg(depth, device=device)
    network.name += " (torchvision)"
    return network


vgg.mini = mini
vgg.relative = relative
