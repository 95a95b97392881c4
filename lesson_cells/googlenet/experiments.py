"""Lesson 04: what the auxiliary classifiers do to the gradients of GoogLeNet.

The network is the paper's table, without batch norm, with every width divided by the same number; it learns
scikit-learn's digits. With and without auxiliary classifiers it starts from the same weights and sees the same
images in the same order, so whatever differs comes from the classifiers.
"""

import dataclasses
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import pandas as pd
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.networks.googlenet import PAPER, PAPER_AUXILIARY
from lesson_utils.networks.network import build
from lesson_utils.show import progress

# How the first weights are drawn: normal, with this standard deviation for `fan_in` inputs.
# »0.01« is AlexNet's (2012), the same for every layer. In a network that is `divisor` times narrower it is made
# larger, so that the signal shrinks from layer to layer as it does in the full network.
STARTS = {
    "0.01": lambda fan_in, divisor: 0.01 * math.sqrt(divisor),
    "xavier": lambda fan_in, divisor: math.sqrt(1 / fan_in),  # Glorot & Bengio 2010
    "he": lambda fan_in, divisor: math.sqrt(2 / fan_in),  # He et al. 2015
}
# From a few trials without auxiliary classifiers: 0.01 and more destroys a network that starts from He's weights;
# the others have smaller gradients and bear larger steps.
LEARNING_RATES = {"0.01": 0.03, "xavier": 0.03, "he": 0.003}
MOMENTUM, BATCH, PROBE = 0.9, 32, 64
WIDTHS = ("width", "hidden", "conv1x1", "reduce3x3", "conv3x3", "reduce5x5", "conv5x5", "pool_proj")


def narrowed(row: Any, divisor: int) -> Any:
    """The same row of a network's table with its widths divided; pools and norms stay as they are."""
    widths = {field.name for field in dataclasses.fields(row)} & set(WIDTHS)
    return dataclasses.replace(row, **{width: getattr(row, width) // divisor for width in widths})


def narrow_googlenet(
    auxiliary: bool, start: str = "he", seed: int = 0, divisor: int = 8, input_size: int = 96
) -> Network:
    """The paper's GoogLeNet for ten classes, `divisor` times narrower, with first weights drawn as `start` says.

    Raises LessonError for a start that is not one of `STARTS`.
    """
    if start not in STARTS:
        raise LessonError(f"Startvægtene »{start}« findes ikke: vælg {danish.listing(STARTS)}.")
    rows = [narrowed(row, divisor) for row in PAPER]
    helpers = [narrowed(row, divisor) for row in PAPER_AUXILIARY] if auxiliary else []
    network = build(f"GoogLeNet/{divisor}", rows, 10, input_size, seed, head="fc", auxiliary=helpers)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():  # auxiliary classifiers come last: without them the rest is the same
            if isinstance(module, nn.Conv2d | nn.Linear):
                fan_in = module.weight[0].numel()
                module.weight.normal_(0, STARTS[start](fan_in, divisor), generator=generator)
    return network


def gradient_norms(network: Network, images: Tensor, labels: Tensor) -> dict[str, float]:
    """The Euclidean norm of the loss' gradient with respect to each layer's weights, by the layer's name.

    The loss is the one that is trained on, so it holds the auxiliary losses where the network has them. An
    inception module counts as one layer. Dropout is off: it would add chance to what is compared.
    """
    network.train()
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    network.zero_grad()
    network.loss(network(images), labels).backward()
    weights = {
        name: [p.grad for path, p in layer.named_parameters() if path.endswith("weight")]
        for name, layer in network.layers.named_children()
    }
    network.train()
    return {name: _norm(gradients) for name, gradients in weights.items() if gradients}


def signal_ratios(network: Network, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """How large a typical number (root mean square) of inception_5b is beside one of conv1, and on the way back
    a typical gradient with respect to conv1 beside one with respect to inception_5b: 1 where nothing is lost.
    """
    answers = []
    hooks = [
        network.layers.get_submodule(name).register_forward_hook(lambda _layer, _in, out: answers.append(out))
        for name in ("conv1", "inception_5b")
    ]
    network.eval()
    loss = network.loss(network(images), labels)
    for hook in hooks:
        hook.remove()
    first, last = (answer.double().square().mean().sqrt().item() for answer in answers)
    gradients = torch.autograd.grad(loss, answers)
    first_back, last_back = (gradient.double().square().mean().sqrt().item() for gradient in gradients)
    return last / first, first_back / last_back


def auxiliary_gradients(
    starts: Sequence[str] = tuple(STARTS),
    seeds: Sequence[int] = (0,),
    checkpoints: Sequence[int] = (0,),
    divisor: int = 8,
    input_size: int = 96,
) -> pd.DataFrame:
    """The gradient norm of every layer, with and without auxiliary classifiers, after so many training steps.

    Columns: start, auxiliary, seed, step, layer, gradient, and loss: the main classifier's cross-entropy on the
    same 64 images, which are not trained on.
    """
    runs = [(start, seed, helped) for start in starts for seed in seeds for helped in (False, True)]
    rows = []
    for start, seed, helped in progress(runs, "Måler gradienter"):
        network = narrow_googlenet(helped, start, seed, divisor, input_size)
        for step, norms, loss in _train(network, start, seed, checkpoints):
            same = {"start": start, "auxiliary": helped, "seed": seed, "step": step}
            rows += [same | {"layer": layer, "gradient": norm, "loss": loss} for layer, norm in norms.items()]
    return pd.DataFrame(rows)


def _train(network: Network, start: str, seed: int, checkpoints: Sequence[int]) -> list[tuple]:
    images, labels = digits(network.input_size)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=generator)
    probe, rest = order[:PROBE], order[PROBE:]
    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATES[start], MOMENTUM)
    measured = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # for dropout, which takes no generator
        for step in range(max(checkpoints) + 1):
            if step in checkpoints:
                norms = gradient_norms(network, images[probe], labels[probe])
                measured.append((step, norms, _main_loss(network, images[probe], labels[probe])))
            batch = rest[torch.randint(len(rest), (BATCH,), generator=generator)]
            if step < max(checkpoints):
                optimizer.zero_grad()
                network.loss(network(images[batch]), labels[batch]).backward()
                optimizer.step()
    return measured


@torch.no_grad()
def _main_loss(network: Network, images: Tensor, labels: Tensor) -> float:
    network.eval()
    loss = F.cross_entropy(network(images), labels).item()
    network.train()
    return loss


def _norm(gradients: Sequence[Tensor]) -> float:
    return math.sqrt(sum(gradient.double().square().sum().item() for gradient in gradients))


@cache
def digits(size: int) -> tuple[Tensor, Tensor]:
    """scikit-learn's 1,797 digits of 8x8 pixels, enlarged: (N, 3, size, size) in 0..1, and their labels (N,)."""
    found = load_digits()
    grey = torch.from_numpy(found.images).float()[:, None] / 16
    images = F.interpolate(grey, size=(size, size), mode="bilinear")
    return images.expand(-1, 3, -1, -1), torch.from_numpy(found.target).long()


def summary(measured: pd.DataFrame) -> pd.DataFrame:
    """Over the seeds: median, smallest and largest norm, one row per start, auxiliary, step and layer, in order.

    `gain` is the same in both rows of a layer: how many times larger it is with auxiliary classifiers.
    """
    keys = ["start", "auxiliary", "step", "layer"]
    norms = measured.groupby(keys, sort=False)["gradient"].agg(["median", "min", "max"]).reset_index()
    gains = gain(measured).unstack().rename("gain").reset_index()
    return norms.merge(gains, on=["start", "step", "layer"], how="left")


def gain(measured: pd.DataFrame) -> pd.DataFrame:
    """How many times larger the gradient is with auxiliary classifiers: the median over the seeds.

    Rows are layers in order, columns (start, step).
    """
    pairs = measured.pivot(index=["start", "step", "seed", "layer"], columns="auxiliary", values="gradient")
    ratio = (pairs[True] / pairs[False]).rename("gain").reset_index()
    layers = measured["layer"].drop_duplicates()
    return ratio.pivot_table("gain", "layer", ["start", "step"], aggfunc="median").loc[layers]


def losses(measured: pd.DataFrame) -> pd.DataFrame:
    """The main classifier's loss by (start, step): medians, without and with auxiliary classifiers."""
    return measured.groupby(["start", "step", "auxiliary"])["loss"].median().unstack()
