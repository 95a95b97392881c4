"""How much of a photo one unit sees as layers are stacked: the widget's figure."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lesson_utils.danish import number, plural
from lesson_utils.show import style

MOST_ROWS = 14  # with more layers than this, equal neighbours share a row


class StackedLayer(NamedTuple):
    """One layer as the student reads it (»conv 3x3«), its field, and its distance to the neighbour's (pixels)."""

    name: str
    receptive_field: int
    jump: int


@style.styled
def stack_fields(photo: Any, layers: Sequence[StackedLayer]) -> Figure:
    """The receptive field of the middle unit as squares on a photo (3, H, W), and the numbers of every layer.

    `layers`: the stack from the photo upwards; empty for the photo alone.
    """
    rows = _rows(layers) if len(layers) > MOST_ROWS else [(layer.name, layer) for layer in layers]
    figure, (picture, bars) = style.new_figure(height=5.6, columns=2)
    figure.get_layout_engine().set(h_pad=0.1)
    height, width = photo.shape[-2:]
    _draw_fields(picture, photo, layers)
    if not layers:
        bars.remove()
        title = "Ingen lag endnu: en plads er én pixel"
        figure.suptitle(title)
        return style.described(figure, f"{title}. Et foto på {width}x{height} pixler.")
    _draw_bars(bars, rows)
    size, away = layers[-1].receptive_field, plural(layers[-1].jump, "pixel", "pixler")
    title = f"{len(layers)} lag: hver plads ser {number(size)}x{number(size)} pixler"
    figure.suptitle(title)
    inside = f"Orange: én plads' felt\nStiplet: naboens, {away} væk"
    beyond = "Feltet når ud over fotoet\npå alle fire sider"
    picture.set_xlabel(inside if size < max(height, width) else beyond)
    numbers = "; ".join(f"{name}: {layer.receptive_field}" for name, layer in rows)
    return style.described(
        figure,
        f"{title} af et foto på {width}x{height}; naboens felt ligger {away} længere henne. "
        f"Receptivt felt efter hvert lag: {numbers}.",
    )


def _rows(layers: Sequence[StackedLayer]) -> list[tuple[str, StackedLayer]]:
    """Equal neighbours together, with the numbers of the last of them: `4 · conv 3x3`."""
    runs = [list(run) for _, run in groupby(layers, key=lambda layer: layer.name)]
    return [(f"{len(run)} · {run[-1].name}" if len(run) > 1 else run[-1].name, run[-1]) for run in runs]


def _draw_fields(axes: Axes, photo: Any, layers: Sequence[StackedLayer]) -> None:
    """A square for each layer around the middle of the photo; what the last layer doesn't see is dimmed."""
    height, width = photo.shape[-2:]
    extent = (0, width, height, 0)
    style.image_axes(axes, photo, extent=extent)
    lines = [{"edgecolor": "white", "linewidth": 1.2}] * (len(layers) - 1)
    for layer, line in zip(layers, [*lines, {"edgecolor": style.ORANGE, "linewidth": 3.5}], strict=False):
        size = layer.receptive_field
        corner = ((width - size) / 2, (height - size) / 2)
        field = style.outline(axes, corner, size, **line)
    if layers:
        neighbour = {"edgecolor": style.SKY, "linewidth": 2, "linestyle": "--"}
        style.outline(axes, (corner[0] + layer.jump, corner[1]), size, **neighbour)
        axes.add_patch(Rectangle((0, 0), width, height, facecolor="black", alpha=0.45, zorder=0.5))
        style.image_axes(axes, photo, extent=extent, zorder=0.7).set_clip_path(field)
    axes.set(xlim=(0, width), ylim=(height, 0))


def _draw_bars(axes: Axes, rows: Sequence[tuple[str, StackedLayer]]) -> None:
    """The receptive field of every layer as a bar, the photo's side on top."""
    sizes = pd.Series([layer.receptive_field for _, layer in rows], [name for name, _ in rows])
    texts = [f"{number(layer.receptive_field)} (hop {layer.jump})" for _, layer in rows]
    colours = [style.GREEN if layer.name.startswith("pool") else style.BLUE for _, layer in rows]
    style.bars(axes, sizes, texts, 1.75 * sizes.max(), color=colours)
    axes.set(ylim=(max(len(rows), 9) - 0.4, -0.6), xticks=[], title="Receptivt felt efter hvert lag")
    axes.set_xlabel("pixler (hop: pixler til naboens felt)")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)
