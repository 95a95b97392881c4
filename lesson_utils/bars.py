"""How far something is, in the cell that is at work; nothing of it stays in a notebook that is saved."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import TypeVar

from IPython import get_ipython
from IPython.display import display

from lesson_utils.danish import number

EVERY = 0.2  # seconds between two looks of the bar
T = TypeVar("T")


def progress(iterable: Iterable[T], label: str) -> Iterator[T]:
    """The same items, with a bar while they are worked through; `label` is Danish and says what goes on."""
    items = iterable if hasattr(iterable, "__len__") else list(iterable)
    with bar(label, len(items)) as reached:
        for done, item in enumerate(items):
            reached(done)
            yield item


@contextmanager
def bar(label: str, whole: float, unit: str = "") -> Iterator[Callable[[float], None]]:
    """A function to say how far it is of the `whole`. Nothing is shown outside a notebook, or with
    `LESSON_STATIC=1`: nobody watches there."""
    watched = hasattr(get_ipython(), "kernel") and os.environ.get("LESSON_STATIC") != "1"
    shown, last = None, 0.0

    def reached(done: float) -> None:
        nonlocal shown, last
        if not watched or time.monotonic() - last < EVERY:
            return
        last = time.monotonic()
        text = f"{label}: {number(done)} af {number(whole)}{unit}"
        look = f'<label>{escape(text)} <progress value="{done}" max="{whole}"></progress></label>'
        data = {"text/html": look, "text/plain": text}
        shown = shown or display({"text/plain": ""}, raw=True, display_id=True)
        shown.update(data, raw=True)

    try:
        yield reached
    finally:
        if shown:
            shown.update({"text/plain": ""}, raw=True)
