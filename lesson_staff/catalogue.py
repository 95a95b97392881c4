"""The lessons of the course: each is one notebook and one folder, and the folder's lesson.toml describes it."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from lesson_utils import DATA
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError
from lesson_utils.parameters import allowed_values

REPOSITORY = Path(__file__).resolve().parents[1]
NOTEBOOKS = REPOSITORY / "notebooks"
FOLDERS = REPOSITORY / "lesson_cells"
EDITABLE = "hent det med git, og installér det i dets egen mappe med »python install.py«"


@dataclass(frozen=True)
class Lesson:
    """One notebook."""

    number: str
    title: str
    minutes: int  # a student's time, not the machine's
    file: str
    # the values that a parameter may take, where these are not all of its type
    allowed: Mapping[str, tuple | range] = field(default_factory=lambda: MappingProxyType({}))
    seconds: int = 60  # about what one core needs: a batch begins with the longest, and tells the time left
    learn: str = ""  # what README says of it
    folder: str = ""  # its name in lesson_cells

    @property
    def notebook(self) -> Path:
        return NOTEBOOKS / self.file

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


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


def find(numbers: Iterable[str] | None = None) -> list[Lesson]:
    """The lessons with these numbers (`"2"` means `"02"`), or all, in lecture order.

    Raises LessonError for others, and for one whose notebook is not there as a whole.
    """
    known = {lesson.number: lesson for lesson in LESSONS}
    wanted = [number.strip().removesuffix(".0").zfill(2) for number in numbers or ()]
    unknown = dict.fromkeys(number for number in wanted if number not in known)
    if unknown:
        sentence = f"Der er ingen lektion {listing(unknown)}: vælg mellem {listing(known)}."
        raise LessonError(" ".join([sentence, *PROBLEMS]))
    found = [lesson for lesson in LESSONS if not wanted or lesson.number in wanted]
    if lacks := lacking(found):
        raise LessonError(lacks)
    return found


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
