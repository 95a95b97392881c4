"""The surroundings of every Python that the course starts: its own, whatever lies about in a folder or at home."""

import json
import os
from pathlib import Path

from lesson_staff.catalogue import REPOSITORY

PLAIN = Path(__file__).with_name("templates") / "matplotlibrc"


def environment(**more: str) -> dict[str, str]:
    """The environment without what would change a lesson: another folder to import from (also the working one,
    which Python would put first), another encoding, another look of the figures."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ours = {"PYTHONPATH": str(REPOSITORY), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}
    return others | ours | {"MATPLOTLIBRC": str(PLAIN)} | more


def kernel_spec(*options: str) -> dict[str, object]:
    """A kernel of this very Python, which imports nothing from the folder that it works in."""
    from ipykernel.kernelspec import get_kernel_dict

    quiet = "--IPKernelApp.log_level=ERROR"  # its warnings are for those who write programs for it
    return get_kernel_dict(["--IPKernelApp.ignore_cwd=True", quiet, *options], ["-P"])


def jupyter(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a JupyterLab whose `python3` is that kernel, and not one that the user has installed
    elsewhere, and whose widgets live. It is written below `folder`."""
    place = folder / "kernels" / "python3"
    place.mkdir(parents=True, exist_ok=True)
    (place / "kernel.json").write_text(json.dumps(kernel_spec()), encoding="utf-8")
    made = environment(JUPYTER_PATH=str(folder), JUPYTER_RUNTIME_DIR=str(folder / "runtime"), **more)
    made["OMP_WAIT_POLICY"] = "PASSIVE"  # else two lessons that train at once slow each other down many times
    made.pop("LESSON_STATIC", None)
    return made
