"""How well each strategy of transfer learning does, and which layer to cut at: `python benchmarks/transfer.py`.

Writes data/measurements/transfer.csv and transfer_layers.csv. Seconds are processor seconds on one core, which
other programs disturb little. What is measured stays in the cache, so an interrupted run goes on where it was.
"""

import sys
import time
from collections.abc import Iterator
from datetime import date

import pandas as pd
import torch

from lesson_utils.classroom import measurements
from lesson_utils.networks import Network
from lesson_utils.transfer import Task, fresh, linear_probe, new_classes, strategies_for, transfer
from lesson_utils.weights import embedded, load_network
from lesson_utils.world.cache import cache_directory

SIZES = (5, 10, 20, 50, 100, 200)
SEEDS = (0, 1, 2)
TEST_PER_CLASS = 70
LAYER_SIZE = 50  # images per class for the layers
NEEDS_ENCODER = ("last_fc", "several_fc", "fine_tuned")  # the others do not depend on which network it is
COLUMNS = ["network", "strategy", "images_per_class", "seed", "accuracy", "seconds"]


def main() -> None:
    torch.set_num_threads(1)
    networks = {name: load_network(name) for name in ("alexnet", "standard") if name in embedded()}
    digest = "-".join(embedded()[name]["sha256"][:8] for name in networks)  # other weights, other numbers
    draft = cache_directory() / f"transfer-{digest}.csv"
    draft.parent.mkdir(parents=True, exist_ok=True)
    done = pd.read_csv(draft) if draft.exists() else pd.DataFrame(columns=COLUMNS)
    finished = set(done[COLUMNS[:4]].itertuples(index=False, name=None))
    layers = []
    for seed in SEEDS:
        task = new_classes(max(SIZES), TEST_PER_CLASS, seed)
        layers += probes(networks, task, seed)
        for row in rows(networks, task, seed, finished):
            pd.DataFrame([row]).to_csv(draft, mode="a", header=not draft.exists(), index=False)
            print(*row.values(), flush=True)
    about = {
        "command": "python benchmarks/transfer.py",
        "date": date.today().isoformat(),
        "recipe": "lesson_utils/transfer/strategies.py; AdamW; frozen features computed once; seconds on one core",
        "test": f"{14 * TEST_PER_CLASS} images of 14 classes, the same for all seeds",
        "seeds": ", ".join(map(str, SEEDS)),
        "weights": digest,
    }
    measurements.store("transfer", pd.read_csv(draft).sort_values(COLUMNS[:4]), about)
    about |= {
        "recipe": "LogisticRegression on standardised features averaged to 4x4",
        "images_per_class": LAYER_SIZE,
    }
    measurements.store("transfer_layers", pd.concat(layers), about)


def rows(networks: dict[str, Network], task: Task, seed: int, finished: set) -> Iterator[dict]:
    """One row for each network, strategy and number of images that is not `finished`."""
    for name, network in networks.items():
        memory: dict = {}
        for strategy in strategies_for(network):
            if name != "alexnet" and strategy.name not in NEEDS_ENCODER:
                continue
            for size in SIZES:
                if (name, strategy.name, size, seed) in finished:
                    continue
                result = transfer(strategy, network, task, size, seed, memory, time.process_time)
                values = (name, strategy.name, size, seed, result.accuracy, result.seconds)
                yield dict(zip(COLUMNS, values, strict=True))


def probes(networks: dict[str, Network], task: Task, seed: int) -> Iterator[pd.DataFrame]:
    for name, network in (networks | {"random": fresh(networks["alexnet"], seed)}).items():
        found = linear_probe(network, task, per_class=LAYER_SIZE)
        yield found.assign(network=name, images_per_class=LAYER_SIZE, seed=seed)


if __name__ == "__main__":
    sys.exit(main())
