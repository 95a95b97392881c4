"""`lesson doctor`: is this machine ready? Each check finds one fact, and says what to do where it won't do."""

import hashlib
import json
import platform
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlparse

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lesson_utils.course.catalogue import LESSONS, REPOSITORY
from lesson_utils.danish import listing, number, plural
from lesson_utils.errors import LessonError

OLDEST_PYTHON = (3, 11)
READY, OPTIONAL, MISSING = "klar", "kan undværes", "mangler"
LEAST_MEMORY, LEAST_DISK = 2e9, 1e9  # bytes; one lesson with its kernel, and a batch's results
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "firefox", "msedge", "open")


@dataclass(frozen=True)
class Finding:
    """What a check found: `state` is READY, OPTIONAL (the course runs without it) or MISSING."""

    name: str
    state: str
    found: str
    advice: str = ""


def python() -> Finding:
    found = f"{platform.python_version()} på {platform.system()}"
    new_enough = sys.version_info[:2] >= OLDEST_PYTHON
    advice = "" if new_enough else "Installér Python 3.11 eller nyere, og kør make run igen."
    return Finding("Python", READY if new_enough else MISSING, found, advice)


def torch() -> Finding:
    try:
        import torch

        from lesson_utils.device import torchvision

        found = f"torch {torch.__version__}, torchvision {torchvision().__version__}"
    except LessonError as error:
        return Finding("torch og torchvision", MISSING, "passer ikke sammen", str(error))
    except (ImportError, OSError) as error:
        return Finding(
            "torch og torchvision", MISSING, str(error)[:80], "Kør »make run«, som installerer dem."
        )
    return Finding("torch og torchvision", READY, found)


def device() -> Finding:
    try:
        from lesson_utils.course.here import cores
        from lesson_utils.device import best_device

        kind = best_device().type
    except (ImportError, OSError):
        return Finding("Regneenhed", MISSING, "ukendt", "Få torch til at virke først.")
    name = {"cuda": "NVIDIA-grafikkort (cuda)", "mps": "Apples grafikkort (mps)"}.get(kind, "processor")
    return Finding("Regneenhed", READY, f"{name}, {plural(cores(), 'kerne', 'kerner')}")


def memory() -> Finding:
    import psutil

    free = psutil.virtual_memory().available
    advice = "" if free >= LEAST_MEMORY else "Luk andre programmer: en lektion bruger op til 2 GB."
    return Finding("Hukommelse", MISSING if advice else READY, f"{number(free / 1e9, 1)} GB ledig", advice)


def disk() -> Finding:
    free = shutil.disk_usage(REPOSITORY).free
    advice = "" if free >= LEAST_DISK else "Gør plads: en kørsel af kurset fylder omkring 0,1 GB."
    return Finding("Disk", MISSING if advice else READY, f"{number(free / 1e9, 1)} GB ledig", advice)


def jupyter() -> Finding:
    try:
        found = ", ".join(f"{name} {version(name)}" for name in ("jupyterlab", "ipykernel", "papermill"))
    except PackageNotFoundError as error:
        return Finding("Jupyter", MISSING, f"{error.name} mangler", "Kør »make run«, som installerer det.")
    return Finding("Jupyter", READY, found)


def browser() -> Finding:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found or platform.system() == "Windows":
        return Finding("Browser", READY, Path(found).name if found else "systemets egen")
    return Finding("Browser", OPTIONAL, "ingen fundet", "Siderne kan åbnes i en browser på en anden maskine.")


def notebooks() -> Finding:
    lost = [lesson.file for lesson in LESSONS if not lesson.notebook.is_file()]
    if lost:
        return Finding("Lektioner", MISSING, f"{listing(lost)} mangler", "Hent kurset igen.")
    return Finding("Lektioner", READY, plural(len(LESSONS), "lektion", "lektioner"))


def weights() -> Finding:
    """Every network of the manifest lies there, with the checksum that the manifest says."""
    folder = REPOSITORY / "data" / "weights"
    try:
        entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["networks"]
    except (OSError, ValueError, KeyError):
        return Finding("Vægte", MISSING, "listen over vægte kan ikke læses", "Hent kurset igen.")
    wrong = []
    for name, entry in entries.items():
        path = folder / entry["file"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            wrong.append(name)
    if wrong:
        return Finding("Vægte", MISSING, f"{listing(wrong)} mangler eller er beskadiget", "Hent kurset igen.")
    return Finding("Vægte", READY, f"{plural(len(entries), 'netværk', 'netværk')}, kontrolsummerne passer")


def cluster() -> Finding:
    try:
        return Finding("Klynge (dask)", READY, f"distributed {version('distributed')}")
    except PackageNotFoundError:
        advice = "Kun til --scheduler: »pip install -e '.[cluster]'«."
        return Finding("Klynge (dask)", OPTIONAL, "ikke installeret", advice)


def network() -> Finding:
    """Whether ImageNet weights could be fetched now; the course needs none."""
    try:
        from lesson_utils.device import torchvision

        host = urlparse(torchvision().models.AlexNet_Weights.DEFAULT.url).hostname
        socket.create_connection((host, 443), timeout=2).close()
    except (OSError, ImportError, LessonError):
        return Finding("Net", OPTIONAL, "ikke forbundet", "Kun ImageNet-vægte skal hentes; alt andet er her.")
    return Finding("Net", READY, "forbundet; kurset klarer sig også uden")


CHECKS: tuple[Callable[[], Finding], ...] = (
    python,
    torch,
    device,
    memory,
    disk,
    jupyter,
    browser,
    notebooks,
    weights,
    cluster,
    network,
)


def examine(as_json: bool, console: Console) -> bool:
    """Make all checks, show them, and return whether the course will run here."""
    findings = [check() for check in CHECKS]
    ready = all(finding.state != MISSING for finding in findings)
    if as_json:
        print(
            json.dumps(
                {"ready": ready, "checks": [asdict(f) for f in findings]}, ensure_ascii=False, indent=2
            )
        )
        return ready
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2))
    for head in ("", "Fundet", "Hvad du gør"):
        table.add_column(head, overflow="fold")
    marks = {READY: "[green]✓[/]", OPTIONAL: "[yellow]–[/]", MISSING: "[red]✗[/]"}
    for finding in findings:
        table.add_row(f"{marks[finding.state]} {finding.name}", escape(finding.found), escape(finding.advice))
    console.print(table)
    console.print("\nKurset kan køre her." if ready else "\nKurset kan ikke køre her endnu.")
    return ready
