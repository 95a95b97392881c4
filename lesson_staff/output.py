"""What is said in the terminal: it can end nothing that is at work, and nothing in it can act."""

import codecs
import errno
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

# Escape codes, which could colour a text or set the window's title, and marks that turn its direction.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PLAIN = dict(zip("✓✗–−━╸╺»«·×", '+x-----""-x', strict=True))
PLAIN |= {"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "…": "..."}
WHY = {
    "EACCES EPERM": "du har ikke lov til at læse eller skrive der",
    "EROFS": "der kan ikke skrives på det drev",
    "ENOSPC EDQUOT": "der er ikke mere plads",
    "ENAMETOOLONG": "navnet er for langt",
    "ENOENT": "mappen eller filen er der ikke",
    "ENOTDIR": "der ligger en fil, hvor der skulle være en mappe",
    "EISDIR": "der ligger en mappe, hvor der skulle være en fil",
    "EEXIST ENOTEMPTY": "der ligger allerede noget af det navn",
    "ELOOP": "det er en genvej, der ender i sig selv",
    "EIO ESTALE ETIMEDOUT": "drevet svarer ikke",
}


def harmless(text: str) -> str:
    """The text with its control characters written out, as JSON writes them; lines and tabs stay."""
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def os_sentence(error: OSError) -> str:
    """What the system said no to, and what to do; empty for what a user can't have caused."""
    name = errno.errorcode.get(error.errno or 0, "?")
    why = next((reason for names, reason in WHY.items() if name in names.split()), "")
    where = f"»{error.filename}«" if error.filename else "Det"
    return f"{where} kan ikke bruges: {why}. Vælg en anden mappe eller fil." if why else ""


def say(text: str = "", stream: TextIO | None = None) -> None:
    print(harmless(text), file=stream or sys.stdout)


class Lasting:
    """A stream that can always be written to: a character that it lacks gets a plain one, and where nobody reads
    any longer (`| head`), the work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="lesson")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        self._try(self._stream.write, text)
        return len(text)

    def flush(self) -> None:
        self._try(self._stream.flush)

    def _try(self, work: Callable[..., object], *text: str) -> None:
        try:
            work(*text)
        except OSError:  # what is still held back goes nowhere, also when Python ends
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(PLAIN.get(letter, "?") for letter in found), error.end


codecs.register_error("lesson", _plain)
