"""One unit in one picture: its map, what it looks at, its top patches, its concept, and its training."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from torch import Tensor

from lesson_cells.aktiveringer.figures import lit
from lesson_utils.danish import number
from lesson_utils.show.style import BLUE, SEQUENTIAL, described, image_axes, new_figure, styled


@dataclass(frozen=True)
class Unit:
    """A channel and its answer `map` (h, w) to an image; `concept` is the Danish name of what it fits best.

    `history`: (steps, largest answer to this image after so many steps of training), or None.
    """

    layer: str
    number: int
    concept: str
    iou: float
    map: Tensor
    history: tuple[Sequence[int], Sequence[float]] | None = None


@styled
def one_unit(image: Tensor, unit: Unit, pieces: Tensor) -> Figure:
    """A unit on an image (3, H, W), with its strongest patches (N, 3, S, S)."""
    figure, _ = new_figure(height=5.0, rows=0)
    above, below = figure.subfigures(2, 1, height_ratios=[1.8, 1])
    cells = above.subplots(1, 4, width_ratios=[1, 1, 1, 1.25])
    image_axes(cells[0], image)
    cells[0].set_title("billedet", fontsize=13)
    image_axes(cells[1], unit.map, vmin=0, cmap=SEQUENTIAL)
    cells[1].set_title(f"{unit.layer}, kanal {unit.number}", fontsize=13)
    image_axes(cells[2], lit(image, unit.map))
    cells[2].set_title("den ser på", fontsize=13)
    if unit.history is None:
        cells[3].set_axis_off()
    else:
        steps, peaks = unit.history
        cells[3].plot(range(len(steps)), peaks, "o-", color=BLUE)
        cells[3].set_xticks([0, len(steps) - 1], [number(steps[0]), number(steps[-1])])
        cells[3].set_ylim(0, None)
        cells[3].set_title("svar gennem træning", fontsize=13)
        cells[3].set_xlabel("skridt")
    below.suptitle(
        f"Passer bedst på {unit.concept} (IoU {number(unit.iou, 2)}). Stærkeste udsnit:",
        x=0.02,
        ha="left",
        fontsize=14,
    )
    for cell, piece in zip(below.subplots(1, len(pieces)), pieces, strict=True):
        image_axes(cell, piece)
    return described(
        figure,
        f"Kanal {unit.number} i {unit.layer} svarer højst {number(float(unit.map.max()), 2)} på billedet. Den "
        f"passer bedst på {unit.concept} med IoU {number(unit.iou, 2)}; nederst {len(pieces)} af dens udsnit.",
    )
