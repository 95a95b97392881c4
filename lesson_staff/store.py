"""A batch's folder: one folder per run, written under another name and renamed when it is whole."""

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from lesson_staff import fingerprint
from lesson_staff.catalogue import find, ones_own
from lesson_staff.order import Outcome, remove, write_under
from lesson_staff.pages import read_json, replace_file
from lesson_staff.parameters import Wrong
from lesson_staff.plan import Run, RunResult, plan, without_folder
from lesson_staff.sweep import LESSON, checked_settings, with_absolute_paths
from lesson_utils.danish import listing, plural
from lesson_utils.errors import LessonError
from lesson_utils.records import as_json

BATCH = "batch.json"
RUN = "run.json"
NO_BATCH = "Mappen »{}« indeholder ingen kørsel: skriv stien til en mappe fra »lesson run«."
PARTS = {  # what of a run is left out, by its name; it is the pictures that take the room
    "all": re.compile(r"$^"),
    "page": re.compile(r"\.ipynb$|^pictures/"),
    "numbers": re.compile(r"\.ipynb$|^pictures/|\.html$|^cover"),
}
HALF = ".half-"  # what a folder is called that is being written, or is on its way out


def keep(
    folder: Path, run: Run, outcome: Outcome, identity: str, attempt: int = 1, parts: str = "all"
) -> RunResult:
    """Write a run's folder. Whenever we are killed there is the whole folder, or none of that name."""
    told = {name: getattr(outcome, name) for name in ("seconds", "reason", "traceback", "picture_text")}
    facts = {**outcome.facts, "stem": run.lesson.notebook.stem, "identity": identity, "attempts": attempt}
    facts["course"] = fingerprint.of_lesson(run.lesson.notebook)
    about = {"name": run.name, "number": run.lesson.number, "title": run.lesson.title}
    for kind, values in (("parameters", run.parameters), ("changed", run.changed)):
        about[kind] = {name: without_folder(value) for name, value in values.items()}
    result = RunResult(**about, **told, facts=facts)
    place, half = folder / run.name, folder / f"{HALF}{secrets.token_hex(8)}"  # which nobody can foretell
    old = half.with_name(f"{half.name}-old")
    half.mkdir()
    stored = {name: outcome.files[name] for name in outcome.files if not PARTS[parts].search(name)}
    write_under(half, {**stored, RUN: as_json(result.as_json())})
    if place.is_symlink() or place.exists():
        place.rename(old)  # as it will be removed file by file
    half.rename(place)
    remove(old)
    return result


def kept(folder: Path) -> list[RunResult]:
    """The results of all whole runs in a batch's folder, by name: that of its folder, whatever else is written in
    it. A run.json that is damaged, or that no batch has written, is a run that is missing."""
    found = []
    for path in sorted(path for path in folder.glob(f"[!.]*/{RUN}") if not path.parent.is_symlink()):
        with suppress(TypeError, ValueError):
            found.append(RunResult.from_json(read_json(path) | {"name": path.parent.name}))
    return found


def finished(folder: Path, runs: Iterable[Run]) -> dict[str, RunResult]:
    """Those of `runs` that have passed already, with this very notebook, these parameters, files and code.

    One whose photo is gone cannot be made again, and counts as it stands.
    """
    there = {result.name: result for result in kept(folder) if result.passed}
    known = [run for run in runs if run.name in there]
    same = [r.name for r in known if r.lost() or there[r.name].facts.get("identity") == r.identity()]
    return {name: there[name] for name in same}


def outdated(folder: Path, runs: Iterable[Run]) -> str:
    """A sentence on those of `runs` that have passed, but made from something else than what is here now."""
    there = {result.name: result for result in kept(folder) if result.passed}
    known = [run for run in runs if run.name in there and not run.lost()]
    changed = [run for run in known if there[run.name].facts.get("identity") != run.identity()]
    code = sum(there[r.name].facts.get("course") != fingerprint.of_lesson(r.lesson.notebook) for r in changed)
    causes = {
        "en anden udgave af kurset": code,
        "en anden tekst, et andet foto eller en anden fil": len(changed) - code,
    }
    told = [f"{plural(count, 'kørsel', 'kørsler')} med {cause}" for cause, count in causes.items() if count]
    return f"Lavet med noget andet, end der er her nu, og køres igen: {listing(told)}." if told else ""


def write_plan(folder: Path, runs: Iterable[Run]) -> None:
    """Write down what is to be run, so that `lesson run --resume` knows; an earlier plan is added to."""
    entries = {entry["name"]: entry for entry in read_plan(folder)}
    for run in runs:
        changed = {name: without_home(value) for name, value in run.changed.items()}
        lesson = without_home(run.lesson.file) if run.lesson.own else run.lesson.number
        entries[run.name] = {"name": run.name, "lesson": lesson, "changed": changed}
    replace_file(folder / BATCH, as_json({"runs": list(entries.values())}))


def read_plan(folder: Path) -> list[dict]:
    """The entries of the folder's plan, none if it has no plan. Raises LessonError for one that is damaged."""
    path, form = folder / BATCH, {"name": str, "lesson": str, "changed": dict}
    if not path.is_file():
        return []
    try:
        entries = read_json(path)["runs"]
        if not all(isinstance(entry[key], kind) for entry in entries for key, kind in form.items()):
            raise TypeError
    except (KeyError, TypeError, ValueError):
        raise LessonError(
            f"Planen »{path}« er beskadiget: slet filen, og giv hele kommandoen igen."
        ) from None
    return entries


def without_home(value: object) -> object:
    """A path below the user's own folder as it is read on any machine, without a name: `~/fotos/ferie.jpg`."""
    home = Path.home()
    inside = isinstance(value, str) and Path(value).is_absolute() and Path(value).is_relative_to(home)
    return f"~/{Path(value).relative_to(home).as_posix()}" if inside else value


def planned(folder: Path, here: bool = True) -> tuple[list[Run], list[str]]:
    """The runs of the folder's plan that can be run; a sentence for each that cannot, as its photo is gone, say.

    What has passed is not looked at again, and what it was made from may be gone. Raises LessonError if the folder
    holds no batch.
    """
    entries = read_plan(folder)
    if not entries:
        raise LessonError(NO_BATCH.format(folder))
    passed = {result.name for result in kept(folder) if result.passed}
    runs, wrong = [], Wrong()
    for entry in entries:
        with wrong.at(entry["name"]):
            setting = with_absolute_paths(entry["changed"] | {LESSON: entry["lesson"]})
            if entry["name"] not in passed:
                checked_settings([setting], here)
            runs += plan(find([setting[LESSON]]), setting)
    return runs, list(wrong)


def latest() -> Path:
    """The newest batch under `runs/`. Raises LessonError if there is none."""
    found = sorted(ones_own("runs").glob(f"*/{BATCH}"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise LessonError("Der er ingen kørsel at genoptage i runs/: skriv dens mappe efter --out.")
    return found[-1].parent


def free_folder(out: str) -> Path:
    """The folder `out`, which need not be there.

    Raises LessonError if it holds what no batch has written; runs whose plan is gone are a batch's still.
    """
    folder = Path(out).expanduser().absolute()
    foreign = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if foreign and not (folder / BATCH).is_file() and not kept(folder):
        raise LessonError(f"Mappen {out} er ikke tom: vælg en anden, så intet bliver overskrevet.")
    return folder


def batch_folder(out: str, started: datetime) -> Path:
    """The folder for a batch: a new one under `runs/`, or `out`, which is new, empty, or a batch's already.

    Raises LessonError as `free_folder`.
    """
    if out:
        folder = free_folder(out)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    name = f"{started:%Y-%m-%d_%H-%M-%S}"
    for attempt in count(1):
        folder = ones_own("runs") / (name if attempt == 1 else f"{name}-{attempt}")
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One batch at a time in a folder: the lock goes with its process, however that ends. Clears up first."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock")
    if (folder / ".lock").is_symlink():
        remove(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LessonError(
            f"En anden kørsel er i gang i mappen {folder}: vent på den, eller vælg en anden."
        ) from None
    try:
        clear_up(folder)
        yield
    finally:
        clear_up(folder)
        lock.release()


def clear_up(folder: Path) -> None:
    """Remove what a killed batch had not made whole."""
    for leftover in folder.glob(f"{HALF}*"):
        remove(leftover)
