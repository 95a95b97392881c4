"""The course's widgets: which controls each has, what the library is asked, and which figure shows the answer.

Nothing is computed here. How controls and their static twin are shown is the business of `explore`.
"""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from lesson_utils.classroom.experiments.convolution import FILTERS, as_kernel, grey, slide
from lesson_utils.classroom.explore import Choice, Slider, Steps, Switch, explore
from lesson_utils.classroom.figures.bottleneck import Cost
from lesson_utils.classroom.figures.bottleneck import bottleneck_cost as draw_bottleneck
from lesson_utils.classroom.figures.convolution import one_place
from lesson_utils.classroom.figures.output_size import filter_positions
from lesson_utils.classroom.figures.receptive_field import StackedLayer, field_on_photo
from lesson_utils.classroom.figures.transfer import time_and_accuracy
from lesson_utils.classroom.figures.world import single_view
from lesson_utils.errors import LessonError
from lesson_utils.networks import arithmetic
from lesson_utils.world import THINGS, Pose, render
from lesson_utils.world.backgrounds import KINDS
from lesson_utils.world.names import BACKGROUNDS

BOTTLENECK_RANGE = (4, 256, 4)  # lowest, highest, step


def output_size() -> None:
    """Where a filter stands on its input, for any size, filter, stride and padding."""
    controls = {
        "input_size": Slider("Input (pixler)", 227, 1, 300),
        "kernel": Slider("Filter (pixler)", 11, 1, 15),
        "stride": Slider("Skridtlængde (stride)", 4, 1, 8),
        "padding": Slider("Padding (pixler)", 0, 0, 7),
    }
    fixed = [
        {"input_size": 227, "kernel": 11, "stride": 4, "padding": 0},
        {"input_size": 277, "kernel": 11, "stride": 4, "padding": 0},
        {"input_size": 7, "kernel": 3, "stride": 1, "padding": 1},
    ]
    explore(_draw_output_size, controls, fixed)


def _draw_output_size(input_size: int, kernel: int, stride: int, padding: int) -> Figure:
    try:
        positions = arithmetic.output_size(input_size, kernel, stride, padding, rounding="floor")
    except LessonError:  # the filter is larger than its input: the figure shows it and says so
        positions = 0
    return filter_positions(input_size, kernel, stride, padding, positions)


def receptive_field(photo: Any) -> None:
    """How the receptive field grows on a photo (3, H, W) as layers are stacked."""
    controls = {
        "small": Slider("Foldninger 3×3 i hver blok", 2, 0, 4),
        "large": Slider("Foldninger 5×5 i hver blok", 0, 0, 2),
        "pooling": Switch("Pooling 2×2 efter hver blok", True),
        "blocks": Slider("Antal blokke", 3, 1, 4),
        "stride": Slider("Skridtlængde i første foldning", 1, 1, 4),
    }
    fixed = [
        {"small": 2, "large": 0, "pooling": False, "blocks": 1, "stride": 1},
        {"small": 0, "large": 1, "pooling": False, "blocks": 1, "stride": 1},
        {"small": 3, "large": 0, "pooling": True, "blocks": 4, "stride": 1},
    ]
    explore(lambda **settings: field_on_photo(photo, _stack(**settings)), controls, fixed)


def _stack(small: int, large: int, pooling: bool, blocks: int, stride: int) -> list[StackedLayer]:
    """The layers that the sliders ask for, with the library's numbers for each."""
    block = [("conv 3×3", 3, 1)] * small + [("conv 5×5", 5, 1)] * large
    layers = (block + [("pool 2×2", 2, 2)] * pooling) * blocks
    if block and stride > 1:
        name, kernel, _ = layers[0]
        layers[0] = (f"{name}, stride {stride}", kernel, stride)
    fields = arithmetic.receptive_fields([(kernel, step) for _, kernel, step in layers])
    return [StackedLayer(name, *field) for (name, _, _), field in zip(layers, fields, strict=True)]


def bottleneck_cost() -> None:
    """What a 1x1 convolution saves in front of a larger one; it starts with the lecture's example."""
    controls = {
        "in_channels": Slider("Kanaler ind", 480, 16, 1024, 16),
        "out_channels": Slider("Kanaler ud", 48, 16, 512, 16),
        "kernel": Slider("Filter (pixler)", 5, 1, 7, 2),
        "side": Slider("Højde og bredde (pixler)", 14, 7, 56, 7),
        "width": Slider("1×1-foldningens bredde (kanaler)", 16, *BOTTLENECK_RANGE),
    }
    lecture = {"in_channels": 480, "out_channels": 48, "kernel": 5, "side": 14, "width": 16}
    fixed = [lecture, lecture | {"width": 64}, lecture | {"kernel": 1, "width": 64}]
    explore(_draw_bottleneck, controls, fixed)


def _draw_bottleneck(in_channels: int, out_channels: int, kernel: int, side: int, width: int) -> Figure:
    low, high, step = BOTTLENECK_RANGE
    through = {
        channels: (
            Cost(*arithmetic.conv_cost(in_channels, channels, 1, side, side)),
            Cost(*arithmetic.conv_cost(channels, out_channels, kernel, side, side)),
        )
        for channels in range(low, high + 1, step)
    }
    direct = Cost(*arithmetic.conv_cost(in_channels, out_channels, kernel, side, side))
    return draw_bottleneck(direct, through, width)


def world() -> None:
    """The image world: any thing, in any pose, on any background, with its parts laid over."""
    controls = {
        "thing": Choice("Klasse", "car", {name: thing.danish for name, thing in THINGS.items()}),
        "seed": Slider("Seed (hvilket eksemplar)", 3, 0, 99),
        "degrees": Slider("Drejning (grader)", 0, -45, 45, 5),
        "scale": Slider("Størrelse (%)", 88, 40, 100, 4),
        "side": Slider("Flyttet til siden (%)", 0, -40, 40, 10),
        "flipped": Switch("Vendt mod venstre", False),
        "background": Choice("Baggrund", "landscape", {"landscape": "landskab"} | _named_backgrounds()),
        "occluded": Switch("Noget dækker for", False),
        "pixels": Slider("Billedets side (pixler)", 128, 32, 224, 32),
        "parts": Switch("Vis delene", True),
    }
    start = {name: control.start for name, control in controls.items()}
    cat = {"thing": "cat", "background": "checks", "degrees": 20, "occluded": True}
    explore(_draw_world, controls, [start | {"parts": False}, start, start | cat])


def _named_backgrounds() -> dict[str, str]:
    return {kind: BACKGROUNDS[kind] for kind in KINDS if kind in BACKGROUNDS}


def _draw_world(
    thing: str,
    seed: int,
    degrees: int,
    scale: int,
    side: int,
    flipped: bool,
    background: str,
    occluded: bool,
    pixels: int,
    parts: bool,
) -> Figure:
    pose = Pose(degrees, scale / 100, side / 100, flipped=flipped)
    options = {"pose": pose, "background": background, "occlusion": float(occluded)}
    return single_view(render([thing], seed, [0], size=pixels, **options), parts)


def convolution(photo: Any, own: Sequence[Sequence[float]] | None = None) -> None:
    """A 3x3 filter slides over a photo (3, H, W); `own` is a filter of the student's, beside the known ones."""
    image = grey(photo)
    kernels = FILTERS if own is None else {"dit eget": own} | FILTERS
    start = next(iter(kernels))
    last = min(image.shape) - 3
    controls = {
        "kernel": Choice("Filter", start, {name: name for name in kernels}),
        "row": Slider("Række", last // 3, 0, last),
        "column": Slider("Kolonne", last // 3, 0, last),
        "whole": Switch("Vis hele feature map", False),
    }
    place = {"row": last // 3, "column": last // 3}
    fixed = [
        {"kernel": start, "whole": False} | place,
        {"kernel": start, "whole": True} | place,
        {"kernel": "vandret kant", "whole": True} | place,
    ]

    def draw(kernel: str, row: int, column: int, whole: bool) -> Figure:
        return one_place(image, as_kernel(kernels[kernel]), slide(image, kernels[kernel]), row, column, whole)

    explore(draw, controls, fixed)


def transfer_choice(measured: Any) -> None:
    """Which strategy to choose with so many images and so much time; from stored measurements (a DataFrame)."""
    sizes = sorted(int(size) for size in measured.images_per_class.unique())
    controls = {
        "images_per_class": Steps("Billeder pr. klasse", sizes[1], sizes),
        "seconds": Slider("Højst så mange sekunder", 10, 1, 120),
        "robust": Switch("Robust trænet encoder", True),
    }
    few = {"images_per_class": sizes[0], "seconds": 5, "robust": True}
    fixed = [few, few | {"seconds": 60}, {"images_per_class": sizes[-1], "seconds": 60, "robust": True}]
    explore(lambda **settings: _draw_choice(measured, **settings), controls, fixed)


def _draw_choice(measured: Any, images_per_class: int, seconds: int, robust: bool) -> Figure:
    without = measured.strategy.isin(["scratch", "random"])  # the same whatever encoder there is
    network = "alexnet" if robust else "standard"
    return time_and_accuracy(measured[without | (measured.network == network)], images_per_class, seconds)
