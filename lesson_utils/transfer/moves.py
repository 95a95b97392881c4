"""The moves of transfer learning: a new head, layers frozen, layers thawed. Nothing is trained here."""

import copy

import torch
from torch import nn

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network, random_twin
from lesson_utils.networks.layers import FCBlock

HEAD_SPREAD = 0.01  # of the last layer's first weights (AlexNet's paper, section 5): it starts undecided


def fc_layers(network: Network) -> list[str]:
    """The names of the network's fully connected layers, in order."""
    return [name for name, row in network.layers.named_children() if isinstance(row, FCBlock)]


def replace_head(network: Network, classes: int, layers: int = 1, seed: int = 0) -> Network:
    """A copy of `network` whose last `layers` FC layers are new and whose answer is one of `classes`.

    The new layers are drawn from `seed`; all else is as in `network`, which stays as it was. Auxiliary classifiers
    are left out: they know the old classes. Raises LessonError for more layers than the network has.
    """
    names = fc_layers(network)
    if not 1 <= layers <= len(names):
        have = danish.plural(len(names), "fuldt forbundet lag", "fuldt forbundne lag")
        raise LessonError(f"{network.name} har {have}, så {layers} kan ikke erstattes: vælg et tal fra 1.")
    changed = copy.deepcopy(network)
    generator = torch.Generator().manual_seed(int(seed))
    for name in names[-layers:]:
        old, is_last = changed.layers.get_submodule(name).linear, name == names[-1]
        new = FCBlock(old.in_features, classes if is_last else old.out_features, relu=not is_last)
        spread = HEAD_SPREAD if is_last else (2 / old.in_features) ** 0.5  # He et al. 2015 before a ReLU
        nn.init.normal_(new.linear.weight, std=spread, generator=generator)
        nn.init.zeros_(new.linear.bias)
        setattr(changed.layers, name, new.to(network.device))
    changed.auxiliary = nn.ModuleDict()
    changed.class_names = None
    return changed


def freeze(network: Network, up_to: str) -> Network:
    """Freeze all layers up to and including `up_to`: training leaves their weights as they are.

    Changes `network` itself and returns it. Raises LessonError for a layer that it does not have.
    """
    names = [name for name, _ in network.layers.named_children()]
    if up_to not in names:
        raise LessonError(
            f"{network.name} har intet lag »{up_to}«. {danish.did_you_mean(up_to, names)} "
            f"Lagene hedder {danish.listing(network.layer_names)}."
        )
    for name in names[: names.index(up_to) + 1]:
        network.layers.get_submodule(name).requires_grad_(False)
    return network


def unfreeze(network: Network) -> Network:
    """Let training change all layers again. Changes `network` itself and returns it."""
    return network.requires_grad_(True)


def frozen_layers(network: Network) -> list[str]:
    """The names of the layers that have weights, none of which training may change."""
    return [
        name
        for name, row in network.layers.named_children()
        if list(row.parameters()) and not any(weight.requires_grad for weight in row.parameters())
    ]


def trainable(network: nn.Module) -> int:
    """How many parameters training may change."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def training_mode(network: Network) -> Network:
    """Ready for training steps: what comes before the last frozen layer stays in eval mode.

    In train mode a batch norm takes mean and variance from the batch and moves its running statistics, whether
    its weights are frozen or not: the »frozen« encoder would answer otherwise after each step.
    """
    network.train()
    frozen = frozen_layers(network)
    if frozen:
        names = [name for name, _ in network.layers.named_children()]
        network.layers[: names.index(frozen[-1]) + 1].eval()
    return network


def fresh(network: Network, seed: int = 0) -> Network:
    """The same architecture with random weights drawn from `seed`: nothing is left of what was learnt."""
    twin = random_twin(network, seed)
    twin.auxiliary = nn.ModuleDict()
    return twin.requires_grad_(True)
