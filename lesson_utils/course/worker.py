"""One run, in a process of its own: `python -m lesson_utils.course.worker < order.json`.

The order names the notebook, its parameters and the folder for the results. While it works it writes one
line of JSON for each cell that it starts, and at the end one that says how it went. A process of its own
means that a lesson that eats all memory, or crashes the interpreter, takes nothing but itself along.
"""

import json
import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from lesson_utils.danish import plural

ERROR_MARKER = "papermill-error-cell-tag"
NOT_FINISHED = '**Lektionen blev ikke færdig.** <a href="#papermill-error-cell">Gå til fejlen</a>'
STOPPED_HERE = '<strong id="papermill-error-cell">Lektionen stoppede ved cellen herunder:</strong>'


@contextmanager
def own_jupyter():
    """A Jupyter of this process's own: the kernel is this very Python, and nobody's settings are read.

    Without it a kernel called `python3` that the user has installed elsewhere could answer, without torch.
    """
    from ipykernel.kernelspec import write_kernel_spec

    with tempfile.TemporaryDirectory(prefix="lesson-") as folder:
        write_kernel_spec(Path(folder, "data", "kernels", "python3"))
        os.environ["JUPYTER_PATH"] = str(Path(folder, "data"))
        os.environ["JUPYTER_RUNTIME_DIR"] = str(Path(folder, "runtime"))
        os.environ["IPYTHONDIR"] = str(Path(folder, "ipython"))
        yield


def say(**facts: object) -> None:
    print(json.dumps(facts, ensure_ascii=False), flush=True)


def execute(order: dict, target: Path) -> dict:
    """Run the notebook into `target`; what went wrong as `reason` and `traceback`, both empty if nothing did.

    `target` holds all cells up to the failing one, whatever happens.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    cells = len(json.loads(Path(order["notebook"]).read_text(encoding="utf-8"))["cells"])
    cells += bool(order["parameters"])  # papermill puts in a cell of its own
    current = 0

    def started(cell: dict, cell_index: int) -> None:
        nonlocal current
        current = cell_index + 1
        say(cell=current, cells=cells)

    try:
        papermill.execute_notebook(
            order["notebook"],
            str(target),
            parameters=order["parameters"],
            kernel_name="python3",
            cwd=str(Path(order["notebook"]).parent),
            progress_bar=False,
            execution_timeout=order["cell_timeout"],
            on_cell_start=started,
        )
    except papermill.PapermillExecutionError as error:
        told = reason(error.ename, error.evalue, error.exec_count)
        return {"reason": told, "traceback": plain(error.traceback) if error.evalue != told else ""}
    except CellTimeoutError:
        limit = plural(order["cell_timeout"], "sekund", "sekunder")
        return {"reason": f"Celle {current} brugte mere end {limit}.", "traceback": ""}
    except DeadKernelError:
        return {"reason": f"Python gik ned i celle {current}. Måske slap hukommelsen op.", "traceback": ""}
    return {"reason": "", "traceback": ""}


def reason(name: str, message: str, execution_count: int) -> str:
    """A LessonError speaks for itself; any other error is named, with the number that its cell bears."""
    if name == "LessonError":
        return message
    first_line = message.strip().splitlines()[0] if message.strip() else ""
    return f"Celle [{execution_count}] stoppede med {name}{': ' + first_line if first_line else ''}."


def plain(traceback: list[str], lines: int = 12) -> str:
    """The last lines of a traceback without the terminal's colours."""
    from nbconvert.filters import strip_ansi

    return "\n".join(strip_ansi("\n".join(traceback)).splitlines()[-lines:])


def in_danish(notebook: Path) -> None:
    """Papermill marks the failing cell in English; say it in Danish instead."""
    import nbformat

    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        if ERROR_MARKER in cell.metadata.get("tags", []):
            here = 'id="papermill-error-cell"' in cell.source
            cell.source = STOPPED_HERE if here else NOT_FINISHED
    nbformat.write(content, notebook)


def main() -> None:
    # An interrupt is the parent's to handle: it asks this process to stop, and the kernel goes with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    order = json.load(sys.stdin)
    folder, name = Path(order["folder"]), order["name"]
    unfinished = folder / f".{name}.part.ipynb"
    notebook, page, picture = (folder / f"{name}.{end}" for end in ("ipynb", "html", "png"))
    try:
        with own_jupyter():
            outcome = execute(order, unfinished)
        if unfinished.exists():
            in_danish(unfinished)
            os.replace(unfinished, notebook)
        if notebook.exists() and order["page"]:
            from lesson_utils.course.pages import write_page, write_picture

            write_page(notebook, page, order["title"])
            outcome["picture_text"] = write_picture(notebook, picture)
    finally:
        unfinished.unlink(missing_ok=True)
    say(done=True, **outcome)


if __name__ == "__main__":
    main()
