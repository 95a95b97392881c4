"""What each depth of each network keeps of a picture: `python benchmarks/rebuilding.py` (about ten minutes).

Writes data/measurements/rebuilding.csv (PSNR and feature error, every layer), rebuilding.jpg (the first four
pictures, rebuilt from each of them) and kept.csv (colour, place and class, told apart or not, at eight depths).
"""

from datetime import date

import pandas as pd
import torch

from lesson_cells.rekonstruktion.experiments.atlas import store_atlas
from lesson_cells.rekonstruktion.experiments.rebuilding import (
    Depths,
    chosen_rightly,
    pairs,
    rebuild,
    rebuilt_sides,
    some_layers,
)
from lesson_utils import images
from lesson_utils.networks import Network, random_twin
from lesson_utils.show import measurements
from lesson_utils.weights import embedded, load_network
from lesson_world import datasets

NAMES = ("alexnet", "vgg", "googlenet", "standard")
FIRST = ("monkey", "car", "banana")  # they are shown beside the photo
FRESH, SHOWN, STEPS, SEED = 2026, 4, 80, 0
PAIRS, PAIR_STEPS = 8, 40


def main() -> None:
    networks = {name: load_network(name) for name in NAMES}
    about = {
        "made by": "python benchmarks/rebuilding.py",
        "date": date.today().isoformat(),
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in NAMES),
    }
    depths_of(networks | {"random": random_twin(networks["alexnet"])}, about)
    kept({name: networks[name] for name in NAMES[:3]}, about)


def depths_of(networks: dict[str, Network], about: dict[str, str]) -> None:
    """Columns network, layer, psnr, feature_error: means over the pictures of the world, the photo left out."""
    world = datasets.base(22, seed=FRESH)
    first = [datasets.BASE.index(name) for name in FIRST]
    rest = [k for k in range(1, 22, 3) if k not in first]
    pictures = torch.cat([images.photo("", 64)[None], world.images[first + rest]])
    names = ["photo", *(str(k) for k in first + rest)]
    tables, sheets = [], {"pictures": pictures[:SHOWN]}
    for who, network in networks.items():
        found: Depths = rebuild(network, pictures, network.layer_names, STEPS, SEED, names)
        tables.append(found.means(names[1:]).reset_index().assign(network=who))
        sheets |= {f"{who}/{layer}": images_of[:SHOWN] for layer, images_of in found.images.items()}
        print(tables[-1].to_string(), flush=True)
    told = about | {
        "recipe": f"lesson_utils/reconstruction/questions.py, content, {STEPS} steps",
        "pictures": f"{len(names) - 1} of the world, seed {FRESH}",
        "seeds": SEED,
    }
    columns = ["network", "layer", "psnr", "feature_error"]
    measurements.store("rebuilding", pd.concat(tables)[columns], told)
    store_atlas("rebuilding", sheets, told)


def kept(networks: dict[str, Network], about: dict[str, str]) -> None:
    """Columns network, layer, difference, share; the judge of the class is of another architecture."""
    tables, pictures = [], pairs(PAIRS, FRESH)
    for who, network in networks.items():
        judge = networks["alexnet" if who == "googlenet" else "googlenet"]
        sides = {n: rebuilt_sides(network, pictures, n, PAIR_STEPS, SEED) for n in some_layers(network)}
        shares = {layer: chosen_rightly(pictures, found, judge) for layer, found in sides.items()}
        found = pd.DataFrame(shares).T
        print(who, found.to_string(), sep="\n", flush=True)
        wide = found.rename_axis("layer").reset_index()
        tables.append(wide.melt("layer", var_name="difference", value_name="share").assign(network=who))
    told = about | {
        "recipe": f"lesson_utils/reconstruction/questions.py, content, {PAIR_STEPS} steps",
        "pictures": f"{PAIRS} pairs of each difference, seed {FRESH}",
        "seeds": SEED,
    }
    measurements.store("kept", pd.concat(tables)[["network", "layer", "difference", "share"]], told)


if __name__ == "__main__":
    main()
