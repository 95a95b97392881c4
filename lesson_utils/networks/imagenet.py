"""torchvision's relatives of the three networks, under the lecture's layer names. Nothing is loaded here.

torchvision's VGG is the paper's. Its AlexNet is the single tower of Krizhevsky 2014 (»One weird trick for
parallelizing convolutional neural networks«): 64 first filters, no groups, no local norm. Its GoogLeNet has batch
norm in the place of local norm, and 3x3 filters where the paper has 5x5. Each is a table like the paper's own, so
torchvision's tensors fit in one by one, in the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks.googlenet import PAPER as GOOGLENET_PAPER
from lesson_utils.networks.googlenet import Inception
from lesson_utils.networks.googlenet import build as build_googlenet
from lesson_utils.networks.layers import Conv, Dropout, FullyConnected, LocalNorm, MaxPool, Row
from lesson_utils.networks.network import Network, build
from lesson_utils.networks.vgg import vgg

ALEXNET = [
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


def _googlenet_row(row: Row) -> Row:
    if isinstance(row, Conv):
        return replace(row, batch_norm=True)
    if isinstance(row, Inception):
        return replace(row, batch_norm=True, kernel5x5=3)
    return replace(row, kernel=2) if row.name == "pool4" else row


GOOGLENET = [_googlenet_row(row) for row in GOOGLENET_PAPER if not isinstance(row, LocalNorm)]

NAMES = ("alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "googlenet")


def relative(
    name: str, class_names: Sequence[str] | None = None, device: str | torch.device = "cpu"
) -> Network:
    """The network that torchvision calls `name`, in the course's form and with fresh weights; 224x224 images.

    Raises LessonError for a name outside `NAMES`.
    """
    if name not in NAMES:
        raise LessonError(
            f"Kurset kender ingen ImageNet-udgave af »{name}«. {danish.did_you_mean(name, NAMES)} "
            f"Vælg mellem {danish.listing(NAMES)}."
        )
    if name == "alexnet":
        network = build("AlexNet (torchvision)", ALEXNET, 1000, 224, device=device)
    elif name == "googlenet":
        # torchvision's own weights were trained on images normalised to -1..1, not by ImageNet's mean
        half = (0.5, 0.5, 0.5)
        network = build_googlenet(
            "GoogLeNet (torchvision)", GOOGLENET, [], 1000, 224, device=device, mean=half, std=half
        )
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 1e-3
    else:
        network = vgg(int(name.removeprefix("vgg")), device=device)
        network.name += " (torchvision)"
    network.class_names = None if class_names is None else tuple(class_names)
    return network


@torch.no_grad()
def adopt(network: Network, state: Mapping[str, Tensor]) -> None:
    """Copy torchvision's `state` into the relative; its auxiliary heads (published untrained) are left out.

    Raises LessonError, and copies nothing, where the two do not match tensor by tensor.
    """
    own = {name: tensor for name, tensor in network.state_dict().items() if name.startswith("layers.")}
    theirs = {name: tensor for name, tensor in state.items() if not name.startswith("aux")}
    pairs = list(zip(own.items(), theirs.items(), strict=False))
    same = all(a.rsplit(".")[-1] == b.rsplit(".")[-1] and x.shape == y.shape for (a, x), (b, y) in pairs)
    if len(own) != len(theirs) or not same:
        raise LessonError(f"Vægtene passer ikke til {network.name}: de hører til et andet netværk.")
    for (_, target), (_, source) in pairs:
        target.copy_(source)
