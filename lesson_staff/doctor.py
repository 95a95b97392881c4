"""`lesson doctor`: will the course run on this machine, and if not, what is to be done? No check raises."""

import os
import platform
import shutil
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distributions, version
from importlib.util import find_spec
from pathlib import Path

from lesson_staff import catalogue
from lesson_staff.catalogue import REPOSITORY, lacking
from lesson_utils.danish import listing, number, plural
from lesson_utils.errors import LessonError

GOOD, NOTE, BAD = "ok", "note", "error"  # a note is worth knowing; the course runs all the same
OLDEST_PYTHON = (3, 11)
NEEDED_MEMORY = 6e9  # bytes: two lessons at a time, the largest of 2.3 GB, and the system itself
NEEDED_DISK = 1e9  # bytes: the cache of the image world, and results
SECONDS_TO_ANSWER = 3.0
ELSEWHERE = "vælg andre mapper med --out, LESSON_CACHE og TMPDIR"
INSTALL = "kør »python install.py« i kursets mappe, så bliver det installeret"


@dataclass(frozen=True)
class Check:
    """One question and its answer: `state` is GOOD, NOTE or BAD, `advice` what to do where it is not GOOD."""

    subject: str
    state: str
    found: str
    advice: str = ""


def judged(subject: str, found: str, good: bool, advice: str, otherwise: str = BAD) -> Check:
    return Check(subject, GOOD, found) if good else Check(subject, otherwise, found, advice)


def examine() -> list[Check]:
    """All checks, in the order in which a person would mend things."""
    return [check() for check in CHECKS]


def ready(checks: list[Check]) -> bool:
    """Whether the course will run: nothing is BAD."""
    return all(check.state != BAD for check in checks)


def python() -> Check:
    new_enough = sys.version_info[:2] >= OLDEST_PYTHON
    return judged("Python", platform.python_version(), new_enough, "installer Python 3.11 eller nyere")


def torch_and_torchvision() -> Check:
    """Whether they can be imported together: a pair that does not fit fails at torchvision's operators."""
    found, wrong = [], ""
    for name in ("torch", "torchvision"):
        installed = [each.version for each in distributions(name=name)]
        found.append(f"{name} {installed[0] if installed else 'mangler'}")
    try:
        import torch
        from torchvision.ops import nms

        nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except Exception as error:  # a broken installation fails in many ways, and each of them is an answer
        wrong = f" ({type(error).__name__})"
    return judged("torch og torchvision", ", ".join(found) + wrong, not wrong, INSTALL)


def device() -> Check:
    try:
        from lesson_utils.device import choose

        found = choose()
    except Exception:
        return Check("Device", BAD, "kendes ikke, fordi torch mangler", INSTALL)
    cores = plural(os.cpu_count() or 1, "kerne", "kerner")
    name = "cpu (et grafikkort behøves ikke)" if found.type == "cpu" else found
    return Check("Device", GOOD, f"{cores}, {name}")


def memory() -> Check:
    try:
        import psutil
    except ImportError:
        return Check("Hukommelse", BAD, "kan ikke aflæses, fordi psutil mangler", INSTALL)
    size = psutil.virtual_memory().total
    advice = "kør én lektion ad gangen: »lesson run --jobs 1«"
    return judged("Hukommelse", f"{number(size / 1e9, 0)} GB", size >= NEEDED_MEMORY, advice, NOTE)


def written_in() -> tuple[Path, Path, Path]:
    """The folders that something is written in, unless another is asked for; those that lack are made then."""
    from lesson_utils.files import cache_directory

    return REPOSITORY / "runs", cache_directory(), Path(tempfile.gettempdir())


def disk() -> Check:
    """Each of these folders may lie on a disk of its own, and home be the small one."""
    free = {place: shutil.disk_usage(existing(place)).free for place in written_in()}
    full = [place for place, room in free.items() if room < NEEDED_DISK]
    if not full:
        return Check("Disk", GOOD, f"mindst {number(min(free.values()) / 1e9, 1)} GB fri")
    found = listing(f"{number(free[place] / 1e9, 1)} GB fri i {place}" for place in full)
    advice = f"frigør mindst {number(NEEDED_DISK / 1e9, 0)} GB, eller {ELSEWHERE}"
    return Check("Disk", BAD if full[0] == REPOSITORY / "runs" else NOTE, found, advice)


def writing() -> Check:
    closed = [str(place) for place in written_in() if not os.access(existing(place), os.W_OK)]
    found = f"må ikke skrive i {listing(closed)}" if closed else "tilladt"
    return judged("Skrivning", found, not closed, ELSEWHERE, NOTE)


def existing(place: Path) -> Path:
    return next(each for each in (place, *place.parents) if each.exists())


def surroundings() -> Check:
    """What the course's own processes do without; the command itself can't."""
    found = [name for name in ("PYTHONPATH", "PYTHONHOME") if os.environ.get(name)]
    advice = "fjern dem, hvis noget går galt"
    return judged("Miljø", f"{listing(found)} er sat" if found else "dets eget", not found, advice, NOTE)


def jupyter() -> Check:
    needed = ("jupyterlab", "ipykernel", "ipywidgets", "papermill", "nbconvert")
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        return Check("Jupyter", BAD, f"{listing(missing)} mangler", INSTALL)
    return Check("Jupyter", GOOD, f"jupyterlab {version('jupyterlab')}, ipywidgets {version('ipywidgets')}")


def browser() -> Check:
    try:
        found = webbrowser.get().name
    except webbrowser.Error:
        advice = "installer en browser, eller åbn adressen fra »make lab« på en anden maskine"
        return Check("Browser", NOTE, "ingen fundet", advice)
    return Check("Browser", GOOD, Path(found).name)


def notebooks() -> Check:
    what, _, advice = lacking(catalogue.LESSONS).partition(": ")
    if what:
        return Check("Lektioner", BAD, what, advice.removesuffix("."))
    found = " ".join(catalogue.PROBLEMS) or plural(len(catalogue.LESSONS), "lektion", "lektioner")
    return judged("Lektioner", found, not catalogue.PROBLEMS, "ret filen; de andre lektioner virker")


def weights() -> Check:
    """Each of the course's weights against the checksum in the manifest."""
    try:
        from lesson_utils.files import digest
        from lesson_utils.weights import EMBEDDED, embedded

        known = embedded().values()
    except LessonError as error:
        return Check("Vægte", BAD, str(error), "hent kurset igen")
    except Exception:
        return Check("Vægte", BAD, "kan ikke læses, fordi torch mangler", INSTALL)
    files = [kept for about in known for kept in (about, about.get("snapshots")) if kept]
    expected = {EMBEDDED / kept["file"]: kept["sha256"] for kept in files}
    wrong = [path.name for path in expected if not path.is_file() or digest(path) != expected[path]]
    if wrong:
        return Check("Vægte", BAD, f"{listing(wrong)} mangler eller er beskadiget", "hent kurset igen")
    return Check("Vægte", GOOD, f"{plural(len(files), 'fil', 'filer')} med rigtig kontrolsum")


def imagenet() -> Check:
    """The package's network: without it the lessons go on with those of the drawn world."""
    try:
        from lesson_utils.pretrained import imagenet_file

        return Check("ImageNet", GOOD, f"{imagenet_file().name} med rigtig kontrolsum")
    except LessonError as error:
        found, advice = str(error).removesuffix(", og kør cellen igen.").split(": ", 1)
        return Check("ImageNet", NOTE, found, advice)
    except Exception:
        return Check("ImageNet", BAD, "kan ikke læses, fordi torch mangler", INSTALL)


def network() -> Check:
    """Not needed: only ImageNet's weights come from there."""
    reached = threading.Event()

    def knock() -> None:
        with suppress(OSError):
            socket.create_connection(("download.pytorch.org", 443), timeout=SECONDS_TO_ANSWER).close()
            reached.set()

    # in a thread that is left behind: a name server that does not answer keeps to no time limit
    attempt = threading.Thread(target=knock, daemon=True)
    attempt.start()
    attempt.join(SECONDS_TO_ANSWER)
    if reached.is_set():
        return Check("Net", GOOD, "forbindelse (behøves kun til »imagenet:«-vægte)")
    return Check("Net", NOTE, "ingen forbindelse", "det behøves kun til »imagenet:«-vægte")


CHECKS: tuple[Callable[[], Check], ...] = (
    python, surroundings, torch_and_torchvision, device, memory, disk, writing, jupyter, browser, notebooks,
    weights, imagenet, network,
)  # fmt: skip
