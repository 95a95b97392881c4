"""Lesson 06's figures: pictures that came out of a network, and what was measured on them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from torch import Tensor
from torchvision.utils import make_grid

from lesson_utils.danish import listing, number, percent
from lesson_utils.show import style
from lesson_utils.show.pictures import named_pictures as named_pictures
from lesson_utils.show.pictures import picture_grid as picture_grid

COLOURS = (style.BLUE, style.ORANGE, style.SKY, style.RED)
NETWORKS = (style.BLUE, style.GREEN, style.PURPLE, style.ORANGE, style.GREY)


def rows(pictures: Mapping[str, Sequence[Tensor]], what: str, above: Sequence[str] = ()) -> Figure:
    """One row of images for each name, perhaps with words over the columns; `what`: Danish, for the alt text."""
    said = listing(name.replace("\n", " ") for name in pictures)
    columns = f" Kolonnerne: {listing(above)}." if above else ""
    return picture_grid(pictures, f"{what}, én række for hver: {said}.{columns}", above=above)


def by_depth(pictures: Tensor, rebuilt: Mapping[str, Tensor], errors: pd.DataFrame) -> Figure:
    """One row per picture (3, H, W): the picture itself, then what was rebuilt from each layer, with its decibels.

    `errors`: columns layer, picture (its Danish name), psnr.
    """
    wide = errors.pivot(index="picture", columns="layer", values="psnr")
    wide = wide.loc[errors["picture"].unique(), list(rebuilt)]
    shown = {
        name: [pictures[k], *(made[k] for made in rebuilt.values())] for k, name in enumerate(wide.index)
    }
    under = [text for row in wide.to_numpy() for text in ["", *(f"{number(value, 1)} dB" for value in row)]]
    first, *_, last = (f"{layer} {number(value, 1)} dB" for layer, value in wide.mean().items())
    said = f"yderst til venstre billedet selv, derefter genskabt fra lagene {listing(rebuilt)}"
    alt_text = f"{listing(shown)}: {said}. I gennemsnit: {first} og {last}."
    return picture_grid(shown, alt_text, above=["billedet", *rebuilt], under=under)


def every_network(rebuilt: Mapping[str, Mapping[str, Tensor]]) -> Figure:
    """One row per network: a picture (3, H, W) rebuilt from each of its layers, the layer's name underneath."""
    shown = {name.replace(" ", "\n"): list(layers.values()) for name, layers in rebuilt.items()}
    under = [style.short_layer(layer) for layers in rebuilt.values() for layer in layers]
    said = ". ".join(f"{name}: {listing(layers)}" for name, layers in rebuilt.items())
    alt_text = f"Det samme billede genskabt fra lag i {len(rebuilt)} netværk, lag for lag. {said}."
    return picture_grid(shown, alt_text, under=under)


def units_of_layer(images: Tensor, pieces: Tensor | None, names: Sequence[str], title: str) -> Figure:
    """Units of a layer side by side: the image each wants (U, 3, S, S), its pieces (U, 3, 3, S, S), its name."""
    shown = {"fremkaldt": images}
    if pieces is not None:  # three in a square, a thin white line between them
        shown["udsnit"] = [make_grid(three, nrow=2, padding=1, pad_value=1.0) for three in pieces]
    beside = "" if pieces is None else " Under hvert billede er de stærkeste udsnit fra billedverdenen."
    said = listing(name.replace("\n", ", ") for name in names)
    alt_text = f"Billeder fremkaldt for {len(images)} enheder i {title}: {said}.{beside}"
    return picture_grid(shown, alt_text, above=names, title=title)


@style.styled
def made(
    pictures: Sequence[Tensor],
    curve: Sequence[float],
    title: str,
    curve_title: str = "målet",
    across: Sequence[int] = (),
) -> Figure:
    """Pictures (3, H, W), what was made and what it is held against, and how good it was at each step.

    `across`: the steps that the curve was taken at; without it, every one.
    """
    steps = list(across) or range(1, len(curve) + 1)
    figure, axes = style.new_figure(3.8, 1, len(pictures) + 1, width_ratios=[*[1] * len(pictures), 1.2])
    for cell, picture in zip(axes, pictures, strict=False):
        style.image_axes(cell, picture)
    axes[-1].plot(steps, curve, "o-" if len(steps) < 20 else "-", color=style.BLUE)
    axes[-1].set(xlabel="skridt")
    axes[-1].set_title(curve_title, fontsize=14)
    figure.suptitle(title, fontsize=15, x=0.01, ha="left")
    said = f"{curve_title.capitalize()} går fra {number(curve[0], 2)} til {number(curve[-1], 2)}"
    return style.described(figure, f"{title}. {said} på {len(curve) if not across else steps[-1]} skridt.")


@style.styled
def shares(table: pd.DataFrame, axis: str) -> Figure:
    """Bars from 0 to 1: one group per row, one colour per column; `axis` says what they are (Danish)."""
    many = len(table.columns) > 2
    figure, axes = style.new_figure(height=4.6 if many else 3.9)
    places, width = np.arange(len(table)), 0.88 / len(table.columns)
    for k, (colour, (name, values)) in enumerate(zip(COLOURS, table.items(), strict=False)):
        at = places + (k - (len(table.columns) - 1) / 2) * width
        bars = axes.bar(at, values, width * 0.9, color=colour, label=name)
        axes.bar_label(bars, [percent(share, 0) for share in values], padding=3, fontsize=12 if many else 13)
    axes.set_xticks(places, table.index)
    axes.set(ylim=(0, 1.1), yticks=[0, 0.5, 1], ylabel=axis)
    style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    figure.legend(loc="outside upper center", ncols=len(table.columns), columnspacing=1.2)
    said = ". ".join(f"{row}: {_listed(values)}" for row, values in table.iterrows())
    return style.described(figure, f"Søjler, {axis}. {said}.")


@style.styled
def dose(values: pd.Series, across: str, up: str, many: pd.DataFrame) -> Figure:
    """A share against a small number (index); both axes are named in Danish.

    `many`: stored measurements of the same, one row per number, one column per seed; they are the band behind.
    """
    figure, axes = style.new_figure(height=4.0)
    order = sorted({*values.index, *many.index})
    at, here = ([order.index(count) for count in table.index] for table in (many, values))
    seeds, mean = f"målt med {len(many.columns)} seeds", many.mean(axis=1)
    band = {"color": style.BLUE, "alpha": 0.2, "label": f"{seeds}: fra–til"}
    axes.fill_between(at, many.min(axis=1), many.max(axis=1), **band)
    axes.plot(at, mean, color=style.BLUE, label=f"{seeds}: gennemsnit")
    axes.plot(here, values, "o", color=style.RED, markersize=10, label="målt her")
    for place, share in zip(here, values, strict=True):
        beside = (0, -26) if share > 0.9 else (0, 12) if share > 0.1 else (30, -5)  # clear of the mean
        axes.annotate(percent(share, 0), (place, share), beside, textcoords="offset points", ha="center")
    axes.set_xticks(range(len(order)), map(number, order))
    axes.set(xlabel=across, ylabel=up, ylim=(-0.03, 1.08), yticks=[0, 0.5, 1])
    style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    axes.legend(loc="lower right")
    said = f"{up} mod {across}: {_listed(values, ': ')}. Gennemsnit, {seeds}: {_listed(mean, ': ')}."
    return style.described(figure, said)


@style.styled
def forgetting_everywhere(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """PSNR and feature error against relative depth: 0 the first layer, 1 the last.

    `tables`: by network, in the order of its layers, columns layer, psnr (dB) and feature_error.
    """
    figure, panels = style.new_figure(height=4.6, columns=2)
    titles = {"psnr": "Billedet: PSNR (dB)", "feature_error": "Lagets svar: feature-fejl"}
    for axes, (column, title) in zip(panels, titles.items(), strict=True):
        for colour, mark, (name, table) in zip(NETWORKS, "osD^v", tables.items(), strict=False):
            axes.plot(np.linspace(0, 1, len(table)), table[column], color=colour, marker=mark, label=name)
        axes.set_title(title)
        axes.grid(axis="y")
        axes.set_xticks([0, 0.5, 1], ["første lag", "midt", "sidste lag"])
    panels[0].set_ylim(0, None)
    panels[1].set_ylim(0, max(0.1, 1.1 * max(table["feature_error"].max() for table in tables.values())))
    style.danish_ticks(panels[1].yaxis, lambda share: percent(share, 0))
    panels[1].legend(loc="upper left", fontsize=12)
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
    looks = [*zip((style.ORANGE, style.BLUE, style.GREEN), "osD", strict=True)]
    for axes, (name, table) in zip(panels[0], tables.items(), strict=True):
        for (colour, mark), (difference, values) in zip(looks, table.items(), strict=False):
            axes.plot(range(len(table)), values, color=colour, marker=mark, markersize=7, label=difference)
        axes.axhline(0.5, color=style.RED, linestyle="--", linewidth=1.5)
        style.layer_ticks(axes, table.index)
        axes.set_title(name, fontsize=14)
        axes.set_ylim(0.3, 1.03)
        style.danish_ticks(axes.yaxis, lambda share: percent(share, 0))
    panels[0][0].set_ylabel("rigtigt billede valgt")
    panels[0][0].annotate("at gætte", (0, 0.5), (0, -17), textcoords="offset points", color=style.RED)
    panels[0][-1].legend(loc="lower left")
    ends = ". ".join(f"{who}, {table.index[-2]}: {_listed(table.iloc[-2])}" for who, table in tables.items())
    return style.described(
        figure, f"Hvad der kan ses på det genskabte, lag for lag; at gætte giver 50 %. {ends}."
    )


def _listed(shares: pd.Series, between: str = " ") -> str:
    """»farve 50 % og klasse 90 %«"""
    return listing(f"{name}{between}{percent(share, 0)}" for name, share in shares.items())
