"""One run from its start to its end, in a process of its own, seen from the batch."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lesson_utils.course.plan import Progress, Run, RunResult

CELL_TIMEOUT = 600  # seconds; a lesson takes a minute, so a cell that takes ten hangs
SECONDS_TO_STOP = 5.0


def surroundings(threads: int) -> dict[str, str]:
    """The environment of a run: its share of the cores, and pictures instead of live widgets."""
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    # waiting threads sleep: where others use the cores too, threads that spin slow a run down several times
    share = dict.fromkeys(counts, str(threads)) | {"OMP_WAIT_POLICY": "PASSIVE"}
    return os.environ | share | {"LESSON_STATIC": "1"}


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
                [sys.executable, "-m", "lesson_utils.course.worker"],
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
    run: Run,
    folder: Path,
    threads: int,
    workers: Workers,
    tell: Callable[[Progress], None] = lambda progress: None,
    cell_timeout: int = CELL_TIMEOUT,
    page: bool = True,
) -> RunResult:
    """Run one lesson in a process of its own; its notebook, page and picture land in `folder`."""
    began = time.monotonic()
    log = folder / f"{run.name}.log"
    order = {
        "name": run.name,
        "title": f"{run.lesson.number} {run.lesson.title}",
        "notebook": str(run.lesson.notebook),
        "parameters": dict(run.changed),
        "folder": str(folder),
        "cell_timeout": cell_timeout,
        "page": page,
    }
    outcome: dict = {}
    process = workers.start(threads, log)
    try:
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        for facts in _spoken(process.stdout):
            if "cell" in facts:
                tell(Progress(run, facts["cell"], facts["cells"]))
            elif "done" in facts:
                outcome = facts
    except BrokenPipeError:
        pass  # it died before it had read its order: told below, as any other early end
    finally:
        process.stdout.close()
        code = process.wait()
        workers.ended(process)
        (folder / f".{run.name}.part.ipynb").unlink(missing_ok=True)  # left behind by one that was killed
    complaints = log.read_text(encoding="utf-8", errors="replace")
    if outcome and not outcome["reason"]:
        log.unlink()  # what Jupyter says to itself is worth keeping only when something went wrong
    if not outcome:
        last_words = "\n".join(complaints.splitlines()[-12:])
        outcome = {"reason": f"Kørslen stoppede uden at blive færdig (kode {code}).", "traceback": last_words}
    return RunResult(
        name=run.name,
        number=run.lesson.number,
        title=run.lesson.title,
        parameters=dict(run.parameters),
        seconds=time.monotonic() - began,
        reason=outcome["reason"],
        traceback=outcome["traceback"],
        picture_text=outcome.get("picture_text", ""),
    )


def _spoken(lines: Iterable[str]) -> Iterator[dict]:
    """The worker's own lines; anything else that a library prints is passed over."""
    for line in lines:
        try:
            facts = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(facts, dict):
            yield facts
