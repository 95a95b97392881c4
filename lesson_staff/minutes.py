"""How long a lesson takes a student, worked out from what stands in it.

`python -m lesson_staff.minutes` writes it where it is told: lesson.toml, the first cell, README's table.
The rates are such that lessons 00 to 03, as they were then, get what a reader who worked them through estimated:
80, 60, 70, 75 minutes (the formula said 72, 69, 72, 73).
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from lesson_staff.catalogue import FOLDERS, LESSONS, REPOSITORY

WORDS, LINES, PICTURE, EXERCISE, WRITING = (
    120,
    15,
    0.25,
    4,
    4,
)  # the first two per minute, the rest in minutes
PAUSE = 60  # minutes: a longer lesson says where to stop for a while
UNSEEN = {"parameters", "setup", "solution"}


def cells_of(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def cell_minutes(cell: dict) -> float:
    """What a student spends on a cell; the teacher's notes, hints and folded code are not read on the way."""
    source, meta = "".join(cell["source"]), cell["metadata"]
    tags = set(meta.get("tags", []))
    if cell["cell_type"] == "markdown":
        folded = "<details>" in source or meta.get("slideshow", {}).get("slide_type") == "notes"
        return 0 if folded else len(re.findall(r"\w[\w.,-]*", source)) / WORDS
    pictures = "".join(map(str, cell["outputs"])).count("<img ")
    if tags & UNSEEN or meta.get("jupyter", {}).get("source_hidden"):
        return PICTURE * pictures
    lines = sum(bool(line.strip()) for line in source.splitlines())
    exercise = (EXERCISE + WRITING * ("def " in source)) if "exercise" in tags else 0
    return lines / LINES + PICTURE * pictures + exercise


def longest_wait(cells: Iterable[dict]) -> float:
    """The most minutes that a student reads and runs cells before there is something to answer."""
    waits = [0.0]
    for cell in cells:
        exercise = "exercise" in cell["metadata"].get("tags", [])
        waits = [*waits, 0.0] if exercise else [*waits[:-1], waits[-1] + cell_minutes(cell)]
    return max(waits)


def minutes(cells: Iterable[dict]) -> int:
    """The lesson's time, to the nearest five minutes."""
    return 5 * round(sum(map(cell_minutes, cells)) / 5)


def told(cells: list[dict]) -> str:
    """`ca. 70 minutter, med en pause efter afsnit 4`: the pause is between two sections, nearest to the middle."""
    time, spent, ends = minutes(cells), 0.0, {}
    if time <= PAUSE:
        return f"ca. {time} minutter"
    for cell in cells:
        if section := re.match(r"## (\d+) ·", "".join(cell["source"])):
            ends[int(section[1]) - 1] = spent
        spent += cell_minutes(cell)
    middle = min(ends, key=lambda section: abs(ends[section] - spent / 2))
    return f"ca. {time} minutter, med en pause efter afsnit {middle}"


def write_down() -> None:
    """Put each lesson's time where it is told. What else stands there stays."""
    readme = REPOSITORY / "README.md"
    text = readme.read_text(encoding="utf-8")
    for lesson in LESSONS:
        cells = cells_of(lesson.notebook)
        time = minutes(cells)
        text = re.sub(
            rf"^(\| {lesson.number} .*\| )\d+( min \|)$", rf"\g<1>{time}\2", text, flags=re.MULTILINE
        )
        _replace(FOLDERS / lesson.folder / "lesson.toml", r"^(minutes = )\d+", rf"\g<1>{time}")
        _replace(lesson.notebook, r"(\*\*Tid:\*\* )ca\. \d+ minutter[^.\n]*\.", rf"\g<1>{told(cells)}.")
    readme.write_text(text, encoding="utf-8")


def _replace(file: Path, pattern: str, new: str) -> None:
    text, found = re.subn(pattern, new, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert found, f"{file.name}: {pattern}"
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_down()
