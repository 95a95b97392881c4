"""Two animals on white: whose nearest neighbours share their class? -> data/measurements/neighbours.csv.

    python benchmarks/neighbours.py        (about a minute)

Precision@5 in the pixels and in each layer, for three sets of twins: image i of one class has the pose of image i
of the other. No network has seen a rabbit or a bear; all have trained on horses and cows.
"""

import itertools
from datetime import date

import pandas as pd

from lesson_utils.neighbours import METRICS, PIXELS, features, nearest
from lesson_utils.networks import random_twin
from lesson_utils.show.measurements import store
from lesson_utils.weights import embedded, load_network
from lesson_world import datasets

NAMES = ("alexnet", "standard", "alexnet-2", "vgg", "googlenet")
SEEDS = (datasets.TEST, 11, 12)
PAIRS = (("rabbit", "bear"), ("horse", "cow"))
COUNT, K = 100, 5

if __name__ == "__main__":
    names = [name for name in NAMES if name in embedded()]
    rows = []
    for pair, seed, name in itertools.product(PAIRS, SEEDS, names):
        samples = datasets.twins(*pair, count=COUNT, seed=seed)
        network = load_network(name)
        twin = random_twin(network, seed)
        for layer in [PIXELS, *network.layer_names[:-1]]:
            vectors = {"trained": features(network, samples, layer), "random": features(twin, samples, layer)}
            for metric in METRICS:
                row = {
                    "pair": " ".join(pair),
                    "network": name,
                    "metric": metric,
                    "layer": layer,
                    "seed": seed,
                }
                for who, found in vectors.items():
                    row[who] = nearest(found, samples.labels, K, metric).precision_at(K)
                rows.append(row)
    about = {
        "made by": "python benchmarks/neighbours.py",
        "date": date.today(),
        "data": f"{COUNT} of each on white; precision@{K} among the other {2 * COUNT - 1} images",
        "columns": "trained, random: precision@5 of the network, and of its random twin",
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in names),
        "seeds": ", ".join(map(str, SEEDS)),
    }
    table = pd.DataFrame(rows)
    store("neighbours", table, about)
    means = table.groupby(["pair", "network", "metric", "layer"], sort=False)[["trained", "random"]].mean()
    print(means.round(3).to_string())
