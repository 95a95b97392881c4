"""The lessons of the course: each is one notebook and one folder, and the folder's lesson.toml describes it.

A teacher's own notebook is a lesson, too, named by its path.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from lesson_utils import DATA
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError
from lesson_utils.parameters import COMMON, allowed_values

REPOSITORY = Path(__file__).resolve().parents[1]
NOTEBOOKS = REPOSITORY / "notebooks"
FOLDERS = REPOSITORY / "lesson_cells"
EDITABLE = "hent det med git, og installér det i dets egen mappe med »python install.py«"


def ones_own(name: str) -> Path:
    """A folder to write in, `runs` say: with the course, or, if that is not one's own, where one stands."""
    return (REPOSITORY if os.access(REPOSITORY, os.W_OK) else Path.cwd()) / name


@dataclass(frozen=True)
class Lesson:
    """One notebook. One's own has the file's name for a number, no title, and an absolute path for a `file`."""

    number: str
    title: str
    minutes: int  # a student's time, not the machine's
    file: str
    # the values that a parameter may take, where these are not all of its type
    allowed: Mapping[str, tuple | range] = field(default_factory=lambda: MappingProxyType({}))
    seconds: int = 60  # about what one core needs: a batch begins with the longest, and tells the time left
    classes: int = 0  # that a file of weights must know; 0: any number
    learn: str = ""  # what README says of it
    folder: str = ""  # its name in lesson_cells

    @property
    def notebook(self) -> Path:
        return NOTEBOOKS / self.file

    @property
    def own(self) -> bool:
        return Path(self.file).is_absolute()

    @property
    def names(self) -> set[str]:
        """What it may be called: `04`, `04_googlenet`, `googlenet`, `04 GoogLeNet`."""
        stem, title = self.notebook.stem, self.title
        called = (self.number, stem, stem.partition("_")[2], self.folder, title, str(self))
        return {name.lower() for name in called} - {""}

    def __str__(self) -> str:
        return f"{self.number} {self.title}".rstrip()


def read_lesson(description: Path) -> Lesson:
    """The lesson that a lesson.toml describes. Raises LessonError if it does not."""
    try:
        told = tomllib.loads(description.read_text(encoding="utf-8"))
        allowed, file = allowed_values(told), told.pop("notebook")
        told.pop("allowed", None)
        return Lesson(file[:2], file=file, allowed=allowed, folder=description.parent.name, **told)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        where = f"{description.parent.name}/{description.name}"
        raise LessonError(
            f"»{where}« beskriver ikke en lektion ({error}): se, hvad der står i de andre lektioners."
        ) from None


def read_lessons(folders: Path) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
    """The lessons in lecture order; and a sentence for each folder that describes none, which stops no other."""
    lessons, problems = [], []
    for description in folders.glob("*/lesson.toml"):
        try:
            lessons.append(read_lesson(description))
        except LessonError as sentence:
            problems.append(str(sentence))
    return tuple(sorted(lessons, key=lambda lesson: lesson.file)), tuple(sorted(problems))


LESSONS, PROBLEMS = read_lessons(FOLDERS)


def find(names: Iterable[str] | None = None) -> list[Lesson]:
    """The lessons with these numbers (`"2"` means `"02"`) or names, or all, in lecture order; then the notebooks
    whose paths are given.

    Raises LessonError for others, for one whose notebook is not there as a whole, and for two of one file name.
    """
    known, found = {name: lesson for lesson in LESSONS for name in lesson.names}, {}
    wanted = [name.strip() for name in names or (lesson.number for lesson in LESSONS)]
    paths = [name for name in wanted if name.endswith(".ipynb") or os.sep in name or "/" in name]
    told = [name.lower().removeprefix("lektion ") for name in wanted if name not in paths]
    numbers = [name.removesuffix(".0").strip() for name in told]
    numbers = [name.zfill(2) if name else "»«" for name in numbers]
    if unknown := dict.fromkeys(name for name in numbers if name not in known):
        choice = listing(lesson.number for lesson in LESSONS)
        sentence = f"Der er ingen lektion {listing(unknown)}: vælg mellem {choice}."
        raise LessonError(" ".join([sentence, *PROBLEMS]))
    for lesson in [*(known[name] for name in numbers), *map(own_lesson, paths)]:
        other = found.setdefault(lesson.notebook.stem, lesson)
        if other.notebook != lesson.notebook:
            raise LessonError(f"To notebooks hedder »{lesson.notebook.name}«: giv den ene et andet navn.")
    if lacks := lacking(found.values()):
        raise LessonError(lacks)
    return sorted(found.values(), key=lambda lesson: (lesson.own, "" if lesson.own else lesson.file))


def own_lesson(told: str) -> Lesson:
    """The notebook at a path. A copy of a lesson, or what is left of one, allows the values that the lesson does.

    Raises LessonError for what is no whole notebook.
    """
    from lesson_staff.minutes import cells_of, minutes

    path = Path(told).expanduser().absolute()
    if not path.is_file():
        numbers = listing(lesson.number for lesson in LESSONS)
        raise LessonError(
            f"Notebooken »{told}« findes ikke: skriv stien til en .ipynb, eller vælg mellem {numbers}."
        )
    if not is_valid(path):
        raise LessonError(f"»{told}« er ikke en hel notebook: vælg en .ipynb, som JupyterLab kan åbne.")
    for lesson in LESSONS:
        if lesson.notebook.exists() and lesson.notebook.samefile(path):
            return lesson
    cells = cells_of(path)
    folders = set(re.findall(r"\blesson_cells\.(\w+)", "".join("".join(cell["source"]) for cell in cells)))
    like = [lesson for lesson in LESSONS if lesson.folder in folders]
    base = like[0] if len(like) == 1 else Lesson("", "", 0, "", COMMON)
    return replace(base, number=path.stem, title="", file=str(path), minutes=minutes(cells))


def is_valid(notebook: Path) -> bool:
    """Whether it is, in every part, what the fourth edition of the format of notebooks says."""
    import nbformat

    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        nbformat.validate(content, relax_add_props=True)
        return content["nbformat"] == 4
    except (
        nbformat.ValidationError,
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return False


def whole() -> list[Lesson]:
    """The lessons whose notebooks can be read."""
    return [lesson for lesson in LESSONS if is_notebook(lesson.notebook)]


def lacking(lessons: Iterable[Lesson]) -> str:
    """What is not there of the course's own files, and what to do; empty if all is."""
    if not NOTEBOOKS.is_dir() or not DATA.is_dir():
        return f"Kurset er installeret uden sine lektioner og data: {EDITABLE}."
    broken = [f"notebooks/{lesson.file}" for lesson in lessons if not is_notebook(lesson.notebook)]
    return f"{listing(broken)} mangler eller er ikke hel: hent kurset igen." if broken else ""


@cache
def _cells(notebook: Path, _changed: int) -> bool:
    try:
        return isinstance(json.loads(notebook.read_text(encoding="utf-8"))["cells"], list)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def is_notebook(path: Path) -> bool:
    """Whether there is a whole notebook; each is read once."""
    return path.is_file() and _cells(path, path.stat().st_mtime_ns)
