"""Where in an image the score of a class comes from: class activation maps (Zhou et al. 2016)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lesson_utils.activations import activations
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.networks.arithmetic import kind_of


def evidence(network: Network, images: Tensor, classes: Sequence[int] | Tensor) -> Tensor:
    """(K, h, w) on the CPU: what each field of the last feature maps adds to the score of each class.

    `images` (K, 3, H, W), one for each of the K `classes`, or a single one for all. A map's mean and the class's
    bias make the class's logit. Raises LessonError for a network that does not end with GAP and one FC layer.
    """
    last, head = _end(network)
    weights = head.weight.detach().float().cpu()[torch.as_tensor(classes, device="cpu")]
    return (activations(network, images, [last])[last] * weights[:, :, None, None]).sum(1)


@torch.no_grad()
def answer_and_evidence(network: Network, image: Tensor) -> tuple[Tensor, Tensor]:
    """Each class's share (C,), and the map (h, w) of the largest: both from one pass of one image (3, H, W).

    On the CPU; raises LessonError as `evidence` does.
    """
    last, head = _end(network)
    maps = activations(network, image[None], [last])[last][0]
    weight, bias = head.weight.float().cpu(), head.bias.float().cpu()
    shares = (weight @ maps.mean((1, 2)) + bias).softmax(0)
    return shares, (weight[shares.argmax()][:, None, None] * maps).sum(0)


def _end(network: Network) -> tuple[str, nn.Linear]:
    """The row of the last feature maps before GAP, and the FC layer behind it."""
    kinds = {name: kind_of(layer) for name, layer in network.layers.named_children()}
    if list(kinds.values()).count("fc") != 1 or "gap" not in kinds.values():
        raise LessonError(
            f"Kortet kræver et netværk, der slutter med GAP og ét FC-lag, og det gør {network.name} ikke: "
            "vælg fx googlenet."
        )
    names = list(kinds)
    last = names[list(kinds.values()).index("gap") - 1]
    parts = network.layers.get_submodule(names[-1]).modules()
    return last, next(part for part in parts if isinstance(part, nn.Linear))
