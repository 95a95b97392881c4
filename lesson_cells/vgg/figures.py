"""Lesson 03, second half: what small filters save, and where VGG's parameters, arithmetic and memory sit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lesson_utils.danish import listing, number, percent, short
from lesson_utils.show.style import (
    BLUE,
    GREEN,
    GREY,
    KIND_COLOURS,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    danish_ticks,
    described,
    image_axes,
    new_figure,
    styled,
)


@styled
def cost_of_field(costs: pd.DataFrame) -> Figure:
    """One large filter against a stack of 3x3 with the same receptive field.

    `costs`: by receptive field (pixels), columns `large` and `small` (weights per pair of channels) and `layers`
    (how many 3x3 the stack needs: as many ReLUs).
    """
    figure, axes = new_figure(height=4.9)
    places = np.arange(len(costs))
    axes.bar(places - 0.2, costs["large"], 0.38, color=GREY, label="ét stort filter")
    axes.bar(places + 0.2, costs["small"], 0.38, color=BLUE, label="stak af 3x3")
    for place, row in zip(places, costs.itertuples(), strict=True):
        axes.text(place - 0.2, row.large + 1.5, f"{row.large} C²", ha="center", fontsize=14)
        axes.text(place + 0.2, row.small + 1.5, f"{row.small} C²", ha="center", fontsize=14, color=BLUE)
    names = [
        f"{field}x{field}\n1 ReLU mod {row.layers}"
        for field, row in zip(costs.index, costs.itertuples(), strict=True)
    ]
    axes.set_xticks(places, names)
    axes.set_ylabel("vægte (uden bias-led)")
    axes.set_ylim(0, costs["large"].max() * 1.12)
    axes.set_xlabel("samme receptive felt")
    axes.legend(loc="upper left")
    pairs = listing(
        f"{row.large} C² mod {row.small} C² for {field}x{field}"
        for field, row in zip(costs.index, costs.itertuples(), strict=True)
    )
    return described(figure, f"Vægte i ét stort filter og i en stak af 3x3 med samme felt: {pairs}.")


@styled
def parameter_homes(networks: Mapping[str, pd.Series]) -> Figure:
    """Parameters of each layer or block, one panel per network, on one scale.

    The names of fully connected rows begin with `fc`.
    """
    figure, panels = new_figure(height=5.2, columns=len(networks))
    longest = max(counts.max() for counts in networks.values())
    texts = []
    for axes, (name, counts) in zip(panels, networks.items(), strict=True):
        colours = [KIND_COLOURS["fc" if str(row).startswith("fc") else "conv"] for row in counts.index]
        places = np.arange(len(counts))
        axes.barh(places, counts / 1e6, color=colours)
        for place, count in zip(places, counts, strict=True):
            strong = {"fontweight": "bold", "fontsize": 18} if count == counts.max() else {}
            text = number(count / 1e6, 1 if count > 1e5 else 2)
            axes.text((count + 0.015 * longest) / 1e6, place, text, va="center", **strong)
        axes.set_yticks(places, counts.index)
        axes.set(ylim=(len(counts) - 0.4, -0.6), xlim=(0, longest / 1e6 * 1.25))
        axes.set_xlabel("mio. parametre")
        axes.set_title(f"{name}: {short(counts.sum())}")
        biggest = counts.idxmax()
        texts.append(
            f"{name} har {number(counts.sum())} parametre, og {biggest} har {number(counts.max())} af dem "
            f"({percent(counts.max() / counts.sum())})"
        )
    figure.legend(
        handles=[Rectangle((0, 0), 1, 1, color=KIND_COLOURS[kind]) for kind in ("conv", "fc")],
        labels=["foldninger", "fuldt forbundne lag"],
        loc="outside lower center",
        ncols=2,
    )
    return described(figure, f"Hvor parametrene sidder, lag for lag, i samme skala. {'. '.join(texts)}.")


@styled
def three_shares(blocks: pd.DataFrame, totals: Mapping[str, str]) -> Figure:
    """Each block's share of three things that a network costs.

    Args:
        blocks: one row per block, one column per thing; the rows of FC layers begin with `fc`.
        totals: for each column, its sum as the title says it.
    """
    figure, panels = new_figure(height=4.4, columns=len(blocks.columns), sharey=True)
    colours = [KIND_COLOURS["fc" if str(row).startswith("fc") else "conv"] for row in blocks.index]
    texts = []
    for axes, (thing, counts) in zip(panels, blocks.items(), strict=True):
        shares = counts / counts.sum()
        axes.barh(np.arange(len(shares)), shares, color=colours)
        for place, share in enumerate(shares):
            axes.text(
                share + 0.02,
                place,
                percent(share, 0 if share >= 0.005 else 1 if share >= 0.0005 else 2),
                va="center",
            )
        axes.set(xlim=(0, 1.2), ylim=(len(shares) - 0.4, -0.6), xticks=[])
        axes.spines["bottom"].set_visible(False)
        axes.set_title(f"{thing}\n{totals[thing]}", fontsize=15)
        texts.append(f"{thing}: mest i {shares.idxmax()} ({percent(shares.max(), 0)})")
    panels[0].set_yticks(np.arange(len(blocks)), blocks.index)
    return described(figure, f"Hver bloks andel. {'. '.join(texts)}.")


@styled
def answer_map(photo: Any, rows: int, columns: int, window: int, jump: int) -> Figure:
    """A photo larger than the network's input, and the map of answers that a fully convolutional network gives.

    Args:
        photo: (3, H, W); rows, columns: of the map; window, jump: what one answer looks at, in pixels, and how
            far its neighbour's window lies from it.
    """
    figure, (picture, grid) = new_figure(height=4.3, columns=2, width_ratios=[1.35, 1])
    image_axes(picture, photo)
    height, width = photo.shape[-2:]
    chosen = {(0, 0): BLUE, (0, 1): ORANGE, (rows - 1, columns - 1): GREEN}
    for (row, column), colour in chosen.items():
        corner = (column * jump - 0.5, row * jump - 0.5)
        picture.add_patch(Rectangle(corner, window, window, fill=False, edgecolor="white", linewidth=5.5))
        picture.add_patch(Rectangle(corner, window, window, fill=False, edgecolor=colour, linewidth=3.5))
    picture.set(xlim=(-4, width + 3), ylim=(height + 3, -4))
    picture.set_title(f"Foto på {height} x {width} pixler")
    picture.set_xlabel(f"tre af vinduerne på {window} x {window} pixler")
    _draw_answers(grid, rows, columns, chosen)
    return described(
        figure,
        f"Et foto på {height} x {width} pixler giver et kort med {rows} x {columns} svar. "
        f"Hvert svar hører til et vindue på {window} x {window} pixler, "
        f"og naboens vindue ligger {jump} pixler væk.",
    )


def _draw_answers(axes: Axes, rows: int, columns: int, chosen: Mapping[tuple[int, int], str]) -> None:
    for row in range(rows):
        for column in range(columns):
            colour = chosen.get((row, column), PALE)
            axes.add_patch(Rectangle((column, row), 1, 1, facecolor=colour, edgecolor="white", linewidth=2))
    axes.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(f"{rows} x {columns} svar")
    axes.set_xlabel("hver firkant: 1.000 tal, ét pr. klasse")


@styled
def signal_through_layers(strengths: Mapping[str, pd.Series]) -> Figure:
    """The standard deviation of the signal after each layer, on a logarithmic axis, for several first weights."""
    figure, axes = new_figure(height=4.6)
    texts = []
    for (name, series), colour in zip(strengths.items(), (RED, BLUE, PURPLE), strict=False):
        places = np.arange(len(series))
        axes.plot(places, series, "o-", color=colour)
        axes.text(places[-1] + 0.25, series.iloc[-1], name, color=colour, va="center", fontsize=14)
        first, last = (f"{_in_words(series.iloc[end])} i {series.index[end]}" for end in (0, -1))
        texts.append(f"{' '.join(name.split())}: {first} og {last}")
    layers = next(iter(strengths.values())).index
    axes.set_yscale("log")
    axes.margins(y=0.1)
    danish_ticks(axes.yaxis, _power_of_ten)
    axes.grid(axis="y")
    axes.set_xticks(np.arange(len(layers)), layers, rotation=60)
    axes.set_xlim(-0.3, len(layers) * 1.16)
    axes.set_ylabel("standardafvigelse (log-skala)")
    return described(figure, f"Signalets standardafvigelse efter hvert conv-lag. {'; '.join(texts)}.")


def _in_words(value: float) -> str:
    """0.8 -> `0,8`; 466665 -> `5 · 10^5`."""
    mantissa, exponent = f"{value:.0e}".split("e")
    return number(value, 1) if 0.1 <= value < 10 else f"{mantissa} · 10^{number(int(exponent))}"


def _power_of_ten(value: float) -> str:
    return f"$10^{{{round(np.log10(value))}}}$" if value > 0 else ""
