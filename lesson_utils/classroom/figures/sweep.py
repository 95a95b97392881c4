"""Which setting gave what: one key figure over one parameter of a batch."""

from collections.abc import Sequence
from statistics import fmean

from matplotlib.figure import Figure

from lesson_utils.classroom.figures.style import BLUE, ORANGE, danish_ticks, described, new_figure, styled
from lesson_utils.danish import listing, number, plural, short

PANEL_WIDTH, PANEL_HEIGHT = 4.5, 3.3  # inches: several side by side, one below the other on a phone
LONGEST_TITLE = 36  # characters


@styled
def setting_effect(settings: Sequence, values: Sequence[float], parameter: str, metric: str) -> Figure:
    """A dot per run, and the mean of the runs with the same setting.

    Args:
        settings: of each run, numbers (placed to scale, their means joined) or texts (placed side by side).
        values: of each run, in the same order; no NaN.
        parameter, metric: what they are called.
    """
    order = list(dict.fromkeys(settings))
    numeric = all(isinstance(each, int | float) for each in order)
    if numeric:
        order.sort()
    place = {each: float(each) if numeric else float(k) for k, each in enumerate(order)}
    means = [fmean(v for s, v in zip(settings, values, strict=True) if s == each) for each in order]
    figure, axes = new_figure(PANEL_HEIGHT, width=PANEL_WIDTH)
    axes.plot([place[s] for s in order], means, color=ORANGE, ls="-" if numeric else "none", zorder=1)
    axes.plot([place[s] for s in order], means, "_", color=ORANGE, markersize=22, markeredgewidth=3, zorder=2)
    axes.plot([place[s] for s in settings], values, "o", color=BLUE, markersize=7, alpha=0.75, zorder=3)
    axes.set_title(metric if len(metric) <= LONGEST_TITLE else f"{metric[: LONGEST_TITLE - 1]}…", fontsize=14)
    axes.set_xlabel(parameter)
    names = [number(each) if numeric else str(each) for each in order]
    if len(order) <= 6:
        turn = {"rotation": 25, "ha": "right"} if sum(map(len, names)) > 32 else {}
        axes.set_xticks([place[each] for each in order], names, **turn)
    axes.margins(x=0.12, y=0.15)
    if max(map(abs, values)) >= 1e5:
        danish_ticks(axes.yaxis, short)
    best = names[max(range(len(order)), key=means.__getitem__)]
    told = [f"{name}: {_digits(mean)}" for name, mean in zip(names, means, strict=True)]
    return described(
        figure,
        f"{metric} over {parameter}: {plural(len(values), 'kørsel', 'kørsler')}, et punkt for hver. "
        f"Gennemsnit: {listing(told if len(told) <= 8 else [*told[:7], '…'])}. Højest ved {best}.",
    )


def _digits(value: float) -> str:
    """Three digits that count, in Danish."""
    return number(float(f"{value:.3g}"))
