"""What the units of our networks answer to -> data/measurements/dissection.csv.

    python benchmarks/dissection.py        (about a minute on two cores for each network, and for each random twin)
    python benchmarks/dissection.py 1000   (the same with fewer images, in some seconds)

Ten thousand images that no network has trained on. The table also says how long it took, in processor seconds of
all cores together, and the most memory that the process held; printed beside it is the same after a tenth of the
images, since it should not grow with them. What is measured stays in the cache: an interrupted run goes on where
it was.
"""

import resource
import sys
import time
from datetime import date

import pandas as pd

from lesson_utils.dissection import DETECTS, by_layer, dissect
from lesson_utils.networks import Network, random_twin
from lesson_utils.show.measurements import store
from lesson_utils.weights import embedded, load_network
from lesson_world import datasets
from lesson_world.cache import Album, cache_directory

NAMES = ("alexnet", "standard", "alexnet-2", "vgg", "googlenet")
COUNT, QUANTILE, TWIN = 10_000, 0.99, 1


def peak() -> float:
    """The most memory that this process has held so far, in MB (Linux counts it in KB, macOS in bytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def measure(network: Network, album: Album) -> tuple[dict, dict[str, float]]:
    wall, processor = time.perf_counter(), time.process_time()
    found = dissect(network, album, network.map_layers, QUANTILE)
    cost = {"seconds": time.perf_counter() - wall, "processor_seconds": time.process_time() - processor}
    return found, cost | {"peak_mb": peak()}


def rows(name: str, album: Album) -> pd.DataFrame:
    """A network's rows of the table and its random twin's; what is measured already is read from the cache."""
    digest = embedded()[name]["sha256"][:12]  # other weights, other numbers
    draft = cache_directory() / "dissection" / f"{name}-{digest}-{len(album)}.csv"
    if draft.exists():
        return pd.read_csv(draft)
    network, tables = load_network(name), []
    for who, one in ((name, network), (f"{name}, random", random_twin(network, TWIN))):
        measure(one, Album(datasets.BASE, datasets.TEST, len(album) // 10))
        few = peak()
        found, cost = measure(one, album)
        tables.append(by_layer({who: found}).assign(**cost))
        print(f"{who}: {cost}, {few:.0f} MB after a tenth", flush=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    pd.concat(tables).to_csv(draft, index=False)
    return pd.concat(tables)


def main(count: int) -> None:
    album = Album(datasets.BASE, datasets.TEST, count)
    for _ in album:  # drawn before the clock starts, and kept on disk
        pass
    done: dict[str, pd.DataFrame] = {}
    for name in [name for name in NAMES if name in embedded()]:
        done[name] = rows(name, album)
        about = {
            "made by": "python benchmarks/dissection.py",
            "date": date.today(),
            "data": f"{count} images of the 22 classes; 95 % intervals by bootstrap over images",
            "recipe": f"threshold: the {QUANTILE} quantile of each unit; a detector has IoU >= {DETECTS}",
            "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in done),
            "seeds": f"{datasets.TEST} (images), {TWIN} (random twins), 0 (bootstrap)",
        }
        store("dissection", pd.concat(done.values()), about)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
