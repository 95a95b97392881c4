"""Exercises: what the right answer is, which wrong answers are likely, and what to say to each.

A lesson's exercises are constants in its `exercises.py`. In the notebook the student fills in `svar = ...` and
runs `check(exercise, svar)`; the solution runs `confirm(exercise, solution)`, which fails when it has rotted.
"""

import math
import re
import textwrap
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from IPython import get_ipython

from lesson_utils.danish import listing, plural
from lesson_utils.show.answers import Misread, chosen, kind, plain, read, same
from lesson_utils.show.attempt import PATIENCE, TooLong, guarded, not_begun, told

NO_ANSWER = object()
UNANSWERED = "Ikke besvaret endnu: skriv dit svar i stedet for ..."
NOT_RUN = "Kør først cellen med dit svar, og så denne igen."
ANSWERED: dict[int, str] = {}  # the exercise that the notebook's first, second ... `svar` was checked for
WIDTH = 92  # characters: no word is broken at the end of a cell's line


@dataclass(frozen=True)
class Exercise:
    """One question and what to say to its answers. All texts are Danish sentences for the student.

    Either `answer` or `cases` is given: with `cases` the student's answer is a function.

    Args:
        key: short name, the same as the heading's in the notebook.
        answer: number, text, bool, list or tuple (ordered), set (unordered), or a predicate answer -> bool.
        cases: (arguments, expected result) for a function, the simplest first.
        mistakes: (wrong answer, or predicate that recognises it; message); the first that fits is used. The wrong
            answer of a function is what it gives for the first cases: `...` anything, a set one of several.
        hint: the message for any other wrong answer: it helps and doesn't hold the answer.
        because: shown after a right answer.
        tolerance: how far a number may be off, absolute; also for the numbers in `mistakes`.
        also: other answers that are right.
        choices: the possible answers, when there are only these.
    """

    key: str
    answer: Any = NO_ANSWER
    cases: Sequence[tuple[tuple[Any, ...], Any]] = ()
    mistakes: Sequence[tuple[Any, str]] = ()
    hint: str = "Prøv igen, og læs hintet under opgaven."
    because: str = ""
    tolerance: float = 0.0
    also: Sequence[Any] = ()
    choices: Sequence[str] = ()

    def __post_init__(self) -> None:
        if (self.answer is NO_ANSWER) == (not self.cases):
            raise ValueError(f"exercise {self.key}: give either an answer or cases")


@dataclass(frozen=True)
class Verdict:
    """What `check` prints, and whether it is good news."""

    status: Literal["right", "wrong", "unanswered"]
    text: str


def check(exercise: Exercise, answer: Any) -> None:
    """Print a Danish verdict on a student's answer. Raises nothing, whatever the answer is."""
    text = NOT_RUN if _is_for_another(exercise) else judge(exercise, answer).text
    print(textwrap.fill(text, WIDTH, break_long_words=False))


def _is_for_another(exercise: Exercise) -> bool:
    """Whether `svar` has been checked for another exercise, and no cell has made a new one since."""
    cells = getattr(get_ipython(), "user_ns", {}).get("In", [""])
    made = sum(bool(re.search(r"^svar *=", cell, re.MULTILINE)) for cell in cells)
    return "svar" in cells[-1] and ANSWERED.setdefault(made, exercise.key) != exercise.key


def confirm(exercise: Exercise, answer: Any) -> None:
    """As `check`, for the lesson's own solution.

    Raises:
        AssertionError: the solution is not right: the exercise or its solution has rotted.
    """
    verdict = judge(exercise, answer)
    print(textwrap.fill(verdict.text, WIDTH, break_long_words=False))
    if verdict.status != "right":
        raise AssertionError(f"{exercise.key}: {verdict.text}")


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """The verdict on an answer; pure, so that tests can read it."""
    if answer is ... or (isinstance(answer, list | tuple) and any(part is ... for part in answer)):
        return Verdict("unanswered", UNANSWERED)
    if exercise.cases:
        return _judge_function(exercise, answer)
    try:
        given = plain(answer) if callable(exercise.answer) else read(answer, exercise.answer)
    except Misread as sentence:
        return _wrong(str(sentence))
    if exercise.choices:
        given = chosen(given, exercise.choices)
    if any(_fits(right, given, exercise.tolerance) for right in (exercise.answer, *exercise.also)):
        return _right(exercise.because)
    return _wrong(_diagnosis(exercise, given))


def _right(because: str) -> Verdict:
    return Verdict("right", f"✓ Rigtigt: {because}" if because else "✓ Rigtigt.")


def _wrong(*sentences: str) -> Verdict:
    return Verdict("wrong", " ".join(f"✗ {' '.join(sentences)}".split()))


def _fits(wanted: Any, given: Any, tolerance: float) -> bool:
    """Whether an answer is the wanted value, or one that the wanted predicate recognises."""
    if not callable(wanted):
        # A mistake of another kind than the answer (a single number for a list) simply doesn't fit.
        return same(given, set(wanted) if isinstance(wanted, AbstractSet) else plain(wanted), tolerance)
    try:
        return bool(wanted(given))
    except (Exception, SystemExit, TooLong):  # a predicate for numbers met a text; a function stopped
        return False


def _diagnosis(exercise: Exercise, given: Any) -> str:
    """The sentence for a wrong answer: slips of notation, then the known mistakes, then the hint."""
    wanted = exercise.answer
    if exercise.choices and not any(same(given, choice) for choice in exercise.choices):
        return f"Vælg mellem {listing(exercise.choices)}."
    for mistake, message in exercise.mistakes:
        if _fits(mistake, given, exercise.tolerance):
            return message
    many = isinstance(wanted, list | tuple) and isinstance(given, list)
    pairs = list(zip(given, wanted, strict=False)) if many else [(given, wanted)]
    if pairs and all(_a_thousandth(part, right) for part, right in pairs):
        return "Dit svar er læst som et decimaltal. Skriv store tal uden skilletegn."
    if many:
        if len(given) != len(wanted):
            return f"Dit svar har {plural(len(given), 'del', 'dele')}; der skal være {len(wanted)}."
        right = [same(part, plain(right), exercise.tolerance) for part, right in pairs]
        off = [place for place, fits in enumerate(right, start=1) if not fits]
        return f"Se igen på {'del' if len(off) == 1 else 'delene'} {listing(off)}. {exercise.hint}"
    return exercise.hint


def _a_thousandth(given: Any, wanted: Any) -> bool:
    return (
        isinstance(given, float) and isinstance(wanted, int) and wanted >= 1000 and same(given * 1000, wanted)
    )


def _judge_function(exercise: Exercise, function: Any) -> Verdict:
    if not callable(function):
        given = f"Svaret skal være en funktion, men du gav {kind(plain(function))}."
        return _wrong(given, "Skriv funktionens navn uden parenteser.")
    attempt = guarded(function)
    known = (text for mistake, text in exercise.mistakes if _fits(_recogniser(mistake, exercise), attempt, 0))
    for arguments, expected in exercise.cases:
        call = _call(function, arguments)
        try:
            result = attempt(*arguments)
        except TooLong:
            return _wrong(f"{call} var ikke færdig efter {PATIENCE:.0f} sekunder. Slutter løkken?")
        except (Exception, SystemExit) as error:
            if not_begun(error, function):
                return Verdict("unanswered", UNANSWERED)
            return _wrong(f"{call} stopper med en fejl{told(error, function)}", next(known, ""))
        if result is ...:
            return Verdict("unanswered", UNANSWERED)
        if result is None and expected is not None:
            return _wrong(f"{call} giver None. Mangler der et return? print(...) viser kun tallet.")
        if not _alike(result, expected, exercise):
            compared = f"{call} giver {_shown(result)}, men skal give {_shown(expected)}."
            return _wrong(compared, next(known, exercise.hint))
    tests = plural(len(exercise.cases), "test", "tests")
    because = exercise.because[:1].upper() + exercise.because[1:]  # a sentence of its own here
    return _right(f"din funktion består {tests}. {because}".strip())


def _recogniser(mistake: Any, exercise: Exercise) -> Callable[[Callable], bool]:
    """The predicate that a function's known mistake is, or of what it gives for the first cases."""

    def gives_the_same(function: Callable[..., Any]) -> bool:
        for (arguments, _), wrong in zip(exercise.cases, mistake, strict=False):
            given = ... if wrong is ... else function(*arguments)
            ways = wrong if isinstance(wrong, AbstractSet) else [wrong]
            if given is not ... and not any(_alike(given, way, exercise) for way in ways):
                return False
        return True

    return mistake if callable(mistake) else gives_the_same


def _alike(result: Any, expected: Any, exercise: Exercise) -> bool:
    return same(_number_or_list(result), _number_or_list(expected), exercise.tolerance)


def _number_or_list(result: Any) -> Any:
    """A result to compare: a tensor of one element is as good as its number."""
    value = plain(result)
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    """The call as the student would write it, `output_size(7, 3, 2)`."""
    name = getattr(function, "__name__", "funktion")
    name = "din_funktion" if name == "<lambda>" else name
    return f"{name}({', '.join(_shown(argument) for argument in arguments)})"


def _shown(value: Any) -> str:
    """A value in one short line of Python; larger tensors and arrays by their shape."""
    text = " ".join(repr(_rounded(plain(value))).split())
    if getattr(value, "shape", None) and (len(text) > 80 or value.ndim > 2):
        return f"<{type(value).__name__} {tuple(value.shape)}>"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _rounded(value: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)(map(_rounded, value))
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else float(f"{value:.6g}")
    return value
