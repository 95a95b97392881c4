"""Running a student's function: on copies, with an end to it, and what to say when it stops."""

import copy
import linecache
import sys
import time
from collections.abc import Callable
from traceback import walk_tb
from typing import Any

PATIENCE = 5.0  # seconds for one call
CAUSES = {
    "IndexError": "Du læser uden for kanten. Hvor skal løkken slutte?",
    "NameError": "Er navnet stavet rigtigt, og er cellen, der laver det, kørt?",
    "RuntimeError": "Passer størrelserne sammen hele vejen? Hvor skal løkken slutte?",
    "TypeError": "Hvad er de ting, linjen regner med: tal, lister eller tensorer?",
    "ZeroDivisionError": "Der bliver divideret med nul.",
}


class TooLong(BaseException):
    """A student's function has had its time; not an Exception, so that its own `except` lets it pass."""


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function on copies of its arguments, which it may spoil.

    The result raises `TooLong` when the function's own lines are still at work after `PATIENCE` seconds. Its clock
    is Python's trace, which stops a loop in any thread and on any system.
    """
    file = _file(function)

    def run(*arguments: Any) -> Any:
        copies, before, end = copy.deepcopy(arguments), sys.gettrace(), time.monotonic() + PATIENCE

        def watch(frame: Any, event: str, argument: Any) -> Any:
            if time.monotonic() > end:
                raise TooLong
            return watch if frame.f_code.co_filename == file else None  # torch's lines run at full speed

        sys.settrace(watch)
        try:
            return function(*copies)
        finally:
            sys.settrace(before)

    return run


def not_begun(error: BaseException, function: Callable[..., Any]) -> bool:
    """Whether the student's own line says NotImplementedError, and not torch's."""
    return isinstance(error, NotImplementedError) and _places(error)[-1][0] == _file(function)


def told(error: BaseException, function: Callable[..., Any]) -> str:
    """In Danish, behind »en fejl«: the line of the student's, what Python says of it, and the likely cause."""
    own = [place for place in _places(error) if place[0] == _file(function)]
    line = linecache.getline(*own[-1]).strip() if own else ""
    where = f" i linjen »{line}«" if 0 < len(line) <= 80 else ""
    said = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}".rstrip(": .")
    return f"{where} ({said}). {CAUSES.get(type(error).__name__, '')}".rstrip()


def _file(function: Callable[..., Any]) -> str | None:
    return getattr(getattr(function, "__code__", None), "co_filename", None)


def _places(error: BaseException) -> list[tuple[str, int]]:
    """File and number of each line that the error passed, the innermost last."""
    return [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
