"""What travels to the place where a lesson runs, and what comes back: no file system has to be shared."""

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lesson_staff.plan import Run, files_of, source_of
from lesson_staff.sweep import files_below
from lesson_utils.files import written

CELL_TIMEOUT = 600  # seconds; a lesson takes a minute, so a cell that takes ten hangs


@dataclass(frozen=True)
class Limits:
    """What a run may take, in seconds (`timeout` 0: no limit of the whole), and how often it is tried again."""

    cell_timeout: int = CELL_TIMEOUT
    timeout: int = 0
    retries: int = 0


@dataclass(frozen=True)
class Order:
    """A run as it travels: the notebook's text, its parameters, and the files that they name, as bytes."""

    name: str
    stem: str
    title: str
    notebook: str
    parameters: Mapping[str, object]
    files: Mapping[str, bytes]
    limits: Limits
    page: bool = True
    course: str = ""  # on a cluster: the fingerprint that a worker's own course must have


@dataclass(frozen=True)
class Outcome:
    """What a run left behind: its files by name, how long it took, and what went wrong (`reason`, Danish)."""

    seconds: float
    reason: str = ""
    traceback: str = ""
    picture_text: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)


def order_for(run: Run, limits: Limits, page: bool = True) -> Order:
    """The run with everything that it needs. What a parameter names lies in a folder of its own there: two may be
    called the same, and by its name, with a hyphen, nothing can be imported."""
    parameters, files = dict(run.changed), {}
    for name, path in files_of(run.changed).items():
        parameters[name] = f"egen-{name}/{path.name}"
        files |= {f"egen-{name}/{below}": file.read_bytes() for below, file in files_below(path).items()}
    notebook = run.lesson.notebook
    return Order(
        run.name, notebook.stem, str(run.lesson), source_of(notebook), parameters, files, limits, page
    )


def write_under(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their names below a folder. A link on the way, or in a file's place, gives way: nothing is
    written where it leads. Raises ValueError for a name that leads out of the folder, as a worker might send."""
    for name, content in files.items():
        target = folder / name
        if ".." in Path(name).parts or not target.is_relative_to(folder):
            raise ValueError(name)
        for place in (*reversed(target.relative_to(folder).parents[:-1]), Path(name)):
            if (folder / place).is_symlink():
                (folder / place).unlink()
        with written(target) as draft:
            draft.write_bytes(content)


def remove(path: Path) -> None:
    """A file, a folder with all that is in it, or a link, but not what it leads to; as far as it can be done."""
    with suppress(OSError):
        path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path, ignore_errors=True)


def written_under(folder: Path, parts: Iterable[str] = ("**/*",), above: str = "") -> dict[str, bytes]:
    """The files below a folder that these patterns name, by their relative names, below `above`."""
    found = sorted(path for part in parts for path in folder.glob(part) if path.is_file())
    return {above + path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
