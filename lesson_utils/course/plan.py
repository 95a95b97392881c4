"""What is to be run, and what came of it: plain values that travel between the parts of a batch."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from lesson_utils.course.catalogue import Lesson
from lesson_utils.course.parameters import values_for
from lesson_utils.errors import LessonError


@dataclass(frozen=True)
class Run:
    """One lesson to be run. `changed` is what papermill puts in, `parameters` is every parameter's value."""

    name: str
    lesson: Lesson
    changed: Mapping[str, object] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RunResult:
    """How a run went. `reason` is one Danish sentence, empty if the lesson passed."""

    name: str
    number: str
    title: str
    parameters: Mapping[str, object]
    seconds: float
    reason: str = ""
    traceback: str = ""
    picture_text: str = ""

    @property
    def passed(self) -> bool:
        return not self.reason

    def facts(self) -> dict[str, object]:
        """The result as plain values, for `summary.json`."""
        return asdict(self) | {"passed": self.passed, "seconds": round(self.seconds, 1)}


@dataclass(frozen=True)
class Progress:
    """A run has begun one of its cells (counted from 1)."""

    run: Run
    cell: int
    cells: int


def plan(lessons: Iterable[Lesson], given: Mapping[str, object]) -> list[Run]:
    """One run of each lesson, with those of the `given` parameters that it has.

    Raises LessonError if a value is not allowed, or a notebook is missing.
    """
    runs = []
    for lesson in lessons:
        if not lesson.notebook.is_file():
            raise LessonError(f"Lektionen {lesson.number} mangler: hent filen notebooks/{lesson.file} igen.")
        changed, parameters = values_for(lesson, given)
        runs.append(Run(lesson.notebook.stem, lesson, changed, parameters))
    return runs
