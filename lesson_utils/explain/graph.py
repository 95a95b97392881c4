"""A network as a graph of layers, each computed when it is looked at: in float32, on the CPU."""

import operator
import re
from dataclasses import dataclass, field
from itertools import chain

import torch
from torch import Tensor, fx, nn
from torch.func import functional_call
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks.arithmetic import Recorder, Sight, traced
from lesson_utils.networks.layers import flatten_features
from lesson_utils.networks.modes import eval_mode

PHOTO, SHARES, EVIDENCE = "foto", "softmax", "evidens"  # layers that no module stands for
KINDS = {
    nn.Conv2d: "conv",
    nn.Linear: "fc",
    nn.MaxPool2d: "maxpool",
    nn.AdaptiveAvgPool2d: "mean",
    nn.LocalResponseNorm: "lrn",
    torch.cat: "concat",
    **dict.fromkeys((operator.add, operator.iadd, torch.add), "add"),
}
RELUS = {nn.ReLU: "ReLU", F.relu: "ReLU", torch.relu: "ReLU", nn.ReLU6: "ReLU6"}
# what changes no number: the maps are as they were, or lie in a row, or get a frame of zeros
SILENT = (nn.Dropout, nn.Identity, nn.Flatten, nn.ZeroPad2d, torch.flatten, F.dropout, flatten_features)
PLAIN = (1, 1), "zeros"  # how far the numbers under a filter lie from each other, and what its padding is
NORMALISING = ("to", operator.sub, operator.truediv)


@dataclass
class Layer:
    """A step of the network with the batch norm and ReLU behind it (`nodes`), and the layers that it reads."""

    name: str
    kind: str  # input, conv, fc, maxpool, mean, lrn, concat, add, softmax, evidence, or other
    nodes: list[fx.Node]
    sources: list["Layer"] = field(default_factory=list)


class Graph(Recorder):
    """The layers of a network by name, in the order in which they run, for one image."""

    def __init__(self, network: nn.Module, image: Tensor):
        self.network, self.image = network, image.detach().float().cpu().reshape(-1, *image.shape[-3:])
        if self.image.shape[:2] != (1, 3):
            raise LessonError("Luppen ser på ét billede ad gangen: giv det et med formen (3, højde, bredde).")
        with eval_mode(network):
            super().__init__(traced(network))
        photo = next(iter(self.graph.nodes))
        self.env, self.shapes[photo], self.sights[photo] = {photo: self.image}, self.image.shape, Sight()
        self.layers = {PHOTO: Layer(PHOTO, "input", [photo])}
        self._homes = {photo: self.layers[PHOTO]}
        for node in self.graph.nodes:
            self._place(node)
        last = list(self.layers.values())[-1]
        if last.kind == "fc":
            self.layers[SHARES] = Layer(SHARES, "softmax", [], [last])
            if last.sources[0].kind == "mean":
                self.layers[EVIDENCE] = Layer(EVIDENCE, "evidence", [], [last.sources[0].sources[0], last])

    def find(self, name: str) -> Layer:
        """The layer of that name, or the last one inside a row of that name; LessonError for none."""
        inside = [layer for each, layer in self.layers.items() if each == name or each.startswith(f"{name}.")]
        if not inside:
            hint = f"{danish.did_you_mean(name, self.layers)} Lagene hedder {danish.listing(self.layers)}."
            raise LessonError(f"Netværket har intet lag »{name}«. {hint.strip()}")
        return self.layers.get(name, inside[-1])

    def maps(self, layer: Layer) -> Tensor:
        """(C, H, W): what the layer answers; an FC layer's units are maps of one place."""
        if layer.kind == "softmax":
            return self.maps(layer.sources[0]).softmax(0)
        if layer.kind == "evidence":
            maps, weight = self.maps(layer.sources[0]), self.read(self.module_of(layer.sources[1]), "weight")
            return torch.einsum("kc,chw->khw", weight, maps)
        value = self._computed(layer.nodes[-1])
        if not isinstance(value, Tensor) or value.dim() not in (2, 4):
            raise LessonError(f"Laget »{layer.name}« svarer ikke med feature maps: vælg et andet lag.")
        return value[0].reshape(value.shape[1], *(value.shape[2:] or (1, 1)))

    def module_of(self, layer: Layer) -> nn.Module | None:
        """The module that the layer is named for; none for what is a function."""
        first = layer.nodes[0]
        return self.network.get_submodule(first.target) if first.op == "call_module" else None

    def what(self, node: fx.Node) -> object:
        """What a node is: its module's type, its function, or its method's name."""
        return type(self.fetch_attr(node.target)) if node.op == "call_module" else node.target

    @staticmethod
    def read(module: nn.Module, name: str) -> Tensor:
        return getattr(module, name).detach().float().cpu()

    def _place(self, node: fx.Node) -> None:
        """Give a node its home: the layer that it belongs to, or a new one that it begins."""
        what, before = (
            self.what(node),
            [self._homes[each] for each in node.all_input_nodes if each in self._homes],
        )
        if not before or not node.users:  # a weight, a check, or the end
            return
        if what in SILENT:
            self._homes[node] = before[0]
        elif self._continues(what, node, before[0]):
            before[0].nodes.append(node)
            self._homes[node] = before[0]
        else:
            inner = next(reversed(node.meta.get("nn_module_stack", {}).values()), ("",))[0]
            name = re.sub(r"^layers\.|(?<=.)\.(conv|linear)$", "", inner)
            name = name if name and name not in self.layers else node.name
            layer = Layer(name, KINDS.get(what, "other"), [node], before)
            if (
                layer.kind == "conv"
                and (self.module_of(layer).dilation, self.module_of(layer).padding_mode) != PLAIN
            ):
                layer.kind = "other"
            self.layers[name] = self._homes[node] = layer

    def _continues(self, what: object, node: fx.Node, layer: Layer) -> bool:
        """Whether it is the batch norm or the ReLU of the layer before it, whose answer nothing else reads."""
        if layer.kind == "input":
            return what in NORMALISING
        done = {self.what(each) for each in layer.nodes[1:]}
        if (
            node.all_input_nodes[0] is not layer.nodes[-1]
            or len(layer.nodes[-1].users) > 1
            or done & set(RELUS)
        ):
            return False
        norm = what is nn.BatchNorm2d and layer.kind == "conv" and not done
        return norm or (what in RELUS and layer.kind in ("conv", "fc", "add"))

    @torch.no_grad()
    def _computed(self, node: fx.Node) -> object:
        """What a node answers. What a layer answers is kept, and what lies between is not."""
        if node in self.env:
            return self.env[node]
        needed, asked = set(), [node]
        while asked:
            if (each := asked.pop()) not in self.env and each not in needed:
                needed.add(each)
                asked += each.all_input_nodes
        with eval_mode(self.network):
            for each in self.graph.nodes:
                if each in needed:
                    self.env[each] = self.run_node(each)
        kept = {layer.nodes[-1] for layer in self.layers.values() if layer.nodes} | {
            next(iter(self.graph.nodes))
        }
        self.env = {each: value for each, value in self.env.items() if each in kept}
        return self.env[node]

    def get_attr(self, target: str, args: tuple, kwargs: dict) -> Tensor:
        return self.fetch_attr(target).detach().float().cpu()

    def call_function(self, target: object, args: tuple, kwargs: dict) -> object:
        """The function, never in place: what is kept stays as it was."""
        kwargs = {name: value for name, value in kwargs.items() if name != "inplace"}
        return super().call_function(operator.add if target is operator.iadd else target, args, kwargs)

    def call_module(self, target: str, args: tuple, kwargs: dict) -> object:
        """The module with its weights in float32 on the CPU; never in place, either."""
        module = self.fetch_attr(target)
        args = tuple(each.clone() for each in args) if getattr(module, "inplace", False) else args
        tensors = chain(module.named_parameters(), module.named_buffers())
        return functional_call(module, {name: each.float().cpu() for name, each in tensors}, args, kwargs)
