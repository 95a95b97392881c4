"""Many runs of lessons at once: `run_all` hands each `Run` of the plan to a scheduler, this machine or a cluster.

It gets an `Order` that holds all it needs, and gives back an `Outcome` that holds all it made.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Protocol

from lesson_staff.order import Limits, Order, Outcome, order_for
from lesson_staff.plan import Run, RunResult
from lesson_staff.store import keep
from lesson_utils.errors import LessonError

MEMORY_OF_A_RUN = 2.7e9  # bytes; the largest lesson (03, 2.3 GB) stays below


def cores() -> int:
    """Processor cores that this process may use (fewer than the machine has, in a container or a queue)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def runs_at_a_time() -> int:
    """One per core, but no more than there is memory for."""
    import psutil

    return max(1, min(cores(), int(psutil.virtual_memory().available / MEMORY_OF_A_RUN)))


class SchedulerLost(Exception):
    """The cluster's scheduler is gone: nothing can be handed out any more, and what was has no answer."""


class Scheduler(Protocol):
    """Where orders are carried out, `slots` of them at a time."""

    slots: int

    def submit(self, order: Order, tell: Callable[[int, int], None]) -> Future[Outcome]: ...

    def close(self) -> None:
        """Stop everything that is under way."""


class ThisMachine:
    """Runs `jobs` orders at a time, each in a thread and a folder under `place`, with its share of the cores."""

    def __init__(self, jobs: int | None = None, place: Path | None = None) -> None:
        self.slots = jobs or runs_at_a_time()
        self.threads = max(1, cores() // self.slots)
        from lesson_staff.kernel import Kernels
        from lesson_staff.running import carry_out  # and papermill, which takes a second

        self._place, self._carry_out = place, carry_out
        self._kernels = Kernels()
        self._pool = ThreadPoolExecutor(self.slots)

    def submit(self, order: Order, tell: Callable[[int, int], None]) -> Future[Outcome]:
        return self._pool.submit(self._carry_out, order, self.threads, self._kernels, tell, self._place)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._kernels.stop()
        self._pool.shutdown(wait=True)


def run_all(
    runs: list[Run],
    folder: Path,
    jobs: int | None = None,
    tell: Callable[[Run, int, int], None] = lambda run, cell, cells: None,
    page: bool = True,
    limits: Limits | None = None,
    parts: str = "all",
    scheduler: Scheduler | None = None,
    stopping: Callable[[], None] = lambda: None,
) -> Iterator[RunResult]:
    """The results of a plan, each as soon as its folder under `folder` is whole.

    `parts` of what they made are kept, see `store.PARTS`. Without a `scheduler` this machine runs at most `jobs`
    at a time. When the caller is interrupted, or stops asking, the runs that are under way are stopped;
    `stopping` is told first. Raises SchedulerLost. The longest lessons begin first: a long one that began last
    would run on alone.
    """
    limits, page = limits or Limits(), page and parts != "numbers"
    scheduler = scheduler or ThisMachine(min(jobs or cores(), len(runs)) or 1, folder)
    waiting = [(run, 1) for run in sorted(reversed(runs), key=lambda run: run.lesson.seconds)]
    under_way: dict[Future[Outcome], tuple[Run, int, str]] = {}
    try:
        while waiting or under_way:
            # handed out only when its turn is near: a long plan would fill the memory with notebooks and photos
            while waiting and len(under_way) < 2 * scheduler.slots:
                run, attempt = waiting.pop()
                order = order_for(run, limits, page)
                try:
                    future = scheduler.submit(order, partial(tell, run))
                except Exception as error:
                    raise SchedulerLost from error
                under_way[future] = (run, attempt, run.identity())
            # with a limit, so that an interrupt is seen on every system
            done, _ = wait(under_way, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                run, attempt, identity = under_way.pop(future)
                outcome = outcome_of(future)
                if outcome.reason and attempt <= limits.retries:
                    waiting.append((run, attempt + 1))
                else:
                    yield keep(folder, run, outcome, identity, attempt, parts)
    except (KeyboardInterrupt, GeneratorExit):  # here, or where what we gave is being told of
        stopping()
        raise
    finally:
        scheduler.close()


def outcome_of(future: Future[Outcome]) -> Outcome:
    """What came of a run; one whose machine was lost, or has a full disk, has failed like any other."""
    try:
        return future.result()
    except InterruptedError:
        raise
    except CancelledError as error:
        raise SchedulerLost from error
    except LessonError as error:
        return Outcome(0.0, str(error))
    except Exception as error:
        why = "maskinen har ikke plads" if isinstance(error, OSError) else "maskinen gik tabt"
        why = f"Lektionen kunne ikke køres til ende: {why} eller svarede ikke."
        return Outcome(0.0, why, f"{type(error).__name__}: {error}"[-2000:])
