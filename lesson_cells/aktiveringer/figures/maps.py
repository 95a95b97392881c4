"""What a channel answers to an image: its map, what lies under it, and the pieces that it answers to most."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.danish import listing, number
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


@style.styled
def feature_maps(image: Tensor, maps: Tensor, layer: str) -> Figure:
    """The image (3, H, W) and the strongest channels of `maps` (C, h, w), sorted, all on one colour scale."""
    order = _strongest(maps, 32)
    figure, _ = style.new_figure(height=4.3, rows=0)
    left, right = figure.subfigures(1, 2, width_ratios=[1, 2.1])
    style.image_axes(left.subplots(), image).axes.set_title("billedet")
    cells = right.subplots(4, 8)
    top = max(float(maps.max()), 1e-9)
    for cell in cells.flat[len(order) :]:
        cell.set_axis_off()
    for cell, channel in zip(cells.flat, order, strict=False):
        shown = style.image_axes(cell, maps[channel], vmin=0, vmax=top, cmap=style.SEQUENTIAL)
        cell.set_title(str(channel), fontsize=12, pad=2, loc="center")
    bar = right.colorbar(shown, ax=cells, shrink=0.8, pad=0.02)
    style.danish_ticks(bar.ax.yaxis)
    right.suptitle(f"{layer}: de {len(order)} stærkeste af {len(maps)} kanaler")
    size = " x ".join(str(side) for side in maps.shape[1:])
    return style.described(
        figure,
        f"Et billede og de {len(order)} stærkeste af {len(maps)} feature maps i {layer} på {size}, stærkest først "
        f"og på samme farveskala fra 0 til {number(top, 1)}. Kanal {order[0]} er stærkest.",
    )


def channel_highlights(image: Tensor, maps: Mapping[str, Tensor], count: int = 3) -> Figure:
    """What the strongest channels of each layer look at: the image (3, H, W) fades where they are silent.

    A column for each layer where there are more layers than channels, else a row, so that it fits on a slide.
    """
    tops = {
        style.short_layer(layer): [
            (channel, highlight(image, found[channel])) for channel in _strongest(found, count)
        ]
        for layer, found in maps.items()
    }
    said = ". ".join(f"{layer}: kanal {listing(k for k, _ in row)}" for layer, row in tops.items())
    text = f"Billedet, klart hvor de stærkeste kanaler i hvert lag svarer stærkt, og blegt ellers. {said}."
    if len(tops) <= count:
        above = [f"kanal {k}" for row in tops.values() for k, _ in row]
        return picture_grid(
            {layer: [shown for _, shown in row] for layer, row in tops.items()}, text, above=above
        )
    cells = [
        (f"{name} nr. {k}", shown)
        for rank in zip(*tops.values(), strict=False)
        for name, (k, shown) in zip(tops, rank, strict=True)
    ]
    return picture_grid([shown for _, shown in cells], text, len(tops), above=[word for word, _ in cells])


def highlight(image: Tensor, answers: Tensor, top: Tensor | None = None, faint: float = 0.1) -> Tensor:
    """The image (3, H, W), faded to `faint` where a feature map (h, w) is silent; clear where it reaches `top`.

    Without `top` the map's own strongest answer is clear.
    """
    grown = F.interpolate(answers.clamp_min(0)[None, None], image.shape[1:], mode="bilinear")
    top = grown.max() if top is None else top
    clear = faint + (1 - faint) * (grown[0] / top.clamp_min(1e-9)).clamp(max=1)
    return image * clear + (1 - clear)


def part_added(images: Tensor, maps: Tensor, threshold: float, part: str, who: str, shown: int = 6) -> Figure:
    """The same things without (first row) and with (second row) a part, clear where a unit answers.

    `images` (2, N, 3, H, W) and `maps` (2, N, h, w). A frame tells which images wake the unit.
    """
    awake = maps.amax((2, 3)) > threshold
    counts, total = awake.sum(1).tolist(), maps.shape[1]
    top = maps[:, :shown].amax()
    rows = {
        f"{word} {part}\n{count} af {total}\nvækker den": [
            highlight(*pair, top, faint=0.3) for pair in zip(line[:shown], answers, strict=False)
        ]
        for word, count, line, answers in zip(("uden", "med"), counts, images, maps, strict=True)
    }
    figure = picture_grid(
        rows,
        f"De samme ting uden og med {part}, klare hvor {who} svarer, i en ramme når den vågner. Uden {part} "
        f"vækker {counts[0]} af {total} billeder enheden, med {part} {counts[1]}.",
    )
    for cell, wakes in zip(figure.axes, awake[:, :shown].flatten().tolist(), strict=True):
        cell.spines[:].set(visible=wakes, color=style.ORANGE, linewidth=4)
    return figure


@style.styled
def unit_portrait(
    image: Tensor,
    answers: Tensor,
    name: str,
    fit: str,
    pieces: Tensor,
    history: Mapping[int, float] | None = None,
) -> Figure:
    """A unit on an image (3, H, W): its answers (h, w), and its strongest patches (N, 3, S, S) in any image.

    `fit`: which concept it fits best, and how well. `history`: by step of the training, its strongest answer.
    """
    figure, _ = style.new_figure(height=5.0, rows=0)
    above, below = figure.subfigures(2, 1, height_ratios=[1.8, 1])
    cells = above.subplots(1, 4, width_ratios=[1, 1, 1, 1.25])
    style.image_axes(cells[0], image)
    style.image_axes(cells[1], answers, vmin=0, cmap=style.SEQUENTIAL)
    style.image_axes(cells[2], highlight(image, answers))
    for cell, word in zip(cells, ("billedet", name, "den ser på"), strict=False):
        cell.set_title(word, fontsize=13)
    if history is None:
        cells[3].set_axis_off()
    else:
        cells[3].plot(range(len(history)), list(history.values()), "o-", color=style.BLUE)
        cells[3].set_xticks([0, len(history) - 1], [number(step) for step in (min(history), max(history))])
        cells[3].set(ylim=(0, None), xlabel="skridt")
        cells[3].set_title("svar gennem træning", fontsize=13)
    below.suptitle(f"Passer bedst på {fit}. Stærkeste udsnit:", x=0.02, ha="left", fontsize=14)
    for cell, piece in zip(below.subplots(1, len(pieces)), pieces, strict=True):
        style.image_axes(cell, piece)
    return style.described(
        figure,
        f"{name} svarer højst {number(float(answers.max()), 2)} på billedet. Den passer bedst på {fit}; nederst "
        f"{len(pieces)} af dens udsnit.",
    )


def unit_rows(rows: Mapping[str, tuple[Tensor, Tensor]], layer: str) -> Figure:
    """One row per unit: its name, its strongest patches (N, 3, S, S), lit where it is above its threshold."""
    said = listing(name.replace("\n", ", ") for name in rows)
    return picture_grid(
        {name: pieces * (0.3 + 0.7 * masks[:, None].float()) for name, (pieces, masks) in rows.items()},
        f"Enheder i {layer} med deres stærkeste udsnit, lyse hvor enheden er over sin tærskel. {said}.",
    )


def _strongest(maps: Tensor, count: int) -> list[int]:
    """The channels of `maps` (C, h, w) with the strongest answers, the strongest first."""
    return maps.flatten(1).amax(1).argsort(descending=True)[:count].tolist()
