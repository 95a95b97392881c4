"""Lesson 04: table 1 beside the network, what a bottleneck keeps, and the gradients with auxiliary classifiers.

The gradients are those of the paper's table with every width divided by the same number, on scikit-learn's digits.
With and without auxiliary classifiers the weights, the images and their order are the same.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils.activations import activations
from lesson_utils.device import torchvision
from lesson_utils.digits import digits
from lesson_utils.evidence import evidence as evidence  # the notebook's, too
from lesson_utils.networks import Network, layer_table, random_twin
from lesson_utils.networks.families import PAPERS
from lesson_utils.networks.googlenet import PAPER, PAPER_AUXILIARY
from lesson_utils.networks.modes import eval_mode
from lesson_utils.networks.network import build
from lesson_utils.selectivity import TellingMap, telling_maps
from lesson_utils.show import progress, stored
from lesson_world import Samples

K = 1024  # what the paper's K stands for among the weights; its M is a million, among the multiply-adds
MILLION = 1_000_000

# Szegedy et al. 2014, table 1, columns »params« (in K) and »ops« (in M). conv2 holds its 1x1 reduction.
PRINTED = {
    "conv1": (2.7, 34),
    "conv2": (112, 360),
    "inception_3a": (159, 128),
    "inception_3b": (380, 304),
    "inception_4a": (364, 73),
    "inception_4b": (437, 88),
    "inception_4c": (463, 100),
    "inception_4d": (580, 119),
    "inception_4e": (840, 170),
    "inception_5a": (1072, 54),
    "inception_5b": (1388, 71),
    "fc": (1000, 1),
}


def paper_table(network: Network) -> pd.DataFrame:
    """Each row of table 1: computed from `network`, bias terms left out as the paper counts, and printed.

    Columns: weights (exact), weights_k, printed_k, multiply_adds_m, printed_m, and the printed figure as a share
    of the computed one minus 1: weights_off, multiply_adds_off.
    """
    layers, names = layer_table(network), {name: [name] for name in PRINTED}
    names["conv2"] = ["conv2_reduce", "conv2"]
    table = pd.DataFrame.from_dict(PRINTED, "index", float, ["printed_k", "printed_m"]).rename_axis("layer")
    for name, parts in names.items():
        modules = [network.layers.get_submodule(part) for part in parts]
        weights = [p for each in modules for path, p in each.named_parameters() if path.endswith("weight")]
        table.loc[name, "weights"] = sum(p.numel() for p in weights)
        table.loc[name, "multiply_adds_m"] = layers.loc[parts, "multiply_adds"].sum() / MILLION
    table["weights_k"] = table["weights"] / K
    table["weights_off"] = table["printed_k"] / table["weights_k"] - 1
    table["multiply_adds_off"] = table["printed_m"] / table["multiply_adds_m"] - 1
    return table


YEARS = {"alexnet": "2012", "vgg16": "2014", "googlenet": "2014", "efficientnet": "2020"}


def top_1(name: str) -> float:
    """Percent right at the first guess on ImageNet's validation set, as those say who publish the weights."""
    if name == "efficientnet":
        return 75.1  # EfficientNet-Lite's README
    return torchvision().models.get_model_weights(name).DEFAULT.meta["_metrics"]["ImageNet-1K"]["acc@1"]


def compared(share_of_1x1: Callable[[Network], float]) -> pd.DataFrame:
    """The four networks side by side, in the words of the lesson's table; the times are stored."""
    spent, rows = stored("network_speed").set_index("network")["milliseconds"], {}
    for name, year in YEARS.items():
        network = PAPERS[name](device="meta")
        layers = layer_table(network)
        rows[network.name] = {
            "år": year,
            "mio. parametre": layers["parameters"].sum() / MILLION,
            "FC-lag": int((layers["kind"] == "fc").sum()),
            "mio. multiply-adds": layers["multiply_adds"].sum() / MILLION,
            "% i 1x1": 100 * float(share_of_1x1(network)),
            "ms": spent[name],
            "top-1": top_1(name),
            "udgivet af": "Google" if name == "efficientnet" else "torchvision",
        }
    return pd.DataFrame(rows.values(), pd.Index(rows, name="netværk"))


def kept_variance(features: Tensor) -> np.ndarray:
    """(N, C, H, W) -> (C,): entry k-1 is the share of the pixels' variance that k channels can keep at best.

    A 1x1 convolution to k channels lets at most k directions of a pixel's C survive: at best the first principal
    components. It is a limit for any linear bottleneck, which says nothing of what a network needs.
    """
    pixels = features.movedim(1, 0).flatten(1).double()
    variances = torch.linalg.eigvalsh(pixels.cov()).flip(0).clamp(min=0)
    return (variances.cumsum(0) / variances.sum()).numpy()


def faces_by_branch(network: Network, world: Any, module: str, seed: int) -> dict[str, dict[str, TellingMap]]:
    """In each branch of a module the channel that prefers the first image's class most, on that image: in the
    network and in its untrained twin, by their Danish names and then by layer."""
    ends = [f"{module}.{branch}" for branch in ("conv1x1", "conv3x3", "conv5x5", "pool_proj")]
    pair = {"trænet": network, "utrænet": random_twin(network, seed)}
    first, label = world.images[0], int(world.labels[0])
    return {name: telling_maps(each, first, label, world, ends) for name, each in pair.items()}


# How the first weights are drawn: normal, with this standard deviation for `fan_in` inputs. »0.01« is AlexNet's
# (2012); in a network `divisor` times narrower it is made larger, so that the signal shrinks as in the full one.
STARTS = {
    "0.01": lambda fan_in, divisor: 0.01 * math.sqrt(divisor),
    "xavier": lambda fan_in, divisor: math.sqrt(1 / fan_in),  # Glorot & Bengio 2010
    "he": lambda fan_in, divisor: math.sqrt(2 / fan_in),  # He et al. 2015
}
# From a few trials without auxiliary classifiers: 0.01 and more destroys a network that starts from He's weights.
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
    """The paper's GoogLeNet for ten classes, `divisor` times narrower, its first weights drawn as `start` says."""
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


Step = Callable[[Network, Tensor, Tensor, torch.optim.SGD], float]


def training_step(network: Network, images: Tensor, labels: Tensor, optimizer: torch.optim.SGD) -> float:
    """One step on the loss of the network and of its auxiliary classifiers; the loss before it."""
    loss = network.loss(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def gradient_norms(
    network: Network, images: Tensor, labels: Tensor, step: Step = training_step
) -> dict[str, float]:
    """The Euclidean norm of the gradient with respect to each layer's weights, in a `step` that goes nowhere.

    An inception module counts as one layer. Dropout is off: it would add chance to what is compared.
    """
    network.train()
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    step(network, images, labels, torch.optim.SGD(network.parameters(), lr=0))
    network.train()
    weights = {
        name: [p.grad.double().norm() for path, p in layer.named_parameters() if path.endswith("weight")]
        for name, layer in network.layers.named_children()
    }
    return {name: torch.stack(norms).norm().item() for name, norms in weights.items() if norms}


def auxiliary_gradients(
    starts: Sequence[str] = tuple(STARTS),
    seeds: Sequence[int] = (0,),
    checkpoints: Sequence[int] = (0,),
    divisor: int = 8,
    input_size: int = 96,
    step: Step = training_step,
) -> pd.DataFrame:
    """The gradient norm of every layer, with and without auxiliary classifiers, after so many training steps.

    Columns: start, auxiliary, seed, step, layer, gradient, and loss: the main classifier's cross-entropy on the
    same 64 images, which are not trained on.
    """
    runs = [(start, seed, helped) for start in starts for seed in seeds for helped in (False, True)]
    rows = []
    for start, seed, helped in progress(runs, "Måler gradienter"):
        network = narrow_googlenet(helped, start, seed, divisor, input_size)
        for steps, norms, loss in _train(network, LEARNING_RATES[start], seed, checkpoints, step):
            same = {"start": start, "auxiliary": helped, "seed": seed, "step": steps}
            rows += [same | {"layer": layer, "gradient": norm, "loss": loss} for layer, norm in norms.items()]
    return pd.DataFrame(rows)


def _train(
    network: Network, rate: float, seed: int, checkpoints: Sequence[int], step: Step
) -> Iterator[tuple[int, dict[str, float], float]]:
    images, labels = digits(network.input_size, channels=3)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=generator)
    probe, rest = order[:PROBE], order[PROBE:]
    optimizer = torch.optim.SGD(network.parameters(), rate, MOMENTUM)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # for dropout, which takes no generator
        for steps in range(max(checkpoints) + 1):
            if steps in checkpoints:
                norms = gradient_norms(network, images[probe], labels[probe], step)
                with torch.no_grad():
                    loss = F.cross_entropy(network.eval()(images[probe]), labels[probe]).item()
                yield steps, norms, loss
            batch = rest[torch.randint(len(rest), (BATCH,), generator=generator)]
            if steps < max(checkpoints):
                step(network.train(), images[batch], labels[batch], optimizer)


def summary(measured: pd.DataFrame) -> pd.DataFrame:
    """Over the seeds: median, smallest and largest norm, one row per start, auxiliary, step and layer, in order.

    `gain` is the same in both rows of a layer: how many times as large it is with auxiliary classifiers.
    """
    keys = ["start", "auxiliary", "step", "layer"]
    norms = measured.groupby(keys, sort=False)["gradient"].agg(["median", "min", "max"]).reset_index()
    gains = gain(measured).unstack().rename("gain").reset_index()
    return norms.merge(gains, on=["start", "step", "layer"], how="left")


def gain(measured: pd.DataFrame) -> pd.DataFrame:
    """How many times as large the gradient is with auxiliary classifiers: the median over the seeds.

    Rows are layers in order, columns (start, step).
    """
    pairs = measured.pivot(index=["start", "step", "seed", "layer"], columns="auxiliary", values="gradient")
    ratio = (pairs[True] / pairs[False]).rename("gain").reset_index()
    layers = measured["layer"].drop_duplicates()
    return ratio.pivot_table("gain", "layer", ["start", "step"], aggfunc="median").loc[layers]


def losses(measured: pd.DataFrame) -> pd.DataFrame:
    """The main classifier's loss by (start, step, seed), without and with auxiliary classifiers."""
    return measured.groupby(["start", "step", "seed", "auxiliary"])["loss"].first().unstack()


def head_accuracies(network: Network, samples: Samples) -> pd.Series:
    """The share of `samples` that each auxiliary classifier, and the network's own, names rightly."""
    heads, shares = {**network.auxiliary, "fc": nn.Identity()}, {}
    found = activations(network, samples.images, list(heads))
    with torch.no_grad(), eval_mode(network):
        for name, head in heads.items():
            guesses = head(found[name].to(network.device)).argmax(1).cpu()
            shares[name] = float((guesses == samples.labels).float().mean())
    return pd.Series(shares)
