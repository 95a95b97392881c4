"""One run from its start to its end: papermill in this thread, and a kernel of its own.

The kernel is a process: a lesson that eats all memory, or crashes the interpreter, takes nothing but itself along.
"""

import logging
import os
import platform
import re
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from subprocess import PIPE, Popen

import nbformat
import papermill
import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import LocalProvisioner
from nbclient.exceptions import CellTimeoutError
from nbconvert.filters import strip_ansi
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.execute import ERROR_MARKER_TAG

from lesson_staff.order import Order, Outcome, write_under, written_under
from lesson_staff.own import environment, kernel_spec
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
WITNESS = "--IPKernelApp.extra_extensions=lesson_staff.witness"
NOT_FINISHED = '**Lektionen blev ikke færdig.** <a href="#papermill-error-cell">Gå til fejlen</a>'
STOPPED_HERE = '<strong id="papermill-error-cell">Lektionen stoppede ved cellen herunder:</strong>'


def surroundings(threads: int, folder: Path) -> dict[str, str]:
    """The environment of a kernel: its share of the cores, pictures instead of live widgets, nobody's settings."""
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    # waiting threads sleep: where others use the cores too, threads that spin slow a run down several times
    own = dict.fromkeys(counts, str(threads)) | {"OMP_WAIT_POLICY": "PASSIVE", "LESSON_STATIC": "1"}
    return environment(**own, LESSON_RUN=str(folder), IPYTHONDIR=str(folder / "ipython"))


@cache
def machine() -> dict[str, object]:
    """What a result was made with: the versions that decide it."""
    return {"versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}}


def peak_memory(process: str | int) -> int:
    """The most memory that a process has held since its program began, in kilobytes; 0 outside Linux."""
    with suppress(OSError, IndexError):  # gone; ended, but not yet collected
        return int(Path(f"/proc/{process}/status").read_text().partition("VmHWM:")[2].split()[0])
    return 0


class Kernels:
    """The kernels that are running now, so that an interrupt can stop them all."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: set[KernelProcess] = set()
        self.stopped = False

    def stop(self) -> None:
        """Kill every kernel, and let no other begin."""
        with self.lock:
            self.stopped = True
            for kernel in self.running:
                kernel.end()


class KernelProcess(LocalProvisioner):
    """A kernel's process, which jupyter_client starts and asks after through this; it can be killed from any
    thread, and tells how it ended and what it used."""

    kernels: Kernels
    timeout = 0  # seconds for all of the run, from when it `began`; 0: no limit
    began = 0.0
    reached = 0  # the index of the cell that runs now, of all the notebook's cells
    late = False  # whether it was killed for that
    died: int | None = None  # the exit code of a kernel that nobody had asked to end
    used: Mapping[str, object] = {}
    _asked_to_end = False
    _peak = 0  # kilobytes, as last seen

    async def launch_kernel(self, cmd: list[str], **options):
        with self.kernels.lock:
            if self.kernels.stopped:
                raise InterruptedError
            # a new process's count of its most memory begins with what its parent has held
            self._inherited = peak_memory("self")
            connection = await super().launch_kernel(cmd, **options)
            self._seen = psutil.Process(self.pid)
            self.kernels.running.add(self)
        threading.Thread(target=self._watch, args=(self.process,), daemon=True).start()
        return connection

    def _watch(self, process: Popen) -> None:
        while process.returncode is None:
            self._peak = max(self._peak, peak_memory(process.pid))
            if self.timeout and time.monotonic() - self.began > self.timeout:
                self.late = True
                return self.end()
            time.sleep(0.1)

    def end(self) -> None:
        """Kill it at once, and whatever it has started."""
        with suppress(psutil.NoSuchProcess):
            for each in [*self._seen.children(recursive=True), self._seen]:
                with suppress(psutil.NoSuchProcess):
                    each.kill()

    async def poll(self) -> int | None:
        """The exit code, None while it runs. What it used is known only to whoever collects an ended process."""
        if self.process and self.process.returncode is None and hasattr(os, "wait4"):
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                unit = 1 if platform.system() == "Darwin" else 1024  # bytes there, kilobytes elsewhere
                peak = usage.ru_maxrss if usage.ru_maxrss > self._inherited else self._peak
                self.used = {
                    "peak_memory_mb": round(peak * unit / 1e6),
                    "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
                }
        code = await super().poll()
        if code is not None and self.process:
            with self.kernels.lock:
                self.kernels.running.discard(self)
            if not self._asked_to_end:
                self.died = code
            # what it had started lives on in its group of processes, also when the kernel was killed
            if self.pgid and self.pgid != os.getpgid(0):
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pgid, signal.SIGKILL)
        return code

    async def shutdown_requested(self, restart: bool = False) -> None:
        self._asked_to_end = True


class OwnKernel(AsyncKernelManager):
    """A kernel of this very Python, whatever kernels called `python3` the user has installed elsewhere."""

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(**kernel_spec(WITNESS))


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
            papermill.execute_notebook(
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
    return "", ""


def how_it_ended(code: int) -> str:
    """How a process came to its end. Only the kill that the system uses when memory runs out may be that."""
    if code >= 0:
        return f"(kode {code})."
    name = {known.value: known.name for known in signal.Signals}.get(-code, f"signal {-code}")
    return f"({name})." + (" Måske slap hukommelsen op." if name == "SIGKILL" else "")


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
