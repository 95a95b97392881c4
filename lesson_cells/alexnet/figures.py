"""Lesson 02, the network as a whole: its layers to scale, and where its parameters and arithmetic sit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.transforms import Affine2D

from lesson_utils.danish import listing, number, percent, plural, short
from lesson_utils.show.style import GREY, INK, KIND_COLOURS, PALE, WIDTH, described, new_figure, styled

COLOURS = {"conv": KIND_COLOURS["conv"], "maxpool": KIND_COLOURS["pool"], "fc": KIND_COLOURS["fc"]}
PHOTO_HEIGHT = 3.3  # inches; every other height follows from it
INCHES_PER_CHANNEL = 0.00095  # the same for the thickness of the boxes and the height of the FC layers
DEPTH = np.array([0.27, 0.12])  # where one inch away from the reader lies on the paper
GROUND = 0.95


@dataclass(frozen=True)
class Box:
    """One stage of the pipeline in inches: `width` along the channels, `height` and depth along the map."""

    left: float
    width: float
    height: float
    depth: float


@styled
def pipeline(photo: Any, layers: pd.DataFrame) -> Figure:
    """The network from the photo to the classes, to scale.

    Args:
        photo: (3, H, W).
        layers: a `layer_table`; rows that only normalise are left out, for they keep the shape.
    """
    layers = layers[layers["kind"].isin(list(COLOURS))]
    figure, axes = new_figure(height=5.1)
    photo_size = int(photo.shape[-1])
    per_pixel = PHOTO_HEIGHT / photo_size
    _draw_photo(axes, photo)
    _label(axes, 0.5, "foto", (f"{photo_size}x{photo_size}", "x 3"), INK)
    slot = (WIDTH - 1.45) / len(layers)
    for place, (name, row) in enumerate(layers.iterrows()):
        colour = COLOURS[row["kind"]]
        middle = 1.33 + (place + 0.5) * slot
        box = _box(row, middle, per_pixel)
        _draw_box(axes, box, colour)
        shape = (number(row["channels"]),)
        if row["kind"] != "fc":
            shape = (f"{row['height']}x{row['width']}", f"x {row['channels']}")
            window = f"{row['kernel']}x{row['kernel']}"
            window += f"\nskridt {row['stride']}" if row["stride"] > 1 else ""
            top = GROUND + box.height + box.depth * DEPTH[1] + 0.08
            axes.text(middle, top, window, ha="center", va="bottom", fontsize=12, color=GREY, linespacing=1.0)
        _label(axes, middle, str(name), shape, colour)
    _legend(axes)
    axes.axhline(GROUND, color=GREY, linewidth=1, zorder=1)
    axes.set(xlim=(0, WIDTH), ylim=(0.1, GROUND + 4096 * INCHES_PER_CHANNEL + 0.15), aspect="equal")
    axes.set_axis_off()
    shapes = listing(
        f"{name} {number(row['channels'])}"
        if row["kind"] == "fc"
        else f"{name} {row['height']}x{row['width']}x{row['channels']}"
        for name, row in layers.iterrows()
    )
    return described(
        figure,
        f"Netværket tegnet i skala, fra fotoet på {photo_size}x{photo_size}x3 til venstre til de tre fuldt "
        f"forbundne lag som tårne til højre. Kasserne bliver lavere og tykkere på vejen: {shapes}.",
    )


def _box(row: pd.Series, middle: float, per_pixel: float) -> Box:
    along_channels = float(row["channels"]) * INCHES_PER_CHANNEL
    if row["kind"] == "fc":  # nothing but channels: they stand on top of each other
        return Box(middle - 0.09, 0.18, along_channels, 0.0)
    depth = float(row["width"]) * per_pixel
    whole = along_channels + depth * DEPTH[0]
    return Box(middle - whole / 2, along_channels, float(row["height"]) * per_pixel, depth)


def _draw_photo(axes: Axes, photo: Any) -> None:
    picture = np.asarray(photo).transpose(1, 2, 0).clip(0, 1)
    across, up = PHOTO_HEIGHT * DEPTH
    # the unit square becomes the parallelogram that the photo fills, seen from the side
    slant = Affine2D(np.array([[across, 0, 0.08], [up, PHOTO_HEIGHT, GROUND], [0, 0, 1]]))
    shown = axes.imshow(picture, extent=(0, 1, 0, 1), interpolation="bilinear", aspect="auto", zorder=2)
    shown.set_transform(slant + axes.transData)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    axes.add_patch(Polygon(slant.transform(corners), fill=False, edgecolor=INK, linewidth=1.0, zorder=3))


def _draw_box(axes: Axes, box: Box, colour: str) -> None:
    base, (across, up) = to_rgb(colour), box.depth * DEPTH
    right, top = box.left + box.width, GROUND + box.height
    front = [(box.left, GROUND), (right, GROUND), (right, top), (box.left, top)]
    lid = [(box.left, top), (right, top), (right + across, top + up), (box.left + across, top + up)]
    side = [(right, GROUND), (right + across, GROUND + up), (right + across, top + up), (right, top)]
    for corners, shade in ((front, 1.0), (lid, 1.35), (side, 0.75)):
        faces = [min(1.0, part * shade + max(0.0, shade - 1) * 0.5) for part in base]
        axes.add_patch(Polygon(corners, facecolor=faces, edgecolor="white", linewidth=0.7, zorder=4))


def _label(axes: Axes, middle: float, name: str, shape: tuple[str, ...], colour: str) -> None:
    axes.text(
        middle, GROUND - 0.1, name, ha="center", va="top", fontsize=12.5, fontweight="bold", color=colour
    )
    axes.text(
        middle,
        GROUND - 0.33,
        "\n".join(shape),
        ha="center",
        va="top",
        fontsize=12,
        color=INK,
        linespacing=1.15,
    )


def _legend(axes: Axes) -> None:
    lines = ("Kasser: højde og dybde er feature mappets pixler,", "tykkelsen er antallet af kanaler.",
             "Tårne: antallet af enheder, i kanalernes skala.")  # fmt: skip
    axes.text(2.05, 4.85, "\n".join(lines), va="top", fontsize=13, color=INK, linespacing=1.35)
    left = 2.05
    for kind, name in (("conv", "foldning"), ("maxpool", "pooling"), ("fc", "fuldt forbundet")):
        axes.add_patch(Rectangle((left, 3.72), 0.17, 0.17, facecolor=COLOURS[kind]))
        axes.text(left + 0.25, 3.8, name, va="center", fontsize=13, color=INK)
        left += 0.55 + 0.105 * len(name)


@styled
def two_homes(layers: pd.DataFrame) -> Figure:
    """Parameters to the left, multiply-adds to the right, layer by layer.

    `layers`: the rows with weights of a `layer_table`.
    """
    figure, (left, right) = new_figure(height=5.3, columns=2)
    places = np.arange(len(layers))
    colours = [COLOURS[kind] for kind in layers["kind"]]
    names = {"parameters": "parametre", "multiply_adds": "multiply-adds"}
    texts = []
    for axes, column in ((left, "parameters"), (right, "multiply_adds")):
        counts = layers[column].astype(float)
        axes.barh(places, counts / 1e6, color=colours)
        for place, count in zip(places, counts, strict=True):
            axes.annotate(
                number(count / 1e6, 1 if count > 1e5 else 2), (count / 1e6, place), (-6 if axes is left else 6, 0),
                textcoords="offset points", va="center", ha="right" if axes is left else "left",
            )  # fmt: skip
        axes.set(ylim=(len(layers) - 0.4, -0.6), xlim=(0, counts.max() / 1e6 * 1.25))
        axes.set_xlabel(f"mio. {names[column]}")
        main = layers.groupby("kind", sort=False)[column].sum().astype(float)
        kind, share = main.idxmax(), main.max() / main.sum()
        where = {"fc": "FC-lag", "conv": "conv-lag"}[kind]
        axes.set_title(f"{short(counts.sum())} {names[column]}:\n{percent(share)} i {where}")
        texts.append(
            f"{short(counts.sum())} {names[column]}, {percent(share)} af dem i {where}, flest i {counts.idxmax()}"
        )
    left.invert_xaxis()
    left.spines["left"].set_visible(False)
    left.spines["right"].set_visible(True)
    left.set_yticks([])
    right.set_yticks(places, layers.index, ha="center", fontsize=14)
    right.tick_params(axis="y", length=0, pad=30)
    return described(
        figure,
        f"Søjler til to sider, et par for hvert lag. Til venstre {texts[0]}. Til højre {texts[1]}.",
    )


@styled
def pooling_windows(size: int, windows: dict[str, tuple[int, int]]) -> Figure:
    """One row of `size` values and the windows that pooling lays over it, for several (kernel, stride)."""
    figure, panels = new_figure(height=5.0, rows=len(windows), sharex=True)
    texts = []
    for axes, (name, (kernel, stride)) in zip(panels, windows.items(), strict=True):
        count = (size - kernel) // stride + 1
        reached = (count - 1) * stride + kernel
        for cell in range(size):
            colour = PALE if cell < reached else KIND_COLOURS["relu"]
            axes.add_patch(Rectangle((cell, 0), 1, 0.8, facecolor=colour, edgecolor="white", linewidth=2))
            axes.text(cell + 0.5, 0.4, str(cell + 1), ha="center", va="center", fontsize=13)
        for place in range(count):
            start, height = place * stride + 0.08, 1.0 + 0.42 * (place % 2)
            bar = Rectangle((start, height), kernel - 0.16, 0.34, facecolor=COLOURS["maxpool"])
            axes.add_patch(bar)
        shared = plural(max(0, kernel - stride), "værdi", "værdier")
        lost = (
            "alt bliver set"
            if reached == size
            else f"{plural(size - reached, 'værdi', 'værdier')} ses aldrig"
        )
        told = f"{name}: {count} vinduer, naboer deler {shared}, {lost}"
        axes.set_title(told, fontsize=15)
        axes.set(xlim=(-0.1, size + 0.1), ylim=(-0.1, 1.9))
        axes.set_axis_off()
        texts.append(told)
    return described(
        figure, f"En række på {size} værdier med poolingens vinduer som bjælker. {'; '.join(texts)}."
    )
