"""Many runs of lessons at once.

The plan is a list of `Run`, made before anything starts (`plan`). `carry_out` takes one of them to its end
in a process of its own and returns a `RunResult` (`process`, `worker`). `run_all` does so for a whole plan,
several at a time.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from lesson_utils.course.plan import Progress, Run, RunResult
from lesson_utils.course.process import Workers, carry_out


def cores() -> int:
    """Processor cores that this process may use (fewer than the machine has, in a container or a queue)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
