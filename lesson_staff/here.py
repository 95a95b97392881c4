"""This machine as a scheduler: a thread for each run at a time, and a process for each run."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from lesson_staff.order import Order, Outcome
from lesson_staff.process import Workers, carry_out

MEMORY_OF_A_RUN = 2.7e9  # bytes; the largest lesson (03, 2.3 GB) and its worker stay below


def cores() -> int:
    """Processor cores that this process may use (fewer than the machine has, in a container or a queue)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def runs_at_a_time() -> int:
    """One per core, but no more than there is memory for."""
    import psutil

    return max(1, min(cores(), int(psutil.virtual_memory().available / MEMORY_OF_A_RUN)))


class ThisMachine:
    """Runs `jobs` orders at a time, torch's threads divided among them; they work in folders under `place`.

    A pool of processes would be broken for every run by one killed worker; threads that each watch over a
    process of their own are not.
    """

    def __init__(self, jobs: int | None = None, place: Path | None = None) -> None:
        self.slots = jobs or runs_at_a_time()
        self.threads = max(1, cores() // self.slots)
        self._place = place
        self._workers = Workers()
        self._pool = ThreadPoolExecutor(self.slots)

    def submit(self, order: Order, tell: Callable[[int, int], None]) -> Future[Outcome]:
        return self._pool.submit(carry_out, order, self.threads, self._workers, tell, self._place)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._workers.stop()
        self._pool.shutdown(wait=True)
