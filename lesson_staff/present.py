"""`lesson present`: a lesson in JupyterLab as a slide show whose cells can be run and whose widgets live."""

import json
import re
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import nbformat

from lesson_staff.catalogue import Lesson
from lesson_staff.catch_up import CELLS, needed
from lesson_staff.lab import jupyterlab, serve
from lesson_staff.own import jupyter
from lesson_staff.pages import TEMPLATES, for_reading
from lesson_staff.slides import html_of, shows, slide_type, to_core
from lesson_staff.teaching import to_show
from lesson_utils.errors import LessonError

FIRST_PICTURE = re.compile(r".*?<img [^>]*>|.*", re.DOTALL)
LAB = ".lab"  # beside the lesson: all that JupyterLab and the kernel are told before a class


def prepare(lesson: Lesson, folder: Path, core: bool = False) -> tuple[Path, dict[str, str]]:
    """A copy of the lesson in `folder`, and the environment of a JupyterLab that presents it: the lesson itself
    and the user's own settings stay as they are. Raises LessonError if the deck is not installed."""
    if find_spec("jupyterlab_fonts") is None:  # jupyterlab-slideshow holds no Python, but brings this along
        raise LessonError(
            "Det kræver pakken jupyterlab-slideshow at præsentere: installér den i kursets mappe med kommandoen "
            "»python -m pip install -c constraints.txt -e '.[slides]'«."
        )
    notebook, lab = folder / lesson.notebook.name, folder / LAB
    shutil.copytree(TEMPLATES / "present", lab)
    content = for_the_screen(to_show(lesson), core)
    nbformat.write(content, notebook)
    (lab / "kernel" / CELLS).write_text(json.dumps(needed(content.cells)), encoding="utf-8")
    return notebook, jupyter(
        lab,
        IPYTHONDIR=str(lab / "kernel"),
        JUPYTER_CONFIG_DIR=str(lab / "config"),
        JUPYTERLAB_SETTINGS_DIR=str(lab / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(lab / "workspaces"),
    )


def for_the_screen(notebook: nbformat.NotebookNode, core: bool = False) -> nbformat.NotebookNode:
    """The notebook with that code folded which would push its own picture off the screen; it still runs. So does
    what is outside the core, when only that is shown."""
    made = for_reading(notebook)
    if core:
        to_core(made.cells)
    for cell in made.cells:
        if shows(cell) and slide_type(cell) != "skip":
            cell.metadata["jupyter"] = {"source_hidden": True}
        if "widget" in cell.metadata.get("tags", []):  # one picture is there until the widget is run
            for output in cell.outputs:
                if html_of(output):
                    output.data["text/html"] = FIRST_PICTURE.match(html_of(output))[0]
    return made


def server_command(notebook: Path, *options: str, watched: bool = False) -> list[str]:
    """JupyterLab at the notebook. One that is `watched` ends with whoever started it, and its folder goes."""
    folder, page = notebook.parent, f"/tree/{quote(notebook.name)}"
    extensions = f"--LabApp.extra_labextensions_path={folder / LAB / 'extensions'}"
    return jupyterlab(folder, page, extensions, *options, watch=[str(folder)] if watched else None)


def present(lesson: Lesson, browser: bool = True, core: bool = False) -> int:
    """Show the lesson until JupyterLab is stopped with Ctrl-C; its exit code."""
    with tempfile.TemporaryDirectory(prefix="lesson-present-", ignore_cleanup_errors=True) as place:
        notebook, surroundings = prepare(lesson, Path(place), core)
        command = server_command(notebook, watched=True)
        return serve(command, browser, env=surroundings, cwd=place)
