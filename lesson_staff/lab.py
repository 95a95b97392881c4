"""`lesson lab`: JupyterLab on a student's own edition of the lessons, or on the lessons as a teacher has them."""

import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import nbformat

from lesson_staff.catalogue import NOTEBOOKS, REPOSITORY, Lesson, find
from lesson_staff.output import say
from lesson_staff.own import jupyter
from lesson_staff.pages import TEMPLATES, relative, replace_file
from lesson_staff.teaching import handout
from lesson_utils.errors import LessonError

MINE = REPOSITORY / "mine"  # as deep as notebooks/, and no part of the course's history
EDITION = "lesson_edition"  # in a copy's metadata: which lesson it is a copy of
STATE = ".lab"  # beside the notebooks: what JupyterLab had open, and which panel
FIRST_LAYOUT = "default-37a8.jupyterlab-workspace"  # JupyterLab's name for the layout that it begins with


def write_edition(folder: Path) -> list[str]:
    """Each lesson as a handout, where `folder` has no copy of it; a sentence for each that is newer than its copy.

    Nothing that is there is overwritten. Raises OSError if the folder can't be written in.
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
    """JupyterLab, until it is stopped with Ctrl-C, where the user left it, or at the lesson; its exit code.

    A notebook of the user's own is opened where it lies.
    """
    own = bool(lesson and lesson.own)
    if own and out:
        raise LessonError("Udelad --out: din egen notebook bliver åbnet, hvor den ligger.")
    full, place = full or own, lesson.notebook.parent if own else NOTEBOOKS
    folder = place if full else Path(out or MINE).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    news, state = [] if full else write_edition(folder), folder / STATE
    if not (state / FIRST_LAYOUT).exists():
        state.mkdir(exist_ok=True)
        replace_file(state / FIRST_LAYOUT, (TEMPLATES / "layout.json").read_bytes())
    if not full:
        say(f"Din egen udgave af lektionerne ligger i {relative(folder)}.")
        say(
            "\n".join(
                [*news, "Underviser du, så åbner »make lab FULL=1« lektionerne med løsninger og noter."]
            )
        )
    command = jupyterlab(
        folder,
        f"/tree/{quote(lesson.notebook.name)}" if lesson else "",
        f"--LabApp.app_settings_dir={TEMPLATES}",  # its overrides.json: no question about news
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        watch=[""],
    )
    return serve(command, browser, env=jupyter(state, JUPYTERLAB_WORKSPACES_DIR=str(state)))


def jupyterlab(folder: Path, page: str, *options: str, watch: Sequence[str] | None = None) -> list[str]:
    """The command of a JupyterLab on this machine only, behind its token, opened at a page of the folder.

    `watch`: it ends when the other end of its standard input does, and a folder that is named here goes with it.
    """
    return [
        *(sys.executable, "-P", "-m", *(["lesson_staff.witness", *watch] if watch else []), "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab{page}",
        *options,
    ]


def serve(command: Sequence[str], browser: bool, env: dict[str, str], cwd: str | None = None) -> int:
    """JupyterLab, until it is stopped with Ctrl-C; its exit code. In the terminal stand its address, and its
    complaints if it has any."""
    more = ["--Application.log_level=ERROR", *([] if browser else ["--no-browser"])]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        more.append("--allow-root")
    # in the environment: everybody may read a command line
    token = env.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    env = env | {"JUPYTER_TOKEN": token}
    server = subprocess.Popen([*command, *more], env=env, stdin=subprocess.PIPE, cwd=cwd)  # see `witness`
    facts = Path(env["JUPYTER_RUNTIME_DIR"], f"jpserver-{server.pid}.json")
    page = next(part.split("=", 1)[1] for part in command if part.startswith("--LabApp.default_url="))
    asked_to_stop, told = False, False
    while True:
        try:
            if not told:
                with suppress(OSError, ValueError):  # not yet
                    address = json.loads(facts.read_text(encoding="utf-8"))["url"].rstrip("/")
                    say(f"Stop med Ctrl-C. Siden i din browser er {address}{page}?token={token}")
                    told = True
                    sys.stdout.flush()  # also into a file
            code = server.wait(None if told else 0.1)
            return 0 if asked_to_stop else code
        except subprocess.TimeoutExpired:
            continue
        except KeyboardInterrupt:  # the terminal has told the server too; a second one asks no question
            asked_to_stop = True
            server.send_signal(signal.SIGTERM)
