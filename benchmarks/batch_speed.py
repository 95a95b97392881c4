"""How fast a batch of all lessons is -> data/measurements/batch_speed.csv.

    python benchmarks/batch_speed.py        (four times the whole course: about half an hour on two cores)
    python benchmarks/batch_speed.py 02 03  (the same with some lessons: a try-out, which is not stored)

One worker with one thread, two workers of one thread each, and one worker with both cores, on a quiet machine;
then the same plan on a dask cluster of two workers here, whose metrics.json must be the same, byte for byte.
"""

import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd

from lesson_staff.batch import Scheduler, ThisMachine, cores, run_all
from lesson_staff.catalogue import find
from lesson_staff.cluster import Cluster
from lesson_staff.plan import Run, plan
from lesson_utils.danish import number
from lesson_utils.show.measurements import store


def spent(runs: list[Run], scheduler: Scheduler, folder: Path) -> float:
    """Seconds for all runs; each one's own are printed. Raises AssertionError if one fails."""
    folder.mkdir(exist_ok=True)
    began = time.perf_counter()
    with closing(run_all(runs, folder, scheduler=scheduler)) as results:
        results = sorted(results, key=lambda result: result.name)
    seconds = time.perf_counter() - began
    assert all(result.passed for result in results), [r.reason for r in results if not r.passed]
    each = ", ".join(
        f"{r.number}: {number(r.seconds, 0)} ({number(r.facts['cpu_seconds'], 0)})" for r in results
    )
    print(f"{folder.name}: {number(seconds, 1)} s. Each, and its processor seconds: {each}", flush=True)
    return seconds


def this_machine(jobs: int, threads: int, folder: Path) -> ThisMachine:
    scheduler = ThisMachine(jobs, folder)
    scheduler.threads = threads
    return scheduler


def metrics(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in sorted(folder.glob("*/metrics.json"))}


if __name__ == "__main__":
    runs, rows = plan(find(sys.argv[1:])), []
    with tempfile.TemporaryDirectory() as place:
        for jobs, threads in ((1, 1), (2, 1), (1, cores())):
            folder = Path(place, f"{jobs}-{threads}")
            folder.mkdir()
            seconds = spent(runs, this_machine(jobs, threads, folder), folder)
            rows.append(
                {"scheduler": "this machine", "workers": jobs, "threads": threads, "seconds": seconds}
            )
        seconds = spent(runs, Cluster(jobs=2), Path(place, "dask"))
        rows.append({"scheduler": "dask", "workers": 2, "threads": 1, "seconds": seconds})
        differing = [
            name
            for name, content in metrics(Path(place, "2-1")).items()
            if metrics(Path(place, "dask")).get(name) != content
        ]
    table = pd.DataFrame(rows)
    table["faster_than_one_thread"] = table.seconds[0] / table.seconds
    about = {
        "made by": "python benchmarks/batch_speed.py",
        "date": date.today(),
        "recipe": f"{len(runs)} lessons, each way once, on {cores()} cores",
        "versions": f"Python {sys.version.split()[0]}",
        "seeds": "the lessons' own",
        "metrics that differ between dask and this machine": ", ".join(differing) or "none",
    }
    if not sys.argv[1:]:
        store("batch_speed", table, about)
    print(table.to_string(index=False))
    sys.exit(f"metrics.json differs for {differing}" if differing else 0)
