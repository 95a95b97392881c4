"""Lesson 01: what its figures and sentences are made of."""

from collections.abc import Sequence

import pandas as pd
import torch

from lesson_utils import danish
from lesson_utils.networks import Network
from lesson_utils.transfer import STRATEGIES, frozen_layers


def layer_states(network: Network, new: Sequence[str], random: bool = False) -> list[str]:
    """For each layer: `new`, `frozen` (`random` where its weights were never trained) or `tuned`."""
    frozen = frozen_layers(network)
    return [
        "new" if name in new else ("random" if random else "frozen") if name in frozen else "tuned"
        for name in network.layer_names
    ]


@torch.no_grad()
def favourite_answers(
    network: Network, images: torch.Tensor, labels: torch.Tensor, names: Sequence[str]
) -> pd.DataFrame:
    """What a network calls images of classes that it does not know: its most frequent answer, and how frequent."""
    answers = network(images).argmax(1)
    rows = {}
    for label, name in enumerate(names):
        counts = torch.bincount(answers[labels == label], minlength=len(network.class_names or ()))
        rows[name] = {"answer": int(counts.argmax()), "share": (counts.max() / counts.sum()).item()}
    found = pd.DataFrame.from_dict(rows, orient="index")
    known = network.class_names
    found["answer"] = [known[k] if known else f"klasse {k}" for k in found.answer]
    return found


def winners(measured: pd.DataFrame) -> pd.DataFrame:
    """For each number of images per class, the strategy with the highest mean accuracy, and the lecture's pair.

    Columns `best`, `last_fc`, `several_fc` (mean accuracies) and `spread` (of the difference, seed by seed).
    """
    mean = measured.groupby(["images_per_class", "strategy"]).accuracy.mean().unstack()
    table = pd.DataFrame(
        {"best": mean.idxmax(axis=1), "last_fc": mean["last_fc"], "several_fc": mean["several_fc"]}
    )
    each = measured.pivot_table("accuracy", ["images_per_class", "seed"], "strategy")
    table["spread"] = (each["several_fc"] - each["last_fc"]).groupby("images_per_class").std().fillna(0.0)
    return table


def verdict(row: pd.Series) -> str:
    """Which of the lecture's two strategies won, in a Danish sentence; »lige« within one standard deviation."""
    gain = row.several_fc - row.last_fc
    points = danish.number(100 * abs(gain), 1)
    if abs(gain) <= row.spread:
        return f"lige ({points} procentpoint, inden for spredningen)"
    return f"{'flere FC' if gain > 0 else 'sidste FC'} med {points} procentpoint"


def with_names(measured: pd.DataFrame) -> pd.DataFrame:
    """A table of mean accuracy for each strategy (rows, in Danish) and number of images per class (columns)."""
    mean = measured.groupby(["strategy", "images_per_class"]).accuracy.mean().unstack()
    order = [name for name in STRATEGIES if name in mean.index]
    shown = mean.loc[order].map(danish.percent)
    shown.index = [STRATEGIES[name].danish for name in order]
    shown.columns = [f"{danish.number(size)} pr. klasse" for size in shown.columns]
    return shown


def encoders(measured: pd.DataFrame, strategy: str) -> pd.DataFrame:
    """Mean accuracy of one strategy for each encoder (rows) and number of images per class (columns)."""
    chosen = measured[measured.strategy == strategy]
    return chosen.groupby(["network", "images_per_class"]).accuracy.mean().unstack()
