"""What small filters save, and where VGG's parameters, arithmetic and memory sit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from lesson_utils.danish import number, percent, rounded, short
from lesson_utils.show import style


def _colours(rows: pd.Index) -> list[str]:
    return [style.KIND_COLOURS["fc" if str(row).startswith("fc") else "conv"] for row in rows]


@style.styled
def parameters_by_layer(networks: Mapping[str, pd.Series]) -> Figure:
    """Parameters of each layer or block, one panel per network; names of FC layers begin with `fc`."""
    figure, panels = style.new_figure(height=5.2, columns=len(networks))
    longest, texts = max(counts.max() for counts in networks.values()), []
    for axes, (name, counts) in zip(panels, networks.items(), strict=True):
        numbers = [number(count / 1e6, 1 if count > 1e5 else 2) for count in counts]
        style.bars(axes, counts / 1e6, numbers, 1.25 * longest / 1e6, color=_colours(counts.index))
        axes.texts[counts.argmax()].set(fontweight="bold", fontsize=18)
        axes.set(title=f"{name}: {short(counts.sum())}", xlabel="mio. parametre")
        texts.append(
            f"{name} har {number(counts.sum())} parametre, og {counts.idxmax()} har {number(counts.max())} af dem "
            f"({percent(counts.max() / counts.sum())})"
        )
    kinds = {"conv": "foldninger", "fc": "fuldt forbundne lag"}
    handles = [Patch(color=style.KIND_COLOURS[kind], label=label) for kind, label in kinds.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    told = "Hvor parametrene sidder, lag for lag, i samme skala"
    return style.described(figure, f"{told}. {'. '.join(texts)}.")


@style.styled
def shares_by_block(blocks: pd.DataFrame, totals: Mapping[str, str]) -> Figure:
    """Each block's share of the things that a network costs: one row per block, one column per thing.

    Names of FC layers begin with `fc`. `totals`: for each column, its sum as the title says it.
    """
    figure, panels = style.new_figure(height=4.4, columns=len(blocks.columns), sharey=True)
    texts = []
    for axes, (thing, counts) in zip(panels, blocks.items(), strict=True):
        shares = counts / counts.sum()
        words = [percent(share, 0 if share >= 0.005 else 1 if share >= 0.0005 else 2) for share in shares]
        style.bars(axes, shares, words, 1.2, color=_colours(blocks.index))
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_title(f"{thing}\n{totals[thing]}", fontsize=15)
        texts.append(f"{thing}: mest i {shares.idxmax()} ({percent(shares.max(), 0)})")
    return style.described(figure, f"Hver bloks andel. {'. '.join(texts)}.")


@style.styled
def answer_map(photo: Any, rows: int, columns: int, window: int, jump: int) -> Figure:
    """A photo (3, H, W) larger than the network's input, and the `rows` x `columns` answers of its convolutions.

    One answer looks at `window` pixels, and its neighbour's window lies `jump` pixels away.
    """
    figure, (picture, grid) = style.new_figure(height=4.3, columns=2, width_ratios=[1.35, 1])
    style.image_axes(picture, photo)
    height, width = photo.shape[-2:]
    chosen = {(0, 0): style.BLUE, (0, 1): style.ORANGE, (rows - 1, columns - 1): style.GREEN}
    for (row, column), colour in chosen.items():
        for edge, line in (("white", 5.5), (colour, 3.5)):
            corner = (column * jump - 0.5, row * jump - 0.5)
            style.outline(picture, corner, window, edgecolor=edge, linewidth=line)
    picture.set(xlim=(-4, width + 3), ylim=(height + 3, -4))
    picture.set_title(f"Foto på {height} x {width} pixler")
    picture.set_xlabel(f"tre af vinduerne på {window} x {window} pixler")
    for cell in np.ndindex(rows, columns):
        colour = chosen.get(cell, style.PALE)
        grid.add_patch(Rectangle(cell[::-1], 1, 1, facecolor=colour, edgecolor="white", linewidth=2))
    grid.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal", xticks=[], yticks=[])
    grid.spines[:].set_visible(False)
    grid.set_title(f"{rows} x {columns} svar")
    grid.set_xlabel("hver firkant: 1.000 tal, ét pr. klasse")
    return style.described(
        figure,
        f"Et foto på {height} x {width} pixler giver et kort med {rows} x {columns} svar. Hvert svar hører til et "
        f"vindue på {window} x {window} pixler, og naboens vindue ligger {jump} pixler væk.",
    )


@style.styled
def signal_through_layers(strengths: Mapping[str, Sequence[float]], layers: Sequence[str]) -> Figure:
    """The standard deviation of the signal after each layer, on a logarithmic axis, for several first weights."""
    figure, axes = style.new_figure(height=4.6)
    texts = []
    for (name, values), colour in zip(strengths.items(), (style.RED, style.BLUE, style.PURPLE), strict=False):
        axes.plot(range(len(layers)), values, "o-", color=colour)
        axes.text(len(layers) - 0.75, values[-1], name, color=colour, va="center", fontsize=14)
        first, last = (f"{rounded(values[end])} i {layers[end]}" for end in (0, -1))
        texts.append(f"{' '.join(name.split())}: {first} og {last}")
    axes.set_yscale("log")
    axes.margins(y=0.1)
    style.danish_ticks(axes.yaxis, style.powers)
    axes.grid(axis="y")
    axes.set_xticks(range(len(layers)), layers, rotation=60)
    axes.set(xlim=(-0.3, len(layers) * 1.16), ylabel="standardafvigelse (log-skala)")
    return style.described(figure, f"Signalets standardafvigelse efter hvert conv-lag. {'; '.join(texts)}.")
