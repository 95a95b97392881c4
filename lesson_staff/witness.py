"""What ends with whoever started it: an extension of IPython that the kernel of a run loads, which also tells its
device; and, as `python -m lesson_staff.witness FOLDER MODULE …`, a server (whose FOLDER may be empty)."""

import os
import runpy
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path

DEVICE = "device.txt"


def end_when_alone(folder: str) -> None:
    """Wait until the starter, who holds the other end of standard input, is gone (even by -9); then end all that
    runs here, and remove the folder if one is named.

    ipykernel looks for its parent too, but only once it is up, and it leaves what the lesson has started.
    """
    with suppress(OSError):
        os.read(0, 1)
    import psutil

    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.kill()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def device_of(names: dict[str, object]) -> str:
    """What the lesson's parameter `device` came to here; the processor for a lesson that has none."""
    asked = names.get("device", "cpu")
    if str(asked) == "cpu":
        return "cpu"
    from lesson_utils.device import choose

    device = choose(asked)
    if device.type != "cuda":
        return str(device)
    import torch

    return f"{device} ({torch.cuda.get_device_name(device)})"


def load_ipython_extension(shell) -> None:
    folder = Path(os.environ["LESSON_RUN"])
    threading.Thread(target=end_when_alone, args=[str(folder)], daemon=True).start()

    def tell_device(_result: object) -> None:  # after each cell, so that a kernel that is killed has told it
        with suppress(Exception):  # of a device that there is not, the lesson itself will tell
            (folder / DEVICE).write_text(device_of(shell.user_ns), encoding="utf-8")

    shell.events.register("post_run_cell", tell_device)


if __name__ == "__main__":
    _, place, *sys.argv = sys.argv
    threading.Thread(target=end_when_alone, args=[place], daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
