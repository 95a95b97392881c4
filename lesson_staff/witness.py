"""An extension of IPython that a run's kernel loads: when it ends it writes down what only it knows.

The file named by LESSON_WITNESS gets the device that the lesson could use and the kernel's peak memory.
"""

import atexit
import json
import os
import sys
from pathlib import Path


def peak_memory_mb(of_children: bool = False) -> int | None:
    """The largest resident memory that this process, or an ended child of it, has had, in MB.

    None where the system does not count it.
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    whose = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return round(resource.getrusage(whose).ru_maxrss * unit / 1e6)


def device() -> str:
    """`cuda`, `mps` or `cpu`; a lesson that has not imported torch has used the processor."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda"):
        return "cpu"
    if torch.cuda.is_available():
        return f"cuda ({torch.cuda.get_device_name()})"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def testify() -> None:
    path = os.environ.get("LESSON_WITNESS")
    if path and Path(path).parent.is_dir():
        Path(path).write_text(json.dumps({"device": device(), "peak_memory_mb": peak_memory_mb()}))


def load_ipython_extension(_ipython: object) -> None:
    atexit.register(testify)
