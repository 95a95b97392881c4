"""The same answers sooner: a network prepared for the CPU, for when nothing is learnt and no gradient is asked.

What it costs is memory traffic, so each convolution takes its padding, batch norm and ReLU6 along and reads and
writes its feature maps once: batch norm folded into the weights, maps in channels-last, oneDNN's fused operation,
which `torch.compile` uses as well (where PyTorch has none, the same steps one by one). A few images at a time,
whose maps stay in the cache. `data/measurements/imagenet_speed.csv` holds what each of them gains.
"""

import copy
from collections.abc import Iterator, Sequence
from itertools import chain
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from lesson_utils.device import native_bfloat16
from lesson_utils.networks.arithmetic import kind_of
from lesson_utils.networks.efficientnet import SameConvBlock
from lesson_utils.networks.network import Network

AT_A_TIME = 4  # images: with more of them the largest maps leave the cache
FIRST = ("stem", "block1a")  # never rounded: a third of the error comes from here, for 0.3 ms
ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


def fast(network: nn.Module, layers: Sequence[str] | None = None) -> "FastNetwork | None":
    """The network's fast form for these rows (None: its logits), kept until its weights change.

    It computes in bfloat16 where that is native and only features or logits are asked, none of the maps before
    GAP. None where there is no fast form: of another family, on another device than the CPU, in another precision
    than float32, and for layers inside a row or before a ReLU.
    """
    rows = dict(network.layers.named_children()) if isinstance(network, Network) else {}
    fitting = isinstance(rows.get("stem"), SameConvBlock) and rows.keys() >= set(layers or ())
    if not fitting or network.mean.dtype != torch.float32 or network.device.type != "cpu":
        return None
    maps = any(kind_of(rows[layer]) in ("conv", "mbconv") for layer in layers or ())
    dtype = torch.bfloat16 if native_bfloat16() and not maps else torch.float32
    made = _made.setdefault(network, {})
    if dtype not in made or made[dtype].state != _state(network):
        made[dtype] = FastNetwork(network, dtype)
    return made[dtype]


_made: WeakKeyDictionary[Network, dict[torch.dtype, "FastNetwork"]] = WeakKeyDictionary()


def _state(network: Network) -> list[tuple[int, int]]:
    """Which tensors the network has, and how many times each was written to (not counted in inference mode)."""
    return [(id(tensor), -1 if tensor.is_inference() else tensor._version) for tensor in _tensors(network)]


def _tensors(network: Network) -> Iterator[Tensor]:
    """Parameters and buffers, some of them twice: more than twice as quick as asking for each kind by name."""
    for module in network.modules():
        for tensor in chain(module._parameters.values(), module._buffers.values()):
            if tensor is not None:
                yield tensor


class FastNetwork:
    """A `Network`'s rows, with every `SameConvBlock` fused and without dropout; float32 in and out."""

    @torch.no_grad()
    def __init__(self, network: Network, dtype: torch.dtype):
        self.state = _state(network)
        self.tensors = list(_tensors(network))  # so that no other tensor gets their ids
        twin = copy.deepcopy(network).eval()
        self.normalize = twin.normalize
        for path, module in list(twin.named_modules()):
            if isinstance(module, SameConvBlock):
                first = path.split(".")[1] in FIRST
                twin.set_submodule(path, FusedConv(module, torch.float32 if first else dtype))
        self.rows = dict(twin.layers.named_children())

    def __call__(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) -> logits (N, classes)."""
        last = next(reversed(self.rows))
        return self.answers(images, [last])[last]

    @torch.no_grad()
    def answers(self, images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """What these rows answer, by name; nothing after the last of them runs."""
        parts = [self._few(few, layers) for few in images.split(AT_A_TIME)]
        return {layer: torch.cat([part[layer] for part in parts]) for layer in layers}

    def _few(self, images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        features, found = self.normalize(images), {}
        for name, row in self.rows.items():
            if isinstance(row, nn.AdaptiveAvgPool2d):
                features = features.float()  # means and logits are worth all their digits
            features = row(features)
            if name in layers:
                found[name] = features
            if len(found) == len(set(layers)):
                break
        return found


class FusedConv(nn.Module):
    """A `SameConvBlock` in eval mode as one convolution, which answers in `dtype`."""

    def __init__(self, block: SameConvBlock, dtype: torch.dtype):
        super().__init__()
        conv = fuse_conv_bn_eval(block.conv, block.norm)
        weight, padding = conv.weight, conv.padding[0]
        if "pad" in dict(block.named_children()):
            # One pixel more to the right and below is what a filter sees that has a row and a column of zeros
            # above and to the left, and as many pixels on each side: cheaper than a padded copy of the maps.
            padding = conv.kernel_size[0] // 2
            weight = F.pad(weight, (1, 0, 1, 0))
        self.register_buffer("weight", weight.detach().to(dtype, memory_format=torch.channels_last))
        self.register_buffer("bias", conv.bias.detach().to(dtype))
        self.limited = bool(block.before_relu)
        self.geometry = [padding] * 2, list(conv.stride), [1, 1], conv.groups
        self.packed: Tensor | None = None

    def forward(self, features: Tensor) -> Tensor:
        features = features.to(self.weight.dtype, memory_format=torch.channels_last)
        padding, stride, dilation, groups = self.geometry
        if not ONEDNN:
            found = F.conv2d(features, self.weight, self.bias, stride, padding, dilation, groups)
            return found.clamp_(0, 6) if self.limited else found
        if self.packed is None:  # in the order that oneDNN prefers for maps of this size
            size = [1, *features.shape[1:]]
            self.packed = torch.ops.mkldnn._reorder_convolution_weight(self.weight, *self.geometry, size)
        after = ("hardtanh", [0.0, 6.0], "") if self.limited else ("none", [], "")
        return torch.ops.mkldnn._convolution_pointwise(
            features, self.packed, self.bias, padding, stride, dilation, groups, *after
        )
