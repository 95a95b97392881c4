"""What the Tab key offers. Read without papermill: a shell waits for the answer."""

import json
import re
from pathlib import Path

from lesson_staff.catalogue import find
from lesson_utils.errors import LessonError


def lesson_numbers(incomplete: str) -> list[tuple[str, str]]:
    return [(lesson.number, lesson.title) for lesson in find() if lesson.number.startswith(incomplete)]


def assignments(incomplete: str) -> list[tuple[str, str]]:
    """`de` -> `depth=`; `depth=1` -> `depth=11`, `depth=13` ... where a lesson says what is allowed."""
    name, equals, begun = incomplete.partition("=")
    found: dict[str, str] = {}
    for lesson in find():
        for known, told in parameter_lines(lesson.notebook).items():
            if equals and known == name:
                values = lesson.allowed.get(name, ())
                allowed = [] if isinstance(values, range) else [str(value) for value in values]
                found |= {f"{name}={value}": "" for value in allowed if value.startswith(begun)}
            elif not equals and known.startswith(name):
                found.setdefault(f"{known}=", told)
    return list(found.items())


def parameter_lines(notebook: Path) -> dict[str, str]:
    """Name -> help of the lines in the parameters cell; nothing for a notebook that can't be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, LessonError):
        return {}
    source = "".join(
        "".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])
    )
    return dict(re.findall(r"^(\w+)\s*(?::[^=\n]+)?=[^#\n]*(?:#\s*(.*))?$", source, re.MULTILINE))
