"""Which strategy to choose, from stored measurements. Nothing is computed here."""

import pandas as pd
from matplotlib.figure import Figure

from lesson_cells.transfer.figures import time_and_accuracy
from lesson_utils.show.explore import Slider, Steps, Switch, explore


def transfer_choice(measured: pd.DataFrame) -> None:
    """Which strategy to choose with so many images and so much time; from stored measurements."""
    sizes = sorted(int(size) for size in measured.images_per_class.unique())
    controls = {
        "images_per_class": Steps("Billeder pr. klasse", sizes[1], sizes),
        "seconds": Slider("Højst så mange sekunder", 10, 1, 120),
        "robust": Switch("Robust trænet encoder", True),
    }
    few = {"images_per_class": sizes[0], "seconds": 5, "robust": True}
    fixed = [few, few | {"seconds": 60}, {"images_per_class": sizes[-1], "seconds": 60, "robust": True}]

    def draw(images_per_class: int, seconds: int, robust: bool) -> Figure:
        without = measured.strategy.isin(["scratch", "random"])  # the same whatever encoder there is
        chosen = measured[without | (measured.network == ("alexnet" if robust else "standard"))]
        return time_and_accuracy(chosen, images_per_class, seconds)

    explore(draw, controls, fixed)
