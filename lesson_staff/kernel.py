"""The process in which a run computes: it gets its share of the machine, is watched, and ends with all it started.

A lesson that eats all memory, or crashes the interpreter, takes nothing but itself along.
"""

import os
import platform
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import LocalProvisioner

from lesson_staff.own import environment, kernel_spec

WITNESS = "--IPKernelApp.extra_extensions=lesson_staff.witness"


def surroundings(threads: int, folder: Path) -> dict[str, str]:
    """The environment of a kernel: its share of the cores, pictures instead of live widgets, nobody's settings."""
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    # waiting threads sleep: where others use the cores too, threads that spin slow a run down several times
    own = dict.fromkeys(counts, str(threads)) | {"OMP_WAIT_POLICY": "PASSIVE", "LESSON_STATIC": "1"}
    return environment(**own, LESSON_RUN=str(folder), IPYTHONDIR=str(folder / "ipython"))


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


def how_it_ended(code: int) -> str:
    """How a process came to its end. Only the kill that the system uses when memory runs out may be that."""
    if code >= 0:
        return f"(kode {code})."
    name = {known.value: known.name for known in signal.Signals}.get(-code, f"signal {-code}")
    return f"({name})." + (" Måske slap hukommelsen op." if name == "SIGKILL" else "")
