"""What a teacher takes to class: a lesson as slides that need no network, and as notebooks for the students."""

import re
from importlib.util import find_spec
from pathlib import Path

import nbformat

from lesson_staff.catalogue import Lesson
from lesson_staff.order import written_under
from lesson_staff.output import say
from lesson_staff.pages import MATHJAX_URL, as_html, for_reading, mathjax_parts, publish, relative
from lesson_staff.slides import BEGINS, for_a_show, slide_type
from lesson_utils.errors import LessonError

REVEAL = "reveal"
# What a show uses of reveal.js; the rest are other themes, and sources.
REVEAL_PARTS = (
    "LICENSE", "dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js"
)  # fmt: skip

NEEDS = (
    "*Notebooken bruger kurset ConvNet-arkitekturer: hent det, kør `python install.py` i dets mappe, og åbn den "
    "med `lesson lab {}`.*"
)


def reveal_parts() -> Path:
    """Where reveal.js lies, found without importing its package. Raises LessonError if it is not installed."""
    package = find_spec("sphinx_revealjs")
    if package is None or not package.submodule_search_locations:
        raise LessonError(
            "Slides kræver pakken sphinx-revealjs: installér den i kursets mappe med kommandoen "
            "»python -m pip install -c constraints.txt -e '.[slides]'«."
        )
    return Path(package.submodule_search_locations[0], "_static", "revealjs")


def content_of(lesson: Lesson) -> nbformat.NotebookNode:
    """The lesson's notebook; each cell has an id, as what other programs wrote has not."""
    return nbformat.v4.upgrade(nbformat.read(lesson.notebook, as_version=4))


def to_show(lesson: Lesson, ran: bool = False) -> nbformat.NotebookNode:
    """The lesson's notebook. Raises LessonError where no cell of a teacher's own says what it is in a slide show,
    and where it has to be `ran` already and holds no output."""
    notebook, name = content_of(lesson), lesson.notebook.name
    if lesson.own and not any(slide_type(cell) in BEGINS for cell in notebook.cells):
        raise LessonError(
            f"»{name}« har ingen slides: giv cellerne en Slide Type (View → Property Inspector)."
        )
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if lesson.own and ran and code and not any(cell.outputs for cell in code):
        raise LessonError(
            f"»{name}« har ingen gemte resultater: kør og gem den i JupyterLab, eller med »lesson notebooks«."
        )
    return notebook


def make_slides(lessons: list[Lesson], out: str, core: bool = False) -> None:
    """Each lesson, with the outputs that it holds, as a page of slides in the folder `out`, and what they need:
    `02_alexnet.html`, or `02_alexnet_kerne.html` of its core."""
    ending = f"{'_kerne' if core else ''}.html"
    made = written_under(reveal_parts(), REVEAL_PARTS, f"{REVEAL}/") | mathjax_parts()
    options = {"reveal_url_prefix": REVEAL, "reveal_theme": "white", "mathjax_url": MATHJAX_URL}
    for lesson in lessons:
        content = for_a_show(to_show(lesson, ran=True), core)
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


def with_needs(made: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """The handout, which begins with what it needs, where that is the course."""
    if re.search(r"^(import|from) lesson_", "\n".join(cell.source for cell in made.cells), re.MULTILINE):
        needs = nbformat.v4.new_markdown_cell(NEEDS.format(name), id="needs")
        needs.metadata["slideshow"] = {"slide_type": "skip"}
        made.cells = [needs, *(cell for cell in made.cells if cell.get("id") != "needs")]
    return made


def make_handouts(lessons: list[Lesson], out: str, with_solutions: bool = False) -> None:
    """One notebook for each lesson in the folder `out`: `02_alexnet.ipynb`, or `02_alexnet_løsning.ipynb`."""
    ending, made = f"{'_løsning' if with_solutions else ''}.ipynb", {}
    for lesson in lessons:
        name = lesson.notebook.stem + ending
        content = with_needs(handout(content_of(lesson), with_solutions), name)
        made[name] = f"{nbformat.writes(content)}\n".encode()
    _publish(Path(out).expanduser(), made, lessons, ending)


def _publish(folder: Path, made: dict[str, bytes], lessons: list[Lesson], ending: str) -> None:
    """Write what was made, and say where each lesson is. Raises LessonError for the lessons' own folder."""
    if folder.resolve() in {lesson.notebook.parent.resolve() for lesson in lessons}:
        raise LessonError("Mappen er lektionernes egen: vælg en anden med --out, så de ikke bliver ændret.")
    publish(folder, made)
    for lesson in lessons:
        say(f"{lesson}: {relative(folder / (lesson.notebook.stem + ending))}")
