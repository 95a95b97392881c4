"""`lesson handout` and `lesson solution`: a lesson for students, before and after the class."""

import os
from collections.abc import Callable
from pathlib import Path

import nbformat

from lesson_staff.catalogue import Lesson
from lesson_staff.pages import for_reading, replace_file
from lesson_staff.slides import slide_type
from lesson_utils.errors import LessonError


def handout(notebook: nbformat.NotebookNode, with_solutions: bool = False) -> nbformat.NotebookNode:
    """The lesson without the notes to the teacher: before the class without solutions and not yet run, after it
    with its outputs and its solutions unfolded."""
    from nbconvert.preprocessors import ClearOutputPreprocessor

    made = for_reading(notebook)
    made.cells = [cell for cell in made.cells if slide_type(cell) != "notes"]
    if with_solutions:
        for cell in filter(_is_solution, made.cells):
            cell.metadata.pop("jupyter", None)
        return made
    made.cells = [cell for cell in made.cells if not _is_solution(cell)]
    return ClearOutputPreprocessor().preprocess(made, {})[0]


def _is_solution(cell: nbformat.NotebookNode) -> bool:
    return "solution" in cell.metadata.get("tags", [])


def make_handouts(
    lessons: list[Lesson],
    folder: Path,
    with_solutions: bool,
    tell: Callable[[Lesson, Path], None] = lambda *_: None,
) -> None:
    """One notebook for each lesson in `folder`: `02_alexnet.ipynb`, or `02_alexnet_løsning.ipynb`."""
    for lesson in lessons:
        made = handout(nbformat.read(lesson.notebook, as_version=4), with_solutions)
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
