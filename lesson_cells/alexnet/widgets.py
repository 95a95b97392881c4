"""The widgets of the lesson: where a filter stands. Nothing is computed here."""

from matplotlib.figure import Figure

from lesson_cells.alexnet.output_size_figures import filter_positions
from lesson_utils.errors import LessonError
from lesson_utils.networks import arithmetic
from lesson_utils.show.explore import Slider, explore


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
