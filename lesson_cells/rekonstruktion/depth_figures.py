"""Lesson 06, what each depth keeps, for several networks side by side: from the stored measurements."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    danish_ticks,
    described,
    image_axes,
    layer_ticks,
    new_figure,
    styled,
)

COLOURS = (BLUE, GREEN, PURPLE, ORANGE, GREY)


def short(layer: str) -> str:
    """A layer's name that fits under a small picture: `inception_4a` -> `4a`, as `layer_ticks` writes it."""
    return layer.removeprefix("inception_").replace("conv2_reduce", "reduce")


@styled
def every_network(picture: Tensor, rebuilt: Mapping[str, Mapping[str, Tensor]]) -> Figure:
    """One row per network: a picture (3, H, W) rebuilt from each of its layers, the layer's name underneath."""
    most = max(len(layers) for layers in rebuilt.values())
    figure, axes = new_figure(
        len(rebuilt) * 1.28, len(rebuilt), most + 1, width_ratios=[1.45, *[1] * most], squeeze=False
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for line, (name, layers) in zip(axes, rebuilt.items(), strict=True):
        for cell in line:
            cell.set_axis_off()
        line[0].text(0, 0.5, name.replace(" ", "\n"), va="center", fontsize=13, transform=line[0].transAxes)
        for cell, (layer, image) in zip(line[1:], layers.items(), strict=False):
            cell.set_axis_on()
            image_axes(cell, image)
            cell.set_xlabel(short(layer), fontsize=12, labelpad=2)
    said = ". ".join(f"{name}: {listing(layers)}" for name, layers in rebuilt.items())
    return described(
        figure, f"Det samme billede genskabt fra lag i {len(rebuilt)} netværk, lag for lag. {said}."
    )


@styled
def forgetting_everywhere(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """PSNR and feature error against relative depth: 0 the first layer, 1 the last.

    `tables`: by network, in the order of its layers, columns layer, psnr (dB) and feature_error.
    """
    figure, (loudness, error) = new_figure(height=4.6, columns=2)
    for colour, mark, (name, table) in zip(COLOURS, "osD^v", tables.items(), strict=False):
        depth = [k / (len(table) - 1) for k in range(len(table))]
        loudness.plot(depth, table["psnr"], color=colour, marker=mark, label=name)
        error.plot(depth, table["feature_error"], color=colour, marker=mark, label=name)
    loudness.set_title("Billedet: PSNR (dB)")
    error.set_title("Lagets svar: feature-fejl")
    largest = max(float(table["feature_error"].max()) for table in tables.values())
    error.set_ylim(0, max(0.1, 1.1 * largest))
    danish_ticks(error.yaxis, lambda share: percent(share, 0))
    loudness.set_ylim(0, None)
    for axes in (loudness, error):
        axes.grid(axis="y")
        axes.set_xticks([0, 0.5, 1], ["første lag", "midt", "sidste lag"])
    error.legend(loc="upper left", fontsize=12)
    said = ". ".join(
        f"{name}: fra {number(table['psnr'].iloc[0], 1)} til {number(table['psnr'].iloc[-1], 1)} dB, feature-fejl "
        f"højst {percent(table['feature_error'].max())}"
        for name, table in tables.items()
    )
    return described(figure, f"PSNR og feature-fejl fra første til sidste lag. {said}.")


@styled
def kept_everywhere(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """One panel per network: how often pairs are told apart that differ in one thing (columns), layer by layer."""
    figure, panels = new_figure(4.7, 1, len(tables), sharey=True, squeeze=False)
    for axes, (name, table) in zip(panels[0], tables.items(), strict=True):
        for colour, mark, (difference, values) in zip(
            (ORANGE, BLUE, GREEN), "osD", table.items(), strict=False
        ):
            axes.plot(range(len(table)), values, color=colour, marker=mark, markersize=7, label=difference)
        axes.axhline(0.5, color=RED, linestyle="--", linewidth=1.5)
        layer_ticks(axes, table.index)
        axes.set_title(name, fontsize=14)
        axes.set_ylim(0.3, 1.03)
        danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    panels[0][0].set_ylabel("rigtigt billede valgt")
    panels[0][0].annotate("at gætte", (0, 0.5), (0, -17), textcoords="offset points", color=RED)
    panels[0][-1].legend(loc="lower left")
    said = ". ".join(_ends(name, table) for name, table in tables.items())
    return described(figure, f"Hvad der kan ses på det genskabte, lag for lag; at gætte giver 50 %. {said}.")


def _ends(name: str, table: pd.DataFrame) -> str:
    last: Sequence[str] = [f"{what} {percent(values.iloc[-2], 0)}" for what, values in table.items()]
    return f"{name}, {table.index[-2]}: {listing(last)}"
