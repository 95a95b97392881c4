"""Figures, tables and key figures as outputs of a notebook cell."""

import base64
import io
import math
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from PIL import Image

from lesson_utils.danish import number
from lesson_utils.records import RECORD, plain
from lesson_utils.show.encoding import encode, quick
from lesson_utils.show.style import PIXELS_PER_INCH, in_style, one_at_a_time

# Under the bars of JupyterLab's window and four rows of controls; who shows less beside it says `--lesson-room`.
LOW = " max-height: var(--lesson-room, calc(100vh - 250px)); object-fit: contain; object-position: left;"
DOTS_PER_INCH = 110  # a tenth more than it is shown with: sharp on a projector, small in the notebook


def pixels(figure: Figure) -> Image.Image:
    """The figure as an RGB picture; the same figure gives the same pixels."""
    buffer = io.BytesIO()
    with one_at_a_time, in_style():
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, pil_kwargs={"compress_level": 0})
    return Image.open(buffer).convert("RGB")


def image_tag(figure: Figure, passing: bool = False) -> str:
    """The figure as one `<img>` with its alt text and its picture inside; a `passing` one is made fast, not small,
    and leaves room in the window for the controls above it.

    Only an `<img alt>` in HTML survives both JupyterLab and nbconvert; `image/png` loses the text.

    Raises:
        ValueError: the figure has no alt text.
    """
    alt_text = getattr(figure, "alt_text", "")
    if not alt_text:
        raise ValueError("the figure has no alt text: finish its function with described(figure, ...)")
    kind, data = quick(pixels(figure)) if passing else encode(pixels(figure))
    width = round(figure.get_figwidth() * PIXELS_PER_INCH)
    return (
        f'<img alt="{escape(alt_text)}" width="{width}" style="max-width: 100%; height: auto;{LOW * passing}" '
        f'src="data:image/{kind};base64,{base64.b64encode(data).decode("ascii")}">'
    )


def figure(drawn: Figure) -> None:
    """Display a figure with its alt text."""
    display({"text/html": image_tag(drawn), "text/plain": drawn.alt_text}, raw=True)  # type: ignore[attr-defined]


def table(
    frame: pd.DataFrame,
    caption: str = "",
    decimals: int | Mapping[str, int] | None = None,
    index: bool = True,
) -> None:
    """Display a table with Danish numbers and real headings for rows and columns.

    Args:
        frame: its column names and its index are shown as they are, so they are Danish already.
        caption: one line above the table.
        decimals: for all columns of numbers, or by column name; by default as many as a number needs.
        index: whether the index is shown, as headings of the rows.
    """
    digits = decimals if isinstance(decimals, Mapping) else dict.fromkeys(frame, decimals)
    cells = pd.DataFrame(
        {column: [_text(value, digits.get(column)) for value in frame[column]] for column in frame},
        index=[_text(name) for name in frame.index],
    )
    right = {name for name in frame if is_numeric_dtype(frame[name]) and not is_bool_dtype(frame[name])}
    html = _html(cells, right, caption, index, frame.index.name)
    display({"text/html": html, "text/plain": cells.to_string(index=index)}, raw=True)


def _text(value: Any, decimals: int | None = None) -> str:
    value = value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int):
        return number(value)
    return number(value, decimals) if isinstance(value, float) else str(value)


def _html(cells: pd.DataFrame, right: set[Any], caption: str, index: bool, corner: str | None) -> str:
    def cell(kind: str, text: str, side: str = "left") -> str:
        return f'<{kind} style="text-align: {side}">{escape(text)}</{kind.split()[0]}>'

    sides = ["right" if name in right else "left" for name in cells]
    first = cell('th scope="col"', corner) if corner else "<td></td>"  # a heading says something
    head = first if index else ""
    head += "".join(cell('th scope="col"', str(n), side) for n, side in zip(cells, sides, strict=True))
    rows = "".join(
        "<tr>"
        + (cell('th scope="row"', row) if index else "")
        + "".join(cell("td", value, side) for value, side in zip(values, sides, strict=True))
        + "</tr>"
        for row, values in zip(cells.index, cells.itertuples(index=False, name=None), strict=True)
    )
    title = cell("caption", caption) if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def record(name: str, value: Any) -> None:
    """Keep a key figure of the lesson in this cell's output, unseen, so that a batch can collect it.

    `value`: text, number, bool, a scalar of numpy or torch, or lists and dicts of these; NaN and infinity, which
    JSON does not have, become null.
    """
    display({RECORD: {"name": name, "value": plain(value)}, "text/html": "", "text/plain": ""}, raw=True)
