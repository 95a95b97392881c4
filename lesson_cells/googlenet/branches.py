"""An inception module read as a plan: four branches, each a few steps from so many channels to so many."""

from torch import nn

from lesson_cells.googlenet.inception_figures import Branch, Step
from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.networks.googlenet import InceptionModule

# What stands in front of the last layer of each branch (figure 2(b) of the paper).
_BEFORE = {"conv1x1": [], "conv3x3": ["reduce3x3"], "conv5x5": ["reduce5x5"], "pool_proj": ["pool"]}


def inception_module(network: Network, name: str) -> InceptionModule:
    """The network's inception module of that name; LessonError for any other layer."""
    modules = {
        path: layer for path, layer in network.layers.named_children() if isinstance(layer, InceptionModule)
    }
    if name not in modules:
        raise LessonError(
            f"{network.name} har intet inception-modul »{name}«: vælg {danish.listing(modules)}."
        )
    return modules[name]


def branches(module: InceptionModule) -> list[Branch]:
    """The module's branches in the order of their channels, read from its own layers."""
    return [
        Branch(end, tuple(_step(module, name) for name in [*_BEFORE[end], end])) for end in module.branch_ends
    ]


def _step(module: InceptionModule, name: str) -> Step:
    layer = module.get_submodule(name)
    if isinstance(layer, nn.MaxPool2d):
        channels = module.pool_proj.conv.in_channels
        return Step(name, layer.kernel_size, channels, channels)
    return Step(name, layer.conv.kernel_size[0], layer.conv.in_channels, layer.conv.out_channels)
