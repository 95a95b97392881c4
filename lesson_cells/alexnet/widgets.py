"""The widgets of the lesson: where a filter stands."""

from lesson_cells.alexnet.figures import filter_positions
from lesson_utils.show.explore import Slider, explore
from lesson_utils.show.loupe import loupe as loupe


def output_size() -> None:
    """Where a filter stands on its input, for any size, filter, stride and padding."""
    controls = {
        "input_size": Slider("Input (pixler)", 227, 1, 300),
        "kernel": Slider("Filter (pixler)", 11, 1, 15),
        "stride": Slider("Skridtlængde (stride)", 4, 1, 8),
        "padding": Slider("Padding (pixler)", 0, 0, 7),
    }
    settings = [(227, 11, 4, 0), (277, 11, 4, 0), (7, 3, 1, 1)]
    explore(filter_positions, controls, [dict(zip(controls, each, strict=True)) for each in settings])
