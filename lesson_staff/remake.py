"""Execute the lessons again and keep their outputs, ready to commit."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

import nbformat

from lesson_staff import fingerprint
from lesson_staff.batch import run_all
from lesson_staff.catalogue import REPOSITORY
from lesson_staff.pages import replace_file
from lesson_staff.plan import Run, RunResult

# The same whatever Python made the outputs: a version here would change with every machine.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"},
}


def remake(runs: list[Run], jobs: int | None = None, tell: Callable = lambda *_: None) -> Iterator[RunResult]:
    """Run the lessons elsewhere and move their outputs into the notebooks themselves.

    Each notebook keeps its cells, their ids and their metadata; only outputs and execution counts are
    new, so neither papermill's time stamps nor its paths can get in. A lesson that fails is left as it is.
    """
    by_name = {run.name: run for run in runs}
    for notebook in (run.lesson.notebook for run in runs):  # said now, and not after a lesson
        if not os.access(notebook.parent, os.W_OK):
            raise PermissionError(errno.EACCES, "", str(notebook.parent))
    with (
        tempfile.TemporaryDirectory(prefix="lesson-") as folder,
        closing(run_all(runs, Path(folder), jobs, tell, page=False)) as results,
    ):
        for result in results:
            if result.passed:
                lesson = by_name[result.name].lesson
                notebook = lesson.notebook
                refresh(notebook, Path(folder, result.name, f"{result.stem}.ipynb"))
                if notebook.is_relative_to(REPOSITORY) and not lesson.own:
                    fingerprint.keep(notebook.relative_to(REPOSITORY).as_posix())
            yield result


def refresh(notebook: Path, executed: Path) -> None:
    """Give `notebook` the outputs of its executed copy, cell by cell."""
    ours = nbformat.read(notebook, as_version=4)
    theirs = nbformat.read(executed, as_version=4)
    for position, (cell, run) in enumerate(zip(ours.cells, theirs.cells, strict=True)):
        if not cell.get("id"):
            cell["id"] = f"cell-{position:03d}"
        if cell.cell_type == "code":
            cell.outputs = _joined(run.outputs)
            cell.execution_count = run.execution_count
            cell.metadata.pop("execution", None)
    ours.metadata = nbformat.from_dict(METADATA)
    ours.nbformat, ours.nbformat_minor = 4, 5
    nbformat.validate(ours)
    replace_file(notebook, (nbformat.writes(ours).rstrip("\n") + "\n").encode("utf-8"))


def _joined(outputs: list) -> list:
    """Consecutive pieces of one stream as one: how many pieces it came in depends on the machine's load."""
    joined: list = []
    for _, pieces in groupby(outputs, key=lambda output: output.get("name", id(output))):
        first, *others = pieces
        for piece in others:
            first.text += piece.text
        joined.append(first)
    return joined
