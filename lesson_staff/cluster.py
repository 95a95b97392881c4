"""A dask.distributed cluster as a scheduler: one that is there already, or one that is started here.

No file system is shared; the workers need the same version of this course, which is asked before anything starts.
"""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from lesson_staff.batch import runs_at_a_time
from lesson_staff.catalogue import REPOSITORY
from lesson_staff.fingerprint import DATA
from lesson_staff.kernel import Kernels
from lesson_staff.order import Order, Outcome
from lesson_staff.running import carry_out
from lesson_staff.sweep import look_for
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError

MISSING = "Pakken dask.distributed mangler: installér den i kursets mappe med »pip install -e '.[cluster]'«."
OTHER_COURSE = "har ikke samme udgave af kurset som denne maskine: installér den dér, og prøv igen."
SECONDS_TO_ANSWER = 10


def course_fingerprint(root: Path = REPOSITORY) -> str:
    """A short name for the code of all four houses and the data it reads, the same wherever the same files lie."""
    digest = hashlib.sha256()
    places = [*(f"lesson_*/**/*.{ending}" for ending in ("py", "toml")), *(f"data/{place}" for place in DATA)]
    for path in sorted(file for place in places for file in root.glob(place)):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


_AT_WORK: dict[str, Kernels] = {}  # on a worker: those of each batch


def stop_there(topic: str) -> None:
    """On a worker: stop a batch's runs, which dask itself can only forget."""
    _AT_WORK.pop(topic, Kernels()).stop()


def carry_out_there(order: Order, topic: str) -> Outcome:
    """What a worker of the cluster does: the same as this machine would, with one thread for each of its own.

    Raises LessonError where its course is another: a worker may join when the batch is under way.
    """
    from distributed import get_worker

    worker = get_worker()
    if course_fingerprint() != order.course:
        raise LessonError(f"Workeren {worker.address} {OTHER_COURSE}")
    kernels = _AT_WORK.setdefault(topic, Kernels())
    return carry_out(order, 1, kernels, lambda *step: worker.log_event(topic, (order.name, *step)))


def only_from_here(application: Any) -> None:
    """Let a dashboard answer to this machine's own names only: a page from elsewhere that gives itself an address
    here, under a name of its own, reads nothing."""
    from tornado.web import ErrorHandler

    answer = application.find_handler

    def find_handler(request: Any, **more: Any) -> Any:
        if request.host_name in ("127.0.0.1", "localhost"):
            return answer(request, **more)
        return application.get_handler_delegate(request, ErrorHandler, {"status_code": 403})

    application.find_handler = find_handler


class Cluster:
    """The scheduler at `address` (`tcp://host:port`), or a cluster of `jobs` workers started here for none."""

    def __init__(self, address: str = "", jobs: int = 0, devices: Iterable[str] = ()) -> None:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError:
            raise LessonError(MISSING) from None
        dask.config.set({"distributed.logging.distributed": "error"})  # in workers that are started here
        for name in ("distributed", "distributed.client"):  # in this one, where they are set by now
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._own = None
        try:
            if not address:
                self._place = tempfile.TemporaryDirectory(prefix="lesson-dask-", ignore_cleanup_errors=True)
                self._own = LocalCluster(
                    security=find_spec("cryptography") is not None or None,  # else: see the option's help
                    local_directory=self._place.name,
                    n_workers=jobs or runs_at_a_time(),
                    threads_per_worker=1,
                    memory_limit=0,  # a lesson's memory is its own process's, which dask does not see
                    dashboard_address="127.0.0.1:0",
                    silence_logs=50,
                )
                only_from_here(self._own.scheduler.http_application)
            self._client = Client(self._own or address, timeout=SECONDS_TO_ANSWER)
        except (OSError, ValueError, TimeoutError):
            raise LessonError(
                f"Der svarer ingen dask-planlægger på »{address}«: start den, og skriv adressen som tcp://vært:port."
            ) from None
        self.dashboard = self._client.dashboard_link if self._own else ""
        self.address, self._topic = self._client.scheduler.address, f"lesson-{uuid4().hex}"
        self._tell: dict[str, Callable[[int, int], None]] = {}
        self._pool = self._client.get_executor(pure=False)
        try:
            self.slots = self._checked_workers()
            for device in devices:  # each worker's own answer, if one lacks it
                self._client.run(look_for, "device", device)
        except LessonError:
            self.close()
            raise
        self._client.subscribe_topic(self._topic, self._heard)

    def _checked_workers(self) -> int:
        """How many runs the workers take at a time. Raises LessonError if one has another course, or none."""
        threads = self._client.nthreads()
        if not threads:
            raise LessonError("Planlæggeren har ingen workers: start nogle med »dask worker«, og prøv igen.")
        try:
            found = self._client.run(course_fingerprint)
        except Exception:  # whatever a worker without the course answers
            found = {}
        self._course = course_fingerprint()
        others = sorted(address for address in threads if found.get(address) != self._course)
        if others:
            raise LessonError(f"Workeren {listing(others)} {OTHER_COURSE}")
        return sum(threads.values())

    def _heard(self, event: tuple[float, tuple[str, int, int]]) -> None:
        name, cell, cells = event[1]
        if name in self._tell:
            self._tell[name](cell, cells)

    def submit(self, order: Order, tell: Callable[[int, int], None]) -> Future[Outcome]:
        self._tell[order.name] = tell
        order = replace(order, course=self._course)
        return self._pool.submit(carry_out_there, order, self._topic, key=f"{order.name}-{uuid4().hex[:8]}")

    def close(self) -> None:
        with suppress(Exception):  # what is lost already needs no goodbye
            self._pool.shutdown(wait=False)
            self._client.run(stop_there, self._topic)
        with suppress(Exception):
            self._client.close()
        if self._own:
            self._own.close()
            self._place.cleanup()
