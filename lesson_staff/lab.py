"""`lesson lab`: JupyterLab on a student's own edition of the lessons, or on the lessons as a teacher has them."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import nbformat

from lesson_staff.catalogue import NOTEBOOKS, REPOSITORY, Lesson, find
from lesson_staff.pages import TEMPLATES, folder_for, relative, replace_file
from lesson_staff.teaching import handout
from lesson_utils.errors import LessonError

MINE = REPOSITORY / "mine"  # as deep as notebooks/, and no part of the course's history
EDITION = "lesson_edition"  # in a copy's metadata: which lesson it is a copy of
STATE = ".lab"  # beside the notebooks: what JupyterLab had open, and which panel
FIRST_LAYOUT = "default-37a8.jupyterlab-workspace"  # JupyterLab's name for the layout that it begins with


def write_edition(folder: Path) -> list[str]:
    """Each lesson as a handout, where `folder` has no copy of it; a sentence for each that is newer than its copy.

    Nothing that is there is overwritten. Raises LessonError if the folder can't be written in.
    """
    here, news = {_edition(path) for path in folder.glob("*.ipynb")}, []
    for lesson in find():
        made, stem = handout(nbformat.read(lesson.notebook, as_version=4)), lesson.notebook.stem
        text = "\0".join([stem, *(cell.source for cell in made.cells)])
        made.metadata[EDITION] = hashlib.sha256(text.encode()).hexdigest()[:16]
        if made.metadata[EDITION] in here:
            continue
        names = (f"{stem}{mark}.ipynb" for mark in ("", "_ny", *(f"_ny{n}" for n in range(2, 100))))
        target = next(folder / name for name in names if not (folder / name).exists())
        replace_file(target, (nbformat.writes(made) + "\n").encode("utf-8"))
        if target.stem != stem:
            news.append(f"{lesson} er kommet i en ny udgave: {target.name} ligger ved siden af din egen.")
    return news


def _edition(path: Path) -> str | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["metadata"].get(EDITION)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # the student's own file
        return None


def lab(lesson: Lesson | None, out: str, full: bool, browser: bool) -> int:
    """JupyterLab, until it is stopped with Ctrl-C, where the user left it, or at the lesson; its exit code."""
    folder = NOTEBOOKS if full else folder_for(out or str(MINE))
    try:
        news = [] if full else write_edition(folder)
        layout = folder / STATE / FIRST_LAYOUT
        if not layout.exists():
            layout.parent.mkdir(exist_ok=True)
            replace_file(layout, (TEMPLATES / "lab" / "layout.json").read_bytes())
    except OSError:
        raise LessonError(f"I mappen »{folder}« kan der ikke skrives: vælg en anden med --out.") from None
    if not full:
        print(f"Din egen udgave af lektionerne ligger i {relative(folder)}.", *news, sep="\n")
        print("Underviser du, så åbner »make lab FULL=1« lektionerne med løsninger og noter.", flush=True)
    options = [
        f"--LabApp.app_settings_dir={TEMPLATES / 'lab'}",  # no question about news
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if lesson:
        options.append(f"--LabApp.default_url=/lab/tree/{quote(lesson.notebook.name)}")
    return serve(folder, options, surroundings(JUPYTERLAB_WORKSPACES_DIR=str(layout.parent)), browser)


def surroundings(**own: str) -> dict[str, str]:
    """The environment of a JupyterLab whose kernels know this course, and whose widgets live."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    # waiting threads sleep: two lessons that train at once would slow each other down many times
    made = (
        os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "JUPYTER_PREFER_ENV_PATH": "1", "PYTHONPATH": path} | own
    )
    made.pop("LESSON_STATIC", None)
    return made


def server_command(folder: Path, *options: str) -> list[str]:
    """JupyterLab on this machine only, behind its token."""
    root = f"--ServerApp.root_dir={folder}"
    return [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", root, *options]


def serve(folder: Path, options: Sequence[str], environment: dict[str, str], browser: bool) -> int:
    """JupyterLab, until it is stopped with Ctrl-C; its exit code."""
    more = [] if browser else ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        more.append("--allow-root")
    server = subprocess.Popen(server_command(folder, *options, *more), env=environment)
    asked_to_stop = False
    while True:
        try:
            code = server.wait()
            return 0 if asked_to_stop else code
        except KeyboardInterrupt:  # the terminal has told the server too; a second one asks no question
            asked_to_stop = True
            server.send_signal(signal.SIGTERM)
