"""What a lesson's parameters may be: one set of rules for the command, and for the notebook's own first cell.

A lesson.toml names the values that are allowed, `[allowed]`: a list, or a first and a last whole number.
"""

import math
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from tomllib import loads
from types import ModuleType
from typing import Any

from lesson_utils.danish import listing
from lesson_utils.errors import LessonError

ENDLESS = 2**31  # what every generator of random numbers takes: an end only because computers have one
FILE = "*.safetensors"  # any file of weights
# What every lesson that has such a parameter allows; seeds 1 to 3 drew what networks were trained on.
COMMON = {"seed": range(ENDLESS), "fresh_seed": range(4, ENDLESS), "device": ("auto", "cpu", "cuda", "mps")}
# What a value of each kind is called.
KINDS = {
    "str": "en tekst",
    "int": "et helt tal",
    "float": "et tal",
    "bool": "true eller false",
    "list": "en liste",
}


def allowed_values(told: Mapping[str, Any]) -> dict[str, tuple | range]:
    """The rules of a lesson.toml, and those of all lessons."""
    own = told.get("allowed", {}).items()
    return COMMON | {
        name: range(each["from"], each["to"] + 1) if isinstance(each, dict) else tuple(each)
        for name, each in own
    }


def of_kind(kind: str, given: object) -> object:
    """`given` as a value of that kind. Raises ValueError if it is none."""
    if kind == "float" and type(given) is int:
        return float(given)
    if type(given).__name__ != kind or given != given or given in (math.inf, -math.inf):
        raise ValueError(given)
    return given


def choice(allowed: tuple | range) -> str:
    """What may be chosen, in words: `mellem 11, 13 og 16`, `fra 1 til 20`, `0 eller mere`."""
    if not isinstance(allowed, range):
        return f"mellem {listing('en safetensors-fil' if each == FILE else each for each in allowed)}"
    return f"fra {allowed[0]} til {allowed[-1]}" if allowed[-1] < ENDLESS - 1 else f"{allowed[0]} eller mere"


def fits(value: object, allowed: tuple | range) -> bool:
    """Whether it is one of them; a text may be a pattern, as `imagenet:vgg*`."""
    if isinstance(value, str):
        return any(fnmatchcase(value, each) for each in allowed if isinstance(each, str))
    return value in allowed


def refusal(name: str, given: object, lesson: str, instead: str) -> LessonError:
    return LessonError(f"»{name}« kan ikke være »{given}« i lektion {lesson}: {instead}.")


def check(room: ModuleType, cells: Mapping[str, Any]) -> None:
    """Check the parameters that stand in the notebook (`cells`: its `globals()`) by the rules of a room's lesson.

    Raises LessonError with a sentence for each that has another type than its line says, or a value not allowed.
    """
    folder = next(each for each in Path(room.__file__).parents if (each / "lesson.toml").is_file())
    told = loads((folder / "lesson.toml").read_text(encoding="utf-8"))
    rules, lesson, wrong = allowed_values(told), told["notebook"][:2], []
    later = cells.get("__annotate__")  # from Python 3.14 on
    kinds = cells.get("__annotations__") or (later(1) if later else {})
    for name, kind in kinds.items():
        kind, given = getattr(getattr(kind, "__origin__", kind), "__name__", str(kind)), cells.get(name)
        try:
            value = of_kind(kind, given) if kind in KINDS else given
        except ValueError:
            shown = f'"{given}"' if isinstance(given, str) else given
            wrong.append(refusal(name, shown, lesson, f"skriv {KINDS[kind]}"))
            continue
        if name in rules and not fits(value, rules[name]):
            wrong.append(refusal(name, given, lesson, f"vælg {choice(rules[name])}"))
    if wrong:
        raise LessonError("\n".join(map(str, wrong)))
