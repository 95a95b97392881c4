"""Kill a batch, or a kernel of it, with -9 at a random moment, ten times each, then go on with it.

    python benchmarks/batch_survival.py        (about a quarter of an hour on two cores)
        -> data/measurements/batch_survival.csv, data/measurements/batch_memory.csv
    python benchmarks/batch_survival.py 1 20   (once each, and 20 runs for 200: a try-out, which is not stored)

After each resume: nothing lost (every planned run has passed), nothing twice (a run that was whole before the kill
is the same file afterwards), nothing half-written, no process left. Then 200 runs of the same cheap lesson, with
the memory of the batch's own process. The tests import `survive` and run it once.

The first run holds on, with a process that it has started, until a gate is opened: whatever the moment and the
load of the machine, a blow to the batch hits a run that is under way.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import psutil

SEED = 7
RUNS, CHEAP_RUNS, REPETITIONS = 5, 200, 10
PATIENCE = 240.0  # seconds
KERNEL = "ipykernel_launcher"
LESSON = """
import os, subprocess, sys, time
from pathlib import Path
gate = Path(os.environ["LESSON_GATE"])
if number == 0 and gate.exists():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (gate / "held").write_text(str(os.getpid()))
    while gate.exists():
        time.sleep(0.05)
time.sleep(0.5)
display({"application/vnd.lesson.record+json": {"name": "svar", "value": number * number}}, raw=True)
"""
PROGRAM = """
import sys
from pathlib import Path
from lesson_staff import catalogue, cli
catalogue.NOTEBOOKS = Path(sys.argv[1])
catalogue.LESSONS = (catalogue.Lesson("01", "Billig", 5, "01_cheap.ipynb"),)
sys.argv = ["lesson", *sys.argv[2:]]
cli.main()
"""


def make_course(folder: Path) -> None:
    """One cheap lesson with one parameter."""
    cells = [
        nbformat.v4.new_code_cell("number: int = 0  # et tal", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(LESSON),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(notebook, folder / "01_cheap.ipynb")


class Batch:
    """The cheap lesson for `runs` values, in a folder of its own, as a process that can be killed."""

    def __init__(self, folder: Path, runs: int = RUNS) -> None:
        self.course, self.out, self.temporary, self.gate = (
            folder / name for name in ("course", "out", "tmp", "gate")
        )
        for each in (self.course, self.temporary, self.gate):
            each.mkdir()
        make_course(self.course)
        self.names = [f"01_cheap_number={number}" for number in range(runs)]
        self.arguments = ["run", "--grid", "number=" + ",".join(map(str, range(runs)))]

    def start(self, *arguments: str) -> psutil.Popen:
        command = [sys.executable, "-c", PROGRAM, str(self.course), *(arguments or self.arguments)]
        command += ["--jobs", "2", "--out", str(self.out)]
        here = os.environ | {"TMPDIR": str(self.temporary), "LESSON_GATE": str(self.gate)}
        with (self.course / "said.txt").open("a") as said:
            return psutil.Popen(command, env=here, stdout=said, stderr=said)

    def held(self) -> int:
        """The kernel of the run that holds on; 0 before it has begun."""
        told = self.gate / "held"
        return int(told.read_text() or 0) if told.exists() else 0

    def open_gate(self) -> None:
        shutil.rmtree(self.gate, ignore_errors=True)

    def whole(self) -> dict[str, bytes]:
        """`run.json` of every run that is there, by name."""
        return {path.parent.name: path.read_bytes() for path in self.out.glob("01_*/run.json")}

    def passed(self) -> dict[str, bytes]:
        return {name: content for name, content in self.whole().items() if json.loads(content)["passed"]}


def wait_for(condition, patience: float = PATIENCE):
    """What `condition` returns as soon as it is something. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(condition)


def alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def descendants(batch: psutil.Process, mark: str = "") -> list[psutil.Process]:
    """The living processes under a batch whose command line holds `mark`."""
    found = []
    for process in batch.children(recursive=True):
        try:
            if alive(process) and mark in " ".join(process.cmdline()):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def survive(folder: Path, kinds: tuple[str, ...], chance: random.Random, runs: int = RUNS) -> dict[str, int]:
    """Kill what `kinds` says, one after the other, each at a random moment; go on; assert what is promised.

    Returns how many were killed (a kernel may end before), and how many runs were kept, had failed, ran again.
    """
    batch = Batch(folder, runs)
    process, kills, family = batch.start(), 0, []
    early = chance.randrange(runs - 1)  # so many of the runs that hold on to nothing are whole
    wait_for(lambda: batch.held() and len(batch.whole()) >= early)
    for kind in kinds:
        time.sleep(chance.uniform(0.0, 2.0))
        family, victims = descendants(process), [process]
        if kind == "kernel":  # not the one that holds on, as long as more blows are to come
            spared = 0 if kind is kinds[-1] else batch.held()
            victims = [each for each in descendants(process, KERNEL) if each.pid != spared]
        with suppress(IndexError, psutil.NoSuchProcess):  # it may have ended by itself
            chance.choice(victims).kill()
            kills += 1
    batch.open_gate()
    process.wait(PATIENCE)
    before, failed = batch.passed(), len(batch.whole()) - len(batch.passed())
    wait_for(lambda: not any(map(alive, family)), 60)
    assert batch.start("run", "--resume").wait(PATIENCE) == 0, (batch.course / "said.txt").read_text()
    after = batch.passed()
    assert sorted(after) == sorted(batch.names), "nothing lost"
    assert {name: after[name] for name in before} == before, "nothing twice"
    for number, name in enumerate(batch.names):
        files = {path.name for path in (batch.out / name).iterdir()}
        assert {"01_cheap.ipynb", "01_cheap.html", "metrics.json", "log.txt", "run.json"} <= files
        assert json.loads((batch.out / name / "metrics.json").read_text()) == {"svar": number * number}
    assert not list(batch.out.glob(".half-*")), "nothing half-written"
    assert not list(batch.temporary.glob(".half-*")), "no folder of a run left elsewhere"
    return {"kills": kills, "kept": len(before), "failed": failed, "run_again": runs - len(before)}


def memory_of(runs: int, folder: Path) -> pd.DataFrame:
    """The resident memory of the batch's own process each time another tenth of the runs is whole.

    Raises AssertionError if a run fails, or if the second half of them takes more than a tenth of the memory more.
    """
    batch = Batch(folder, runs)
    batch.open_gate()  # none of these holds on
    process, rows = batch.start(), []
    for tenth in range(1, 10):
        wait_for(lambda goal=tenth * runs // 10: len(batch.whole()) >= goal, 3600)
        rows.append({"runs": len(batch.whole()), "megabytes": process.memory_info().rss / 1e6})
    assert process.wait(600) == 0
    assert len(batch.passed()) == runs
    memory = pd.DataFrame(rows)
    assert memory.megabytes.iloc[-1] < 1.1 * memory.megabytes.iloc[4], memory
    return memory


if __name__ == "__main__":
    from lesson_utils.show.measurements import store

    repetitions, cheap_runs = map(int, sys.argv[1:3] or (REPETITIONS, CHEAP_RUNS))
    chance, rows = random.Random(SEED), []
    for kind in ("batch", "kernel"):
        for repetition in range(repetitions):
            with tempfile.TemporaryDirectory() as folder:
                rows.append(
                    {"killed": kind, "repetition": repetition} | survive(Path(folder), (kind,), chance)
                )
            print(rows[-1], flush=True)
    about = {
        "made by": "python benchmarks/batch_survival.py",
        "date": date.today(),
        "recipe": f"{RUNS} runs of a cheap lesson, two at a time; kill -9 at a random moment, then --resume",
        "versions": f"Python {sys.version.split()[0]}",
        "seeds": SEED,
    }
    if len(sys.argv) == 1:
        store("batch_survival", pd.DataFrame(rows), about)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        memory = memory_of(cheap_runs, Path(folder))
    print(memory.to_string(index=False))
    print(f"{cheap_runs} runs, none failed, in {time.perf_counter() - began:.0f} s")
    if len(sys.argv) == 1:
        about["recipe"] = f"{cheap_runs} runs of a cheap lesson, two at a time; the batch's own process"
        store("batch_memory", memory, about)
