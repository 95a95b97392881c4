"""`lesson present`: a lesson in JupyterLab as a slide show whose cells can be run and whose widgets live."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import nbformat

from lesson_utils.course.catalogue import REPOSITORY, Lesson
from lesson_utils.course.pages import NBVAL_MARK
from lesson_utils.errors import LessonError

HIDDEN = {"parameters", "setup"}
DECK = "jupyterlab-slideshow"
CLICKER = {"PageDown": ("down", "forward"), "PageUp": ("up", "back")}  # key: (direction, else that one)
# What JupyterLab looks like before a class: no news, large letters, the deck on, a clicker's two keys.
SETTINGS = {
    f"{DECK}/plugin": {"active": True},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension/themes": {
        "overrides": {
            "code-font-size": "20px",
            "content-font-size1": "24px",
            "ui-font-size1": "18px",
        }
    },
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/shortcuts-extension/shortcuts": {
        "shortcuts": [
            {
                "command": "deck:go",
                "args": {"direction": direction, "alternate": alternate},
                "keys": [key],
                "selector": selector,
            }
            for key, (direction, alternate) in CLICKER.items()
            for selector in (".jp-Deck .jp-Notebook.jp-mod-commandMode", ".jp-Deck-Remote", "body")
        ]
    },
}


def prepare(lesson: Lesson, folder: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the lesson in `folder`, and the environment of a JupyterLab that presents it.

    The lesson itself stays as it is, whatever is run or written during the class; so do the user's own settings.
    Raises LessonError if the deck is not installed.
    """
    if (
        find_spec("jupyterlab_fonts") is None
    ):  # what jupyterlab-slideshow, which holds no Python, brings along
        raise LessonError(
            "Det kræver pakken jupyterlab-slideshow at præsentere: installér den i kursets mappe med kommandoen "
            "»python -m pip install -c constraints.txt -e '.[slides]'«."
        )
    settings = folder / ".settings"
    for name, values in SETTINGS.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    notebook = folder / lesson.notebook.name
    shutil.copyfile(lesson.notebook, notebook)
    startup = folder / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-lesson.py").write_text(set_up(notebook), encoding="utf-8")
    surroundings = os.environ | {
        "IPYTHONDIR": str(folder / ".ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")])),
    }
    surroundings.pop("LESSON_STATIC", None)  # the widgets are to live
    return notebook, surroundings


def set_up(notebook: Path) -> str:
    """What a kernel does before the first slide: the cells with parameters and imports, which no slide shows."""
    cells = nbformat.read(notebook, as_version=4).cells
    hidden = [cell for cell in cells if HIDDEN & set(cell.metadata.get("tags", []))]
    return "\n\n".join(cell.source.removeprefix(NBVAL_MARK) for cell in hidden) + "\n"


def server_command(notebook: Path, *options: str) -> list[str]:
    """JupyterLab on this machine only, behind its token, opened at the notebook."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/lab/tree/{quote(notebook.name)}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *options,
    ]


def present(lesson: Lesson, browser: bool = True) -> int:
    """Show the lesson until JupyterLab is stopped with Ctrl-C; its exit code."""
    with tempfile.TemporaryDirectory(prefix="lesson-present-", ignore_cleanup_errors=True) as place:
        notebook, surroundings = prepare(lesson, Path(place))
        options = [] if browser else ["--no-browser"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--allow-root")
        server = subprocess.Popen(server_command(notebook, *options), env=surroundings)
        asked_to_stop = False
        while True:
            try:
                code = server.wait()
                return 0 if asked_to_stop else code
            except KeyboardInterrupt:  # the terminal has told the server too; a second one asks no question
                asked_to_stop = True
                server.send_signal(signal.SIGTERM)
