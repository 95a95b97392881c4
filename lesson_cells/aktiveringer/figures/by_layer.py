"""Numbers layer by layer, a field for each network or set of images: silence, what units detect, neighbours."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lesson_utils.danish import number, percent
from lesson_utils.dissection import DETECTS, KINDS
from lesson_utils.show import style

SHADES = (style.GREY, style.SKY, style.GREEN, style.ORANGE, style.PURPLE, style.RED)
MARKS = "osD^vX"  # for those who see no colours
LINES = (style.BLUE, style.ORANGE, style.GREY)


class Line(NamedTuple):
    """A line of a field: a row per layer, and the columns of its value and perhaps of the ends of an interval."""

    name: str
    colour: str
    rows: pd.DataFrame
    columns: Sequence[str]
    how: str = "o-"


def silent_shares(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """`weak`, `silent` and `dead` by layer, a field for each network of `names`; dotted its twin `x, random`.

    The table has a row for each `network` and `layer`.
    """
    kinds = {"weak": "svage", "silent": "helt tavse", "dead": "tavse for alle billeder"}
    fields = {
        word: [
            Line(prefix + text, colour, table[table.network == which], [column], how)
            for which, how, prefix in ((name, "o-", ""), (f"{name}, random", ":", "_tvilling: "))
            for (column, text), colour in zip(kinds.items(), LINES, strict=True)
            if (table.network == which).any()
        ]
        for name, word in names.items()
    }
    what = "Svage og tavse enheder, lag for lag."
    return _fields(fields, "af lagets enheder", what, _whole_percent, dotted="tilfældig tvilling")


def concept_fit(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Mean best IoU by layer with its interval: a field for each network, beside its random twin.

    `table` as `by_layer` makes it, where the twin of the network `x` is called `x, random`; `names` says what a
    field is called, by network.
    """
    columns = ("mean", "mean_low", "mean_high")
    fields = {
        word: [
            Line("trænet", style.BLUE, table[table.network == name], columns),
            Line("tilfældigt", style.GREY, table[table.network == f"{name}, random"], columns),
        ]
        for name, word in names.items()
    }
    return _fields(fields, "bedste IoU, gennemsnit", "Hvor godt enhederne passer på deres bedste begreb.")


def detected_kinds(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """The share of units that detect each kind of concept, with its interval: a field for each network."""
    fields = {
        word: [
            Line(
                text, colour, table[table.network == name], (kind, f"{kind}_low", f"{kind}_high"), f"{mark}-"
            )
            for colour, mark, (kind, text) in zip(SHADES, MARKS, KINDS.items(), strict=True)
        ]
        for name, word in names.items()
    }
    what = "Andelen af enheder, der finder hver slags begreb, lag for lag."
    return _fields(fields, f"af lagets enheder (IoU over {number(DETECTS)})", what, _whole_percent)


def precision_by_layer(table: pd.DataFrame, names: Mapping[str, str], titles: Mapping[str, str]) -> Figure:
    """Precision@5, mean and range over seeds: a field for each of `titles`, a line for each of `names`.

    `table` has a row for each `pair`, `network`, `layer` and `seed`, with the columns `trained` and `random`; the
    grey line is the random twin of the first network.
    """
    lines = [(word, name, "trained") for name, word in names.items()]
    lines.append(("tilfældigt", next(iter(names)), "random"))
    spread = ["mean", "min", "max"]
    table = table.replace({"layer": {"pixels": "pixler"}})
    groups = table.groupby(["pair", "network", "layer"], sort=False)[["trained", "random"]].agg(spread)
    fields = {
        title: [
            Line(word, colour, groups.loc[pair, name][column].reset_index(), spread)
            for colour, (word, name, column) in zip(LINES, lines, strict=True)
        ]
        for pair, title in titles.items()
    }
    what = "Præcision@5 lag for lag, middel og spænd over seeds. Stiplet: et gæt, 0,5."
    figure = _fields(fields, "præcision@5", what)
    for axes in figure.axes:
        axes.axhline(0.5, color=style.GREY, linestyle="--", linewidth=1.5)
        axes.set_ylim(0.35, 1.03)
    below = {"textcoords": "offset points", "ha": "right", "va": "top", "color": style.GREY, "fontsize": 14}
    figure.axes[0].annotate("et gæt", (1, 0.5), (0, -5), ("axes fraction", "data"), **below)
    return figure


def _whole_percent(share: float) -> str:
    return percent(share, 0)


def _hundredths(value: float) -> str:
    return number(value, 2)


@style.styled
def _fields(
    fields: Mapping[str, Sequence[Line]],
    ylabel: str,
    what: str,
    text: Callable[[float], str] = _hundredths,
    dotted: str = "",
) -> Figure:
    """A field for each name, all on one scale; the alt text is `what`, and from where to where each line goes.

    `dotted`: what the legend says of dotted lines, whose own names begin with `_` and so are left out.
    """
    figure, axes = style.new_figure(4.5, 1, len(fields), sharey=True, squeeze=False)
    said = []
    for field, (title, lines) in zip(axes[0], fields.items(), strict=True):
        for name, colour, rows, (column, *ends), how in lines:
            value = rows[column]
            # of few images, the bootstrap's interval may lie beside the value itself
            error = [(s * (value - rows[end])).clip(0) for s, end in zip((1, -1), ends, strict=False)] or None
            field.errorbar(range(len(rows)), value, error, fmt=how, color=colour, label=name, capsize=4)
            first, last = (f"{text(value.iloc[k])} i {rows.layer.iloc[k]}" for k in (0, -1))
            said.append(f"{title}, {name.lstrip('_')}: fra {first} til {last}")
        style.layer_ticks(field, lines[0].rows.layer, rotation=60 if len(fields) > 1 else 0)
        field.set_title(title)
        field.grid(axis="y")
    axes[0][0].set(ylabel=ylabel, ylim=(0, None))
    axes[0][0].locator_params(axis="y", nbins=6)  # 0,05 apart, not 0,025 with two digits here and three there
    style.danish_ticks(axes[0][0].yaxis, number if text is _hundredths else text)
    handles, labels = axes[0][0].get_legend_handles_labels()
    if dotted:
        handles.append(Line2D([], [], color=style.INK, linestyle=":"))
        labels.append(dotted)
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), columnspacing=1.2)
    return style.described(figure, f"{what} {'. '.join(said)}.")
