"""What the loupe costs: the whole network the first time, and 500 clicks -> data/measurements/loupe.csv.

    python benchmarks/loupe.py        (about two minutes)

A click is what the kernel does between a question and its answer. Seconds are the processor's, of one thread, so
that a busy machine changes little.
"""

import json
import random
import time
from datetime import date

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


if __name__ == "__main__":
    torch.set_num_threads(1)
    measured("alexnet")  # to warm up
    table = pd.DataFrame([measured(name) for name in NETWORKS])
    about = {
        "made by": "python benchmarks/loupe.py",
        "date": date.today(),
        "recipe": f"{CLICKS} drawn numbers, processor time of one thread; memory from click 50 to the last",
        "versions": f"torch {torch.__version__}",
        "seeds": "0 for the numbers",
    }
    store("loupe", table, about)
    print(table.round(2).to_string(index=False))
