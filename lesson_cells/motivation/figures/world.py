"""The image world: one image with its parts laid over."""

import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lesson_utils.danish import listing, percent
from lesson_utils.show import style
from lesson_world import Samples
from lesson_world.names import PARTS

PART_COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PURPLE, style.RED, style.SKY, "#F0E442", "#8C564B",
                "#1A1A1A", "#B8B8B8")  # fmt: skip


@style.styled
def part_map(samples: Samples, parts: bool = True, row: int = 0) -> Figure:
    """One image, and beside it the same with its parts coloured and how much each covers.

    Without `parts` their room stays empty, so that nothing jumps where they come and go.
    """
    image, name = samples.images[row], samples.danish_names[int(samples.labels[row])]
    figure, (plain, overlaid, names) = style.new_figure(3.8, columns=3, width_ratios=[1, 1, 0.7])
    figure.get_layout_engine().set(h_pad=0.15)
    style.image_axes(plain, image)
    plain.set_title(f"{name}, {image.shape[-1]} x {image.shape[-1]} pixler")
    for axes in (overlaid, names):
        axes.set_axis_off()
    said = f"Et billede af klassen {name} på {image.shape[-1]} x {image.shape[-1]} pixler"
    if not parts:
        return style.described(figure, f"{said}.")
    largest = _largest_parts(samples.parts[row])
    texts = [f"{list(PARTS.values())[part]} {percent(share)}" for part, share in largest.items()]
    handles = [Patch(color=colour, label=text) for colour, text in zip(PART_COLOURS, texts, strict=False)]
    names.legend(handles=handles, loc="center left", handlelength=1.0)
    overlaid.set_title("Delene")
    style.image_axes(overlaid, image.mean(0), cmap="gray", vmin=0, vmax=1)
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
