"""Where a filter stands as it slides over its input, and what is left over when it doesn't fit."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lesson_utils.danish import number, plural
from lesson_utils.show.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    RED,
    SKY,
    WARNING,
    described,
    new_figure,
    styled,
)

UNSEEN = "#F0B48C"  # RED on white, mixed
# With more places than this, the row is shown from its end: that is where something is left over.
MOST_PLACES = 14
SHOWN_PLACES = 6
MOST_DOTS = 80  # along one side; more would run together


@dataclass(frozen=True)
class _Setting:
    input_size: int
    kernel: int
    stride: int
    padding: int
    positions: int

    @property
    def start(self) -> int:
        return -self.padding

    @property
    def end(self) -> int:
        return self.input_size + self.padding

    @property
    def left_over(self) -> int:
        """Pixels behind the filter's last place; none where it has no place at all."""
        return self.end - self.place(self.positions - 1) - self.kernel if self.positions else 0

    def place(self, number: int) -> int:
        """The first pixel under the filter in its place (counted from 0)."""
        return self.start + number * self.stride


@styled
def filter_positions(input_size: int, kernel: int, stride: int, padding: int, positions: int) -> Figure:
    """The filter's positions drawn to scale, with the formula above them.

    Args:
        input_size, kernel, stride, padding: in pixels, the same in both directions.
        positions: how many places PyTorch puts the filter in along one side (rounded down); 0 if none.

    To the left the square input with the filter in its first places; to the right one row of it, with one bar
    for each place (of many places the last ones). Pixels that no filter reaches are red.
    """
    setting = _Setting(input_size, kernel, stride, padding, positions)
    figure, (square, row) = new_figure(height=5.8, columns=2, width_ratios=[1, 1.2])
    figure.get_layout_engine().set(h_pad=0.12)
    verdict, colour = _verdict(setting)
    figure.suptitle(_formula(setting), fontsize=21)
    figure.supxlabel(verdict, fontsize=15, color=colour)
    _draw_square(square, setting)
    _draw_row(row, setting)
    given = f"Input {input_size}, filter {kernel}, skridtlængde {stride}, padding {padding}. "
    return described(figure, given + verdict)


def _exact(setting: _Setting) -> str:
    return number(round(setting.positions + setting.left_over / setting.stride, 2))


def _formula(setting: _Setting) -> str:
    padding = f"+ 2\\cdot {setting.padding}" if setting.padding else ""
    fraction = f"\\dfrac{{{setting.input_size} {padding} - {setting.kernel}}}{{{setting.stride}}}"
    result = f"= {_exact(setting)}".replace(",", "{,}") if setting.positions else ""
    return f"$\\mathrm{{output}} = {fraction} + 1 {result}$"


def _verdict(setting: _Setting) -> tuple[str, str]:
    """What the drawing shows, in two plain lines, and the colour to say it in."""
    padding, left_over = setting.padding, setting.left_over
    if not setting.positions:
        whole = f"{setting.input_size} + 2 · {padding} = {setting.end - setting.start}"
        room = f"input med padding ({whole})" if padding else f"input ({setting.input_size})"
        return (
            f"Filteret ({setting.kernel}) er større end {room}.\n"
            "Der er ingen plads til det, og PyTorch stopper med en fejl.",
            WARNING,
        )
    size = f"{setting.positions} × {setting.positions}"
    if not left_over:
        places = plural(setting.positions, "sted", "steder")
        return f"Det går op: filteret står {places} i hver retning,\nså outputtet er {size}.", INK
    pixels, missed = plural(left_over, "pixel", "pixler"), left_over - padding
    if missed <= 0:
        lost = f"PyTorch runder ned til {size}. Det er kun padding, der ikke bliver set."
    else:
        pixels += f" (heraf {padding} padding)" if padding else ""
        unseen = "den sidste pixel" if missed == 1 else f"de sidste {missed} pixler"
        lost = f"PyTorch runder ned til {size} og ser aldrig {unseen}."
    return f"Det går ikke op: {_exact(setting)} er ikke et helt tal. {pixels} er til overs.\n{lost}", WARNING


def _draw_square(axes: Axes, setting: _Setting) -> None:
    """The whole input from above: the filter's first two places, and a dot in the middle of each place."""
    start, end, kernel, positions = setting.start, setting.end, setting.kernel, setting.positions
    side, left_over = end - start, setting.left_over
    axes.add_patch(Rectangle((start, start), side, side, facecolor=PALE, edgecolor=GREY))
    axes.add_patch(
        Rectangle((0, 0), setting.input_size, setting.input_size, facecolor="white", edgecolor=GREY)
    )
    unseen = {"facecolor": UNSEEN, "linewidth": 0}
    axes.add_patch(Rectangle((end - left_over, start), left_over, side, **unseen))
    axes.add_patch(Rectangle((start, end - left_over), side, left_over, **unseen))
    centres = [setting.place(place) + kernel / 2 for place in range(positions)]
    if positions > MOST_DOTS:
        edge, span = centres[0], centres[-1] - centres[0]
        axes.add_patch(Rectangle((edge, edge), span, span, facecolor=GREY, linewidth=0))
    elif positions:
        across, down = zip(*[(x, y) for x in centres for y in centres], strict=True)
        axes.scatter(across, down, s=min(60.0, (110 / positions) ** 2), color=INK, linewidths=0)
    for place in reversed(range(max(1, min(positions, 2)))):
        colour, corner = _colour(setting, place), (setting.place(place), start)
        axes.add_patch(Rectangle(corner, kernel, kernel, facecolor=colour, alpha=0.3, linewidth=0))
        axes.add_patch(
            Rectangle(corner, kernel, kernel, fill=False, edgecolor=colour, linewidth=2.5, zorder=4)
        )
    far = max(end, start + kernel)
    margin = 0.03 * (far - start)
    axes.set(xlim=(start - margin, far + margin), ylim=(far + margin, start - margin), xticks=[], yticks=[])
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)
    axes.set_title("Input set ovenfra")
    dots = "Hver prik er ét tal i outputtet" if positions <= MOST_DOTS else "Grå: midten af filterets steder"
    axes.set_xlabel(dots if positions else "Filteret stikker ud over kanten")


def _draw_row(axes: Axes, setting: _Setting) -> None:
    """One row of the input: a bar for each place that the filter takes along it, the first on top."""
    positions = setting.positions
    first = 0 if positions <= MOST_PLACES else positions - SHOWN_PLACES
    for edge in (setting.start, setting.input_size):
        axes.axvspan(edge, edge + setting.padding, facecolor=PALE, linewidth=0)
    axes.axvspan(setting.end - setting.left_over, setting.end, facecolor=UNSEEN, linewidth=0)
    shown = range(first, max(positions, 1))
    for place in shown:
        axes.barh(
            place + 1, setting.kernel, left=setting.place(place), height=0.8, color=_colour(setting, place)
        )
    for edge in (0, setting.input_size):
        axes.axvline(edge, color=GREY, linewidth=1.5)
    far = max(setting.end, setting.start + setting.kernel)
    axes.set(xlim=(setting.place(first), far), ylim=(max(len(shown), 3) + first + 0.6, first + 0.4))
    axes.xaxis.get_major_locator().set_params(integer=True, nbins=6)
    axes.set_yticks([place + 1 for place in shown] if positions else [])
    axes.set_title(
        "Én række af input" if first == 0 else f"Enden af en række: de sidste {SHOWN_PLACES} steder"
    )
    axes.set_xlabel("pixel")
    axes.set_ylabel("sted nr." if positions else "")
    names = [("padding", PALE)] * (setting.padding > 0) + [("ses aldrig", UNSEEN)] * (setting.left_over > 0)
    handles = [Rectangle((0, 0), 1, 1, facecolor=colour, label=name) for name, colour in names]
    if handles:
        axes.legend(handles=handles, loc="lower left", frameon=True, framealpha=1, edgecolor=PALE)


def _colour(setting: _Setting, place: int) -> str:
    if not setting.positions:
        return RED
    return (BLUE, ORANGE)[place] if place < 2 else SKY
