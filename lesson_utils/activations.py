"""What a layer answers to images: any network, several layers in one pass, as many images as you like.

Layers of the course's networks go by their papers' names; `conv4` is the answer after the ReLU, `conv4.pre` before
it, `inception_4a.conv5x5` a branch. Any other `nn.Module` names its layers by the paths of its modules, such as
`features.3`. Nothing after the last wanted layer runs.
"""

import threading
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network, sights
from lesson_utils.networks.arithmetic import Sight
from lesson_utils.networks.fast import fast
from lesson_utils.networks.modes import device_of, eval_mode
from lesson_utils.samples import Piece, Source, batches, check_any, images_of

Answers = dict[str, Tensor]


def activations(network: nn.Module, images: Tensor, layers: Sequence[str], exact: bool = False) -> Answers:
    """The outputs of `layers` for `images` (N, 3, H, W), by name: (N, C, H, W), or (N, features) from FC layers.

    The images are float in 0..1, or uint8. The network answers in eval mode, where it is, and stays as it was;
    the answers are on the CPU. Whole rows of a network that has a fast form (`networks.fast`) are answered by
    that, unless it must be `exact`: the features behind GAP may be rounded to bfloat16 on their way.
    A module that runs several times in one pass answers as it did first.
    Raises LessonError for a layer that the network does not have.
    """
    return _ask(network, extractor(network, layers) if exact else _answering(network, layers), images)


def stream(
    network: nn.Module, source: Source, layers: Sequence[str], batch_size: int = 100
) -> Iterator[Answers]:
    """`activations` for one batch after another: the memory is one batch's, however many the images are."""
    run = _answering(network, layers)
    for batch in batches(source, batch_size):
        yield _ask(network, run, batch)


@torch.no_grad()
def probabilities(network: nn.Module, source: Source, batch_size: int = 250) -> Tensor:
    """(N, classes) on the CPU: how sure a network is of each class, in eval mode; each row sums to 1."""
    with eval_mode(network):
        answer = fast(network) or network
        device, found = device_of(network), batches(source, batch_size)
        return torch.cat([answer(images_of(batch).to(device)).softmax(1).cpu() for batch in found])


def _answering(network: nn.Module, layers: Sequence[str]) -> Callable[[Tensor], Answers]:
    quick = fast(network, layers)
    return (lambda images: quick.answers(images, layers)) if quick else extractor(network, layers)


@torch.no_grad()
def _ask(network: nn.Module, run: Callable[[Tensor], Answers], batch: Piece) -> Answers:
    images = images_of(batch)
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
    """A function from images to the answers of `layers`, in the network's present mode; gradients flow through it.

    Forward hooks note each answer as it comes, and the pass ends with the last of them. Hooks of passes in other
    threads leave this one alone. Raises LessonError for a layer that the network does not have.
    """
    located = {layer: locate(network, layer) for layer in layers}
    paths = list(dict.fromkeys(path for found in located.values() for path in found))

    def run(images: Tensor) -> Answers:
        outputs = _noted(network, images, paths)
        for path in paths:
            if not isinstance(outputs.get(path), Tensor):
                raise LessonError(f"Laget »{path}« svarer ikke med én tensor: vælg et lag inde i det.")
        return {
            layer: outputs[found[0]] if len(found) == 1 else torch.cat([outputs[path] for path in found], 1)
            for layer, found in located.items()
        }

    return run


class _Done(Exception):
    """All wanted layers have answered."""


def _noted(network: nn.Module, images: Tensor, paths: Sequence[str]) -> dict[str, object]:
    """What the modules at `paths` answered first in one pass, which ends with the last of them."""
    outputs: dict[str, object] = {}
    thread = threading.get_ident()

    def note(path: str) -> Callable:
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            if path in outputs or threading.get_ident() != thread:
                return
            last = len(outputs) == len(paths) - 1
            # a copy, where a later layer may work in place, as torchvision's ReLUs do
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
