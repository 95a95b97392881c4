"""kill -9, a Ctrl-C, a time limit: what was whole stays, the rest is run again."""

import importlib.util
import random
import signal
from pathlib import Path

import pytest

from lesson_staff.batch import run_all
from lesson_staff.catalogue import find
from lesson_staff.order import Limits
from lesson_staff.plan import plan

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "batch_survival.py"


@pytest.fixture(scope="module")
def survival():
    spec = importlib.util.spec_from_file_location("batch_survival", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.timeout(900)  # seven starts of a process, on a machine that may be busy
def test_kernel_and_batch_killed_in_one_night(survival, tmp_path):
    """Ten times each is `python benchmarks/batch_survival.py`."""
    seed = random.randrange(1000)
    print("seed", seed)  # shown if it fails
    counts = survival.survive(tmp_path, ("kernel", "batch"), random.Random(seed), runs=4)
    assert counts["kills"] > 0 and counts["run_again"] > 0


def test_a_killed_kernel_takes_along_what_it_had_started(survival, tmp_path):
    assert survival.survive(tmp_path, ("kernel",), random.Random(2), runs=2)["kills"] == 1


def test_ctrl_c_says_how_to_go_on(survival, tmp_path):
    batch = survival.Batch(tmp_path, runs=3)
    process = batch.start()
    survival.wait_for(batch.held)
    family = survival.descendants(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    said = (batch.course / "said.txt").read_text(encoding="utf-8")
    assert "Afbrudt: " in said and f"Gå videre med: lesson run --resume --out {batch.out}" in said
    assert (batch.out / "index.html").exists()
    assert not list(batch.out.glob(".half-*"))
    assert not any(map(survival.alive, family)), "nor what a lesson had started"


def test_a_time_limit_and_a_second_try(course, tmp_path):
    """The first try of »flaky« dies; »slow« runs out of time and keeps what it had shown."""
    mark = tmp_path / "tried"
    flaky = f"import os, pathlib\nmark = pathlib.Path({str(mark)!r})\n"
    flaky += "if not mark.exists():\n    mark.touch()\n    os._exit(3)"
    course(flaky=[flaky], slow=["print('nået')", "import time\ntime.sleep(300)"])
    out = tmp_path / "out"
    out.mkdir()
    flaky_run, slow_run = plan(find())
    (tried,) = run_all([flaky_run], out, page=False, limits=Limits(retries=1))
    assert tried.passed and tried.facts["attempts"] == 2
    mark.unlink()
    (never,) = run_all([flaky_run], out, page=False)
    assert not never.passed and never.facts["attempts"] == 1, "no second try that nobody asked for"
    assert never.reason == "Python gik ned i celle [4] (kode 3).", "which is no lack of memory"
    (late,) = run_all([slow_run], out, page=False, limits=Limits(timeout=5))
    assert late.reason.startswith("Kørslen brugte mere end 5 sekunder")
    assert late.seconds < 60
