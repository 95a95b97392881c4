"""The one look: Danish numbers, an alt text on every figure, and nothing left behind."""

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from lesson_utils import danish
from lesson_utils.show import style
from lesson_utils.show.display import pixels
from lesson_utils.show.style import danish_ticks, described, image_axes, new_figure, styled


def tick_labels(axis) -> list[str]:
    axis.figure.draw_without_rendering()
    return [label.get_text() for label in axis.get_ticklabels()]


@styled
def line(values: list[float], scale: str = "linear") -> Figure:
    figure, axes = new_figure(height=3)
    axes.plot(range(len(values)), values)
    axes.set_yscale(scale)
    return described(figure, "En linje")


def test_ticks_are_danish():
    axis = line([0, 0.5, 1.5]).axes[0].yaxis
    assert {"0", "0,2", "1,4"} <= set(tick_labels(axis))
    axis = line([0, 38_000_000]).axes[0].yaxis
    assert "10.000.000" in tick_labels(axis)


def test_ticks_on_a_logarithmic_axis_are_danish():
    assert "1.000" in tick_labels(line([1, 100_000], "log").axes[0].yaxis)


def test_names_of_categories_stay():
    @styled
    def bars() -> Figure:
        figure, axes = new_figure(height=3)
        axes.bar(["conv1", "fc6"], [1, 2])
        return described(figure, "To søjler")

    assert tick_labels(bars().axes[0].xaxis) == ["conv1", "fc6"]


def test_a_chosen_format_stays():
    @styled
    def shares() -> Figure:
        figure, axes = new_figure(height=3)
        axes.plot([0, 0.5, 1])
        danish_ticks(axes.yaxis, danish.percent)
        return described(figure, "Andele")

    assert "40,0 %" in tick_labels(shares().axes[0].yaxis)


def test_a_figure_without_alt_text_is_refused():
    @styled
    def silent() -> Figure:
        return new_figure(height=2)[0]

    with pytest.raises(ValueError, match="silent: a figure needs an alt text"):
        silent()


def test_alt_text_becomes_one_line():
    assert described(Figure(), "To\n  linjer").alt_text == "To linjer"


def test_nothing_global_changes():
    before = dict(matplotlib.rcParams)
    figure = line([1, 2])
    assert dict(matplotlib.rcParams) == before
    assert figure.axes[0].yaxis.get_ticklabels()[0].get_fontsize() == 13  # the style, not matplotlib's 10


def test_every_size_is_legible_from_the_back_row():
    sizes = {key: value for key, value in style.STYLE.items() if key.endswith("size")}
    assert len(sizes) >= 7
    assert all(size >= 13 for size in sizes.values())
    assert style.WIDTH * style.PIXELS_PER_INCH == 900


def luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", [style.INK, style.WARNING, style.BLUE])
def test_text_colours_have_contrast_on_white(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5  # WCAG AA


def test_image_axes_takes_tensors_and_arrays():
    import numpy as np
    import torch

    axes = new_figure(height=2)[1]
    drawn = image_axes(axes, torch.rand(3, 4, 5, requires_grad=True))
    assert drawn.get_array().shape == (4, 5, 3)
    assert image_axes(axes, np.zeros((4, 5)), cmap=style.DIVERGING).get_array().shape == (4, 5)
    assert len(axes.get_xticks()) == len(axes.get_yticks()) == 0


def test_the_users_own_settings_change_no_figure():
    """What a matplotlibrc may say: pictures upside down, no LaTeX, dark paper, another size."""
    theirs = {
        "image.origin": "lower",
        "text.usetex": True,
        "savefig.facecolor": "black",
        "savefig.bbox": "tight",
    }
    theirs |= {"savefig.transparent": True, "font.size": 30, "axes.grid": True, "lines.linestyle": ":"}

    @styled
    def picture() -> Figure:
        figure, axes = new_figure(height=2)
        image_axes(axes, np.arange(12.0).reshape(3, 4))
        return described(figure, "Et billede")

    before = pixels(picture())
    with matplotlib.rc_context(theirs):
        assert pixels(picture()) == before
        assert matplotlib.rcParams["image.origin"] == "lower", "and theirs are as they were"
