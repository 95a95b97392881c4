"""Sliders around a figure function, and the static twin that stands in for them where no kernel answers.

Nothing is computed here: a widget reads its controls, calls the library and hands the answer to a figure.
With `LESSON_STATIC=1` (papermill, nbval, `make notebooks`) only the twin is shown: the same figure for a few
fixed settings. A kernel can't know whether a front end listens, so whoever runs it without one says so.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from IPython.display import display
from matplotlib.figure import Figure

from lesson_utils.classroom.display import image_tag
from lesson_utils.classroom.experiments.convolution import FILTERS, as_kernel, grey, slide
from lesson_utils.classroom.figures.bottleneck import Cost
from lesson_utils.classroom.figures.bottleneck import bottleneck_cost as draw_bottleneck
from lesson_utils.classroom.figures.convolution import one_place
from lesson_utils.classroom.figures.output_size import filter_positions
from lesson_utils.classroom.figures.receptive_field import StackedLayer, field_on_photo
from lesson_utils.classroom.figures.transfer import time_and_accuracy
from lesson_utils.classroom.figures.world import single_view
from lesson_utils.danish import number
from lesson_utils.errors import LessonError
from lesson_utils.networks import arithmetic
from lesson_utils.world import THINGS, Pose, render
from lesson_utils.world.backgrounds import KINDS
from lesson_utils.world.names import BACKGROUNDS

BOTTLENECK_RANGE = (4, 256, 4)  # lowest, highest, step
PICTURE_COLOURS = 256  # a palette keeps a picture with a photo below 100 kB, and a slider quick


@dataclass(frozen=True)
class Slider:
    """A whole number that the student chooses."""

    label: str
    start: int
    low: int
    high: int
    step: int = 1


@dataclass(frozen=True)
class Switch:
    """Something that is on or off; the figure function gets True or False."""

    label: str
    start: bool


@dataclass(frozen=True)
class Choice:
    """One of several values; `names` says what the student reads for each."""

    label: str
    start: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Steps:
    """One of a few numbers, in their order."""

    label: str
    start: int
    values: Sequence[int]


Control = Slider | Switch | Choice | Steps


def explore(
    draw: Callable[..., Figure], controls: Mapping[str, Control], fixed: Sequence[Mapping[str, Any]]
) -> None:
    """Show `draw(**settings)` with a control for each setting, and a folded twin for fixed settings.

    Args:
        draw: figure function with one keyword per control; a LessonError that it raises is
            shown in place of the picture.
        controls: the sliders, switches and choices by the name of the setting.
        fixed: two or three settings that show the point without a slider; each gives every control a value.
    """
    twin = "".join(_figure_html(draw, settings, _named(controls, settings)) for settings in fixed)
    if os.environ.get("LESSON_STATIC") == "1":
        _display_html(twin)
        return
    _display_live(draw, controls)
    summary = f"Samme figur for {len(fixed)} faste indstillinger"
    _display_html(f"<details><summary>{summary}</summary>{twin}</details>")


def _display_html(html: str) -> None:
    display({"text/html": html, "text/plain": "Figur for faste indstillinger"}, raw=True)


def _display_live(draw: Callable[..., Figure], controls: Mapping[str, Control]) -> None:
    import ipywidgets  # only where it is used: a batch does without

    # One width for all labels, wide enough for the longest: a label is never cut off, and the sliders align.
    label_width = f"{max(len(control.label) for control in controls.values()) + 2}ch"
    layout = ipywidgets.Layout(width="100%", max_width="640px")
    inputs = {name: _input(control, label_width, layout) for name, control in controls.items()}
    picture = ipywidgets.HTML()

    def redraw(_change: object = None) -> None:
        picture.value = _figure_html(draw, {name: control.value for name, control in inputs.items()})

    redraw()
    for control in inputs.values():
        control.observe(redraw, "value")
    display(ipywidgets.VBox([*inputs.values(), picture]))


def _input(control: Control, label_width: str, layout: Any) -> Any:
    import ipywidgets

    shared = {
        "value": control.start,
        "description": control.label,
        "style": {"description_width": label_width},
        "layout": layout,
    }
    if isinstance(control, Switch):
        return ipywidgets.Checkbox(**shared)
    if isinstance(control, Choice):
        return ipywidgets.Dropdown(options=[(name, value) for value, name in control.names.items()], **shared)
    if isinstance(control, Steps):
        options = [(number(value), value) for value in control.values]
        return ipywidgets.SelectionSlider(options=options, continuous_update=False, **shared)
    # Not while the handle is dragged: a picture takes a third of a second, and they would queue up.
    return ipywidgets.IntSlider(
        min=control.low, max=control.high, step=control.step, continuous_update=False, **shared
    )


def _figure_html(draw: Callable[..., Figure], settings: Mapping[str, Any], heading: str = "") -> str:
    title = f"<p><strong>{escape(heading)}</strong></p>" if heading else ""
    try:
        return title + image_tag(draw(**settings), PICTURE_COLOURS)
    except LessonError as sentence:
        return f'{title}<p role="alert"><strong>Fejl:</strong> {escape(str(sentence))}</p>'


def _named(controls: Mapping[str, Control], settings: Mapping[str, Any]) -> str:
    def shown(control: Control, value: Any) -> str:
        if isinstance(control, Choice):
            return control.names[value]
        return ("nej", "ja")[value] if isinstance(value, bool) else str(value)

    return " · ".join(
        f"{control.label}: {shown(control, settings[name])}" for name, control in controls.items()
    )


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
