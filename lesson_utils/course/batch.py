"""Many runs of lessons at once: a plan, one run, and the scheduler that carries the plan out.

The plan is a list of `Run`, made before anything starts. `carry_out` takes one of them to its end in a
process of its own and returns a `RunResult`. `run_all` does so for a whole plan, several at a time.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lesson_utils.course.catalogue import Lesson
from lesson_utils.course.parameters import values_for
from lesson_utils.errors import LessonError

CELL_TIMEOUT = 600  # seconds; a lesson takes a minute, so a cell that takes ten hangs
SECONDS_TO_STOP = 5.0


@dataclass(frozen=True)
class Run:
    """One lesson to be run. `changed` is what papermill puts in, `parameters` is every parameter's value."""

    name: str
    lesson: Lesson
    changed: Mapping[str, object] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RunResult:
    """How a run went. `reason` is one Danish sentence, empty if the lesson passed."""

    name: str
    number: str
    title: str
    parameters: Mapping[str, object]
    seconds: float
    reason: str = ""
    traceback: str = ""
    picture_text: str = ""

    @property
    def passed(self) -> bool:
        return not self.reason

    def facts(self) -> dict[str, object]:
        """The result as plain values, for `summary.json`."""
        return asdict(self) | {"passed": self.passed, "seconds": round(self.seconds, 1)}


@dataclass(frozen=True)
class Progress:
    """A run has begun one of its cells (counted from 1)."""

    run: Run
    cell: int
    cells: int


def plan(lessons: Iterable[Lesson], given: Mapping[str, object]) -> list[Run]:
    """One run of each lesson, with those of the `given` parameters that it has.

    Raises LessonError if a value is not allowed, or a notebook is missing.
    """
    runs = []
    for lesson in lessons:
        if not lesson.notebook.is_file():
            raise LessonError(f"Lektionen {lesson.number} mangler: hent filen notebooks/{lesson.file} igen.")
        changed, parameters = values_for(lesson, given)
        runs.append(Run(lesson.notebook.stem, lesson, changed, parameters))
    return runs


def cores() -> int:
    """Processor cores that this process may use (fewer than the machine has, in a container or a queue)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def surroundings(threads: int) -> dict[str, str]:
    """The environment of a run: its share of the cores, and pictures instead of live widgets."""
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return os.environ | dict.fromkeys(counts, str(threads)) | {"LESSON_STATIC": "1"}


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


def run_all(
    runs: list[Run],
    folder: Path,
    jobs: int | None = None,
    tell: Callable[[Progress], None] = lambda progress: None,
    page: bool = True,
) -> Iterator[RunResult]:
    """The results of a plan, each as soon as it is there; at most `jobs` runs at a time share the cores.

    When the caller is interrupted, or stops asking, the runs that are under way are stopped.
    """
    jobs = min(jobs or cores(), len(runs)) or 1
    threads = max(1, cores() // jobs)
    workers = Workers()
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(carry_out, run, folder, threads, workers, tell, page=page) for run in runs]
        try:
            for finished in as_completed(waiting):
                yield finished.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            workers.stop()
