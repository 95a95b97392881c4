"""Where a filter stands as it slides over its input, and what is left over when it doesn't fit."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lesson_utils.danish import number, plural
from lesson_utils.show import style

UNSEEN = "#F0B48C"  # red on white, mixed
# With more places than this, the row is shown from its end: that is where something is left over.
MOST_PLACES = 14
SHOWN_PLACES = 6
MOST_DOTS = 80  # along one side; more would run together


class _Slide:
    """A filter's way along one side; in pixels, counted from the input's first."""

    def __init__(self, input_size: int, kernel: int, stride: int, padding: int):
        self.input_size, self.kernel, self.stride, self.padding = input_size, kernel, stride, padding
        self.start, self.end = -padding, input_size + padding
        # how many places PyTorch puts the filter in (it rounds down); 0 where it does not fit
        self.positions = max(0, (self.end - self.start - kernel) // stride + 1)
        # the first pixel under each; a filter that does not fit is drawn in one place, over the edge
        self.places = [self.start + place * stride for place in range(max(1, self.positions))]
        self.far = max(self.end, self.start + kernel)
        self.left_over = self.end - self.places[-1] - kernel if self.positions else 0
        self.exact = number(round(self.positions + self.left_over / stride, 2))
        first = [style.BLUE, style.ORANGE] if self.positions else [style.RED]
        self.colours = first + [style.SKY] * (self.positions - 2)


@style.styled
def filter_positions(input_size: int, kernel: int, stride: int, padding: int) -> Figure:
    """The filter's positions drawn to scale, with the formula above them; in pixels, alike in both directions.

    To the left the square input with the filter in its first places; to the right one row of it, with one bar
    for each place (of many places the last ones). Pixels that no filter reaches are red.
    """
    slide = _Slide(input_size, kernel, stride, padding)
    figure, (square, row) = style.new_figure(height=5.8, columns=2, width_ratios=[1, 1.2])
    figure.get_layout_engine().set(h_pad=0.12)
    verdict, colour = _verdict(slide)
    figure.suptitle(_formula(slide), fontsize=21)
    figure.supxlabel(verdict, fontsize=15, color=colour)
    _draw_square(square, slide)
    _draw_row(row, slide)
    given = f"Input {input_size}, filter {kernel}, skridtlængde {stride}, padding {padding}. "
    return style.described(figure, given + verdict)


def _formula(slide: _Slide) -> str:
    padding = f"+ 2\\cdot {slide.padding}" if slide.padding else ""
    fraction = f"\\dfrac{{{slide.input_size} {padding} - {slide.kernel}}}{{{slide.stride}}}"
    result = f"= {slide.exact}".replace(",", "{,}") if slide.positions else ""
    return f"$\\mathrm{{output}} = {fraction} + 1 {result}$"


def _verdict(slide: _Slide) -> tuple[str, str]:
    """What the drawing shows, in two plain lines, and the colour to say it in."""
    padding, left_over = slide.padding, slide.left_over
    if not slide.positions:
        whole = f"{slide.input_size} + 2 · {padding} = {slide.end - slide.start}"
        room = f"input med padding ({whole})" if padding else f"input ({slide.input_size})"
        no_room = "Der er ingen plads til det, og PyTorch stopper med en fejl."
        return f"Filteret ({slide.kernel}) er større end {room}.\n{no_room}", style.WARNING
    size = f"{slide.positions}x{slide.positions}"
    if not left_over:
        places = plural(slide.positions, "sted", "steder")
        return f"Det går op: filteret står {places} i hver retning,\nså outputtet er {size}.", style.INK
    pixels, missed = plural(left_over, "pixel", "pixler"), left_over - padding
    if missed <= 0:
        lost = f"PyTorch runder ned til {size}. Det er kun padding, der ikke bliver set."
    else:
        pixels += f" (heraf {padding} padding)" if padding else ""
        unseen = "den sidste pixel" if missed == 1 else f"de sidste {missed} pixler"
        lost = f"PyTorch runder ned til {size} og ser aldrig {unseen}."
    return (
        f"Det går ikke op: {slide.exact} er ikke et helt tal. {pixels} er til overs.\n{lost}",
        style.WARNING,
    )


def _draw_square(axes: Axes, slide: _Slide) -> None:
    """The whole input from above: the filter's first two places, and a dot in the middle of each place."""
    start, end, far, kernel, positions = slide.start, slide.end, slide.far, slide.kernel, slide.positions
    side, left_over, size = end - start, slide.left_over, slide.input_size
    edge, unseen = {"edgecolor": style.GREY}, {"facecolor": UNSEEN, "linewidth": 0}
    axes.add_patch(Rectangle((start, start), side, side, facecolor=style.PALE, **edge))
    axes.add_patch(Rectangle((0, 0), size, size, facecolor="white", **edge))
    axes.add_patch(Rectangle((end - left_over, start), left_over, side, **unseen))
    axes.add_patch(Rectangle((start, end - left_over), side, left_over, **unseen))
    centres = [place + kernel / 2 for place in slide.places]
    if positions > MOST_DOTS:
        span = centres[-1] - centres[0]
        axes.add_patch(Rectangle((centres[0],) * 2, span, span, facecolor=style.GREY, linewidth=0))
    elif positions:
        across, down = zip(*[(x, y) for x in centres for y in centres], strict=True)
        axes.scatter(across, down, s=min(60.0, (110 / positions) ** 2), color=style.INK, linewidths=0)
    for place, colour in reversed(list(zip(slide.places[:2], slide.colours, strict=False))):
        axes.add_patch(Rectangle((place, start), kernel, kernel, facecolor=colour, alpha=0.3, linewidth=0))
        style.outline(axes, (place, start), kernel, edgecolor=colour, linewidth=2.5, zorder=4)
    margin = 0.03 * (far - start)
    axes.set(xlim=(start - margin, far + margin), ylim=(far + margin, start - margin), xticks=[], yticks=[])
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)
    axes.set_title("Input set ovenfra")
    dots = "Hver prik er ét tal i outputtet" if positions <= MOST_DOTS else "Grå: midten af filterets steder"
    axes.set_xlabel(dots if positions else "Filteret stikker ud over kanten")


def _draw_row(axes: Axes, slide: _Slide) -> None:
    """One row of the input: a bar for each place that the filter takes along it, the first on top."""
    first = 0 if slide.positions <= MOST_PLACES else slide.positions - SHOWN_PLACES
    shown = slide.places[first:]
    numbers = range(first + 1, first + len(shown) + 1)
    for edge in (slide.start, slide.input_size):
        axes.axvspan(edge, edge + slide.padding, facecolor=style.PALE, linewidth=0)
    axes.axvspan(slide.end - slide.left_over, slide.end, facecolor=UNSEEN, linewidth=0)
    axes.barh(numbers, slide.kernel, 0.8, shown, color=slide.colours[first : first + len(shown)])
    for edge in (0, slide.input_size):
        axes.axvline(edge, color=style.GREY, linewidth=1.5)
    axes.set(xlim=(shown[0], slide.far), ylim=(max(len(shown), 3) + first + 0.6, first + 0.4))
    axes.xaxis.get_major_locator().set_params(integer=True, nbins=6)
    axes.set_yticks(numbers if slide.positions else [])
    axes.set_title(f"Enden af en række: de sidste {SHOWN_PLACES} steder" if first else "Én række af input")
    axes.set_xlabel("pixel")
    axes.set_ylabel("sted nr." if slide.positions else "")
    names = [("padding", style.PALE)] * (slide.padding > 0) + [("ses aldrig", UNSEEN)] * (slide.left_over > 0)
    handles = [Rectangle((0, 0), 1, 1, facecolor=colour, label=name) for name, colour in names]
    if handles:
        axes.legend(handles=handles, loc="lower left", frameon=True, framealpha=1, edgecolor=style.PALE)
