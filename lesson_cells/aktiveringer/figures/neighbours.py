"""Who is whose neighbour, in pixels and in features."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from torch import Tensor

from lesson_utils.danish import listing, percent
from lesson_utils.images import as_float
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


def neighbour_rows(query: Tensor, found: Mapping[str, tuple[Tensor, list[bool] | None]]) -> Figure:
    """A query image (3, H, W) and, for each layer, its neighbours (k, 3, H, W), framed by right or wrong class.

    The second of each pair says which neighbours are of the query's class; None where nobody knows.
    """
    rows, frames = {}, []
    for layer, (images, hits) in found.items():
        name = layer + ("" if hits is None else f"\n{sum(hits)} af {len(hits)}")
        rows[name] = [as_float(query), *as_float(images)]
        frames += [None, *(hits or [None] * len(images))]
    said = listing(name.replace(",\n", " ").replace("\n", ": ") for name in rows)
    text = f"Et billede og dets {len(images)} nærmeste naboer, en række for hver: {said}."
    if any(hit is not None for hit in frames):
        text += " Hel grøn ramme er samme klasse, stiplet en anden; tallene tæller de grønne."
    figure = picture_grid(rows, text, above=["billedet", "nærmest"])
    for cell, hit in zip(figure.axes, frames, strict=True):
        if hit is not None:
            colour, line = (style.GREEN, "-") if hit else (style.WARNING, (0, (2, 1)))
            cell.spines[:].set(visible=True, color=colour, linewidth=5, linestyle=line, capstyle="butt")
    return figure


@style.styled
def embedding_map(points: Tensor, images: Tensor, title: str, hits: float) -> Figure:
    """Images (N, 3, H, W) as points of a map (N, 2); `hits`: how often the nearest on it is of the same class."""
    figure, axes = style.new_figure(height=6.2)
    low, high = points.amin(0), points.amax(0)
    places = (points - low) / (high - low).clamp_min(1e-9)
    for place, image in zip(places.tolist(), images, strict=True):
        picture = OffsetImage(image.permute(1, 2, 0).numpy(), zoom=0.36, interpolation="bilinear")
        axes.add_artist(AnnotationBbox(picture, place, frameon=False, pad=0))
    axes.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(title)
    return style.described(
        figure,
        f"{title}: {len(images)} små billeder; for {percent(hits, 0)} er nærmeste nabo på kortet af samme klasse.",
    )
