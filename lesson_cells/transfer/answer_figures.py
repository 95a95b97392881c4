"""Lesson 01: images under their names, the confusion matrix, and the worst mistakes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lesson_utils.danish import listing, number, percent, plural
from lesson_utils.show.style import INK, WARNING, described, image_axes, new_figure, styled


@styled
def named_images(images: Any, captions: Sequence[str], columns: int = 7) -> Figure:
    """Images (N, 3, H, W), each under its caption."""
    lines = -(-len(captions) // columns)
    deep = max(caption.count("\n") for caption in captions) + 1
    figure, axes = new_figure(lines * (9 / columns + 0.24 * deep + 0.04), lines, columns, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for cell in axes.flat[len(captions) :]:
        cell.set_axis_off()
    for cell, image, caption in zip(axes.flat, images, captions, strict=False):
        image_axes(cell, image)
        cell.set_title(caption, fontsize=13, loc="center", pad=3)
    told = listing(" ".join(caption.split()) for caption in captions)
    return described(figure, f"{plural(len(captions), 'billede', 'billeder')}: {told}.")


@styled
def confusion(counts: pd.DataFrame) -> Figure:
    """How many images of each class (rows) were given each answer (columns); shares of the row as colour."""
    size = len(counts)
    figure, axes = new_figure(height=min(7.2, 2.2 + 0.42 * size))
    shares = (counts.T / counts.sum(axis=1).clip(lower=1)).T.to_numpy()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row in range(size):
        for column in range(size):
            if counts.iat[row, column]:
                colour = "white" if shares[row, column] > 0.55 else INK if row == column else WARNING
                axes.text(
                    column, row, number(counts.iat[row, column]), ha="center", va="center", color=colour
                )
    axes.set_xticks(range(size), counts.columns, rotation=40, ha="right")
    axes.set_yticks(range(size), counts.index)
    axes.set_xlabel("netværkets svar")
    axes.set_ylabel("billedets klasse")
    axes.spines[:].set_visible(False)
    right = int(np.trace(counts.to_numpy()))
    wrong = counts.to_numpy().copy()
    np.fill_diagonal(wrong, 0)
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    worst = (
        f" Oftest forvekslet: {counts.index[row]} kaldt {counts.columns[column]}, "
        f"{plural(int(wrong.max()), 'gang', 'gange')}."
        if wrong.max()
        else ""
    )
    return described(
        figure,
        f"Forvekslingsmatrix for {size} klasser: {number(right)} af {number(counts.to_numpy().sum())} "
        f"testbilleder er rigtige.{worst}",
    )


@styled
def mistakes(images: Any, made: Sequence[Any]) -> Figure:
    """Images (N, 3, H, W) and the mistake `made` with each: its `answer`, how `sure` it was, and the `truth`."""
    columns = 4
    lines = max(1, -(-len(made) // columns))
    figure, axes = new_figure(lines * 2.75, lines, columns, squeeze=False)
    for cell in axes.flat[len(made) :]:
        cell.set_axis_off()
    for cell, image, mistake in zip(axes.flat, images, made, strict=False):
        image_axes(cell, image)
        title = f"{mistake.answer}, {percent(mistake.sure, 0)}"
        cell.set_title(title, fontsize=13, loc="center", color=WARNING, pad=4)
        cell.set_xlabel(f"rigtigt: {mistake.truth}", fontsize=13)
    if not made:
        axes.flat[0].text(0, 0.5, "Ingen fejl på testsættet", fontsize=16)
    told = (
        listing(f"{m.truth} kaldt {m.answer} ({percent(m.sure, 0)} sikker)" for m in made)
        if made
        else "ingen"
    )
    return described(figure, f"De fejl, netværket var mest sikkert på: {told}.")
