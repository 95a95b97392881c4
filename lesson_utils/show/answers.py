"""Reading what a student wrote: numbers in Danish or Python, scalars of any library, and comparing them."""

import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

_SCALES = {"": 1, "%": 1, "tusind": 1e3} | dict.fromkeys(("mio", "million", "millioner"), 1e6)
_SCALES |= dict.fromkeys(("mia", "milliarder"), 1e9)
_DANISH = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?|\d+,\d+")  # 138.357.544 or 1,5
_PYTHON = re.compile(r"\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?")
# a word (linje), sign, digits, a word that counts (mio.) or a unit (kolonner), a unit behind that
_WRITTEN = re.compile(r"(?:[^\W\d]+\.? )?(-?) ?(\d[\d.,_ ]*(?:e[+-]?\d+)?) ?(%|[^\W\d_]*)\.?(?: [^\W\d]+)*")
_SIDES = re.compile(r"(\d+) ?[x×] ?\1(?!\d)")  # 227x227: one side of a square
_FRACTION = re.compile(r"(\d+) ?/ ?([1-9]\d*)")
_WORDS = ("nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")
_COUNTS = {word: str(count) for count, word in enumerate(_WORDS)} | {"ingen": "0", "et": "1", "tusind": "1e3"}
_YES_NO = {"ja": True, "sandt": True, "true": True, "nej": False, "falsk": False, "false": False}


class Misread(Exception):
    """The answer is not of the wanted kind; the message is a Danish sentence for the student."""


def plain(value: Any) -> Any:
    """Tensors, arrays, series, ranges and their scalars as Python's own numbers and lists."""
    if hasattr(value, "tolist") and not isinstance(value, type):
        try:
            return value.tolist()
        except Exception:  # a tensor without values (`meta`): then it is just not an answer
            return value
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    return list(value) if isinstance(value, range) else value


def kind(value: Any) -> str:
    """What a value is, in Danish with its article."""
    if value is None:
        return "ingenting (None)"
    kinds = {bool: "sandt/falsk", int | float | complex: "et tal", str: "en tekst", list | tuple: "en liste"}
    for types, name in (kinds | {AbstractSet: "en mængde", Mapping: "en dict"}).items():
        if isinstance(value, types):
            return name
    return "en funktion" if callable(value) else f"noget af typen {type(value).__name__}"


def number_from(text: str) -> float:
    """`"138.357.544"`, `"1,5"`, `"112,9 mio."`, `"97,6 %"`, `"7 kolonner"`, `"syv"`, `"4/5"`, `"7x7"` as a number.

    Three digits after a single point are thousands, as in Danish; `0.125` is a decimal. A unit is passed over.

    Raises:
        Misread: the text is not one number.
    """
    first, *rest = text.lower().replace("−", "-").replace("é", "e").rstrip(". \n").split() or [""]
    said = " ".join([_COUNTS.get(first, first), *rest])
    if square := _SIDES.match(said):
        said = square[1] + said[square.end() :]
    if fraction := _FRACTION.fullmatch(said):
        return int(fraction[1]) / int(fraction[2])
    match = _WRITTEN.fullmatch(said)
    sign, digits, word = match.groups() if match else ("", "", "")
    if re.search("[.,] ", digits):
        raise Misread(f"Teksten »{text}« er flere tal. Svar med ét.")
    digits = digits.replace(" ", "")
    if _DANISH.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    if _PYTHON.fullmatch(digits):
        # Rounded, because 112.9 * 1e6 is 112900000.00000001.
        return (-1 if sign else 1) * float(f"{float(digits) * _SCALES.get(word, 1):.15g}")
    raise Misread(f"Teksten »{text}« kan ikke læses som et tal.")


def read(answer: Any, like: Any) -> Any:
    """The answer as a value of the same kind as `like`.

    Raises:
        Misread: it is of another kind.
    """
    answer = plain(answer)
    if answer is None:
        raise Misread("Dit svar er None. Mangler der et return, eller har du gemt resultatet af print(...)?")
    if isinstance(like, bool):
        return _read_bool(answer)
    if isinstance(like, int | float):
        return _read_number(answer)
    if isinstance(like, str):
        if not isinstance(answer, str):
            raise Misread(f"Svaret skal være en tekst i anførselstegn, men du gav {kind(answer)}.")
        return answer
    entries = list(like)
    if isinstance(answer, str):  # "102.464 og 73.856"
        parts = re.split(r"\s+og\s+|[,;]\s+", answer)
        answer = parts if len(parts) > 1 else answer
    if isinstance(answer, str) or not isinstance(answer, list | tuple | AbstractSet):
        raise Misread(f"Svaret skal have flere dele, fx [a, b], men du gav {kind(answer)}.")
    if isinstance(like, AbstractSet):
        return {read(part, entries[0]) for part in answer}
    if isinstance(answer, AbstractSet):
        raise Misread("Rækkefølgen betyder noget her: brug [ ] i stedet for { }.")
    return [read(part, entries[min(place, len(entries) - 1)]) for place, part in enumerate(answer)]


def _read_bool(answer: Any) -> bool:
    if isinstance(answer, str) and answer.strip().lower() in _YES_NO:
        return _YES_NO[answer.strip().lower()]
    if isinstance(answer, bool):
        return answer
    raise Misread(f"Svaret skal være True eller False, men du gav {kind(answer)}.")


def _read_number(answer: Any) -> float:
    if isinstance(answer, list | tuple) and len(answer) == 1:  # a tensor with one element, or `7,`
        return _read_number(answer[0])
    if isinstance(answer, tuple) and all(type(part) in (int, float) for part in answer):
        if len(answer) == 2 and answer[0] == answer[1]:  # the two sides of a square
            return _read_number(answer[0])
        raise Misread(
            f"Svaret skal være ét tal, men du gav {len(answer)}: i Python skiller et komma tal ad. "
            'Skriv decimaltal som 1.5 eller "1,5", og store tal uden skilletegn.'
        )
    if isinstance(answer, str):
        return number_from(answer)
    if callable(answer):
        raise Misread("Svaret skal være et tal, men du gav en funktion. Har du glemt parenteserne?")
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise Misread(f"Svaret skal være et tal, men du gav {kind(answer)}.")
    if abs(answer) > 1e300 or math.isnan(answer):
        raise Misread("Svaret skal være et almindeligt tal, ikke uendelig eller nan.")
    return answer


def _heard(text: str) -> str:
    """A text without what nobody hears: case, spaces, hyphens, percent signs, the end of a sentence."""
    return re.sub(r"[\s%–-]", "", text).strip(".,:;!)(»«\"'").casefold()


def chosen(given: str, choices: Sequence[str]) -> str:
    """The choice that the answer is, or the only one that holds its words or is held: "50 %", "b: for få"."""
    words = {each: set(map(_heard, each.split())) - {""} for each in (given, *choices)}
    near = [each for each in choices if words[each] <= words[given] or words[given] <= words[each]]
    alike = [each for each in choices if same(given, each)] or near
    return alike[0] if words[given] and len(alike) == 1 else given


def same(given: Any, wanted: Any, tolerance: float = 0.0) -> bool:
    """Equal: numbers within the tolerance, texts as they are heard, lists part by part.

    What is no whole number may come from float32; whole numbers must be right to the last digit.
    """
    if isinstance(wanted, bool) or isinstance(given, bool):
        return given is wanted
    if isinstance(wanted, int | float) and isinstance(given, int | float):
        try:
            float32 = min(1e-6 * abs(wanted), 0.01 if float(wanted).is_integer() else math.inf)
            return given == wanted or abs(given - wanted) <= max(float32, tolerance)
        except OverflowError:  # a whole number that no float can hold
            return given == wanted
    if isinstance(wanted, str) and isinstance(given, str):
        return _heard(given) == _heard(wanted)
    if isinstance(wanted, list | tuple) and isinstance(given, list | tuple):
        return len(given) == len(wanted) and all(
            same(part, other, tolerance) for part, other in zip(given, wanted, strict=True)
        )
    if isinstance(wanted, AbstractSet) and isinstance(given, AbstractSet):
        return len(given) == len(wanted) and all(
            any(same(part, other, tolerance) for part in given) for other in wanted
        )
    return False
