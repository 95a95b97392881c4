"""What each depth of each network keeps, and who recognises class images: `python benchmarks/rebuilding.py`.

Writes data/measurements/rebuilding.csv (PSNR and feature error, every layer), kept.csv (colour, place and class,
told apart or not), class_judges.csv (the share of class images that each network recognises) and
isolated_bananas.csv.
"""

from datetime import date

import pandas as pd

from lesson_utils.classroom import measurements
from lesson_utils.classroom.experiments import asking, banana_bias, rebuilding
from lesson_utils.networks import Network
from lesson_utils.networks.network import random_twin
from lesson_utils.weights import embedded, load_network
from lesson_utils.world import datasets

SEEDS = range(5)
PICTURES = 22
STEPS = 100
FRESH = 2026


def main() -> None:
    names = [name for name in ("alexnet", "vgg", "googlenet", "standard", "alexnet-2") if name in embedded()]
    networks = {name: load_network(name) for name in names}
    about = {
        "made by": "python benchmarks/rebuilding.py",
        "date": date.today().isoformat(),
        "recipe": f"lesson_utils/reconstruction/questions.py, {STEPS} steps",
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in names),
    }
    with_random = networks | {"random": random_twin(networks["alexnet"])}
    measurements.store("rebuilding", depths(with_random), about | {"pictures": f"{PICTURES}, seed {FRESH}"})
    measurements.store("kept", kept(networks), about | {"pairs": f"{PICTURES}, seed {FRESH}"})
    measurements.store("class_judges", judged(networks), about | {"seeds": ", ".join(map(str, SEEDS))})
    measurements.store("isolated_bananas", dose(networks["alexnet"]), about | {"seeds": "0, 1, 2"})


def depths(networks: dict[str, Network]) -> pd.DataFrame:
    """Columns network, layer, psnr, feature_error: means over the pictures."""
    pictures = datasets.base(PICTURES, seed=FRESH).images
    tables = []
    for name, network in networks.items():
        means = rebuilding.rebuild(network, pictures, network.layer_names, STEPS).means()
        tables.append(means.reset_index().assign(network=name))
    return pd.concat(tables)[["network", "layer", "psnr", "feature_error"]]


def kept(networks: dict[str, Network]) -> pd.DataFrame:
    """Columns network, layer, difference, share; the judge of the class is of another architecture."""
    tables = []
    for name, network in networks.items():
        judge = networks["alexnet" if name == "googlenet" else "googlenet"]
        found = rebuilding.told_apart(
            network, rebuilding.pairs(PICTURES, FRESH), network.layer_names, judge, STEPS
        )
        long = (
            found.rename_axis("layer").reset_index().melt("layer", var_name="difference", value_name="share")
        )
        tables.append(long.assign(network=name))
    return pd.concat(tables)[["network", "layer", "difference", "share"]]


def judged(networks: dict[str, Network]) -> pd.DataFrame:
    """Columns network, seed, judge, share; nobody judges his own images."""
    labels, rows = range(len(datasets.BASE)), []
    for name, network in networks.items():
        judges = {other: judge for other, judge in networks.items() if other != name}
        for seed in SEEDS:
            shares = asking.recognised(asking.class_images(network, labels, STEPS, seed), labels, judges)
            rows += [(name, seed, judge, share) for judge, share in shares.items()]
    return pd.DataFrame(rows, columns=["network", "seed", "judge", "share"])


def dose(network: Network) -> pd.DataFrame:
    """Columns seed, isolated, share: right answers to new bananas alone after so many were added."""
    biased, rows = banana_bias.training_sets()["skævt"], []
    for seed in range(3):
        curve = banana_bias.enough(network, biased, (0, 1, 2, 5, 10, 20, 40), seed)
        rows += [(seed, count, share) for count, share in curve.items()]
    return pd.DataFrame(rows, columns=["seed", "isolated", "share"])


if __name__ == "__main__":
    main()
