"""What a lesson can be told: read from its parameters cell, checked before anything runs."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from lesson_staff.catalogue import Lesson
from lesson_staff.output import os_sentence
from lesson_utils.errors import LessonError
from lesson_utils.parameters import FILE, KINDS, choice, fits, of_kind, refusal

WORDS = {"true": True, "ja": True, "1": True, "false": False, "nej": False, "0": False}
# How a value of each kind is read that was typed; the reader may raise ValueError.
READERS = {
    "str": str,
    "int": lambda text: int(text.removesuffix(".0")),  # as pandas writes a column with a gap
    "float": float,
    "bool": lambda text: WORDS.get(text.strip().lower()),
    "list": json.loads,
}


class Written(str):
    """A value as it was typed, in a command or a table: its parameter's type decides what it means."""

    __slots__ = ()


class WrongParameters(LessonError):
    """Everything that is wrong with a plan at once, one Danish sentence each."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = list(dict.fromkeys(sentences))
        super().__init__("\n".join(self.sentences))


class Wrong(list[str]):
    """Sentences that are said all at once: a LessonError in a `with` block of it is added, not raised; so is what
    the system refuses."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        told = [os_sentence(error)] if isinstance(error, OSError) else []
        if isinstance(error, LessonError):
            told = getattr(error, "sentences", [str(error)])
        self += filter(None, told)
        return any(told)

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        """As the block itself; each sentence of this one begins with where it was found."""
        before = len(self)
        with self:
            yield
        self[before:] = [f"{where}: {sentence}" if where else sentence for sentence in self[before:]]

    def tell(self) -> None:
        """Raise WrongParameters if there is anything to say."""
        if self:
            raise WrongParameters(self)


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell: `photo: str = ""  # sti til dit eget foto`."""

    name: str
    type: str
    default: object
    help: str

    @property
    def kind(self) -> str:
        """`str`, `int`, `float`, `bool` or `list`; that of the default where the line names no type."""
        named = self.type.partition("[")[0]
        return named if named in READERS else type(self.default).__name__

    def value(self, given: object) -> object:
        """`given` as a value of this parameter's type. Raises ValueError if it is none."""
        if isinstance(given, Written):
            try:
                given = READERS[self.kind](str(given))
            except RecursionError:
                raise ValueError(given) from None
        return of_kind(self.kind, given)


LINE = re.compile(r"^(\w+)\s*(?::\s*([^=\n]+?))?\s*=\s*(.*?)\s*(?:#\s*(.*))?$", re.MULTILINE)


def parameter_lines(notebook: Path) -> dict[str, tuple[str, str, str]]:
    """Name -> type, default and help as they are written in the cell tagged `parameters`.

    Papermill reads them alike, but takes a second to be imported. Raises LessonError for what is no notebook.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        source = "".join("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", []))
    except (OSError, ValueError, KeyError, TypeError):
        raise LessonError(f"{notebook.name} mangler eller kan ikke læses: hent filen igen.") from None
    return {name: (kind, default, told) for name, kind, default, told in LINE.findall(source)}


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """A notebook's parameters by name. Raises LessonError if a default is computed."""
    found = {}
    for name, (kind, written, told) in parameter_lines(notebook).items():
        try:
            found[name] = Parameter(name, kind or "None", ast.literal_eval(written), told)
        except (ValueError, SyntaxError):
            raise LessonError(
                f"Parameteren »{name}« i {notebook.name} skal være en fast værdi, ikke »{written}«."
            ) from None
    return found


def checked(lesson: Lesson, parameter: Parameter, given: object) -> object:
    """`given` as this parameter's value. Raises LessonError for a wrong type, or a value that is not allowed.

    A file of weights is allowed where it is one, of a network that the lesson allows by its name, and with as many
    classes as the lesson needs.
    """
    try:
        value = parameter.value(given)
    except ValueError:
        raise refusal(parameter.name, given, lesson.number, f"skriv {KINDS[parameter.kind]}") from None
    allowed = lesson.allowed.get(parameter.name)
    if allowed is not None and not fits(value, allowed):
        raise refusal(parameter.name, given, lesson.number, f"vælg {choice(allowed)}")
    path = Path(value).expanduser() if isinstance(value, str) and fnmatch(value, FILE) else None
    if path and path.is_file() and FILE in (allowed or ()):
        from lesson_utils.weights import network_in

        kind, classes = network_in(path)
        names = (kind, kind.replace("paper:", "imagenet:"), kind.replace("paper:efficientnet", "imagenet"))
        if not any(fits(name, allowed) for name in names):
            instead = f"filen er til {kind}, vælg {choice(allowed)} til et af dem"
            raise refusal(parameter.name, given, lesson.number, instead)
        if lesson.classes not in (0, classes):
            instead = f"filens netværk kender {classes} klasser, lektionen bruger kursets {lesson.classes}"
            raise refusal(parameter.name, given, lesson.number, instead)
    return value


def values_for(lesson: Lesson, given: Mapping, known: Mapping[str, Parameter]) -> tuple[dict, dict]:
    """`(changed, all)`: those of `given` that are `known`, and every parameter's value. Raises WrongParameters."""
    changed, wrong = {}, Wrong()
    for name in (name for name in given if name in known):
        with wrong:
            changed[name] = checked(lesson, known[name], given[name])
    wrong.tell()
    return changed, {name: parameter.default for name, parameter in known.items()} | changed
