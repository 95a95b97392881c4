"""`lesson slides`: a lesson as a slide show that opens from a USB stick, without a network."""

import re
from importlib.util import find_spec
from pathlib import Path

import nbformat

from lesson_staff.catalogue import Lesson
from lesson_staff.pages import (
    MATHJAX,
    MATHJAX_CONFIG,
    TEMPLATES,
    copy_mathjax,
    copy_parts,
    folder_for,
    for_reading,
    replace_file,
    tell_written,
)
from lesson_utils.errors import LessonError

REVEAL = "reveal"
# What a show uses of reveal.js; the rest are other themes, and sources.
REVEAL_PARTS = (
    "LICENSE", "dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js"
)  # fmt: skip
WIDTH, HEIGHT = 1280, 720  # of a slide, as a projector shows it
SHOWN = ("<img ", "<table")
NOTES = re.compile(r"<details>\s*<summary>(.*?)</summary>\s*(.*?)\s*</details>\s*", re.DOTALL)


def reveal_parts() -> Path:
    """Where the installed copy of reveal.js lies, found without importing the package that carries it.

    Raises LessonError if it is not installed.
    """
    package = find_spec("sphinx_revealjs")
    if package is None or not package.submodule_search_locations:
        raise LessonError(
            "Slides kræver pakken sphinx-revealjs: installér den i kursets mappe med kommandoen "
            "»python -m pip install -c constraints.txt -e '.[slides]'«."
        )
    return Path(package.submodule_search_locations[0], "_static", "revealjs")


def for_a_show(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what makes sense only where a reader can write: the empty answers and their checks.

    A cell that makes a picture or a table shows that alone: a back row reads no code beside it. A cell that is
    taken out and begins a slide hands its place on to the next cell.
    """
    made, kept, pending = for_reading(notebook), [], ""
    for cell in made.cells:
        kind = slide_type(cell)
        if kind == "skip":
            continue
        if _only_live(cell):
            pending = pending or (kind if kind in ("slide", "subslide") else "")
            continue
        if kind == "notes":
            cell.source = NOTES.sub(r"**\1.** \2", cell.source)
        elif pending:
            cell.metadata["slideshow"] = {"slide_type": kind if kind in ("slide", "subslide") else pending}
            pending = ""
        if shows(cell):
            cell.metadata["transient"] = {"remove_source": True}
        kept.append(cell)
    made.cells = kept
    return made


def slide_type(cell: nbformat.NotebookNode) -> str:
    """`slide`, `subslide`, `fragment`, `skip`, `notes`, or `-` for none of them."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def shows(cell: nbformat.NotebookNode) -> bool:
    """Whether the cell's outputs hold a picture or a table."""
    return any(kind in html_of(output) for output in cell.get("outputs", []) for kind in SHOWN)


def html_of(output: nbformat.NotebookNode) -> str:
    return output.get("data", {}).get("text/html", "")


def _only_live(cell: nbformat.NotebookNode) -> bool:
    """Whether the cell is there to be filled in, or checks what was filled in."""
    tags = cell.metadata.get("tags", [])
    to_fill_in = "exercise" in tags or ("widget-data" in tags and not cell.get("outputs"))
    return to_fill_in or cell.source.startswith("show.check(")


def write_slides(notebook: Path, show: Path, title: str) -> None:
    """The notebook, with the outputs that it holds, as one page of slides; what it needs lies beside it."""
    from nbconvert import SlidesExporter

    exporter = SlidesExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_file=str(TEMPLATES / "slides.html.j2"),
        reveal_url_prefix=REVEAL,
        reveal_theme="white",
        mathjax_url=f"{MATHJAX}/MathJax.js?config={MATHJAX_CONFIG}",
        language_code="da",
        exclude_anchor_links=True,
    )
    content = for_a_show(nbformat.read(notebook, as_version=4))
    content.metadata["title"] = title
    html, _ = exporter.from_notebook_node(content, {"slide_width": WIDTH, "slide_height": HEIGHT})
    replace_file(show, html.encode("utf-8"))


def make_slides(lessons: list[Lesson], out: str) -> None:
    """A show of each lesson in the folder `out`, with everything that they need beside them."""
    folder = folder_for(out)
    copy_parts(reveal_parts(), REVEAL_PARTS, folder / REVEAL)
    copy_mathjax(folder)
    for lesson in lessons:
        show = folder / f"{lesson.notebook.stem}.html"
        write_slides(lesson.notebook, show, str(lesson))
        tell_written(lesson, show)
