"""What travels to the place where a lesson runs, and what comes back: no file system has to be shared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lesson_staff.plan import Run, files_below, files_of, source_of

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
    """The run with everything that it needs. Files that its parameters name lie in its own folder there."""
    places = files_of(run.changed)
    names = [path.name for path in places.values()]
    parameters, files = dict(run.changed), {}
    for name, path in places.items():
        # two parameters may name files that are called the same: each then lies in a folder of its own
        above = f"{name}/" if names.count(path.name) > 1 else ""
        parameters[name] = above + path.name
        files |= {above + below: file.read_bytes() for below, file in files_below(path).items()}
    notebook = run.lesson.notebook
    return Order(
        run.name, notebook.stem, str(run.lesson), source_of(notebook), parameters, files, limits, page
    )


def write_under(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their names below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def written_under(folder: Path, parts: Iterable[str] = ("**/*",)) -> dict[str, bytes]:
    """The files below a folder that these patterns name, by their relative names."""
    found = sorted(path for part in parts for path in folder.glob(part) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
