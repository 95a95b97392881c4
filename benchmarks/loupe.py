"""What the loupe costs: the whole network, and 500 clicks -> data/measurements/loupe.csv, loupe_page.csv.

    python benchmarks/loupe.py         (about five minutes; it needs Chromium and playwright)
    python benchmarks/loupe.py kernel  (only loupe.csv, two minutes; or `page`)

In the kernel a click is what it does between a question and its answer. Seconds are the processor's, of one
thread, so that a busy machine changes little. In the page, in a real JupyterLab, a click lasts until its picture
is drawn: a map of the whole network, another channel, or the number that a number comes from. Run that where
nothing else runs.
"""

import json
import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import torch

from lesson_utils import images
from lesson_utils.explain import Explainer
from lesson_utils.show.loupe import answer, whole
from lesson_utils.show.measurements import store
from lesson_utils.weights import load_network

NETWORKS = ["alexnet", "vgg", "googlenet", "imagenet", "paper:alexnet", "paper:googlenet", "paper:vgg16"]
CLICKS = 500
OPEN = """
from lesson_utils import images
from lesson_utils.show.loupe import loupe
from lesson_utils.weights import load_network
network = load_network("{}")
photo = images.photo("kat", network.input_size)
"""
CALL = 'loupe(network, photo, ("network", "photo"))'
START = """number => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.deselectAll();
  notebook.activeCellIndex = number;
  window.jupyterapp.commands.execute('notebook:run-cell');
}"""
# One click after another, each until the next picture is on the screen; their milliseconds.
CLICK = """async ([cell, clicks]) => {
  const page = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.lesson-loupe');
  const stage = page.querySelector('.loupe-stage'), times = [];
  const pick = (list) => list[Math.floor(Math.random() * list.length)];
  const drawn = (act) => new Promise((done) => {
    const began = performance.now();
    const see = new MutationObserver(() => {
      see.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    });
    see.observe(stage, { childList: true });
    act();
  });
  while (times.length < clicks) {
    await drawn(() => page.querySelectorAll('.loupe-trail button')[2].click());
    times.push(await drawn(() => pick([...page.querySelectorAll('.loupe-map')]).click()));
    const channel = page.querySelector('.loupe-channel input');
    channel.value = Math.floor(Math.random() * (1 + Number(channel.max)));
    times.push(await drawn(() => channel.dispatchEvent(new Event('change'))));
    const back = page.querySelector('.loupe-detail button');
    if (back) times.push(await drawn(() => back.click()));
  }
  return times;
}"""


def size(message: dict, buffers: list[bytes]) -> int:
    """Bytes on their way to the browser."""
    return len(json.dumps(message)) + sum(map(len, buffers))


def measured(name: str) -> dict[str, object]:
    network = load_network(name)
    photo = images.photo("kat", network.input_size)
    began = time.process_time()
    explainer = Explainer(network, photo)
    first = size(*whole(explainer))
    row = {"network": name, "whole_s": time.process_time() - began, "whole_kb": first / 1000}
    draws, times, sizes, memory = random.Random(0), [], [], []
    for _ in range(CLICKS):
        layer = draws.choice(list(explainer.layers))
        channels, *sides = explainer.maps(explainer.find(layer)).shape
        place = [draws.randrange(side) for side in sides]
        began = time.process_time()
        answered = answer(explainer, {"layer": layer, "channel": draws.randrange(channels), "place": place})
        times.append(1000 * (time.process_time() - began))
        sizes.append(size(*answered) / 1000)
        memory.append(psutil.Process().memory_info().rss / 1e6)
    times = pd.Series(times)
    row |= {"click_ms": times.median(), "click_ms_max": times.max(), "click_kb_max": max(sizes)}
    return row | {"memory_mb": memory[-1] - memory[CLICKS // 10]}


def in_the_kernel() -> pd.DataFrame:
    torch.set_num_threads(1)
    measured("alexnet")  # to warm up
    return pd.DataFrame([measured(name) for name in NETWORKS])


def in_a_page() -> pd.DataFrame:
    """Each network in a JupyterLab as it is presented, one page for all: seconds, milliseconds, megabytes."""
    from camera import film, show

    cells, rows = [cell for name in NETWORKS for cell in (OPEN.format(name), CALL)], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with show(cells, folder, film(folder / "film.mjpeg")) as shown:
            shown.deck(False)
            for k, network in enumerate(NETWORKS):
                rows.append({"network": network} | clicks(shown, 1 + 2 * k))
                print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def clicks(shown: Any, number: int) -> dict[str, float]:
    """Of the network in cell `number`: the whole until it can be clicked, 500 clicks, what they leave behind."""
    shown.run(number)
    page = shown.page.locator(".jp-Notebook .jp-Cell").nth(number + 1)
    began = time.monotonic()
    shown.page.evaluate(START, number + 1)
    page.locator(".loupe-map").first.wait_for(timeout=60_000)
    row = {"whole_s": time.monotonic() - began}
    shown.page.wait_for_timeout(3000)  # the twin below is drawn, too
    times = shown.page.evaluate(CLICK, [number + 1, CLICKS // 10])
    before = shown.memory()
    times = pd.Series(times + shown.page.evaluate(CLICK, [number + 1, CLICKS - CLICKS // 10]))
    row |= {"click_ms": times.median(), "click_ms_95": times.quantile(0.95), "click_ms_max": times.max()}
    return row | {f"{name}_more": value - before[name] for name, value in shown.memory().items()}


TABLES = {
    "kernel": ("loupe", in_the_kernel, "processor time of one thread"),
    "page": ("loupe_page", in_a_page, "wall clock in JupyterLab, from the click to its picture"),
}

if __name__ == "__main__":
    for part in sys.argv[1:] or TABLES:
        name, measure, how = TABLES[part]
        table = measure()
        about = {
            "made by": "python benchmarks/loupe.py",
            "date": date.today(),
            "recipe": f"{CLICKS} drawn numbers, {how}; memory from click {CLICKS // 10} to the last",
            "versions": f"torch {torch.__version__}",
            "seeds": "0 for the numbers" if part == "kernel" else "none",
        }
        store(name, table, about)
        print(table.round(2).to_string(index=False))
