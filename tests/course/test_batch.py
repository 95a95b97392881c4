"""Runs in processes of their own: what passes, what fails, and that one takes nothing else along."""

import json
import os
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from lesson_utils.course.batch import cores, run_all
from lesson_utils.course.catalogue import find
from lesson_utils.course.plan import plan
from lesson_utils.course.process import Workers, carry_out

SURROUNDINGS = """
import json, os, sys
print(json.dumps({"python": sys.executable, "threads": os.environ["OMP_NUM_THREADS"],
                  "static": os.environ["LESSON_STATIC"], "folder": os.getcwd(), "photo": photo}))
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


def test_a_batch_with_every_way_to_fail(course, tmp_path):
    """One batch, since each run costs seconds: the good lesson passes whatever the others do."""
    folder = course(
        good=[SURROUNDINGS],
        bug=["x = 0", "1 / x", "print('aldrig')"],
        sentence=[LESSON_ERROR],
        dead=[SUDDEN_DEATH],
    )
    out = tmp_path / "out"
    out.mkdir()
    seen = []
    runs = plan(find(), {"photo": "/et/foto.jpg"})
    results = {result.title: result for result in run_all(runs, out, jobs=2, tell=seen.append)}

    good = results["Good"]
    assert good.passed
    assert good.parameters == {"photo": "/et/foto.jpg"}
    assert good.picture_text == "Et teal felt"
    assert {path.suffix for path in out.glob("01_good.*")} == {".ipynb", ".html", ".png"}
    told = json.loads(stdout_of(out / "01_good.ipynb").splitlines()[-1])
    assert told == {
        "python": sys.executable,
        "threads": str(max(1, cores() // 2)),
        "static": "1",
        "folder": str(folder),
        "photo": "/et/foto.jpg",
    }

    bug = results["Bug"]
    assert bug.reason == "Celle [6] stoppede med ZeroDivisionError: division by zero."
    assert "1 / x" in bug.traceback
    assert "\x1b" not in bug.traceback
    executed = (out / "02_bug.ipynb").read_text(encoding="utf-8")
    assert "Lektionen stoppede ved cellen herunder" in executed
    assert "An Exception was encountered" not in executed
    assert "aldrig\\n" not in executed
    assert (out / "02_bug.html").exists()

    assert results["Sentence"].reason == "Laget »conv9« findes ikke."
    assert results["Sentence"].traceback == ""
    assert results["Dead"].reason.startswith("Python gik ned i celle 6")

    assert not list(out.glob(".*")), "nothing half-written is left"
    last = [step for step in seen if step.run.lesson.title == "Good"][-1]
    assert (last.cell, last.cells) == (6, 6)


def test_a_cell_that_hangs_is_stopped(course, tmp_path):
    course(slow=["import time\ntime.sleep(60)"])
    result = carry_out(plan(find(), {})[0], tmp_path, 1, Workers(), cell_timeout=1, page=False)
    assert result.reason == "Celle 5 brugte mere end 1 sekund."
    assert result.seconds < 40


def test_a_killed_worker_fails_its_own_run_only(course, tmp_path):
    """What the memory killer does."""
    course(slow=["import time\ntime.sleep(60)"])
    workers = Workers()

    def kill(progress) -> None:
        (process,) = workers._running
        process.kill()

    result = carry_out(plan(find(), {})[0], tmp_path, 1, workers, tell=kill)
    assert result.reason == "Kørslen stoppede uden at blive færdig (kode -9)."
    assert not list(tmp_path.glob(".*.part*"))


def test_an_interrupt_stops_all_kernels(course, tmp_path):
    """The kernels write down who they are; none of them lives on."""
    ids = tmp_path / "ids"
    ids.mkdir()
    hang = (
        f"import os, time\nopen(os.path.join({str(ids)!r}, str(os.getpid())), 'w').close()\ntime.sleep(120)"
    )
    course(one=[hang], two=[hang], three=[hang])

    def interrupt() -> None:
        deadline = time.monotonic() + 60
        while len(list(ids.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(os.getpid(), 2)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        list(run_all(plan(find(), {}), tmp_path, jobs=2))
    kernels = [int(path.name) for path in ids.iterdir()]
    assert len(kernels) == 2, "the third had not begun"
    deadline = time.monotonic() + 10
    while any(alive(kernel) for kernel in kernels) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(kernel) for kernel in kernels)


def alive(process: int) -> bool:
    """Whether a process runs (one that has ended and waits to be collected does not)."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
