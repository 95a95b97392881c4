"""Every notebook of the course, and its cells.

The first line of a test of all of them is a demand, as CONTRIBUTING.md tells it and `lesson check 04` says it.
Demands grow with what the lesson holds; padding meets none of them.
"""

import re
from pathlib import Path

import nbformat
import pytest

from lesson_staff.catalogue import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


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
