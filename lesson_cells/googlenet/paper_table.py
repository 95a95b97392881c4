"""Table 1 of the GoogLeNet paper, as it is printed, beside what the network itself says."""

import pandas as pd
from torch import nn

from lesson_utils.networks import Network, layer_table

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


def weights(module: nn.Module) -> int:
    """The module's weights, its bias terms left out, as the paper counts."""
    return sum(p.numel() for name, p in module.named_parameters() if not name.endswith("bias"))


def compared(network: Network) -> pd.DataFrame:
    """Each row of table 1: computed from `network` and printed in the paper.

    Columns: weights (exact), weights_k, printed_k, multiply_adds_m, printed_m, and the printed figure as a share
    of the computed one minus 1: weights_off, multiply_adds_off.
    """
    layers = layer_table(network)
    rows = {}
    for name, (printed_k, printed_m) in PRINTED.items():
        parts = ["conv2_reduce", "conv2"] if name == "conv2" else [name]
        count = sum(weights(network.layers.get_submodule(part)) for part in parts)
        cost = int(layers.loc[parts, "multiply_adds"].sum())
        rows[name] = {
            "weights": count,
            "weights_k": count / K,
            "printed_k": float(printed_k),
            "multiply_adds_m": cost / MILLION,
            "printed_m": float(printed_m),
            "weights_off": printed_k * K / count - 1,
            "multiply_adds_off": printed_m * MILLION / cost - 1,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")
