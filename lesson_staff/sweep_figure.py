"""Which setting gave what: one key figure over one parameter of a batch."""

from collections.abc import Sequence
from statistics import fmean
from textwrap import wrap

from matplotlib.figure import Figure

from lesson_utils.danish import listing, number, plural, short
from lesson_utils.show.style import BLUE, ORANGE, danish_ticks, described, new_figure, styled

PANEL_WIDTH, PANEL_HEIGHT = 4.5, 3.3  # inches: several side by side, one below the other on a phone
LINE = 0.27  # inches for each of many words, which stand below each other
SIDE_BY_SIDE, NAMED = 6, 30  # so many words fit below an axis, so many beside one
TITLE_WIDTH, TITLE_BESIDE_NAMES, NAME_WIDTH = 34, 24, 18  # characters


@styled
def setting_effect(settings: Sequence, values: Sequence[float], parameter: str, metric: str) -> Figure:
    """A dot per run, and the mean of the runs with the same setting.

    Args:
        settings: of each run, numbers (placed to scale, their means joined) or texts (placed side by side, many
            of them below each other, the highest mean on top; too many of them stay unnamed).
        values: of each run, in the same order; no NaN.
        parameter, metric: what they are called.
    """
    numeric = all(isinstance(each, int | float) for each in settings)
    order = sorted(set(settings)) if numeric else list(dict.fromkeys(settings))
    names = {each: number(each) if numeric else str(each) for each in order}
    means = {each: fmean(v for s, v in zip(settings, values, strict=True) if s == each) for each in order}
    told = [f"{names[each]}: {number(float(f'{means[each]:.3g}'))}" for each in order]
    best = names[max(order, key=means.__getitem__)]
    down = not numeric and len(order) > SIDE_BY_SIDE
    if down:
        order.sort(key=means.__getitem__, reverse=True)
    place = {each: each if numeric else position for position, each in enumerate(order)}
    where, named = list(place.values()), len(order) <= (NAMED if down else SIDE_BY_SIDE)
    labels = [
        name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…" for name in map(names.get, order)
    ]

    tall = 1.3 + LINE * len(order) if down and named else 0
    figure, axes = new_figure(max(PANEL_HEIGHT, tall), width=PANEL_WIDTH)

    def plot(places: list, heights: Sequence, **look: object) -> None:
        axes.plot(*((heights, places) if down else (places, heights)), **look)

    mark = {"marker": "|", "markersize": 14} if down else {"marker": "_", "markersize": 22}
    mark |= {"ls": "-" if numeric else "none", "markeredgewidth": 3}
    plot(where, [means[each] for each in order], color=ORANGE, zorder=2, **mark)
    dots = {"marker": "o", "markersize": 7, "alpha": 0.75, "ls": "none"}
    plot([place[each] for each in settings], values, color=BLUE, zorder=3, **dots)
    if down:
        axes.set_yticks(where if named else [], labels if named else [])
        axes.set_ylim(len(order) - 0.4, -0.6)
        axes.margins(x=0.1)
    else:
        turn = {"rotation": 25, "ha": "right"} if sum(map(len, labels)) > 32 else {}
        axes.margins(x=0.12, y=0.15)
        if named:
            axes.set_xticks(where, labels, **turn)
    (axes.set_ylabel if down else axes.set_xlabel)(parameter)
    width = TITLE_BESIDE_NAMES if down else TITLE_WIDTH
    axes.set_title("\n".join(wrap(metric, width, max_lines=2, placeholder=" …")), fontsize=14)
    if max(map(abs, values)) >= 1e5:
        danish_ticks(axes.xaxis if down else axes.yaxis, short)
    return described(
        figure,
        f"{metric} over {parameter}: {plural(len(values), 'kørsel', 'kørsler')}, et punkt for hver. "
        f"Gennemsnit: {listing(told if len(told) <= 8 else [*told[:7], '…'])}. Højest ved {best}.",
    )
