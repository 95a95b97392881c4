"""The widget of lesson 01: which strategy to choose."""

from lesson_cells.transfer import widgets
from lesson_cells.transfer.figures import NAMES
from lesson_utils.show import measurements

WIDGETS = {"transfer_choice": lambda: widgets.transfer_choice(measurements.stored("transfer"))}


def test_the_best_strategy_within_the_time_is_told(live):
    measured = measurements.stored("transfer")
    size, seconds, _, picture = live.controls(lambda: widgets.transfer_choice(measured))
    assert [value for _, value in size.options] == sorted(measured.images_per_class.unique())
    for images_per_class in (size.options[0][1], size.options[-1][1]):
        for limit in (seconds.min, seconds.max):
            size.value, seconds.value = images_per_class, limit
            rows = measured[
                (measured.images_per_class == images_per_class)
                & (measured.strategy.isin(["scratch", "random"]) | (measured.network == "alexnet"))
            ]
            means = rows.groupby("strategy")[["accuracy", "seconds"]].mean()
            within = means[means.seconds <= limit]
            verdict = f": {NAMES[within.accuracy.idxmax()]}." if len(within) else f"{limit} sekund."
            assert live.alt_texts(picture.value)[0].endswith(verdict), (images_per_class, limit)
            assert ("Ingen strategi" in picture.value) == (not len(within))
