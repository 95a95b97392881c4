"""Runs in processes of their own: what passes, what fails, and that one takes nothing else along."""

import json
import os
import re
import sys
import threading
import time
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
import torch

from lesson_staff import catalogue
from lesson_staff.batch import SchedulerLost, cores, run_all
from lesson_staff.catalogue import find
from lesson_staff.kernel import Kernels, how_it_ended, surroundings
from lesson_staff.order import Limits, Outcome, order_for
from lesson_staff.pages import without_places
from lesson_staff.plan import plan
from lesson_staff.running import carry_out, reason_for
from lesson_staff.store import kept
from lesson_staff.witness import device_of
from lesson_utils.errors import LessonError
from lesson_utils.pretrained import WeightsUnavailable
from lesson_world.errors import WorldError

SURROUNDINGS = """
import json, os, sys
print(json.dumps({"python": sys.executable, "threads": os.environ["OMP_NUM_THREADS"],
                  "static": os.environ.get("LESSON_STATIC"), "spoiled": "spoiled" in globals(),
                  "files": os.listdir(), "photo": photo}))
display({"application/vnd.lesson.record+json": {"name": "svar", "value": 42}, "text/plain": ""}, raw=True)
display({"application/vnd.lesson.record+json": {"name": "dele", "value": {"hjul": 0.5}}}, raw=True)
"""
LESSON_ERROR = """
from lesson_utils.errors import LessonError
raise LessonError("Laget »conv9« findes ikke.")
"""
SUDDEN_DEATH = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"


def stdout_of(notebook: Path) -> str:
    cells = nbformat.read(notebook, as_version=4).cells
    return "".join(
        out.text for cell in cells for out in cell.get("outputs", []) if out.output_type == "stream"
    )


def test_a_batch_with_every_way_to_fail(course, tmp_path, monkeypatch):
    """One batch, since each run costs seconds: the good lesson passes whatever the others do, and whatever the
    user has installed: a kernel called python3 elsewhere, a start-up file of IPython's."""
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "00.py"
    kernel = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    for path, text in (
        (startup, "spoiled = 1"),
        (kernel, json.dumps({"argv": ["false"], "language": "python"})),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.delenv("LESSON_STATIC", raising=False)
    course(
        good=[SURROUNDINGS],
        bug=["x = 0", "1 / x", "print('aldrig')"],
        sentence=[LESSON_ERROR],
        dead=[SUDDEN_DEATH],
        left=["raise SystemExit", "print('aldrig')"],
    )
    out = tmp_path / "out"
    out.mkdir()
    seen = []
    photo = tmp_path / "ferie foto.jpg"
    photo.write_bytes(b"et foto")
    assert len(b"1" * 2_500_000_000), "what this process has held counts for none of its kernels"
    runs = plan(find(), {"photo": str(photo)})
    results = {
        result.title: result for result in run_all(runs, out, jobs=2, tell=lambda *step: seen.append(step))
    }

    good = results["Good"]
    assert good.passed
    assert good.parameters == {"photo": photo.name}
    assert good.picture_text == "Et teal felt"
    place = out / good.name
    names = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert names == {
        "01_good.ipynb",
        "01_good.html",
        "cover.png",
        "pictures/01.png",
        "metrics.json",
        "log.txt",
        "run.json",
    }
    assert json.loads((place / "metrics.json").read_text(encoding="utf-8")) == {
        "svar": 42,
        "dele": {"hjul": 0.5},
    }
    assert good.facts["device"] == "cpu" and good.facts["threads"] == max(1, cores() // 2)
    assert 20 < good.facts["peak_memory_mb"] < 2000
    assert 0.1 < good.facts["cpu_seconds"] < 60
    assert good.facts["versions"]["python"] and good.facts["attempts"] == 1
    told = json.loads(stdout_of(place / "01_good.ipynb").splitlines()[-1])
    assert told == {
        "python": without_places(sys.executable, out),
        "threads": str(max(1, cores() // 2)),
        "static": "1",
        "spoiled": False,
        "files": ["egen-photo"],
        "photo": "egen-photo/ferie foto.jpg",
    }

    bug = results["Bug"]
    assert bug.reason == "Celle [6] stoppede med ZeroDivisionError: division by zero."
    assert "1 / x" in bug.traceback
    assert "\x1b" not in bug.traceback
    executed = (out / results["Bug"].name / "02_bug.ipynb").read_text(encoding="utf-8")
    assert "Lektionen stoppede ved cellen herunder" in executed
    assert "An Exception was encountered" not in executed
    assert "aldrig\\n" not in executed
    assert (out / results["Bug"].name / "02_bug.html").exists()

    assert results["Left"].reason == "Celle [5] stoppede med SystemExit."
    left = (out / results["Left"].name / "05_left.ipynb").read_text(encoding="utf-8")
    assert "Lektionen stoppede ved cellen herunder" in left and "aldrig\\n" not in left
    assert results["Sentence"].reason == "Laget »conv9« findes ikke."
    assert results["Sentence"].traceback == ""
    assert results["Dead"].reason.startswith("Python gik ned i celle [5]")
    assert 20 < results["Dead"].facts["peak_memory_mb"] < 2000, "of a killed kernel, too"

    assert not list(out.glob(".*")), "nothing half-written is left"
    assert [step[1:] for step in seen if step[0].lesson.title == "Good"][-1] == (5, 5)
    page = (out / results["Dead"].name / "04_dead.ipynb").read_text(encoding="utf-8")
    assert "Gå til fejlen" in page
    assert page.index("Lektionen stoppede ved cellen") > page.index("print('løst')"), "above the cell itself"
    assert page.index("Lektionen stoppede ved cellen") < page.index("SIGKILL")


@pytest.mark.parametrize("error", [LessonError, WeightsUnavailable, WorldError])
def test_the_courses_own_errors_speak_for_themselves(error):
    assert reason_for(error.__name__, "Laget »conv9« findes ikke.", 6) == "Laget »conv9« findes ikke."


def test_a_kernel_gets_its_share_of_the_cores(tmp_path):
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        assert surroundings(3, tmp_path)[name] == "3"


def test_only_the_kill_of_a_full_memory_may_be_one():
    """A crash in a library's C code, or an exit, says nothing of memory."""
    assert [how_it_ended(code) for code in (-9, -11, 3, -200)] == [
        "(SIGKILL). Måske slap hukommelsen op.", "(SIGSEGV).", "(kode 3).", "(signal 200).",
    ]  # fmt: skip


def test_the_device_is_what_the_lessons_parameter_came_to(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: "NVIDIA H100")
    assert device_of({"device": "auto"}) == device_of({"device": "cuda"}) == "cuda (NVIDIA H100)"
    assert device_of({"device": torch.device("cuda")}) == "cuda (NVIDIA H100)"
    assert device_of({"device": "cpu"}) == device_of({}) == "cpu", "a lesson without the parameter"


def test_the_longest_lessons_begin_first(course, tmp_path, monkeypatch):
    """And the settings of one lesson in the order in which they were asked for."""
    course(photo=False, short=[], long=[])
    longer = [replace(lesson, seconds=seconds) for lesson, seconds in zip(find(), (5, 50), strict=True)]
    monkeypatch.setattr(catalogue, "LESSONS", tuple(longer))
    begun = []

    class Immediately:
        slots = 1

        def submit(self, order, tell) -> Future:
            begun.append(order.name)
            future = Future()
            future.set_result(Outcome(1.0))
            return future

        def close(self) -> None:
            pass

    runs = plan(find(), {"classes": 1}, {"classes": 2})
    results = list(run_all(runs, tmp_path, scheduler=Immediately()))
    assert begun == [f"{name}_classes={n}" for name in ("02_long", "01_short") for n in (1, 2)]
    assert len(results) == 4 and all(result.passed for result in results)


def test_a_cell_that_hangs_is_stopped(course, tmp_path):
    course(slow=["import time\ntime.sleep(60)"])
    result = carry_out(order_for(plan(find(), {})[0], Limits(cell_timeout=1), page=False), 1)
    assert re.fullmatch(r"Celle \[\d\] brugte mere end 1 sekund\.", result.reason)
    assert "Lektionen stoppede ved cellen herunder" in result.files["01_slow.ipynb"].decode("utf-8")
    assert result.seconds < 40
    log = result.files["log.txt"].decode("utf-8")
    assert log.endswith(f"{result.reason}\n") and "Traceback" not in log and "time.sleep" not in log
    assert "encryption" not in log


def test_a_killed_kernel_fails_its_own_run_only(course, tmp_path):
    """What the memory killer does."""
    course(slow=["import time\ntime.sleep(60)"])
    kernels = Kernels()

    def kill(cell, cells) -> None:
        if cell == cells:
            (kernel,) = kernels.running
            psutil.Process(kernel.pid).kill()

    result = carry_out(order_for(plan(find(), {})[0], Limits()), 1, kernels, kill)
    assert result.reason == "Python gik ned i celle [4] (SIGKILL). Måske slap hukommelsen op."
    assert "01_slow.ipynb" in result.files, "what was done until then is kept"


def test_a_scheduler_that_is_gone_ends_the_batch(course, tmp_path):
    """What was done is kept, what was handed out has no result, and nothing counts as failed."""
    course(photo=False, one=[])

    class Dying:
        slots = 1

        def submit(self, order, tell) -> Future:
            future = Future()
            if order.name.endswith("=1"):
                future.set_result(Outcome(1.0))
            elif order.name.endswith("=2"):
                future.set_exception(CancelledError())
            else:
                raise RuntimeError("Client is closed")
            return future

        def close(self) -> None:
            pass

    for last in (2, 3):
        runs, found = plan(find(), {"classes": 1}, {"classes": last}), []
        with pytest.raises(SchedulerLost):
            found.extend(run_all(runs[:1], tmp_path, scheduler=Dying()))
            found.extend(run_all(runs[1:], tmp_path, scheduler=Dying()))
        assert [result.passed for result in found] == [True] and len(kept(tmp_path)) == 1


def test_an_interrupt_stops_all_kernels(course, tmp_path):
    """The kernels write down who they are; none of them lives on."""
    ids = tmp_path / "ids"
    ids.mkdir()
    hang = (
        f"import os, time\nopen(os.path.join({str(ids)!r}, str(os.getpid())), 'w').close()\ntime.sleep(200)"
    )
    course(one=[hang], two=[hang], three=[hang])

    def interrupt() -> None:
        deadline = time.monotonic() + 60
        while len(list(ids.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(os.getpid(), 2)

    threading.Thread(target=interrupt).start()
    began = time.monotonic()
    said = []
    with pytest.raises(KeyboardInterrupt):
        list(run_all(plan(find(), {}), tmp_path, jobs=2, stopping=lambda: said.append(time.monotonic())))
    assert said and said[0] <= time.monotonic(), "at once, while the kernels are still being ended"
    assert time.monotonic() - began < 110, "killed, not waited for"
    kernels = [int(path.name) for path in ids.iterdir()]
    assert len(kernels) == 2, "the third had not begun"
    deadline = time.monotonic() + 10
    while any(alive(kernel) for kernel in kernels) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(kernel) for kernel in kernels)


def test_whoever_is_interrupted_while_it_tells_of_a_result_stops_the_rest(course, tmp_path):
    course(photo=False, one=[])
    said = []

    class Immediately:
        slots = 1

        def submit(self, order, tell) -> Future:
            future = Future()
            future.set_result(Outcome(1.0))
            return future

        def close(self) -> None:
            said.append("closed")

    runs = plan(find(), {"classes": 1}, {"classes": 2})
    those = run_all(runs, tmp_path, scheduler=Immediately(), stopping=lambda: said.append("stopping"))
    next(those)
    those.close()
    assert said == ["stopping", "closed"]


def alive(process: int) -> bool:
    """Whether a process runs (one that has ended and waits to be collected does not)."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
