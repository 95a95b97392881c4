"""`lesson handout` and `lesson solution`: a lesson for students, before and after the class."""

import nbformat

from lesson_staff.catalogue import Lesson
from lesson_staff.pages import folder_for, for_reading, replace_file, tell_written
from lesson_staff.slides import slide_type


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


def make_handouts(lessons: list[Lesson], out: str, with_solutions: bool = False) -> None:
    """One notebook for each lesson in the folder `out`: `02_alexnet.ipynb`, or `02_alexnet_løsning.ipynb`."""
    folder = folder_for(out)
    for lesson in lessons:
        made = handout(nbformat.read(lesson.notebook, as_version=4), with_solutions)
        target = folder / f"{lesson.notebook.stem}{'_løsning' if with_solutions else ''}.ipynb"
        replace_file(target, (nbformat.writes(made) + "\n").encode("utf-8"))
        tell_written(lesson, target)
