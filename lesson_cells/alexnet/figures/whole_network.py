"""The network as a whole: its layers to scale, and where its parameters and arithmetic sit."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Polygon
from matplotlib.transforms import Affine2D

from lesson_utils.danish import listing, number, percent, plural, short
from lesson_utils.show import style

COLOURS = {kind: style.KIND_COLOURS[kind.removeprefix("max")] for kind in ("conv", "maxpool", "fc")}
PHOTO_HEIGHT = 3.3  # inches; every other height follows from it
INCHES_PER_CHANNEL = 0.00095  # the same for the thickness of the boxes and the height of the FC layers
DEPTH = np.array([0.27, 0.12])  # where one inch away from the reader lies on the paper
GROUND = 0.95


@style.styled
def pipeline(photo: Any, layers: pd.DataFrame) -> Figure:
    """The network from the photo (3, H, W) to the classes, to scale.

    `layers`: AlexNet's `layer_table`; rows that only normalise are left out, for they keep the shape.
    """
    layers = layers[layers["kind"] != "norm"]
    figure, axes = style.new_figure(height=5.1)
    photo_size = int(photo.shape[-1])
    _draw_photo(axes, photo)
    _draw_label(axes, 0.5, "foto", f"{photo_size}x{photo_size}\nx 3", style.INK)
    slot, shapes = (style.WIDTH - 1.45) / len(layers), []
    for place, (name, row) in enumerate(layers.iterrows()):
        middle, colour = 1.33 + (place + 0.5) * slot, COLOURS[row["kind"]]
        top = _draw_box(axes, *_box(row, middle, PHOTO_HEIGHT / photo_size), colour)
        if row["kind"] == "fc":
            shape = number(row["channels"])
            shapes.append(f"{name} {shape}")
        else:
            shape = f"{row['height']}x{row['width']}\nx {row['channels']}"
            shapes.append(f"{name} {shape.replace(chr(10) + 'x ', 'x')}")
            window = f"{row['kernel']}x{row['kernel']}" + f"\n/ {row['stride']}" * (row["stride"] > 1)
            axes.text(middle, top + 0.08, window, ha="center", fontsize=12, color=style.GREY, linespacing=1)
        _draw_label(axes, middle, str(name), shape, colour)
    words = (
        "Kasser: højde og dybde er feature map'ets\n"
        "pladser, tykkelsen er kanalerne. Over dem:\n"
        "filter / skridtlængde. Tårne: antallet af\n"
        "enheder, i kanalernes skala."
    )
    names = {"conv": "foldning", "maxpool": "pooling", "fc": "fuldt forbundet"}
    handles = [Patch(color=COLOURS[kind], label=name) for kind, name in names.items()]
    place = {"loc": "upper left", "bbox_to_anchor": (1.9, 5.0), "bbox_transform": axes.transData}
    look = {"handlelength": 1, "handleheight": 1, "columnspacing": 1.5, "alignment": "left"}
    axes.legend(handles=handles, ncols=3, title=words, title_fontsize=13, **place, **look)
    axes.axhline(GROUND, color=style.GREY, linewidth=1, zorder=1)
    axes.set(xlim=(0, style.WIDTH), ylim=(0.1, GROUND + 4096 * INCHES_PER_CHANNEL + 0.15), aspect="equal")
    axes.set_axis_off()
    towers = plural((layers["kind"] == "fc").sum(), "fuldt forbundet lag", "fuldt forbundne lag")
    return style.described(
        figure,
        f"Netværket tegnet i skala, fra fotoet på {photo_size}x{photo_size}x3 til venstre gennem foldninger og "
        f"pooling som kasser til {towers} som tårne: {listing(shapes)}.",
    )


def _box(row: pd.Series, middle: float, per_pixel: float) -> tuple[float, float, float, float]:
    """(left, width along the channels, height, depth) of one stage, in inches."""
    along_channels = float(row["channels"]) * INCHES_PER_CHANNEL
    if row["kind"] == "fc":  # nothing but channels: they stand on top of each other
        return middle - 0.09, 0.18, along_channels, 0.0
    depth = float(row["width"]) * per_pixel
    whole = along_channels + depth * DEPTH[0]
    return middle - whole / 2, along_channels, float(row["height"]) * per_pixel, depth


def _draw_photo(axes: Axes, photo: Any) -> None:
    across, up = PHOTO_HEIGHT * DEPTH
    # the unit square becomes the parallelogram that the photo fills, seen from the side
    slant = Affine2D(np.array([[across, 0, 0.08], [up, PHOTO_HEIGHT, GROUND], [0, 0, 1]]))
    place = {"extent": (0, 1, 0, 1), "interpolation": "bilinear", "aspect": "auto", "zorder": 2}
    style.image_axes(axes, photo, **place).set_transform(slant + axes.transData)
    corners = slant.transform([[0, 0], [1, 0], [1, 1], [0, 1]])
    axes.add_patch(Polygon(corners, fill=False, edgecolor=style.INK, linewidth=1.0, zorder=3))


def _draw_box(axes: Axes, left: float, width: float, height: float, depth: float, colour: str) -> float:
    """The box with its front, lid and side; how high it reaches."""
    right, top, (across, up) = left + width, GROUND + height, depth * DEPTH
    front = [(left, GROUND), (right, GROUND), (right, top), (left, top)]
    lid = [(left, top), (right, top), (right + across, top + up), (left + across, top + up)]
    side = [(right, GROUND), (right + across, GROUND + up), (right + across, top + up), (right, top)]
    for corners, shade in ((front, 1.0), (lid, 1.35), (side, 0.75)):
        face = [min(1.0, part * shade + max(0.0, shade - 1) * 0.5) for part in to_rgb(colour)]
        axes.add_patch(Polygon(corners, facecolor=face, edgecolor="white", linewidth=0.7, zorder=4))
    return top + up


def _draw_label(axes: Axes, middle: float, name: str, shape: str, colour: str) -> None:
    below = {"ha": "center", "va": "top"}
    axes.text(middle, GROUND - 0.1, name, fontsize=12.5, fontweight="bold", color=colour, **below)
    axes.text(middle, GROUND - 0.33, shape, fontsize=12, linespacing=1.15, **below)


@style.styled
def parameters_and_arithmetic(layers: pd.DataFrame) -> Figure:
    """Parameters to the left, multiply-adds to the right, layer by layer.

    `layers`: the rows with weights of AlexNet's `layer_table`.
    """
    names = {"conv": "conv-lag", "fc": "FC-lag"}
    figure, (left, right) = style.new_figure(height=5.3, columns=2)
    colours, texts = [COLOURS[kind] for kind in layers["kind"]], []
    for axes, column, thing in ((left, "parameters", "parametre"), (right, "multiply_adds", "multiply-adds")):
        counts = layers[column].astype(float)
        numbers = [number(count / 1e6, 1 if count > 1e5 else 2) for count in counts]
        style.bars(axes, counts / 1e6, numbers, 1.25 * counts.max() / 1e6, color=colours)
        axes.set_xlabel(f"mio. {thing}")
        shares = counts.groupby(layers["kind"]).sum() / counts.sum()
        total, most = f"{short(counts.sum())} {thing}", percent(shares.max())
        axes.set_title(f"{total}:\n{most} i {names[shares.idxmax()]}")
        texts.append(f"{total}, {most} af dem i {names[shares.idxmax()]}, flest i {counts.idxmax()}")
    left.invert_xaxis()
    for text in left.texts:
        text.set(ha="right", position=(-6, 0))
    left.spines["left"].set_visible(False)
    left.spines["right"].set_visible(True)
    left.set_yticks([])
    right.set_yticks(range(len(layers)), layers.index, ha="center", fontsize=14)
    right.tick_params(axis="y", length=0, pad=30)
    alt_text = f"Søjler til to sider, et par for hvert lag. Til venstre {texts[0]}. Til højre {texts[1]}."
    return style.described(figure, alt_text)
