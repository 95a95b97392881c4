"""The image world: a sheet of its classes, and one image with its parts laid over."""

import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lesson_utils.danish import listing, percent, plural
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid
from lesson_world import Samples
from lesson_world.names import PARTS

PART_COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PURPLE, style.RED, style.SKY, "#F0E442", "#8C564B",
                "#1A1A1A", "#B8B8B8")  # fmt: skip


def class_sheet(samples: Samples, columns: int = 8) -> Figure:
    """One image of each class under its Danish name: the first of the samples that shows the class."""
    labels = samples.labels.tolist()
    rows = [labels.index(label) for label in sorted(set(labels))]
    names = [samples.danish_names[labels[row]] for row in rows]
    said = f"{plural(len(rows), 'billede', 'billeder')}, ét af hver klasse: {listing(names)}."
    return picture_grid(samples.images[rows], said, columns, above=names)


@style.styled
def part_map(samples: Samples, parts: bool = True, row: int = 0) -> Figure:
    """One image, and beside it the same with its parts coloured and how much each covers.

    Without `parts` their room stays empty, so that nothing jumps where they come and go.
    """
    image, name = samples.images[row], samples.danish_names[int(samples.labels[row])]
    figure, (plain, overlaid) = style.new_figure(height=4.6, columns=2)
    style.image_axes(plain, image)
    plain.set_title(f"{name}, {image.shape[-1]} x {image.shape[-1]} pixler")
    style.image_axes(overlaid, image.mean(0), cmap="gray", vmin=0, vmax=1)
    overlaid.set_title("Delene")
    largest = _largest_parts(samples.parts[row])
    texts = [f"{list(PARTS.values())[part]} {percent(share)}" for part, share in largest.items()]
    handles = [Patch(color=colour, label=text) for colour, text in zip(PART_COLOURS, texts, strict=False)]
    overlaid.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.0)
    said = f"Et billede af klassen {name} på {image.shape[-1]} x {image.shape[-1]} pixler"
    if not parts:
        overlaid.set_visible(False)
        return style.described(figure, f"{said}.")
    numbers = np.asarray(samples.parts[row])
    places = np.full(numbers.shape, np.nan)  # NaN is not drawn
    for place, part in enumerate(largest):
        places[numbers == part] = place
    colours = ListedColormap(PART_COLOURS)
    style.image_axes(overlaid, places, cmap=colours, vmin=0, vmax=len(PART_COLOURS) - 1, alpha=0.75)
    what = f"Delene fylder: {listing(texts)}" if texts else "Ingen dele er synlige"
    return style.described(figure, f"{said}, og det samme med delene farvelagt. {what}.")


def _largest_parts(parts: torch.Tensor) -> dict[int, float]:
    """Numbers of the parts that are seen, with their share of the image, largest first."""
    shares = torch.bincount(parts.flatten().long(), minlength=len(PARTS)) / parts.numel()
    order = [part for part in shares.argsort(descending=True).tolist() if part and shares[part] > 0]
    return {part: shares[part].item() for part in order[: len(PART_COLOURS)]}
