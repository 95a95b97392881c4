"""What a first import costs, and how soon `lesson --help` answers -> data/measurements/start_time.csv.

    python benchmarks/start_time.py        (about two minutes)

Every start is a process of its own. The starts take turns, so that a machine that grows busy slows them all.
"""

import statistics
import subprocess
import sys
import time
from datetime import date

import pandas as pd
import torch

from lesson_utils.danish import number
from lesson_utils.show.measurements import store

ROUNDS = 9
STARTS = {
    "python": ["-c", "pass"],
    "import torch": ["-c", "import torch"],
    "import torch, torchvision": ["-c", "import torch, torchvision"],
    "import lesson_utils": ["-c", "import lesson_utils"],
    "import lesson_utils.networks": ["-c", "import lesson_utils.networks"],
    "import lesson_utils.images, lesson_utils.weights": [
        "-c",
        "import lesson_utils.images, lesson_utils.weights",
    ],
    "lesson --help": ["-m", "lesson_staff.cli", "--help"],
}


def seconds(arguments: list[str]) -> float:
    """Wall-clock time of one start."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    for arguments in STARTS.values():
        seconds(arguments)  # the first start of each reads its files from disk
    times = {name: [] for name in STARTS}
    for _ in range(ROUNDS):
        for name, arguments in STARTS.items():
            times[name].append(seconds(arguments))
    table = pd.DataFrame(
        {"start": list(STARTS), "seconds": [statistics.median(each) for each in times.values()]}
    )
    table["of_torch"] = table.seconds / statistics.median(times["import torch"])
    about = {
        "made by": "python benchmarks/start_time.py",
        "date": date.today(),
        "recipe": f"median of {ROUNDS} processes each, taking turns, after one to warm up",
        "versions": f"Python {sys.version.split()[0]}, torch {torch.__version__}",
        "seeds": "none: nothing is drawn",
    }
    store("start_time", table, about)
    for row in table.itertuples():
        print(f"{row.start:50} {number(row.seconds, 2):>6} s   {number(row.of_torch, 2):>5} x import torch")
