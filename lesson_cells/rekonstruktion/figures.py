"""Lesson 06: pictures that came out of a network, and what was measured on them."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number, percent
from lesson_utils.show.style import (
    BLUE,
    GREEN,
    ORANGE,
    RED,
    danish_ticks,
    described,
    image_axes,
    new_figure,
    styled,
)

COLOURS = (BLUE, ORANGE, GREEN, RED)


@styled
def by_depth(
    pictures: Tensor, rebuilt: Mapping[str, Tensor], names: Sequence[str], errors: pd.DataFrame | None = None
) -> Figure:
    """One row per picture (3, H, W): the picture itself, then what was rebuilt from each layer, by name.

    `errors`: columns layer, picture, psnr; the decibels stand under each image.
    """
    figure, axes = new_figure(len(pictures) * 1.25 + 0.35, len(pictures), len(rebuilt) + 1, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for row, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        image_axes(axes[row, 0], picture)
        axes[row, 0].set_ylabel(name)
        for column, images in enumerate(rebuilt.values(), start=1):
            image_axes(axes[row, column], images[row])
    for cell, title in zip(axes[0], ("billedet", *rebuilt), strict=True):
        cell.set_title(title, fontsize=13, loc="center", pad=4)
    if errors is not None:
        wide = errors.pivot(index="picture", columns="layer", values="psnr")
        for row, name in enumerate(names):
            for column, layer in enumerate(rebuilt, start=1):
                axes[row, column].set_xlabel(
                    f"{number(wide.loc[name, layer], 1)} dB", fontsize=12, labelpad=2
                )
    return described(
        figure,
        f"{listing(names)}: yderst til venstre billedet selv, derefter genskabt fra lagene {listing(rebuilt)}. "
        "De første er næsten ens med billedet; dybere bliver de slørede og mister farve og form.",
    )


@styled
def forgetting(by_network: Mapping[str, pd.DataFrame]) -> Figure:
    """PSNR and feature error layer by layer; `by_network`: rows layers, columns psnr (dB) and feature_error."""
    figure, (loudness, error) = new_figure(height=4.4, columns=2)
    for colour, (name, table) in zip(COLOURS, by_network.items(), strict=False):
        loudness.plot(table.index, table["psnr"], "o-", color=colour, label=name)
        error.plot(table.index, table["feature_error"], "o-", color=colour, label=name)
    loudness.set_title("Billedet: PSNR (dB)")
    error.set_title("Lagets svar: feature-fejl")
    error.set_ylim(0, max(0.1, *(1.1 * table["feature_error"].max() for table in by_network.values())))
    danish_ticks(error.yaxis, lambda share: percent(share, 0))
    for axes in (loudness, error):
        axes.grid(axis="y")
        axes.tick_params(axis="x", rotation=45)
    loudness.set_ylim(0, None)
    loudness.legend(loc="upper right")
    said = ". ".join(
        f"{name}: PSNR fra {number(table['psnr'].iloc[0], 1)} dB i {table.index[0]} til "
        f"{number(table['psnr'].iloc[-1], 1)} dB i {table.index[-1]}, feature-fejl højst "
        f"{percent(table['feature_error'].max())}"
        for name, table in by_network.items()
    )
    return described(figure, f"To kurver over lagene. {said}.")


@styled
def gallery(
    images: Tensor,
    names: Sequence[str],
    what: str,
    columns: int = 8,
    title: str = "",
    under: Sequence[str] = (),
) -> Figure:
    """Images (N, 3, H, W) side by side, each with its name above and perhaps a line `under` it.

    `what`: Danish, plural, for the alt text: "klassebilleder".
    """
    lines = -(-len(images) // columns)
    height = 9.0 / columns + 0.32 + 0.25 * max((line.count("\n") + 1 for line in under), default=0)
    figure, axes = new_figure(lines * height + (0.45 if title else 0), lines, columns, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)
    for cell in axes.flat[len(images) :]:
        cell.set_axis_off()
    for cell, image, name in zip(axes.flat, images, names, strict=False):
        image_axes(cell, image)
        cell.set_title(name, fontsize=13, loc="center", pad=3)
    for cell, line in zip(axes.flat, under, strict=False):
        cell.set_xlabel(line, fontsize=12, labelpad=2)
    if title:
        figure.suptitle(title)
    shown = [f"{name} ({line})" for name, line in zip(names, under, strict=False)] or names
    return described(figure, f"{len(images)} {what}: {listing(dict.fromkeys(shown))}.")


@styled
def rows(pictures: Mapping[str, Tensor], what: str) -> Figure:
    """One row of images (N, 3, H, W) for each name; `what`: Danish, for the alt text."""
    count = max(map(len, pictures.values()))
    figure, axes = new_figure(
        len(pictures) * 8.0 / (count + 1),
        len(pictures),
        count + 1,
        width_ratios=[1.3, *[1] * count],
        squeeze=False,
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for line, (name, images) in zip(axes, pictures.items(), strict=True):
        for cell in line:
            cell.set_axis_off()
        line[0].text(0, 0.5, name, va="center", fontsize=14, transform=line[0].transAxes)
        for cell, image in zip(line[1:], images, strict=False):
            image_axes(cell, image)
    said = listing(name.replace("\n", " ") for name in pictures)
    return described(figure, f"{what}, én række for hver: {said}.")


@styled
def made(
    image: Tensor,
    curve: Sequence[float],
    title: str,
    picture: Tensor | None = None,
    curve_title: str = "målet",
    across: Sequence[int] = (),
) -> Figure:
    """An image (3, H, W) that was made, how good it was at each step, and perhaps the picture it was made from.

    `across`: the steps that the curve was taken at; without it, every one.
    """
    shown = [image] if picture is None else [picture, image]
    figure, axes = new_figure(3.6, 1, len(shown) + 1, width_ratios=[*[1] * len(shown), 1.2])
    for cell, each in zip(axes, shown, strict=False):
        image_axes(cell, each)
    axes[len(shown) - 1].set_title(title, fontsize=14)
    steps = list(across) or range(1, len(curve) + 1)
    axes[-1].plot(steps, curve, "o-" if len(steps) < 20 else "-", color=BLUE)
    axes[-1].set(xlabel="skridt")
    axes[-1].set_title(curve_title, fontsize=14)
    return described(
        figure,
        f"{title}. {curve_title.capitalize()} går fra {number(curve[0], 2)} til {number(curve[-1], 2)} "
        f"på {len(curve) if not across else steps[-1]} skridt.",
    )
