"""The lesson's widget: what a bottleneck costs. Nothing is computed here."""

from matplotlib.figure import Figure

from lesson_cells.googlenet import figures
from lesson_utils.networks import conv_cost
from lesson_utils.show.explore import Slider, explore

BOTTLENECK_RANGE = (4, 256, 4)  # lowest, highest, step


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
            conv_cost(in_channels, channels, 1, side, side),
            conv_cost(channels, out_channels, kernel, side, side),
        )
        for channels in range(low, high + 1, step)
    }
    direct = conv_cost(in_channels, out_channels, kernel, side, side)
    return figures.cost_with_bottleneck(direct, through, width)
