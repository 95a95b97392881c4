"""`lesson run` from its first word to its last: check, run, write the folder, tell."""

import json
import platform
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import typer
from rich.console import Console

from lesson_utils.course.batch import cores, run_all
from lesson_utils.course.catalogue import REPOSITORY, find
from lesson_utils.course.pages import copy_mathjax, replace_file, verdict, write_index
from lesson_utils.course.plan import RunResult, plan
from lesson_utils.course.terminal import Display, print_summary
from lesson_utils.errors import LessonError

INTERRUPTED = 130


def checked_photo(photo: str) -> str:
    """The photo as the lessons can find it from any folder: a built-in name as it is, a path made absolute.

    Raises LessonError if it is not there or not an image, in the words that a lesson would use.
    """
    from lesson_utils.images import PHOTOS
    from lesson_utils.images import photo as read

    if photo not in PHOTOS:
        photo = str(Path(photo).expanduser().absolute())
    read(photo)
    return photo


def new_folder(out: str, started: datetime) -> Path:
    """An empty folder for this run. Raises LessonError if `out` holds something already."""
    if out:
        folder = Path(out).expanduser().absolute()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise LessonError(f"Mappen {out} er ikke tom: vælg en anden, så intet bliver overskrevet.")
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    name = f"{started:%Y-%m-%d_%H-%M-%S}"
    for attempt in range(100):
        folder = REPOSITORY / "runs" / (f"{name}-{attempt + 1}" if attempt else name)
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            continue
    raise LessonError(f"Der er for mange mapper med navnet {name} i runs/: slet nogle af dem.")


def write_summary(folder: Path, results: Sequence[RunResult], started: datetime, seconds: float) -> None:
    """`summary.json`: the same facts as the index, for machines."""
    facts = {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "passed": all(result.passed for result in results),
        "cores": cores(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "torchvision", "numpy", "papermill")},
        "lessons": [result.facts() for result in results],
    }
    replace_file(folder / "summary.json", (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode())


def run_session(numbers: Sequence[str], photo: str, jobs: int | None, out: str) -> int:
    """Run lessons into a new folder and return how many failed.

    Raises LessonError before anything has started if the input is wrong.
    """
    console = Console()
    lessons = find(numbers)
    runs = plan(lessons, {"photo": checked_photo(photo)} if photo else {})
    started = datetime.now().astimezone()
    folder = new_folder(out, started)
    copy_mathjax(folder)
    results: list[RunResult] = []
    interrupted = False
    try:
        with (
            Display(console, runs) as display,
            closing(run_all(runs, folder, jobs, display.tell)) as finished,
        ):
            for result in finished:
                results.append(result)
                display.finished(result)
    except KeyboardInterrupt:
        interrupted = True
    results.sort(key=lambda result: result.name)
    seconds = (datetime.now().astimezone() - started).total_seconds()
    write_summary(folder, results, started, seconds)
    index = write_index(folder, results, started, seconds)
    if interrupted:
        console.print(f"\nAfbrudt: {len(results)} af {len(runs)} lektioner blev færdige.")
    else:
        print_summary(console, results)
        console.print(f"\n{verdict(results)[0].upper()}{verdict(results)[1:]}.")
    shown = index.relative_to(Path.cwd()) if index.is_relative_to(Path.cwd()) else index
    console.print("Åbn siden i en browser:", highlight=False)
    console.print(str(shown), highlight=False, soft_wrap=True)
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    return sum(not result.passed for result in results)
