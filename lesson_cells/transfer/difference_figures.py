"""Lesson 01: how far one way of transfer is ahead of another, in percentage points."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from lesson_cells.transfer.figures import COLOURS, MARKS, NAMES
from lesson_utils.danish import listing, number
from lesson_utils.show.style import GREY, INK, described, new_figure, styled

APART = (
    0.012  # of the width: lines of the same size are drawn beside each other, so that no whisker hides one
)


@styled
def points_ahead(differences: pd.DataFrame, above: str, below: str) -> Figure:
    """Percentage points around zero against images per class: a line of means for each strategy, and whiskers
    from the lowest to the highest seed.

    `differences`: rows with `strategy`, `images_per_class`, `seed`, `points`; `above` and `below` say in Danish
    who is ahead on either side of the zero line.
    """
    figure, axes = new_figure(height=4.4)
    sizes = sorted(differences.images_per_class.unique())
    strategies = [name for name in NAMES if (differences.strategy == name).any()]
    ends = {}
    for line, strategy in enumerate(strategies):
        table = differences[differences.strategy == strategy]
        spread = table.groupby("images_per_class").points.agg(["mean", "min", "max"])
        beside = (sizes[-1] / sizes[0]) ** (APART * (line - (len(strategies) - 1) / 2))
        reach = (spread["mean"] - spread["min"], spread["max"] - spread["mean"])
        style = {"marker": MARKS[strategy], "markersize": 9, "color": COLOURS[strategy], "capsize": 5}
        axes.errorbar(spread.index * beside, spread["mean"], reach, label=NAMES[strategy], **style)
        ends[strategy] = spread["mean"]
    axes.axhline(0, color=INK, linewidth=1.5)
    highest = 1.25 * max(1.0, differences.points.abs().max())
    axes.set(xscale="log", ylim=(-highest, highest), xlim=(sizes[0] * 0.85, sizes[-1] * 1.2))
    axes.set_xticks(sizes, [number(size) for size in sizes])
    axes.minorticks_off()
    for height, text in ((0.97, f"↑ {above}"), (0.03, f"↓ {below}")):
        place = {"transform": axes.transAxes, "ha": "right", "va": "top" if height > 0.5 else "bottom"}
        axes.text(0.99, height, text, fontsize=14, color=GREY, fontweight="bold", **place)
    axes.grid(axis="y")
    axes.set_xlabel("træningsbilleder pr. klasse")
    axes.set_ylabel("procentpoint")
    if len(strategies) > 1:
        figure.legend(loc="outside upper center", ncols=len(strategies))
    return described(figure, _told(ends, above, below))


def _told(ends: Mapping[str, pd.Series], above: str, below: str) -> str:
    texts = [
        f"{NAMES[strategy]}: {listing(f'{number(mean, 1)} ved {number(size)}' for size, mean in means.items())}"
        for strategy, means in ends.items()
    ]
    question = f"Forskel i procentpoint mod billeder pr. klasse; over nul: {above}, under: {below}."
    return f"{question} {'. '.join(texts)}."
