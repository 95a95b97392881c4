"""What a layer answers to images: any network, several layers in one pass, as many images as you like.

Layers of the course's networks go by their papers' names; `conv4` is the answer after the ReLU, `conv4.pre` before
it, `inception_4a.conv5x5` a branch. Any other `nn.Module` names its layers by the paths of its modules, such as
`features.3`. Nothing after the last wanted layer runs.
"""

from collections.abc import Callable, Iterator, Sequence
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, fx, nn

from lesson_utils import danish, device
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network, sights
from lesson_utils.networks.arithmetic import Sight
from lesson_utils.networks.modes import device_of, eval_mode
from lesson_utils.networks.network import check_images
from lesson_utils.samples import Source, batches, check_any, images_of

Answers = dict[str, Tensor]


def activations(network: nn.Module, images: Tensor, layers: Sequence[str]) -> Answers:
    """The outputs of `layers` for `images` (N, 3, H, W), by name: (N, C, H, W), or (N, features) from FC layers.

    The network answers in eval mode, where it is, and stays as it was; the answers are on the CPU.
    A module that runs several times in one pass answers as it did first.
    Raises LessonError for a layer that the network does not have.
    """
    return _ask(network, extractor(network, layers), images)


def stream(
    network: nn.Module, source: Source, layers: Sequence[str], batch_size: int = 100
) -> Iterator[Answers]:
    """`activations` for one batch after another: the memory is one batch's, however many the images are."""
    run = extractor(network, layers)
    for batch in batches(source, batch_size):
        yield _ask(network, run, images_of(batch))


@torch.no_grad()
def probabilities(network: nn.Module, source: Source, batch_size: int = 250) -> Tensor:
    """(N, classes) on the CPU: how sure a network is of each class, in eval mode; each row sums to 1."""
    with eval_mode(network):
        device, found = device_of(network), batches(source, batch_size)
        return torch.cat([network(images_of(batch).to(device)).softmax(1).cpu() for batch in found])


@torch.no_grad()
def _ask(network: nn.Module, run: Callable[[Tensor], Answers], images: Tensor) -> Answers:
    check_any(images)
    with eval_mode(network):
        return {layer: answer.cpu() for layer, answer in run(images.to(device_of(network))).items()}


def locate(network: nn.Module, layer: str) -> list[str]:
    """The paths of the modules whose outputs, joined along the channels, are the layer's.

    Raises LessonError for a layer that the network does not have.
    """
    if isinstance(network, Network):
        return network.locate(layer)
    paths = [path for path, _ in network.named_modules() if path]
    if layer in paths:
        return [layer]
    name, hint = type(network).__name__, danish.did_you_mean(layer, paths)
    raise LessonError(f"{name} har intet lag »{layer}«. {hint or f'Lagene hedder {danish.listing(paths)}.'}")


def sights_of(network: nn.Module, layers: Sequence[str], side: int = 224) -> dict[str, Sight]:
    """What the units of each layer see (`networks.sights`), by the layer's name; of branches, the widest.

    It is the same for images of any size; `side` is one that a network takes which does not know its own.
    """
    paths = {layer: locate(network, layer) for layer in layers}
    every = [path for found in paths.values() for path in found]
    size = getattr(network, "input_size", side)
    seen = dict(zip(every, sights(network, every, size), strict=True))
    return {layer: max(seen[path] for path in found) for layer, found in paths.items()}


def extractor(network: nn.Module, layers: Sequence[str]) -> Callable[[Tensor], Answers]:
    """A function from images to the answers of `layers`, in its present mode; gradients flow through it.

    torchvision's `create_feature_extractor` cuts the network behind the last of the layers, once for each
    question; a network that torch.fx cannot trace runs as it is, with hooks, and is stopped there.
    Raises LessonError for a layer that the network does not have.
    """
    located = {layer: locate(network, layer) for layer in layers}
    paths = tuple(dict.fromkeys(path for found in located.values() for path in found))

    def run(images: Tensor) -> Answers:
        if isinstance(network, Network):
            check_images(images)
        traced = _traced(network, paths)
        outputs = _hooked(network, images, paths) if traced is None else traced(images)
        for path in paths:
            if not isinstance(outputs.get(path), Tensor):
                raise LessonError(f"Laget »{path}« svarer ikke med én tensor: vælg et lag inde i det.")
        return {
            layer: outputs[found[0]] if len(found) == 1 else torch.cat([outputs[path] for path in found], 1)
            for layer, found in located.items()
        }

    return run


_cut: WeakKeyDictionary[nn.Module, dict[tuple, "_Cut | None"]] = WeakKeyDictionary()
"""By network, then by (training or not, paths): tracing takes longer than many a forward pass. A network that
nobody holds any longer takes its extractors with it."""


class _Cut:
    """A network cut behind some of its modules, and the parts that it had when it was cut."""

    def __init__(self, network: nn.Module, paths: Sequence[str]):
        self.run = _cut_behind(network, paths)
        self.parts = {
            name: part
            for name, part in self.run.named_modules()
            if type(part) is not nn.Module and part is not self.run
        }
        self.tensors = {
            node.target: _reach(network, node.target)
            for node in self.run.graph.nodes
            if node.op == "get_attr"
        }

    def fits(self, network: nn.Module) -> bool:
        """Whether the network still has those parts: a new head would make it another network."""
        now = dict(network.named_modules())
        return all(now.get(name) is part for name, part in self.parts.items()) and all(
            _reach(network, name) is tensor for name, tensor in self.tensors.items()
        )


def _traced(network: nn.Module, paths: tuple[str, ...]) -> fx.GraphModule | None:
    """The network cut behind `paths`, from the cache if it still fits; None where it cannot be traced."""
    known = _cut.setdefault(network, {})
    question = (network.training, paths)
    cut = known.get(question)
    if question not in known or (cut is not None and not cut.fits(network)):
        device.torchvision()  # says it in Danish where torchvision cannot be imported
        try:
            cut = _Cut(network, paths)
        except Exception:  # torch.fx gives up in many ways, and each of them is an answer
            cut = None
        known[question] = cut
    return None if cut is None else cut.run


def _cut_behind(network: nn.Module, paths: Sequence[str]) -> fx.GraphModule:
    from torchvision.models.feature_extraction import create_feature_extractor

    modes = {module: module.training for module in network.modules()}
    try:  # it switches the whole network to train and back, also a batch norm that was frozen on purpose
        cut = create_feature_extractor(network, {path: path for path in paths}, suppress_diff_warning=True)
    finally:
        for module, mode in modes.items():
            module.training = mode
    _keep_from_overwriting(cut)
    return cut


def _keep_from_overwriting(cut: fx.GraphModule) -> None:
    """Copy a wanted answer where what comes after it works in place, as torchvision's ReLUs do."""
    (end,) = (node for node in cut.graph.nodes if node.op == "output")
    for node in end.all_input_nodes:
        if any(_in_place(cut, user) for user in node.users):
            with cut.graph.inserting_after(node):
                copy = cut.graph.call_function(torch.clone, (node,))
            end.replace_input_with(node, copy)
    cut.recompile()


def _in_place(cut: fx.GraphModule, node: fx.Node) -> bool:
    if node.op == "call_module":
        return bool(getattr(cut.get_submodule(node.target), "inplace", False))
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    return bool(node.kwargs.get("inplace")) or (name.endswith("_") and not name.startswith("_"))


class _Done(Exception):
    """All wanted layers have answered."""


def _hooked(network: nn.Module, images: Tensor, paths: Sequence[str]) -> dict[str, object]:
    """The answers of the modules at `paths`, each noted as it comes; the pass ends with the last of them."""
    outputs: dict[str, object] = {}

    def note(path: str) -> Callable:
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            if path not in outputs:
                last = len(outputs) == len(paths) - 1
                outputs[path] = output if last or not isinstance(output, Tensor) else output.clone()
                if last:
                    raise _Done

        return hook

    hooks = [network.get_submodule(path).register_forward_hook(note(path)) for path in paths]
    try:
        network(images)
    except _Done:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return outputs


def _reach(network: nn.Module, path: str) -> object:
    """The attribute at a dotted path, or None."""
    found: object = network
    for name in path.split("."):
        found = getattr(found, name, None)
    return found
