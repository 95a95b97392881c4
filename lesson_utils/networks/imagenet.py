"""Networks with ImageNet's 1000 classes: torchvision's relatives of the course's, under the lecture's layer names.

Each is a table like the paper's own and stands beside it (`relative` in `alexnet.py`, …), so torchvision's tensors
fit in one by one, in the same order. No weights are loaded here.
"""

import csv
from collections.abc import Mapping
from functools import cache

import torch
from torch import Tensor

from lesson_utils import DATA, danish
from lesson_utils.errors import LessonError
from lesson_utils.networks.families import RELATIVES
from lesson_utils.networks.network import Network


def relative(name: str, device: str | torch.device = "cpu") -> Network:
    """The network that torchvision calls `name`, in the course's form and with fresh weights; 224x224 images.

    Raises LessonError for a name that no family lists.
    """
    if name not in RELATIVES:
        raise LessonError(
            f"Kurset kender ingen ImageNet-udgave af »{name}«. {danish.did_you_mean(name, RELATIVES)} "
            f"Vælg mellem {danish.listing(RELATIVES)}."
        )
    return RELATIVES[name](device=device)


@cache
def danish_classes() -> tuple[str, ...]:
    """ImageNet's 1000 classes in Danish, in the order of the logits."""
    with (DATA / "imagenet_danish.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["danish"] for row in csv.DictReader(file))


@torch.no_grad()
def adopt(network: Network, state: Mapping[str, Tensor]) -> None:
    """Copy the field's `state` into the network, tensor by tensor in order; torchvision's auxiliary heads
    (published untrained) are left out.

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
