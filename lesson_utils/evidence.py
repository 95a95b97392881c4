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
    kinds = {name: kind_of(layer) for name, layer in network.layers.named_children()}
    if list(kinds.values()).count("fc") != 1 or "gap" not in kinds.values():
        raise LessonError(
            f"Kortet kræver et netværk, der slutter med GAP og ét FC-lag, og det gør {network.name} ikke: "
            "vælg fx googlenet."
        )
    names = list(kinds)
    last = names[list(kinds.values()).index("gap") - 1]
    head = next(
        part for part in network.layers.get_submodule(names[-1]).modules() if isinstance(part, nn.Linear)
    )
    weights = head.weight.detach().float().cpu()[torch.as_tensor(classes, device="cpu")]
    return (activations(network, images, [last])[last] * weights[:, :, None, None]).sum(1)
