"""Every notebook of the course, or the one that `lesson check hold/min.ipynb` names, and its cells.

The first line of a test of all of them is a demand, as CONTRIBUTING.md tells it and `lesson check 04` says it.
Demands grow with what the lesson holds; padding meets none of them.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest

from lesson_staff.catalogue import NOTEBOOKS, Lesson, find
from lesson_staff.check import CHECKED


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "path" in metafunc.fixturenames:
        own, every = os.environ.get(CHECKED), sorted(NOTEBOOKS.glob("*.ipynb"))
        metafunc.parametrize(
            "path", [Path(own)] if own else every, ids=lambda path: CHECKED if own else path.stem
        )


@pytest.fixture
def lesson(path) -> Lesson:
    return find([str(path)])[0]


@pytest.fixture
def room(lesson) -> str:
    """The lesson's folder in lesson_cells; a teacher's own notebook may do without."""
    if not lesson.folder:
        pytest.skip("the notebook belongs to no lesson of the course")
    return lesson.folder


@pytest.fixture
def cells(path) -> list[nbformat.NotebookNode]:
    return nbformat.read(path, as_version=4).cells


def code(cells) -> list[nbformat.NotebookNode]:
    return [cell for cell in cells if cell.cell_type == "code"]


def tagged(cells, tag: str) -> list[int]:
    return [k for k, cell in enumerate(cells) if tag in cell.metadata.get("tags", [])]


def sections(cells) -> list[tuple[str, list]]:
    """(heading, cells) of each `## ` section but the recap and the sources."""
    starts = [
        (k, match[1])
        for k, cell in enumerate(cells)
        if cell.cell_type == "markdown" and (match := re.match(r"## (.+)", cell.source))
    ]
    ends = [k for k, _ in starts[1:]] + [len(cells)]
    found = [(title, cells[k:end]) for (k, title), end in zip(starts, ends, strict=True)]
    return [(title, inside) for title, inside in found if title not in ("Opsummering", "Kilder")]
