"""Lesson 06, in the middle: what units want to see, beside the real pieces that they answer most to."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number
from lesson_utils.show.style import BLUE, described, image_axes, new_figure, styled


@styled
def units_of_layer(images: Tensor, pieces: Tensor | None, names: Sequence[str], title: str) -> Figure:
    """Units of a layer side by side: the image each wants (U, 3, S, S), its pieces (U, 3, 3, S, S), its name."""
    count = len(images)
    width = 9.0 / max(count, 6)
    figure, _ = new_figure(0.4 + width + (width / 3 if pieces is not None else 0) + 0.5, rows=0)
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.02, wspace=0.03, hspace=0)
    figure.suptitle(title, x=0.01, ha="left")
    columns = figure.add_gridspec(1, max(count, 6))
    for k, (image, name) in enumerate(zip(images, names, strict=True)):
        cell = columns[k].subgridspec(2, 3, height_ratios=[3, 1 if pieces is not None else 0.01])
        large = figure.add_subplot(cell[0, :])
        image_axes(large, image)
        lowest: Axes = large
        if pieces is not None:
            for place, piece in enumerate(pieces[k]):
                small = figure.add_subplot(cell[1, place])
                image_axes(small, piece)
                lowest = small if place == 1 else lowest
        lowest.set_xlabel(name, fontsize=12, labelpad=2)
    beside = " Under hvert billede er de stærkeste udsnit af rigtige billeder." if pieces is not None else ""
    said = listing(name.replace("\n", ", ") for name in names)
    return described(figure, f"Billeder, som {count} enheder i {title} svarer mest på: {said}.{beside}")


@styled
def filter_made(image: Tensor, pieces: Tensor, curve: Sequence[float], title: str) -> Figure:
    """The image (3, H, W) that a unit asks for, the real pieces (N, 3, S, S), and its answer at each step."""
    figure, _ = new_figure(3.7, rows=0)
    left, middle, right = figure.add_gridspec(1, 3, width_ratios=[1, 1, 1])
    large = figure.add_subplot(left)
    image_axes(large, image)
    for cell, piece in zip(middle.subgridspec(2, 2), pieces, strict=False):
        image_axes(figure.add_subplot(cell), piece)
    axes = figure.add_subplot(right)
    axes.plot(range(1, len(curve) + 1), curve, color=BLUE)
    axes.set(xlabel="skridt")
    axes.set_title("svaret, før ReLU", fontsize=14)
    figure.suptitle(title, fontsize=15, x=0.01, ha="left")
    return described(
        figure,
        f"{title}: det billede, enheden svarer mest på, og de stærkeste udsnit af rigtige billeder. "
        f"Svaret går fra {number(curve[0], 1)} til {number(curve[-1], 1)} på {len(curve)} skridt.",
    )
