"""One run, in a process of its own: `python -m lesson_staff.worker`, which reads its order from stdin.

The order, one line of JSON, names the folder where the notebook lies and where results go. While it works it
writes one line of JSON for each cell that it starts, and at the end one that says how it went. A process of its
own means that a lesson that eats all memory, or crashes the interpreter, takes nothing but itself along.
"""

import json
import os
import shutil
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

from lesson_utils.danish import plural

ERROR_MARKER = "papermill-error-cell-tag"
NOT_FINISHED = '**Lektionen blev ikke færdig.** <a href="#papermill-error-cell">Gå til fejlen</a>'
STOPPED_HERE = '<strong id="papermill-error-cell">Lektionen stoppede ved cellen herunder:</strong>'
WITNESS = "--IPKernelApp.extra_extensions=lesson_staff.witness"


@contextmanager
def own_jupyter(folder: Path):
    """A Jupyter of this run's own: the kernel is this very Python, and nobody's settings are read.

    Without it a kernel called `python3` that the user has installed elsewhere could answer, without torch.
    """
    from ipykernel.kernelspec import write_kernel_spec

    write_kernel_spec(folder / "data" / "kernels" / "python3", extra_arguments=[WITNESS])
    os.environ["JUPYTER_PATH"] = str(folder / "data")
    os.environ["JUPYTER_RUNTIME_DIR"] = str(folder / "runtime")
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    os.environ["LESSON_WITNESS"] = str(folder / "witness.json")
    yield


_channel = sys.stdout


def keep_the_channel() -> None:
    """Take standard output for `say` alone; whatever else is printed goes to the log.

    The kernel would inherit it, and hold it open after this process was killed: the batch would wait for both.
    """
    global _channel
    _channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def say(**facts: object) -> None:
    print(json.dumps(facts, ensure_ascii=False), file=_channel, flush=True)


def kill_kernels() -> None:
    """End the kernel at once, and whatever it has started."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.kill()


def stop_when_alone(folder: Path) -> None:
    """Wait until whoever gave the order is gone (killed, even with -9): then leave nothing behind."""
    with suppress(OSError, ValueError):
        sys.stdin.buffer.read()
    kill_kernels()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


class TimeLimit:
    """After `seconds` (0: never) the kernel is killed, and `struck` says that this was why."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self.struck = seconds, False
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True

    def _strike(self) -> None:
        self.struck = True
        kill_kernels()

    def __enter__(self) -> "TimeLimit":
        if self.seconds:
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def execute(order: dict, folder: Path, target: Path) -> dict:
    """Run the notebook into `target`; what went wrong as `reason` and `traceback`, both empty if nothing did.

    `target` holds all cells up to the failing one, whatever happens.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    source = folder / "lesson.ipynb"
    cells = len(json.loads(source.read_text(encoding="utf-8"))["cells"])
    cells += bool(order["parameters"])  # papermill puts in a cell of its own
    current = 0

    def started(cell: dict, cell_index: int) -> None:
        nonlocal current
        current = cell_index + 1
        say(cell=current, cells=cells)

    with TimeLimit(order["timeout"]) as limit:
        try:
            papermill.execute_notebook(
                str(source),
                str(target),
                parameters=order["parameters"],
                kernel_name="python3",
                cwd=str(folder / "desk"),
                progress_bar=False,
                execution_timeout=order["cell_timeout"],
                on_cell_start=started,
            )
        except papermill.PapermillExecutionError as error:
            told = reason(error.ename, error.evalue, error.exec_count)
            return {"reason": told, "traceback": plain(error.traceback) if error.evalue != told else ""}
        except CellTimeoutError:
            allowed = plural(order["cell_timeout"], "sekund", "sekunder")
            return {"reason": f"Celle {current} brugte mere end {allowed}.", "traceback": ""}
        except (DeadKernelError, RuntimeError):
            if limit.struck:
                allowed = plural(order["timeout"], "sekund", "sekunder")
                return {
                    "reason": f"Kørslen brugte mere end {allowed}: den nåede celle {current}.",
                    "traceback": "",
                }
            place = f"i celle {current}" if current else "før den første celle"
            return {"reason": f"Python gik ned {place}. Måske slap hukommelsen op.", "traceback": ""}
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
    """Papermill marks the failing cell in English; say it in Danish instead. Its paths are this run's own."""
    import nbformat

    content = nbformat.read(notebook, as_version=4)
    content.metadata.get("papermill", {}).pop("input_path", None)
    content.metadata.get("papermill", {}).pop("output_path", None)
    for cell in content.cells:
        if ERROR_MARKER in cell.metadata.get("tags", []):
            here = 'id="papermill-error-cell"' in cell.source
            cell.source = STOPPED_HERE if here else NOT_FINISHED
    nbformat.write(content, notebook)


def facts_of(folder: Path) -> dict:
    """What the kernel wrote down at its end, and what the system knows of it, also if it was killed."""
    from lesson_staff.witness import peak_memory_mb

    times = os.times()  # of the kernel, which has ended, and of this process
    known = {"peak_memory_mb": peak_memory_mb(of_children=True), "cpu_seconds": round(sum(times[:4]), 1)}
    try:
        return known | json.loads((folder / "witness.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return known


def main() -> None:
    # An interrupt is the parent's to handle: it asks this process to stop, and the kernel goes with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    keep_the_channel()
    order = json.loads(sys.stdin.buffer.readline())
    folder = Path(order["folder"])
    threading.Thread(target=stop_when_alone, args=[folder], daemon=True).start()
    results = folder / "results"
    notebook = results / f"{order['stem']}.ipynb"
    with own_jupyter(folder):
        outcome = execute(order, folder, notebook)
    if notebook.exists():
        in_danish(notebook)
        from lesson_staff.metrics import write_metrics

        write_metrics(notebook, results / "metrics.json")
        if order["page"]:
            from lesson_staff.pages import write_page, write_pictures

            write_page(notebook, notebook.with_suffix(".html"), order["title"])
            outcome["picture_text"] = write_pictures(notebook, results)
    say(done=True, facts=facts_of(folder), **outcome)
    os._exit(0)  # the thread that waits on stdin would hold up the interpreter's end


if __name__ == "__main__":
    main()
