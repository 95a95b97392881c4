"""Lesson 03: what the units of a whole network see, measured with gradients, and what its blocks cost.

A receptive field is a fact about kernels, strides and nothing else. So the twin here has a single channel, equal
positive weights and no ReLU: no gradient can vanish by accident, and every pixel that can reach the unit shows.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping

import pandas as pd
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.networks import Network, layer_table
from lesson_utils.weights import embedded
from lesson_world.datasets import new_images as new_images


def one_channel_twin(layers: pd.DataFrame) -> nn.Sequential:
    """A network's conv layers and pools with the same kernel, stride and padding, as averages of one channel.

    `layers`: its `layer_table`; FC layers see all of it.
    """
    looking = layers[layers.kind.isin(["conv", "maxpool"])][["kernel", "stride", "padding"]]
    return nn.Sequential(
        OrderedDict((row.Index, nn.AvgPool2d(*map(int, row[1:]))) for row in looking.itertuples())
    )


def image_size_for(layers: pd.DataFrame) -> int:
    """An image size at which no unit in the middle looks over the edge: a multiple of 32 pixels."""
    looking = layers[layers["kind"].isin(["conv", "maxpool"])]
    return 32 * math.ceil(looking["receptive_field"].max() / 32) + 64


def measured_fields(layers: pd.DataFrame, gradient_of_middle: Callable[..., Tensor]) -> pd.DataFrame:
    """For each conv layer and pool its `block`, and the receptive field (pixels): `formula` and `gradient`.

    `gradient_of_middle(stack, size)` gives (size, size): how much each pixel of an image changes the unit in the
    middle of the stack's answer.
    """
    twin, size, rows = one_channel_twin(layers), image_size_for(layers), {}
    for depth, name in enumerate(dict(twin.named_children()), start=1):
        seen = gradient_of_middle(twin[:depth], size).nonzero()
        width = int((seen.amax(0) - seen.amin(0)).max()) + 1  # the field is square: see the tests
        formula = int(layers.loc[name, "receptive_field"])
        rows[name] = {"block": block_of(name), "formula": formula, "gradient": width}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def width_of_share(gradient: Tensor, share: float) -> int:
    """The width of the smallest square around the field's middle that holds `share` of the gradient."""
    rows, columns = (gradient != 0).nonzero(as_tuple=True)
    field = gradient[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    side = field.shape[0]
    widths = range(2 - side % 2, side + 1, 2)
    inner = {width: field[(cut := (side - width) // 2) : side - cut, cut : side - cut] for width in widths}
    return next((width for width in widths if inner[width].sum() >= share * field.sum()), side)


def block_of(layer: str) -> int:
    """`conv3_2` and `pool3` -> 3."""
    return int(re.search("[0-9]+", layer)[0])


def by_block(layers: pd.DataFrame) -> pd.DataFrame:
    """Sums per block, fc6, fc7 and fc8: `parameters`, `multiply_adds`, `activations` (numbers per image).

    `layers`: a VGG network's `layer_table`; pools end their block.
    """
    sums = layers.assign(activations=layers["channels"] * layers["height"] * layers["width"])
    names = [name if name.startswith("fc") else f"blok {block_of(name)}" for name in layers.index]
    return sums[["parameters", "multiply_adds", "activations"]].groupby(names, sort=False).sum()


def overview(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Networks side by side, from their layer tables: conv layers, costs, and the last conv layer's field."""
    rows = {}
    for name, table in tables.items():
        conv = table[table.kind == "conv"]
        rows[name] = {
            "conv-lag": len(conv),
            "parametre": table.parameters.sum(),
            "parametre i conv-lag": danish.percent(conv.parameters.sum() / table.parameters.sum()),
            "multiply-adds": danish.short(table.multiply_adds.sum()),
            "multiply-adds i conv-lag": danish.percent(conv.multiply_adds.sum() / table.multiply_adds.sum()),
            "felt": conv.receptive_field.iloc[-1],
        }
    return pd.DataFrame(rows.values(), rows)


def before_pools(network: Network) -> list[str]:
    """The conv layer before each max pool, in order: where a VGG network's blocks end."""
    kinds = layer_table(network).kind
    return [name for name, after in zip(kinds.index, kinds.iloc[1:], strict=False) if after == "maxpool"]


def minis_compared(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The course's own networks side by side, from their layer tables (by name) and the manifest."""
    about = [embedded()[name] for name in tables]
    side_by_side = overview(
        {one["network"]: table for one, table in zip(about, tables.values(), strict=True)}
    )
    columns = side_by_side[["conv-lag", "parametre", "multiply-adds", "felt"]]
    tested = {"rigtige": "test", "rigtige under angreb": "attack"}
    shares = {title: [danish.percent(one[key]["accuracy"]) for one in about] for title, key in tested.items()}
    return columns.assign(**shares)
