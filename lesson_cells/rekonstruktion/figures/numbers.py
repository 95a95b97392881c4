"""What was measured on pictures: shares as bars, as a matrix and against a number; and what each depth keeps."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lesson_utils.danish import listing, number, percent
from lesson_utils.show import style

COLOURS = (style.BLUE, style.ORANGE, style.SKY, style.RED)
NETWORKS = (style.BLUE, style.GREEN, style.PURPLE, style.ORANGE, style.GREY)


@style.styled
def shares(table: pd.DataFrame, axis: str) -> Figure:
    """Bars from 0 to 1: one group per row, one colour per column; `axis` says what they are (Danish)."""
    many = len(table.columns) > 2
    figure, axes = style.new_figure(height=4.6 if many else 3.9)
    places, width = np.arange(len(table)), 0.88 / len(table.columns)
    for k, (colour, (name, values)) in enumerate(zip(COLOURS, table.items(), strict=False)):
        at = places + (k - (len(table.columns) - 1) / 2) * width
        axes.bar(at, values, width * 0.9, color=colour, label=name)
        for place, share in zip(at, values, strict=True):
            axes.text(place, share + 0.02, percent(share, 0), ha="center", fontsize=12 if many else 13)
    axes.set_xticks(places, table.index)
    axes.set(ylim=(0, 1.45 if many else 1.25), yticks=[0, 0.5, 1])
    style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.set_ylabel(axis)
    axes.legend(loc="upper right", ncols=2)
    said = ". ".join(
        f"{row}: {listing(f'{name} {percent(share, 0)}' for name, share in values.items())}"
        for row, values in table.iterrows()
    )
    return style.described(figure, f"Søjler, {axis}. {said}.")


@style.styled
def dose(values: pd.Series, across: str, up: str, many: pd.DataFrame | None = None) -> Figure:
    """A share against a small number (index); both axes are named in Danish.

    `many`: stored measurements of the same, one row per number, one column per seed; they are the band behind.
    """
    figure, axes = style.new_figure(height=4.0)
    order = sorted({*values.index, *([] if many is None else many.index)})
    place = {count: k for k, count in enumerate(order)}
    said = (
        f"{up} mod {across}: {listing(f'{count}: {percent(share, 0)}' for count, share in values.items())}."
    )
    if many is not None:
        at = [place[count] for count in many.index]
        seeds = f"målt med {len(many.columns)} seeds"
        axes.fill_between(
            at, many.min(axis=1), many.max(axis=1), color=style.BLUE, alpha=0.2, label=f"{seeds}: fra–til"
        )
        axes.plot(at, many.mean(axis=1), color=style.BLUE, label=f"{seeds}: gennemsnit")
        means = listing(f"{count}: {percent(share, 0)}" for count, share in many.mean(axis=1).items())
        said += f" Gennemsnit, {seeds}: {means}."
    axes.plot(
        [place[count] for count in values.index],
        values,
        "o",
        color=style.RED,
        markersize=10,
        label="målt her",
    )
    for count, share in values.items():
        low = share > 0.9
        axes.annotate(
            percent(share, 0),
            (place[count], share),
            (0, -26 if low else 12),
            textcoords="offset points",
            ha="center",
        )
    axes.set_xticks(range(len(order)), [number(count) for count in order])
    axes.set(xlabel=across, ylabel=up, ylim=(-0.03, 1.08), yticks=[0, 0.5, 1])
    style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.legend(loc="lower right")
    return style.described(figure, said)


@style.styled
def matrix(table: pd.DataFrame, rows: str, columns: str) -> Figure:
    """Shares as a matrix of numbers: who (rows) against whom (columns); who is asked about himself is grey."""
    figure, axes = style.new_figure(height=0.72 * len(table) + 1.2)
    own = [[name == other for other in table.columns] for name in table.index]
    axes.imshow(np.where(own, np.nan, table), cmap="Blues", vmin=0.6, vmax=1.8, aspect="auto")
    for down, (name, values) in enumerate(table.iterrows()):
        for right, (other, share) in enumerate(values.items()):
            colour, size = (style.GREY, 13) if name == other else (style.INK, 16)
            axes.text(right, down, percent(share), ha="center", va="center", fontsize=size, color=colour)
    axes.set_xticks(range(len(table.columns)), [name.replace(" ", "\n", 1) for name in table.columns])
    axes.set_yticks(range(len(table)), [name.replace(" ", "\n", 1) for name in table.index])
    axes.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False, labelsize=12)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(columns)
    axes.xaxis.set_label_position("top")
    axes.set_ylabel(rows)
    said = ". ".join(
        f"{name}: {listing(f'{other} {percent(share)}' for other, share in values.items())}"
        for name, values in table.iterrows()
    )
    return style.described(figure, f"Hvem ({rows}) mod hvem ({columns}). {said}.")


@style.styled
def forgetting_everywhere(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """PSNR and feature error against relative depth: 0 the first layer, 1 the last.

    `tables`: by network, in the order of its layers, columns layer, psnr (dB) and feature_error.
    """
    figure, (psnr, error) = style.new_figure(height=4.6, columns=2)
    for colour, mark, (name, table) in zip(NETWORKS, "osD^v", tables.items(), strict=False):
        depth = [k / (len(table) - 1) for k in range(len(table))]
        psnr.plot(depth, table["psnr"], color=colour, marker=mark, label=name)
        error.plot(depth, table["feature_error"], color=colour, marker=mark, label=name)
    psnr.set_title("Billedet: PSNR (dB)")
    error.set_title("Lagets svar: feature-fejl")
    largest = max(float(table["feature_error"].max()) for table in tables.values())
    error.set_ylim(0, max(0.1, 1.1 * largest))
    style.danish_ticks(error.yaxis, lambda share: percent(share, 0))
    psnr.set_ylim(0, None)
    for axes in (psnr, error):
        axes.grid(axis="y")
        axes.set_xticks([0, 0.5, 1], ["første lag", "midt", "sidste lag"])
    error.legend(loc="upper left", fontsize=12)
    said = ". ".join(
        f"{name}: fra {number(table['psnr'].iloc[0], 1)} til {number(table['psnr'].iloc[-1], 1)} dB, feature-fejl "
        f"højst {percent(table['feature_error'].max())}"
        for name, table in tables.items()
    )
    return style.described(figure, f"PSNR og feature-fejl fra første til sidste lag. {said}.")


@style.styled
def kept_everywhere(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """One panel per network: how often pairs are told apart that differ in one thing (columns), layer by layer."""
    figure, panels = style.new_figure(4.7, 1, len(tables), sharey=True, squeeze=False)
    for axes, (name, table) in zip(panels[0], tables.items(), strict=True):
        for colour, mark, (difference, values) in zip(
            (style.ORANGE, style.BLUE, style.GREEN), "osD", table.items(), strict=False
        ):
            axes.plot(range(len(table)), values, color=colour, marker=mark, markersize=7, label=difference)
        axes.axhline(0.5, color=style.RED, linestyle="--", linewidth=1.5)
        style.layer_ticks(axes, table.index)
        axes.set_title(name, fontsize=14)
        axes.set_ylim(0.3, 1.03)
        style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    panels[0][0].set_ylabel("rigtigt billede valgt")
    panels[0][0].annotate("at gætte", (0, 0.5), (0, -17), textcoords="offset points", color=style.RED)
    panels[0][-1].legend(loc="lower left")
    said = ". ".join(_ends(name, table) for name, table in tables.items())
    return style.described(
        figure, f"Hvad der kan ses på det genskabte, lag for lag; at gætte giver 50 %. {said}."
    )


def _ends(name: str, table: pd.DataFrame) -> str:
    last = [f"{what} {percent(values.iloc[-2], 0)}" for what, values in table.items()]
    return f"{name}, {table.index[-2]}: {listing(last)}"
