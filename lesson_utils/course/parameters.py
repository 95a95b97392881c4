"""What a lesson can be told: read from its parameters cell, checked before anything runs."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lesson_utils.course.catalogue import Lesson
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell: `photo: str = ""  # sti til dit eget foto`."""

    name: str
    type: str
    default: object
    help: str


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook by name, as papermill sees them.

    Raises LessonError if a default is not a plain value (a number, a text, True, False, a list).
    """
    from papermill import inspect_notebook

    found = {}
    for name, row in inspect_notebook(str(notebook)).items():
        try:
            default = ast.literal_eval(row["default"])
        except (ValueError, SyntaxError):
            raise LessonError(
                f"Parameteren »{name}« i {notebook.name} skal være en fast værdi, ikke »{row['default']}«."
            ) from None
        found[name] = Parameter(name, row["inferred_type_name"], default, row["help"])
    return found


def values_for(lesson: Lesson, given: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """`(changed, all)`: those of `given` that this lesson has, and every parameter with its value.

    Raises LessonError if a value is not one that the catalogue allows.
    """
    known = read_parameters(lesson.notebook)
    changed = {name: value for name, value in given.items() if name in known}
    for name, value in changed.items():
        allowed = lesson.allowed.get(name)
        if allowed is not None and value not in allowed:
            raise LessonError(
                f"»{name}« kan ikke være »{value}« i lektion {lesson.number}: vælg mellem {listing(allowed)}."
            )
    return changed, {name: parameter.default for name, parameter in known.items()} | changed
