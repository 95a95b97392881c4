"""How fast the browsers of lesson 05 answer -> data/measurements/browsers.csv.

    python benchmarks/browsers.py        (about a minute)

For each network: the first click (it measures the layer), and the median and the slowest of the clicks after it,
each with its picture as the browser shows it. Run it where nothing else runs.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import pandas as pd
import torch

from lesson_cells.aktiveringer import widgets as browsers
from lesson_utils.show.display import image_tag
from lesson_utils.show.measurements import store

CLICKS = 12


def seconds(draw: Callable, *settings: object) -> float:
    began = time.perf_counter()
    image_tag(draw(*settings), passing=True)
    return time.perf_counter() - began


def clicks(name: str) -> dict[str, list[tuple]]:
    """By browser: its function and the settings of one click after another, on one layer."""
    deep, layer = browsers._network(name).layer_names[-2], list(browsers._mapped(name))[-1]
    parts = [*browsers._part_words()][:CLICKS]
    channel, neighbours = (partial(draw, "", "") for draw in (browsers._channel, browsers._neighbours))
    return {
        "activation": [(channel, str(k), name, layer, k + 1) for k in range(CLICKS)],
        "dissection": [(browsers._units_for, name, layer, part) for part in parts],
        "neighbours": [(neighbours, "horse cow", k, name, deep, "cosine") for k in range(CLICKS)],
    }


if __name__ == "__main__":
    rows = []
    for name in browsers._networks("alexnet"):
        browsers._world(name)  # the images are drawn when the lesson opens
        for browser, settings in clicks(name).items():
            first, *others = [seconds(*setting) for setting in settings]
            row = {"browser": browser, "network": name, "first": first}
            rows.append(row | {"median": statistics.median(others), "slowest": max(others)})
    table = pd.DataFrame(rows)
    print(table.round(2).to_string(index=False))
    about = {
        "made by": "python benchmarks/browsers.py",
        "date": date.today(),
        "data": f"seconds; the first click on a layer, and {CLICKS - 1} clicks after it",
        "recipe": f"{torch.get_num_threads()} threads",
        "seeds": browsers.SEED,
    }
    store("browsers", table, about)
