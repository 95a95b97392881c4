"""The one look of all figures: sizes, colours, Danish numbers on the axes, and an alt text on each.

A figure is a plain `matplotlib.figure.Figure`: no pyplot, so nothing global is left behind and no figure is
shown twice. Every public figure function is decorated with `styled`.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.ticker import Formatter, FuncFormatter, LogFormatter, ScalarFormatter

from lesson_utils.danish import number, percent

# A figure is nine inches wide and shown 900 pixels wide, so 1 pt becomes 1.39 px and 13 pt about 18 px:
# on a projector that is what the back row of a lecture hall can read.
WIDTH = 9.0
TALLEST = 6.4  # inches: a taller figure does not fit under a heading on a slide of 1280 x 720
PIXELS_PER_INCH = 100

# Okabe & Ito's palette: told apart with every common form of colour blindness, and in grey print.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, GREY, INK, PALE = "#56B4E9", "#CC79A7", "#7A7A7A", "#222222", "#E8E8E8"
WARNING = "#A84300"  # RED, dark enough for text on white
KIND_COLOURS = {
    "input": SKY,
    "conv": BLUE,
    "relu": RED,
    "pool": GREEN,
    "norm": GREY,
    "fc": ORANGE,
    "inception": PURPLE,
    "dropout": PALE,
    "gap": GREEN,
}

SEQUENTIAL = "viridis"  # from zero upwards: activations, feature maps
DIVERGING = "RdBu_r"  # around zero: weights, differences; always with vmin = -vmax

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # shipped with matplotlib: the same picture on every machine
    "mathtext.fontset": "dejavusans",
    "font.size": 14,
    "axes.titlesize": 16,
    "axes.labelsize": 14,
    "xtick.labelsize": 13,
    "ytick.labelsize": 13,
    "legend.fontsize": 13,
    "figure.titlesize": 17,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    **dict.fromkeys(("axes.labelcolor", "text.color", "xtick.color", "ytick.color"), INK),
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": PALE,
    "grid.linewidth": 1.0,
    "lines.linewidth": 2.5,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "image.cmap": SEQUENTIAL,
    "image.interpolation": "nearest",  # a pixel is a pixel
    "axes.prop_cycle": matplotlib.cycler(color=[BLUE, ORANGE, GREEN, PURPLE, RED, SKY]),
    "axes.unicode_minus": True,
    "svg.hashsalt": "lesson",
}


# matplotlib's settings are global, and a live widget draws in its own thread
one_at_a_time = threading.RLock()


def in_style() -> AbstractContextManager:
    """The course's look on matplotlib's own defaults, whatever the user's matplotlibrc says."""
    return matplotlib.style.context(["default", STYLE])


def danish_ticks(axis: Axis, text: Callable[[float], str] = number) -> None:
    """Write the axis' numbers with `text`, for example `danish.short`."""
    # Ticks come as 0.30000000000000004; ten significant digits are more than any axis shows.
    axis.set_major_formatter(FuncFormatter(lambda value, _position: text(float(f"{value:.10g}"))))


def percent_ticks(axis: Axis) -> None:
    """Write the axis' shares in whole percent."""
    danish_ticks(axis, lambda share: percent(share, 0))


def powers(value: float) -> str:
    """A power of ten as 10 with its exponent above, for `danish_ticks` on a logarithmic axis."""
    return f"$10^{{{round(np.log10(value))}}}$" if value > 0 else "0"


def short_layer(name: str) -> str:
    """A layer's name, short enough to stand beside others: `inception_4a` -> `4a`, `conv2_reduce` -> `reduce`."""
    return name.removeprefix("inception_").replace("conv2_reduce", "reduce")


MANY_LAYERS = 8  # in a third of a figure's width, more names at a slant would lie on each other


def layer_ticks(axes: Axes, layers: Iterable[str], rotation: float = 60) -> None:
    """Layers along the x axis, by their short names; turned about their ends, and upright where they are many."""
    names = [short_layer(name) for name in layers]
    turned = {"rotation": rotation, "ha": "right", "rotation_mode": "anchor"} if rotation else {}
    upright = {"rotation": 90} if rotation and len(names) > MANY_LAYERS else {}
    axes.set_xticks(range(len(names)), names, **(upright or turned))


def new_figure(
    height: float, rows: int = 1, columns: int = 1, width: float = WIDTH, **subplots: Any
) -> tuple[Figure, Any]:
    """An empty figure (inches) and its axes, as `Figure.subplots` gives them; `rows=0`: no axes (None).

    A lesson shows none that is higher than `TALLEST`: a test looks at each stored picture.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **subplots) if rows else None


def described(figure: Figure, alt_text: str) -> Figure:
    """Give the figure the sentence that a reader hears who can't see it: what it shows, with the numbers."""
    figure.alt_text = " ".join(alt_text.split())  # type: ignore[attr-defined]
    return figure


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Run a figure function in the course's style; demand an alt text; write its numbers in Danish.

    Raises:
        ValueError: the figure function returned a figure without an alt text.
    """

    @wraps(draw)
    def drawn(*arguments: Any, **options: Any) -> Figure:
        with one_at_a_time, in_style():
            figure = draw(*arguments, **options)
            if not getattr(figure, "alt_text", ""):
                raise ValueError(f"{draw.__name__}: a figure needs an alt text, see described()")
            for axes in figure.findobj(Axes):
                for axis in (axes.xaxis, axes.yaxis):
                    _write_in_danish(axis)
        return figure

    return drawn


def _write_in_danish(axis: Axis) -> None:
    """Replace matplotlib's own number formats; leave names of categories and chosen formats alone."""
    formatter: Formatter = axis.get_major_formatter()
    if isinstance(formatter, ScalarFormatter | LogFormatter):
        danish_ticks(axis)
    if isinstance(axis.get_minor_formatter(), LogFormatter):
        # 2, 3, 4 ... between the powers of ten would be too much text.
        axis.set_minor_formatter(FuncFormatter(lambda _value, _position: ""))


def outline(axes: Axes, corner: Sequence[float], width: float, height: float = 0, **line: Any) -> Rectangle:
    """An empty rectangle, or a square where `height` is left out: `edgecolor`, `linewidth`, …"""
    return axes.add_patch(Rectangle(tuple(corner), width, height or width, fill=False, **line))


def bars(axes: Axes, lengths: pd.Series, texts: Sequence[str], end: float, **look: Any) -> None:
    """Horizontal bars from the top down on an axis to `end`, each with its name before it and its text behind."""
    drawn = axes.barh(range(len(lengths)), lengths, **look)
    axes.bar_label(drawn, [str(text) for text in texts], padding=6, fontsize=13)
    axes.set_yticks(range(len(lengths)), lengths.index)
    axes.set(xlim=(0, end), ylim=(len(lengths) - 0.4, -0.6))


def image_axes(axes: Axes, image: Any, **imshow: Any) -> AxesImage:
    """Draw a picture (3, H, W), floats in 0..1 or bytes, or a map (H, W), without ticks; arrays or tensors."""
    array = np.asarray(image.detach().cpu() if hasattr(image, "detach") else image)
    array = array / 255 if array.dtype == np.uint8 and array.ndim == 3 else array
    if array.ndim == 3 and array.shape[0] == 3:
        array = array.transpose(1, 2, 0).clip(0, 1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return axes.imshow(array, **imshow)
