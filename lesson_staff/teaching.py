"""What a teacher takes to class: a lesson as slides that need no network, and as notebooks for the students."""

from importlib.util import find_spec
from pathlib import Path

import nbformat

from lesson_staff.catalogue import Lesson
from lesson_staff.order import written_under
from lesson_staff.output import say
from lesson_staff.pages import MATHJAX_URL, as_html, for_reading, mathjax_parts, publish, relative
from lesson_staff.slides import for_a_show, slide_type
from lesson_utils.errors import LessonError

REVEAL = "reveal"
# What a show uses of reveal.js; the rest are other themes, and sources.
REVEAL_PARTS = (
    "LICENSE", "dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js"
)  # fmt: skip


def reveal_parts() -> Path:
    """Where reveal.js lies, found without importing its package. Raises LessonError if it is not installed."""
    package = find_spec("sphinx_revealjs")
    if package is None or not package.submodule_search_locations:
        raise LessonError(
            "Slides kræver pakken sphinx-revealjs: installér den i kursets mappe med kommandoen "
            "»python -m pip install -c constraints.txt -e '.[slides]'«."
        )
    return Path(package.submodule_search_locations[0], "_static", "revealjs")


def make_slides(lessons: list[Lesson], out: str, core: bool = False) -> None:
    """Each lesson, with the outputs that it holds, as a page of slides in the folder `out`, and what they need:
    `02_alexnet.html`, or `02_alexnet_kerne.html` of its core."""
    ending = f"{'_kerne' if core else ''}.html"
    made = written_under(reveal_parts(), REVEAL_PARTS, f"{REVEAL}/") | mathjax_parts()
    options = {"reveal_url_prefix": REVEAL, "reveal_theme": "white", "mathjax_url": MATHJAX_URL}
    for lesson in lessons:
        content = for_a_show(nbformat.read(lesson.notebook, as_version=4), core)
        made[lesson.notebook.stem + ending] = as_html("slides", content, str(lesson), **options)
    _publish(Path(out).expanduser(), made, lessons, ending)


def handout(notebook: nbformat.NotebookNode, with_solutions: bool = False) -> nbformat.NotebookNode:
    """The lesson without the notes to the teacher: before the class without solutions and not yet run, after it
    with its outputs and its solutions unfolded."""
    from nbconvert.preprocessors import ClearOutputPreprocessor

    made = for_reading(notebook)
    made.cells = [cell for cell in made.cells if slide_type(cell) != "notes"]
    solutions = [cell for cell in made.cells if "solution" in cell.metadata.get("tags", [])]
    if with_solutions:
        for cell in solutions:
            cell.metadata.pop("jupyter", None)
        return made
    made.cells = [cell for cell in made.cells if cell not in solutions]
    return ClearOutputPreprocessor().preprocess(made, {})[0]


def make_handouts(lessons: list[Lesson], out: str, with_solutions: bool = False) -> None:
    """One notebook for each lesson in the folder `out`: `02_alexnet.ipynb`, or `02_alexnet_løsning.ipynb`."""
    ending, made = f"{'_løsning' if with_solutions else ''}.ipynb", {}
    for lesson in lessons:
        content = nbformat.writes(handout(nbformat.read(lesson.notebook, as_version=4), with_solutions))
        made[lesson.notebook.stem + ending] = f"{content}\n".encode()
    _publish(Path(out).expanduser(), made, lessons, ending)


def _publish(folder: Path, made: dict[str, bytes], lessons: list[Lesson], ending: str) -> None:
    """Write what was made, and say where each lesson is. Raises LessonError for the lessons' own folder."""
    if folder.resolve() in {lesson.notebook.parent.resolve() for lesson in lessons}:
        raise LessonError("Mappen er lektionernes egen: vælg en anden med --out, så de ikke bliver ændret.")
    publish(folder, made)
    for lesson in lessons:
        say(f"{lesson}: {relative(folder / (lesson.notebook.stem + ending))}")
