"""Milliseconds an image in four networks, plain PyTorch on the CPU -> data/measurements/network_speed.csv.

    python benchmarks/network_speed.py        (half a minute)

One thread, one image, float32; the weights are random, for the time does not depend on them. The networks take
turns, and each keeps its quickest round of the core's own time, which does not run while others use the core.
"""

import platform
import time
from datetime import date

import pandas as pd
import torch

from lesson_utils.networks.families import PAPERS
from lesson_utils.show.measurements import store

NAMES, ROUNDS = ("alexnet", "vgg16", "googlenet", "efficientnet"), 8

if __name__ == "__main__":
    torch.set_num_threads(1)
    networks = {name: PAPERS[name](seed=0).eval() for name in NAMES}
    best = {}
    with torch.inference_mode():
        for _ in range(ROUNDS):
            for name, network in networks.items():
                image = torch.rand(1, 3, network.input_size, network.input_size)
                start = time.process_time()
                network(image)
                spent = 1000 * (time.process_time() - start)
                best[name] = min(spent, best.get(name, spent))
    table = pd.DataFrame(best.items(), columns=["network", "milliseconds"])
    print(table.round(1).to_string(index=False))
    about = {
        "made by": "python benchmarks/network_speed.py",
        "date": date.today(),
        "recipe": f"the quickest of {ROUNDS} rounds, one image, one thread of the CPU, float32, eager",
        "machine": f"{platform.machine()}, torch {torch.__version__}",
        "seeds": "0 (weights)",
    }
    store("network_speed", table, about)
