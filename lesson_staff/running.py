"""One run from its start to its end: papermill in this thread, and a kernel of its own."""

import logging
import platform
import re
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from subprocess import PIPE

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from nbconvert.filters import strip_ansi
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.execute import ERROR_MARKER_TAG

from lesson_staff.kernel import KernelProcess, Kernels, OwnKernel, how_it_ended, surroundings
from lesson_staff.order import Order, Outcome, write_under, written_under
from lesson_staff.pages import MATHJAX_URL, as_html, for_reading, without_places, write_pictures
from lesson_staff.witness import DEVICE
from lesson_utils.danish import plural
from lesson_utils.records import as_json, records

AT_WORK = ".half-at-work-"  # a folder of a run that goes on; left over, the next batch clears it up
SPEAKING = ("LessonError", "WeightsUnavailable", "WorldError")  # each message is a whole Danish sentence
LAST_LINES = 12  # of a traceback
# What a kernel says that is stopped in the middle of a cell.
CUT_SHORT = re.compile(
    r"^\[IPKernelApp\] ERROR(?:(?!^\[).)*ZMQError: Socket operation on non-socket\n", re.M | re.S
)
PACKAGES = ("torch", "torchvision", "numpy", "papermill")
NOT_FINISHED = '**Lektionen blev ikke færdig.** <a href="#papermill-error-cell">Gå til fejlen</a>'
STOPPED_HERE = '<strong id="papermill-error-cell">Lektionen stoppede ved cellen herunder:</strong>'


@cache
def machine() -> dict[str, object]:
    """What a result was made with: the versions that decide it."""
    return {"versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}}


class _Engine(NBClientEngine):
    """Papermill's own, with a kernel that is given to it. Its `cwd` would be changed for all threads."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, manager, start, log, timeout, tell, **_):

        def begun(cell, cell_index: int) -> None:
            manager.provisioner.reached = cell_index
            tell(*code_cells(nb_man.nb.cells, cell_index))

        client = PapermillNotebookClient(
            nb_man, km=manager, kernel_name=kernel_name, timeout=timeout, log=log, on_cell_start=begun,
        )  # fmt: skip
        client.execute(cleanup_kc=True, **start)


def code_cells(cells: list, index: int) -> tuple[int, int]:
    """The number that the code cell at `index`, or the last before it, bears; and how many there are."""
    run = [cell.cell_type == "code" and bool(cell.source.strip()) for cell in cells]
    return sum(run[: index + 1]), sum(run)


papermill_engines.register("lesson", _Engine)
logging.getLogger("papermill").addHandler(logging.NullHandler())


def carry_out(
    order: Order,
    threads: int,
    kernels: Kernels | None = None,
    tell: Callable[[int, int], None] = lambda cell, cells: None,
    place: Path | None = None,
) -> Outcome:
    """Run one lesson in a folder under `place` (else the system's own for such), and bring back all that it wrote.

    `tell` hears of each cell that begins (the number that its code cell bears, and how many there are). Raises
    InterruptedError if the kernels are stopped.
    """
    began, started = time.monotonic(), time.time()
    with tempfile.TemporaryDirectory(prefix=AT_WORK, dir=place, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        desk, results = folder / "desk", folder / "results"
        for each in (desk, results):
            each.mkdir()
        write_under(folder, {"lesson.ipynb": order.notebook.encode("utf-8")})
        write_under(desk, order.files)
        manager = OwnKernel(connection_file=str(folder / "connection.json"))
        kernel = KernelProcess(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
        kernel.kernels, kernel.timeout, kernel.began = kernels or Kernels(), order.limits.timeout, began
        manager.provisioner = kernel
        notebook = results / f"{order.stem}.ipynb"
        reason, traceback = _execute(order, folder, notebook, manager, surroundings(threads, folder), tell)
        picture_text = ""
        if notebook.exists():
            content = in_danish(notebook, folder, kernel.reached if reason else None)
            (results / "metrics.json").write_bytes(as_json(records(content)))
            if order.page:
                page = as_html("page", for_reading(content), order.title, mathjax_url=f"../{MATHJAX_URL}")
                notebook.with_suffix(".html").write_bytes(page)
                picture_text = write_pictures(content, results)
        files = written_under(results)
        log = without_places(files["log.txt"].decode("utf-8", "replace"), folder)
        files["log.txt"] = (CUT_SHORT.sub("", log) + (f"{reason}\n" if reason else "")).encode()
        device = (folder / DEVICE).read_text(encoding="utf-8") if (folder / DEVICE).exists() else ""
    facts = machine() | {"threads": threads, "started": round(started), "device": device} | kernel.used
    return Outcome(time.monotonic() - began, reason, traceback, picture_text, files, facts)


def _execute(
    order: Order, folder: Path, target: Path, manager: OwnKernel, env: dict[str, str], tell: Callable
) -> tuple[str, str]:
    """Run the notebook into `target`, up to a cell that fails; what went wrong, and the traceback, if it did."""
    current, kernel = 0, manager.provisioner
    seconds = partial(plural, one="sekund", many="sekunder")

    def begun(cell: int, cells: int) -> None:
        nonlocal current
        current = cell
        tell(cell, cells)

    with (target.parent / "log.txt").open("a", encoding="utf-8") as log:
        logger = logging.Logger("run", logging.WARNING)  # of this run alone, known to no other
        logger.addHandler(logging.StreamHandler(log))
        try:
            executed = papermill.execute_notebook(
                str(folder / "lesson.ipynb"),
                str(target),
                parameters=order.parameters,
                engine_name="lesson",
                kernel_name="python3",
                progress_bar=False,
                manager=manager,
                # standard input stays open while we live: see `witness`
                start={"cwd": str(folder / "desk"), "env": env, "stdin": PIPE, "stdout": log, "stderr": log},
                log=logger,
                timeout=order.limits.cell_timeout,
                tell=begun,
            )
        except papermill.PapermillExecutionError as error:
            told = reason_for(error.ename, error.evalue, error.exec_count)
            lines = without_places(strip_ansi("\n".join(error.traceback)), folder).splitlines()
            traceback = "\n".join(lines[-LAST_LINES:]) if error.evalue != told else ""
            return without_places(told, folder), traceback
        except CellTimeoutError:
            return f"Celle [{current}] brugte mere end {seconds(order.limits.cell_timeout)}.", ""
        except (RuntimeError, TimeoutError):  # DeadKernelError is one
            if kernel.kernels.stopped:
                raise InterruptedError from None
            if kernel.late:
                allowed = seconds(order.limits.timeout)
                return f"Kørslen brugte mere end {allowed}: den nåede celle [{current}].", ""
            where = f"i celle [{current}]" if current else "før den første celle"
            if kernel.died is None:
                return f"Python svarede ikke {where}: prøv igen, eller kør færre lektioner ad gangen.", ""
            return f"Python gik ned {where} {how_it_ended(kernel.died)}", ""
    # to papermill, a cell that ends Python without a complaint has ended the notebook well
    ended = [cell for cell in executed.cells if cell.metadata.get("papermill", {}).get("exception")]
    return (reason_for("SystemExit", "", ended[0].execution_count) if ended else ""), ""


def reason_for(name: str, message: str, execution_count: int) -> str:
    """The course's own errors speak for themselves; any other is named, with the number that its cell bears."""
    if name in SPEAKING:
        return message
    first_line = message.strip().partition("\n")[0]
    return f"Celle [{execution_count}] stoppede med {': '.join(filter(None, [name, first_line]))}."


def in_danish(notebook: Path, folder: Path, stopped_at: int | None) -> nbformat.NotebookNode:
    """The notebook with a mark, in Danish, above the cell where it stopped, if it did, whatever stopped it.

    Papermill marks in English, and only a cell that raised something. Its paths are this run's own, and no output
    tells where anything lies.
    """
    content = nbformat.read(notebook, as_version=4)
    content.metadata.get("papermill", {}).pop("input_path", None)
    content.metadata.get("papermill", {}).pop("output_path", None)
    for cell in content.cells:
        if ERROR_MARKER_TAG in cell.metadata.get("tags", []):
            here = 'id="papermill-error-cell"' in cell.source
            cell.source = STOPPED_HERE if here else NOT_FINISHED
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = without_places(output.text, folder)
            if "traceback" in output:
                output.traceback = [without_places(line, folder) for line in output.traceback]
    marked = any(ERROR_MARKER_TAG in cell.metadata.get("tags", []) for cell in content.cells)
    if stopped_at is not None and not marked:
        content.cells.insert(stopped_at, nbformat.v4.new_markdown_cell(STOPPED_HERE))
        content.cells.insert(0, nbformat.v4.new_markdown_cell(NOT_FINISHED))
    nbformat.write(content, notebook)
    return content
