"""One run from its start to its end, in a process of its own, seen from the machine that it runs on."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lesson_staff.order import Order, Outcome, written_under

AT_WORK = ".half-at-work-"  # a folder of a run that goes on; left over, the next batch clears it up
SECONDS_TO_STOP = 5.0
SECONDS_TO_TELL = 30.0  # after its time limit a run has so long to write down what it has done
PACKAGES = ("torch", "torchvision", "numpy", "papermill")


def surroundings(threads: int) -> dict[str, str]:
    """The environment of a run: its share of the cores, and pictures instead of live widgets."""
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    # waiting threads sleep: where others use the cores too, threads that spin slow a run down several times
    share = dict.fromkeys(counts, str(threads)) | {"OMP_WAIT_POLICY": "PASSIVE"}
    return os.environ | share | {"LESSON_STATIC": "1"}


@cache
def machine() -> dict[str, object]:
    """Where a run takes place, as plain values: its name and the versions that decide a result."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return {"host": platform.node(), "versions": versions}


class Workers:
    """The processes that are running now, so that an interrupt can stop them all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen] = set()
        self.stopped = False

    def start(self, threads: int, log: Path) -> subprocess.Popen:
        with self._lock, log.open("wb") as errors:
            if self.stopped:
                raise InterruptedError
            process = subprocess.Popen(
                [sys.executable, "-m", "lesson_staff.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=surroundings(threads),
                encoding="utf-8",
                start_new_session=True,  # a Ctrl-C in the terminal reaches the batch alone
            )
            self._running.add(process)
            return process

    def ended(self, process: subprocess.Popen) -> None:
        with self._lock:
            self._running.discard(process)

    def stop(self) -> None:
        """Ask every process to end, and end those that don't."""
        with self._lock:
            self.stopped = True
            running = list(self._running)
        for process in running:
            process.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def carry_out(
    order: Order,
    threads: int,
    workers: Workers | None = None,
    tell: Callable[[int, int], None] = lambda cell, cells: None,
    place: Path | None = None,
) -> Outcome:
    """Run one lesson in a process of its own, and bring back everything that it wrote.

    `tell` hears of each cell that begins (its number from 1, and how many there are). The process's standard
    input stays open while we live: when it closes, because this process was killed, the run stops itself. It works
    in a folder under `place`, else under the system's folder for temporary files.
    """
    began, started = time.monotonic(), time.time()
    workers = workers or Workers()
    with tempfile.TemporaryDirectory(prefix=AT_WORK, dir=place, ignore_cleanup_errors=True) as folder:
        desk, results = Path(folder, "desk"), Path(folder, "results")
        desk.mkdir()
        results.mkdir()
        Path(folder, "lesson.ipynb").write_text(order.notebook, encoding="utf-8")
        for name, content in order.files.items():
            (desk / name).parent.mkdir(parents=True, exist_ok=True)
            (desk / name).write_bytes(content)
        told, code = _speak(order, Path(folder), workers.start(threads, results / "log.txt"), workers, tell)
        if not told:
            words = (results / "log.txt").read_text(encoding="utf-8", errors="replace").splitlines()
            why = ": måske slap hukommelsen op." if code == -9 else "."
            told = {
                "reason": f"Kørslen stoppede uden at blive færdig (kode {code}){why}",
                "traceback": "\n".join(words[-12:]),
            }
        files = written_under(results)
    facts = machine() | {"threads": threads, "started": round(started)} | told.get("facts", {})
    seconds = time.monotonic() - began
    return Outcome(seconds, told["reason"], told["traceback"], told.get("picture_text", ""), files, facts)


def _speak(
    order: Order, folder: Path, process: subprocess.Popen, workers: Workers, tell: Callable[[int, int], None]
) -> tuple[dict, int]:
    """Give the process its order and hear what it says; its last words (empty if it died) and its exit code."""
    words = {name: getattr(order, name) for name in ("stem", "title", "cell_timeout", "timeout", "page")}
    words |= {"folder": str(folder), "parameters": dict(order.parameters)}
    outcome: dict = {}
    overdue = threading.Timer(order.timeout + SECONDS_TO_TELL, process.kill) if order.timeout else None
    try:
        if overdue:
            overdue.start()
        process.stdin.write(json.dumps(words) + "\n")
        process.stdin.flush()
        for facts in _spoken(process.stdout):
            if "cell" in facts:
                tell(facts["cell"], facts["cells"])
            elif "done" in facts:
                outcome = facts
    except BrokenPipeError:
        pass  # it died before it had read its order: told by the caller, as any other early end
    finally:
        process.stdout.close()
        code = process.wait()
        if overdue:
            overdue.cancel()
        with suppress(BrokenPipeError):
            process.stdin.close()
        workers.ended(process)
    return outcome, code


def _spoken(lines: Iterable[str]) -> Iterator[dict]:
    """The worker's own lines; anything else that a library prints is passed over."""
    for line in lines:
        try:
            facts = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(facts, dict):
            yield facts
