"""What a channel answers to an image: its map, what lies under it, and the pieces that it answers to most."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.danish import listing, number
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


def feature_maps(image: Tensor, maps: Tensor, layer: str) -> Figure:
    """The image (3, H, W) and the strongest channels of `maps` (C, h, w), sorted, all on one colour scale."""
    order, top = strongest(maps, 32), max(float(maps.max()), 1e-9)
    size = " x ".join(str(side) for side in maps.shape[1:])
    which = f"de {len(order)} stærkeste af {len(maps)}"
    return picture_grid(
        [image, *maps[order]],
        f"Et billede og {which} feature maps i {layer} på {size}, stærkest først og på samme farveskala fra 0 til "
        f"{number(top, 1)}. Kanal {order[0]} er stærkest.",
        11,
        above=["billedet", *map(str, order)],
        title=f"{layer}: {which} kanaler, fra 0 (mørk) til {number(top, 1)} (gul)",
        vmin=0,
        vmax=top,
    )


def channel_highlights(image: Tensor, maps: Mapping[str, Tensor], count: int = 3) -> Figure:
    """What the strongest channels of each layer look at: the image (3, H, W) fades where they are silent.

    A column for each layer where there are more layers than channels, else a row, so that it fits on a slide.
    """
    tops = {style.short_layer(layer): strongest(found, count) for layer, found in maps.items()}
    rows = [
        [highlight(image, found[channel]) for channel in order]
        for order, found in zip(tops.values(), maps.values(), strict=True)
    ]
    said = ". ".join(f"{layer}: kanal {listing(order)}" for layer, order in tops.items())
    text = f"Billedet, klart hvor de stærkeste kanaler i hvert lag svarer stærkt, og blegt ellers. {said}."
    if len(tops) <= count:
        above = [f"kanal {k}" for order in tops.values() for k in order]
        return picture_grid(dict(zip(tops, rows, strict=True)), text, above=above)
    above = [f"{layer} nr. {tops[layer][rank]}" for rank in range(count) for layer in tops]
    return picture_grid([row[rank] for rank in range(count) for row in rows], text, len(tops), above=above)


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


def unit_portrait(
    image: Tensor,
    answers: Tensor,
    name: str,
    about: str,
    pieces: Tensor,
    where: str,
    history: Mapping[int, Tensor],
) -> Figure:
    """A unit on an image (3, H, W): its answers (h, w), and its strongest patches (N, 3, S, S) in other images.

    `about`: a sentence on the unit; `where` the patches are from. `history`: its answers (h, w) by step of its
    training, where that is known.
    """
    rows = {name: [image, answers, highlight(image, answers)], f"stærkest i\n{where}": list(pieces)}
    above = ["billedet", "svaret", "den ser på", *[""] * len(pieces)]
    if history:
        rows["i træningen"] = list(history.values())
        above += [f"skridt {number(step)}" for step in history]
    top = max(float(each.max()) for each in (answers, *history.values()))
    text = f"{' '.join(name.split())} svarer højst {number(float(answers.max()), 2)} på billedet. {about}"
    text += f" Nederst {len(history)} skridt af dens træning." if history else ""
    return picture_grid(rows, text, above=above, title=about, vmin=0, vmax=max(top, 1e-9))


def channels_elsewhere(
    image: Tensor, rows: Mapping[int, tuple[Tensor, Tensor]], layer: str, where: str
) -> Figure:
    """A row per channel: where it answers (h, w) in an image (3, H, W), and its strongest patches (N, 3, S, S)."""
    pictures = {f"kanal {k}": [highlight(image, found), *pieces] for k, (found, pieces) in rows.items()}
    text = f"Hvor kanal {listing(rows)} i {layer} svarer på billedet, og deres stærkeste udsnit i {where}."
    return picture_grid(
        pictures, text, title=f"{layer}: svaret på billedet, og de stærkeste udsnit i {where}"
    )


def unit_rows(rows: Mapping[str, tuple[Tensor, Tensor]], layer: str) -> Figure:
    """One row per unit: its name, its strongest patches (N, 3, S, S), lit where it is above its threshold."""
    said = listing(name.replace("\n", ", ") for name in rows)
    return picture_grid(
        {name: pieces * (0.3 + 0.7 * masks[:, None].float()) for name, (pieces, masks) in rows.items()},
        f"Enheder i {layer} med deres stærkeste udsnit, lyse hvor enheden er over sin tærskel. {said}.",
    )


def strongest(maps: Tensor, count: int) -> list[int]:
    """The channels of `maps` (C, h, w) with the strongest answers, the strongest first."""
    return maps.flatten(1).amax(1).argsort(descending=True)[:count].tolist()
