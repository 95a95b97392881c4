"""How many channels are silent, for an image and for all of them -> data/measurements/silence.csv.

    python benchmarks/silence.py        (a minute for each network)

Ten thousand images that no network has trained on, for each network of the course and its random twin.
"""

import sys
from datetime import date

import pandas as pd

from lesson_utils.networks import random_twin
from lesson_utils.show.measurements import store
from lesson_utils.silence import silent_channels
from lesson_utils.weights import embedded, load_network
from lesson_world import datasets
from lesson_world.cache import Album

NAMES = ("alexnet", "standard", "alexnet-2", "vgg", "googlenet")
COUNT, TWIN = 10_000, 1

if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    album = Album(datasets.BASE, datasets.TEST, count)
    names = [name for name in NAMES if name in embedded()]
    car = datasets.base(22, seed=datasets.TEST).images[datasets.BASE.index("car")]
    tables = []
    for name in names:
        network = load_network(name)
        for who, one in ((name, network), (f"{name}, random", random_twin(network, TWIN))):
            found = silent_channels(one, album, network.layer_names[:-1], image=car)
            tables.append(found.reset_index().assign(network=who))
            print(f"{who}\n{found.round(3).to_string()}", flush=True)
    about = {
        "made by": "python benchmarks/silence.py",
        "date": date.today(),
        "data": f"{count} images of the 22 classes, seed {datasets.TEST}; `image_…`: the first car",
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in names),
        "seeds": f"{datasets.TEST} (images), {TWIN} (random twins)",
    }
    columns = ["network", "layer", "channels", "weak", "silent", "dead", "image_weak", "image_silent"]
    store("silence", pd.concat(tables)[columns], about)
