"""What it costs to ask a layer: ours, a forward pass cut by hand, and captum -> data/measurements/activations.csv.

    python benchmarks/activations.py        (some minutes)

torchvision's AlexNet and GoogLeNet, an early, a middle and a late layer; batches of 32 images. All take turns at
each batch, each as often after each other (who comes after a full pass finds its memory at hand); a ratio is the
median over the batches of processor time beside the cut forward pass. captum (`pip install captum`) is no part of
the course.
"""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_utils import device
from lesson_utils.activations import activations
from lesson_utils.show.measurements import store

LAYERS = {
    "alexnet": {"early": "features.1", "middle": "features.7", "late": "features.11"},
    "googlenet": {"early": "conv1", "middle": "inception4a", "late": "inception5b"},
}
BATCH, SIZE, BATCHES = 32, 128, 24


class Stop(Exception):
    """The layer has answered."""


def cut_by_hand(network: nn.Module, layer: str) -> Callable[[Tensor], Tensor]:
    """A forward pass that ends behind `layer`, as one would write it for one network and one layer."""

    def run(images: Tensor) -> Tensor:
        kept: list[Tensor] = []

        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            kept.append(output)
            raise Stop

        handle = network.get_submodule(layer).register_forward_hook(hook)
        try:
            network(images)
        except Stop:
            return kept[0]
        finally:
            handle.remove()

    return run


def contestants(network: nn.Module, layer: str) -> dict[str, Callable[[Tensor], Tensor]]:
    found = {
        "cut": cut_by_hand(network, layer),
        "ours": lambda images: activations(network, images, [layer])[layer],
    }
    if find_spec("captum"):
        from captum.attr import LayerActivation

        found["captum"] = LayerActivation(network, network.get_submodule(layer)).attribute
    return found


@torch.no_grad()
def rows() -> Iterator[dict[str, object]]:
    models = device.torchvision().models
    images = torch.rand(BATCH, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    for name, layers in LAYERS.items():
        options = {"init_weights": False} if name == "googlenet" else {}
        network = getattr(models, name)(weights=None, **options).eval()
        for position, layer in layers.items():
            runs = contestants(network, layer)
            answers = {who: run(images) for who, run in runs.items()}  # the first call traces
            assert all(torch.equal(answer, answers["cut"]) for answer in answers.values())
            seconds: dict[str, list[float]] = {who: [] for who in runs}
            orders = list(itertools.permutations(runs))
            for batch in range(BATCHES):
                for who in orders[batch % len(orders)]:
                    run = runs[who]
                    start = time.process_time()
                    run(images)
                    seconds[who].append(time.process_time() - start)
            row = {"network": name, "position": position, "layer": layer}
            for who, times in seconds.items():
                ratios = [a / b for a, b in zip(times, seconds["cut"], strict=True)]
                row |= {f"{who}_ms": 1000 * statistics.median(times), who: statistics.median(ratios)}
            yield row


if __name__ == "__main__":
    if not find_spec("captum"):
        print(
            "activations: captum er ikke installeret, så kun vores egen måling bliver lavet, og intet gemt."
        )
    table = pd.DataFrame(rows())
    about = {
        "made by": "python benchmarks/activations.py",
        "date": date.today(),
        "data": f"{BATCHES} batches of {BATCH} images of {SIZE}x{SIZE}, the contestants in turn",
        "columns": "x_ms: median processor time of a batch; x: median ratio to the forward pass cut by hand",
        "seeds": "0 (images); the time does not depend on the weights",
    }
    if find_spec("captum"):
        store("activations", table, about)
    print(table.round(2).to_string(index=False))
