"""Tiny lessons that run in a second or two, in a course of their own."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
import pytest

from lesson_staff import catalogue
from lesson_staff.catalogue import Lesson

PICTURE = """
import base64, io
from IPython.display import HTML
from PIL import Image
buffer = io.BytesIO()
Image.new("RGB", (1600, 900), {colour!r}).save(buffer, "PNG")
data = base64.b64encode(buffer.getvalue()).decode()
HTML(f'<img alt="Et {colour} felt" src="data:image/png;base64,{{data}}">')
"""


def tiny_notebook(*code: str, photo: bool = True) -> nbformat.NotebookNode:
    """A title with a formula, a parameters cell, a picture, a folded solution, then the cells of `code`."""
    parameters = 'photo: str = ""  # sti til dit eget foto' if photo else "classes: int = 10  # antal klasser"
    cells = [
        nbformat.v4.new_markdown_cell(
            "# En lille lektion\n\nFeltet vokser: $r_l = r_{l-1} + (k-1)\\,j$\n\n"
            "$$P = K^2 \\cdot C_{\\text{ind}} \\cdot \\sum_{i=1}^{N} \\sqrt{w_i}$$"
        ),
        nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(PICTURE.format(colour="teal").strip()),
        nbformat.v4.new_code_cell(
            "print('løst')", metadata={"tags": ["solution"], "jupyter": {"source_hidden": True}}
        ),
        *(nbformat.v4.new_code_cell(source) for source in code),
    ]
    for position, cell in enumerate(cells):
        cell["id"] = f"cell-{position:03d}"
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return notebook


def make_course(folder: Path, patch: pytest.MonkeyPatch, photo: bool = True, **lessons: list[str]) -> Path:
    """Write a notebook for each lesson under `folder`, make them the catalogue, and return their folder."""
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    entries = []
    for position, (name, code) in enumerate(lessons.items(), start=1):
        lesson = Lesson(f"{position:02d}", name.capitalize(), 5, f"{position:02d}_{name}.ipynb")
        nbformat.write(tiny_notebook(*code, photo=photo), notebooks / lesson.file)
        entries.append(lesson)
    patch.setattr(catalogue, "NOTEBOOKS", notebooks)
    patch.setattr(catalogue, "LESSONS", tuple(entries))
    return notebooks


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """`course(one=[...cells], two=[...])` makes a course of these notebooks and returns its folder."""
    return partial(make_course, tmp_path, monkeypatch)
