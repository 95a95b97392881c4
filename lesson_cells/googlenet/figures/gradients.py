"""The gradients with and without auxiliary classifiers."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lesson_utils.danish import rounded
from lesson_utils.show import style


@style.styled
def gradients_by_layer(summary: pd.DataFrame, titles: Mapping[str, str], helpers: Sequence[str]) -> Figure:
    """The gradient in every layer with and without auxiliary classifiers: a panel per way to start.

    `summary`: columns start, auxiliary, layer, median, min, max, gain. `titles`: a panel's heading by `start`.
    `helpers`: the layers that an auxiliary classifier reads.
    """
    figure, panels = style.new_figure(5.6, columns=len(titles), sharey=True, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.08)
    told = []
    for axes, (start, title) in zip(panels[0], titles.items(), strict=True):
        rows = summary[summary["start"] == start]
        layer, gain = rows[["layer", "gain"]].iloc[0]
        first = rows[rows["layer"] == layer].set_index("auxiliary")["median"]
        _draw_gradients(axes, rows, helpers)
        axes.set_title(f"{title}\n{layer}: {rounded(gain)} gange", fontsize=15)
        axes.set_yscale("log")
        style.danish_ticks(axes.yaxis, style.powers)
        told.append(
            f"{title}: i {layer} er normen {rounded(first[False])} uden og {rounded(first[True])} med; den er "
            f"typisk {rounded(gain)} gange så stor med hjælp."
        )
    panels[0][0].set_ylabel("gradientens norm")
    figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return style.described(
        figure,
        "Gradientens norm i hvert lag på en logaritmisk akse, uden og med hjælpeklassifikatorer. "
        + " ".join(told),
    )


def _draw_gradients(axes: Axes, rows: pd.DataFrame, helpers: Sequence[str]) -> None:
    layers = list(rows["layer"].drop_duplicates())
    ways = ((False, style.INK, "uden"), (True, style.ORANGE, "med hjælpeklassifikatorer"))
    for helped, colour, label in ways:
        part = rows[rows["auxiliary"] == helped].set_index("layer").loc[layers]
        axes.fill_between(layers, part["min"], part["max"], color=colour, alpha=0.2, linewidth=0)
        axes.plot(layers, part["median"], color=colour, marker="o", markersize=5, label=label)
    look = {"color": style.ORANGE, "linestyle": ":", "linewidth": 2, "zorder": 0}
    for place, layer in enumerate(helpers):
        label = None if place else "en hjælpeklassifikator læser laget"
        axes.axvline(layers.index(layer), label=label, **look)
    style.layer_ticks(axes, layers, rotation=90)
    axes.grid(axis="y")
