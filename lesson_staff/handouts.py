"""`lesson handout` and `lesson solution`: a lesson for students, before and after the class."""

import os
from collections.abc import Callable
from pathlib import Path

import nbformat

from lesson_staff.catalogue import Lesson
from lesson_staff.pages import NBVAL_MARK, replace_file
from lesson_staff.slides import slide_type
from lesson_utils.errors import LessonError

SOLUTION = "solution"


def handout(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The lesson as a student gets it: no solutions, no notes to the teacher, nothing run yet."""
    cells = [
        _fresh(cell) for cell in notebook.cells if not _is_solution(cell) and slide_type(cell) != "notes"
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def solved(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The lesson with its outputs and its solutions unfolded, without the notes to the teacher."""
    cells = [nbformat.from_dict(cell) for cell in notebook.cells if slide_type(cell) != "notes"]
    for cell in cells:
        cell.source = cell.source.removeprefix(NBVAL_MARK)
        if _is_solution(cell):
            cell.metadata.pop("jupyter", None)
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def _is_solution(cell: nbformat.NotebookNode) -> bool:
    return SOLUTION in cell.metadata.get("tags", [])


def _fresh(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    cell = nbformat.from_dict(cell)
    if cell.cell_type == "code":
        cell.source = cell.source.removeprefix(NBVAL_MARK)
        cell.outputs, cell.execution_count = [], None
    return cell


def make_handouts(
    lessons: list[Lesson],
    folder: Path,
    with_solutions: bool,
    tell: Callable[[Lesson, Path], None] = lambda *_: None,
) -> None:
    """One notebook for each lesson in `folder`: `02_alexnet.ipynb`, or `02_alexnet_løsning.ipynb`."""
    for lesson in lessons:
        content = nbformat.read(lesson.notebook, as_version=4)
        made = solved(content) if with_solutions else handout(content)
        target = folder / f"{lesson.notebook.stem}{'_løsning' if with_solutions else ''}.ipynb"
        replace_file(target, (nbformat.writes(made) + "\n").encode("utf-8"))
        tell(lesson, target)


def folder_for(written: str) -> Path:
    """The folder that the user named, made if it is not there. Raises LessonError if a file bears its name."""
    folder = Path(written).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise LessonError(f"Mappen »{written}« kan ikke oprettes: vælg en anden med --out.") from None
    return folder


def tell_written(lesson: Lesson, file: Path) -> None:
    """Say in the terminal which file a lesson became."""
    from rich.console import Console

    near = os.path.relpath(file) if file.absolute().is_relative_to(Path.cwd()) else file
    Console().print(f"{lesson.number} {lesson.title}: {near}", highlight=False, markup=False, soft_wrap=True)
