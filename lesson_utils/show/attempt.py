"""Running a student's function: on copies, with an end to it, and what to say when it stops."""

import copy
import linecache
import sys
import time
from collections.abc import Callable
from traceback import walk_tb
from typing import Any

PATIENCE = 5.0  # seconds for one call
CAUSES = {  # by words of what Python says, the first that are there
    "IndexError": "Du læser uden for kanten. Hvor skal løkken slutte?",
    "NameError": "Er navnet stavet rigtigt, og er cellen, der laver det, kørt?",
    "ZeroDivisionError": "Der bliver divideret med nul.",
    "NotImplementedError": "Brug parenteser, og & og | mellem tensorer af sandt og falsk.",
    "'NoneType'": "Noget er None: .append(...) og print(...) giver intet tilbage.",
    "positional argument": "Har din funktion lige så mange argumenter som opgavens?",
    "is ambiguous": "Skriv & og | mellem tensorer, ikke and og or.",
    "dtype": "Sandt og falsk er ikke tal: .float() gør dem til 1 og 0.",
    "only one element": "Linjen vil have ét tal, men får flere. Hvor bliver de lagt sammen?",
    "in-place": "Linjen ændrer det billede, som gradienten regnes af. Lav et nyt, fx med .detach().",
    "inplace": "Noget er ændret, før gradienten blev regnet af det. Lav et nyt i stedet.",
    "grad": "Hvornår i løkken begynder billedet at følge gradienten, og hvornår slipper det den?",
    "size": "Passer størrelserne sammen hele vejen? Hvor skal løkken slutte?",
    "shape": "Passer størrelserne sammen hele vejen?",
    "TypeError": "Hvad er de ting, linjen regner med: tal, lister eller tensorer?",
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
    """Whether the student's own line raises NotImplementedError, and not torch's below it."""
    if not isinstance(error, NotImplementedError):
        return False
    place = _places(error)[-1]
    return place[0] == _file(function) and "raise" in linecache.getline(*place)


def told(error: BaseException, function: Callable[..., Any]) -> str:
    """In Danish, behind »en fejl«: the line of the student's, what Python says of it, and the likely cause."""
    own = [place for place in _places(error) if place[0] == _file(function)]
    line = linecache.getline(*own[-1]).strip() if own else ""
    where = f" i linjen »{line}«" if 0 < len(line) <= 80 else ""
    said = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}".rstrip(": .")
    cause = next((cause for words, cause in CAUSES.items() if words in said), "")
    return f"{where} ({said}). {cause}".rstrip()


def _file(function: Callable[..., Any]) -> str | None:
    return getattr(getattr(function, "__code__", None), "co_filename", None)


def _places(error: BaseException) -> list[tuple[str, int]]:
    """File and number of each line that the error passed, the innermost last."""
    return [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
