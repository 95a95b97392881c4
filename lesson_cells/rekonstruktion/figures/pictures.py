"""Pictures in rows: rebuilt from layers, wanted by units, drawn for classes, each with its words."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, number
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


def by_depth(
    pictures: Tensor, rebuilt: Mapping[str, Tensor], names: Sequence[str], errors: pd.DataFrame | None = None
) -> Figure:
    """One row per picture (3, H, W): the picture itself, then what was rebuilt from each layer, by name.

    `errors`: columns layer, picture, psnr; the decibels stand under each image.
    """
    rows = {name: [pictures[k], *(images[k] for images in rebuilt.values())] for k, name in enumerate(names)}
    under, said = [], ""
    if errors is not None:
        wide = errors.pivot(index="picture", columns="layer", values="psnr")
        for name in names:
            under += ["", *(f"{number(wide.loc[name, layer], 1)} dB" for layer in rebuilt)]
        first, *_, last = wide[list(rebuilt)].mean().items()
        said = (
            f" I gennemsnit: {listing(f'{layer} {number(value, 1)} dB' for layer, value in (first, last))}."
        )
    shown = f"yderst til venstre billedet selv, derefter genskabt fra lagene {listing(rebuilt)}"
    alt_text = f"{listing(names)}: {shown}.{said}"
    return picture_grid(rows, alt_text, above=["billedet", *rebuilt], under=under)


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
    shown = [f"{name} ({line})" for name, line in zip(names, under, strict=False)] or names
    alt_text = f"{len(images)} {what}: {listing(dict.fromkeys(shown))}."
    return picture_grid(images, alt_text, columns, names, under, title)


def rows(pictures: Mapping[str, Sequence[Tensor]], what: str, above: Sequence[str] = ()) -> Figure:
    """One row of images (N, 3, H, W) for each name, perhaps with words over the columns.

    `what`: Danish, for the alt text.
    """
    said = listing(name.replace("\n", " ") for name in pictures)
    columns = f" Kolonnerne: {listing(above)}." if above else ""
    return picture_grid(pictures, f"{what}, én række for hver: {said}.{columns}", above=above)


def every_network(rebuilt: Mapping[str, Mapping[str, Tensor]]) -> Figure:
    """One row per network: a picture (3, H, W) rebuilt from each of its layers, the layer's name underneath."""
    most = max(map(len, rebuilt.values()))
    rows = {name.replace(" ", "\n"): [*layers.values()] for name, layers in rebuilt.items()}
    under = [
        text
        for layers in rebuilt.values()
        for text in [*map(style.short_layer, layers), *[""] * (most - len(layers))]
    ]
    rows = {name: images + [None] * (most - len(images)) for name, images in rows.items()}
    said = ". ".join(f"{name}: {listing(layers)}" for name, layers in rebuilt.items())
    alt_text = f"Det samme billede genskabt fra lag i {len(rebuilt)} netværk, lag for lag. {said}."
    return picture_grid(rows, alt_text, under=under)


@style.styled
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
    figure, axes = style.new_figure(3.6, 1, len(shown) + 1, width_ratios=[*[1] * len(shown), 1.2])
    for cell, each in zip(axes, shown, strict=False):
        style.image_axes(cell, each)
    axes[len(shown) - 1].set_title(title, fontsize=14)
    steps = list(across) or range(1, len(curve) + 1)
    axes[-1].plot(steps, curve, "o-" if len(steps) < 20 else "-", color=style.BLUE)
    axes[-1].set(xlabel="skridt")
    axes[-1].set_title(curve_title, fontsize=14)
    return style.described(
        figure,
        f"{title}. {curve_title.capitalize()} går fra {number(curve[0], 2)} til {number(curve[-1], 2)} "
        f"på {len(curve) if not across else steps[-1]} skridt.",
    )


@style.styled
def units_of_layer(images: Tensor, pieces: Tensor | None, names: Sequence[str], title: str) -> Figure:
    """Units of a layer side by side: the image each wants (U, 3, S, S), its pieces (U, 3, 3, S, S), its name."""
    count = len(images)
    width = 9.0 / max(count, 6)
    figure, _ = style.new_figure(0.4 + width + (width / 3 if pieces is not None else 0) + 0.5, rows=0)
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.02, wspace=0.03, hspace=0)
    figure.suptitle(title, x=0.01, ha="left")
    columns = figure.add_gridspec(1, max(count, 6))
    for k, (image, name) in enumerate(zip(images, names, strict=True)):
        cell = columns[k].subgridspec(2, 3, height_ratios=[3, 1 if pieces is not None else 0.01])
        large = figure.add_subplot(cell[0, :])
        style.image_axes(large, image)
        lowest: Axes = large
        if pieces is not None:
            for place, piece in enumerate(pieces[k]):
                small = figure.add_subplot(cell[1, place])
                style.image_axes(small, piece)
                lowest = small if place == 1 else lowest
        lowest.set_xlabel(name, fontsize=12, labelpad=2)
    beside = " Under hvert billede er de stærkeste udsnit af rigtige billeder." if pieces is not None else ""
    said = listing(name.replace("\n", ", ") for name in names)
    return style.described(figure, f"Billeder, som {count} enheder i {title} svarer mest på: {said}.{beside}")


@style.styled
def filter_made(image: Tensor, pieces: Tensor, curve: Sequence[float], title: str) -> Figure:
    """The image (3, H, W) that a unit asks for, the real pieces (N, 3, S, S), and its answer at each step."""
    figure, _ = style.new_figure(3.7, rows=0)
    left, middle, right = figure.add_gridspec(1, 3, width_ratios=[1, 1, 1])
    large = figure.add_subplot(left)
    style.image_axes(large, image)
    for cell, piece in zip(middle.subgridspec(2, 2), pieces, strict=False):
        style.image_axes(figure.add_subplot(cell), piece)
    axes = figure.add_subplot(right)
    axes.plot(range(1, len(curve) + 1), curve, color=style.BLUE)
    axes.set(xlabel="skridt")
    axes.set_title("svaret, før ReLU", fontsize=14)
    figure.suptitle(title, fontsize=15, x=0.01, ha="left")
    return style.described(
        figure,
        f"{title}: det billede, enheden svarer mest på, og de stærkeste udsnit af rigtige billeder. "
        f"Svaret går fra {number(curve[0], 1)} til {number(curve[-1], 1)} på {len(curve)} skridt.",
    )
