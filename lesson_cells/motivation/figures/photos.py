"""What a network names in a photo: its best names, when they tip, and where in the photo they come from."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils.danish import listing, percent
from lesson_utils.show import style
from lesson_utils.show.evidence import middle_square, overlay

LONGEST = 24  # letters of a name that fit beside its share


@style.styled
def best_names(photos: Sequence[Tensor], answers: Sequence[Mapping[str, float]]) -> Figure:
    """Whole photos (3, H, W), the square that the network sees, and its best names with their shares as bars."""
    alone = len(photos) == 1
    figure, axes = style.new_figure(
        3.1 if alone else 4.6, *((1, 2) if alone else (2, len(photos))), squeeze=False
    )
    for cells, photo, names in zip(axes if alone else axes.T, photos, answers, strict=True):
        _whole(cells[0], photo)
        _shares(cells[1], names)
    told = [listing(f"{name} {_told(share)}" for name, share in names.items()) for names in answers]
    what = "Et foto" if alone else f"{len(photos)} fotos"
    return style.described(figure, f"{what} med netværkets bedste navne. {'. '.join(told)}.")


@style.styled
def tipping(changed: Mapping[str, Tensor], measured: pd.DataFrame) -> Figure:
    """The share of a photo's first name as the photo is changed more and more; above, the photo as it tips.

    `changed`: by change, the image (3, S, S) where another name is largest for the first time (or the last one);
    `measured`: `experiments.changed_answers`.
    """
    figure, axes = style.new_figure(4.9, 2, len(changed), height_ratios=[1.25, 1], sharey="row")
    told = []
    for (change, image), above, below in zip(changed.items(), *axes, strict=True):
        rows = measured[measured.change == change]
        tipped = rows[rows.name != rows.name.iloc[0]]
        shown = rows.iloc[-1] if tipped.empty else tipped.iloc[0]
        style.image_axes(above, image)
        above.set_title(f"{change}\n{shown.strength} {shown.unit}", fontsize=13, loc="center")
        above.set_xlabel(_short(shown["name"]), fontsize=13)
        below.plot(rows.strength, rows.first_share, color=style.BLUE, zorder=1)
        below.scatter(tipped.strength, tipped.first_share, s=70, color=style.ORANGE, zorder=2)
        below.set(ylim=(0, max(0.05, 1.15 * measured.first_share.max())), xlabel=shown.unit)
        told.append(f"{change} {shown.strength} {shown.unit}: {shown['name']}")
    style.percent_ticks(axes[1, 0].yaxis)
    axes[1, 0].set_ylabel("første navn")
    return style.described(figure, f"Et foto ændret på {len(changed)} måder, og navnet: {'; '.join(told)}.")


@style.styled
def seen(
    photo: Tensor, heat: Tensor, name: str, before: float, names: Mapping[str, float], after: float
) -> Figure:
    """A photo (3, H, W) as it was covered, what in it speaks for a class (map from zero), and the best names.

    `before`, `after`: the share of the class without and with the cover.
    """
    figure, (left, middle, right) = style.new_figure(3.3, columns=3, width_ratios=[1, 1, 1.15])
    _whole(left, photo)
    style.image_axes(middle, overlay(photo, heat, float(heat.max())))
    shares = f"{percent(before, 0)} → {percent(after, 0)}"
    middle.set_title(f"{_short(name)}\n{shares}", fontsize=13, loc="center")
    _shares(right, names)
    best = listing(f"{each} {_told(share)}" for each, share in names.items())
    return style.described(
        figure, f"Et foto, og hvor i det »{name}« kommer fra ({shares}). Netværkets bedste navne nu: {best}."
    )


def _whole(axes: Axes, photo: Tensor) -> None:
    style.image_axes(axes, photo)
    left, top, side = middle_square(photo)
    style.outline(axes, (left - 0.5, top - 0.5), side, edgecolor=style.ORANGE, linewidth=2.5)


def _shares(axes: Axes, names: Mapping[str, float]) -> None:
    """Bars from the top down, with their names upon them: a name may be longer than its bar."""
    axes.barh(range(len(names)), 1, color=style.PALE)
    axes.barh(range(len(names)), list(names.values()), color=style.SKY)
    for place, (name, share) in enumerate(names.items()):
        axes.text(0.02, place, _short(name), va="center", fontsize=14)
        axes.text(0.98, place, _told(share), va="center", ha="right", fontsize=14)
    axes.set(xlim=(0, 1), ylim=(len(names) - 0.5, -0.5))
    axes.set_axis_off()


def _told(share: float) -> str:
    return percent(share, 0) if share >= 0.005 else "< 1 %"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
