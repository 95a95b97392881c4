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
            of them below each other).
        values: of each run, in the same order; no NaN.
        parameter, metric: what they are called.
    """
    order = list(dict.fromkeys(settings))
    numeric = all(isinstance(each, int | float) for each in order)
    if numeric:
        order.sort()
    names = [number(each) if numeric else str(each) for each in order]
    means = [fmean(v for s, v in zip(settings, values, strict=True) if s == each) for each in order]
    best = names[max(range(len(order)), key=means.__getitem__)]
    figure = _words(settings, values, order, means) if not numeric and len(order) > SIDE_BY_SIDE else None
    figure = figure or _over_an_axis(settings, values, order, means, numeric)
    (axes,) = figure.axes
    down = axes.yaxis_inverted()
    (axes.set_ylabel if down else axes.set_xlabel)(parameter)
    width = TITLE_BESIDE_NAMES if down else TITLE_WIDTH
    axes.set_title("\n".join(wrap(metric, width, max_lines=2, placeholder=" …")), fontsize=14)
    if max(map(abs, values)) >= 1e5:
        danish_ticks(axes.xaxis if down else axes.yaxis, short)
    told = [f"{name}: {_digits(mean)}" for name, mean in zip(names, means, strict=True)]
    return described(
        figure,
        f"{metric} over {parameter}: {plural(len(values), 'kørsel', 'kørsler')}, et punkt for hver. "
        f"Gennemsnit: {listing(told if len(told) <= 8 else [*told[:7], '…'])}. Højest ved {best}.",
    )


def _over_an_axis(settings: Sequence, values: Sequence, order: list, means: list, numeric: bool) -> Figure:
    """Settings along the bottom; numbers to scale, words in equal steps."""
    place = {each: float(each) if numeric else float(k) for k, each in enumerate(order)}
    figure, axes = new_figure(PANEL_HEIGHT, width=PANEL_WIDTH)
    where = [place[each] for each in order]
    axes.plot(where, means, color=ORANGE, ls="-" if numeric else "none", zorder=1)
    axes.plot(where, means, "_", color=ORANGE, markersize=22, markeredgewidth=3, zorder=2)
    axes.plot([place[s] for s in settings], values, "o", color=BLUE, markersize=7, alpha=0.75, zorder=3)
    if len(order) <= SIDE_BY_SIDE:
        names = [number(each) if numeric else _cut(each) for each in order]
        turn = {"rotation": 25, "ha": "right"} if sum(map(len, names)) > 32 else {}
        axes.set_xticks(where, names, **turn)
    axes.margins(x=0.12, y=0.15)
    return figure


def _words(settings: Sequence, values: Sequence, order: list, means: list) -> Figure:
    """Many words below each other, the highest mean on top; too many of them stay unnamed."""
    order = [each for _, each in sorted(zip(means, order, strict=True), key=lambda pair: -pair[0])]
    means = sorted(means, reverse=True)
    named = len(order) <= NAMED
    figure, axes = new_figure(max(PANEL_HEIGHT, 1.3 + LINE * len(order) * named), width=PANEL_WIDTH)
    axes.plot(means, range(len(order)), "|", color=ORANGE, markersize=14, markeredgewidth=3, zorder=2)
    places = [order.index(each) for each in settings]
    axes.plot(values, places, "o", color=BLUE, markersize=7, alpha=0.75, zorder=3)
    axes.set_yticks(range(len(order)) if named else [], [_cut(each) for each in order] if named else [])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.margins(x=0.1)
    return figure


def _cut(name: str) -> str:
    return name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…"


def _digits(value: float) -> str:
    """Three digits that count, in Danish."""
    return number(float(f"{value:.3g}"))
