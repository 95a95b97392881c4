"""The widgets of the lesson: a filter on a photo, and the image world. Nothing is computed here."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from lesson_cells.motivation.experiments import FILTERS, slide
from lesson_cells.motivation.figures import one_place, part_map
from lesson_utils.show.explore import Choice, Slider, Switch, explore
from lesson_world import THINGS, Pose, render
from lesson_world.backgrounds import KINDS
from lesson_world.names import BACKGROUNDS

KINDS_IN_DANISH = {kind: BACKGROUNDS.get(kind, "landskab") for kind in KINDS}


def convolution(photo: Any, own: Sequence[Sequence[float]] | None = None) -> None:
    """A 3x3 filter slides over a photo (3, H, W); `own` is a filter of the student's, beside the known ones."""
    image = photo.mean(0)  # grey: the mean of the three colours
    kernels = FILTERS if own is None else {"dit eget": own} | FILTERS
    start = next(iter(kernels))
    last = min(image.shape) - 3
    controls = {
        "kernel": Choice("Filter", start, {name: name for name in kernels}),
        "row": Slider("Række", last // 3, 0, last),
        "column": Slider("Kolonne", last // 3, 0, last),
        "whole": Switch("Vis hele feature map", False),
    }
    begin = {name: control.start for name, control in controls.items()}
    fixed = [begin, begin | {"whole": True}, begin | {"kernel": "vandret kant", "whole": True}]

    def draw(kernel: str, row: int, column: int, whole: bool) -> Figure:
        return one_place(image, *slide(image, kernels[kernel]), row, column, whole)

    explore(draw, controls, fixed)


def world() -> None:
    """The image world: any thing, in any pose, on any background, with its parts laid over."""
    controls = {
        "thing": Choice("Klasse", "car", {name: thing.danish for name, thing in THINGS.items()}),
        "seed": Slider("Seed (hvilket eksemplar)", 3, 0, 99),
        "degrees": Slider("Drejning (grader)", 0, -45, 45, 5),
        "scale": Slider("Størrelse (%)", 88, 40, 100, 4),
        "side": Slider("Flyttet til siden (%)", 0, -40, 40, 10),
        "flipped": Switch("Vendt mod venstre", False),
        "background": Choice("Baggrund", "landscape", KINDS_IN_DANISH),
        "occluded": Switch("Noget dækker for", False),
        "pixels": Slider("Billedets side (pixler)", 128, 32, 224, 32),
        "parts": Switch("Vis delene", True),
    }
    start = {name: control.start for name, control in controls.items()}
    cat = {"thing": "cat", "background": "checks", "degrees": 20, "occluded": True}
    explore(_draw_world, controls, [start | {"parts": False}, start, start | cat])


def _draw_world(thing, seed, degrees, scale, side, flipped, background, occluded, pixels, parts) -> Figure:
    pose = Pose(degrees, scale / 100, side / 100, flipped=flipped)
    options = {"pose": pose, "background": background, "occlusion": float(occluded)}
    return part_map(render([thing], seed, [0], size=pixels, **options), parts)
