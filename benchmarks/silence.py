"""How many channels are silent, for an image and for all of them -> data/measurements/silence.csv.

    python benchmarks/silence.py        (a minute for each network)

Ten thousand images that no network has trained on, for each network of the course and its random twin.
"""

import sys
from collections.abc import Sequence
from datetime import date

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_utils.activations import activations, stream
from lesson_utils.networks import random_twin
from lesson_utils.samples import Source
from lesson_utils.show.measurements import store
from lesson_utils.weights import embedded, load_network
from lesson_world import datasets
from lesson_world.cache import Album

NAMES = ("alexnet", "standard", "alexnet-2", "vgg", "googlenet")
COUNT, TWIN = 10_000, 1
WEAK = 0.25  # of a channel's own strongest answer: on a common colour scale less than that looks empty


def peaks(answers: Tensor) -> Tensor:
    """(N, C): the strongest answer of each channel of (N, C, H, W), or of each unit of (N, C); at least 0."""
    strongest = answers.flatten(2).amax(2) if answers.dim() > 2 else answers
    return strongest.clamp_min(0)


def silent_channels(
    network: nn.Module,
    source: Source,
    layers: Sequence[str],
    image: Tensor | None = None,
    batch_size: int = 100,
) -> pd.DataFrame:
    """How many channels of each layer say little: one row per layer, with shares of its `channels`.

    `weak`: for an image of the set, on average, those whose strongest answer is below `WEAK` of their strongest in
    all of them; `silent`: those that answer nowhere in it, which counts as weak too; `dead`: those that answer
    to no image. With an `image` (3, H, W) also `image_weak` and `image_silent`, for that image alone.
    """
    found: dict[str, list[Tensor]] = {layer: [] for layer in layers}
    for answers in stream(network, source, layers, batch_size):
        for layer, answer in answers.items():
            found[layer].append(peaks(answer))
    rows = {}
    for layer, pieces in found.items():
        every = torch.cat(pieces)
        strongest = every.amax(0)
        rows[layer] = {
            "channels": every.shape[1],
            "weak": _share(_weak(every, strongest)),
            "silent": _share(every == 0),
            "dead": _share(strongest == 0),
        }
        if image is not None:
            alone = peaks(activations(network, image[None], [layer])[layer])
            rows[layer] |= {"image_weak": _share(_weak(alone, strongest)), "image_silent": _share(alone == 0)}
    return pd.DataFrame.from_dict(rows, orient="index").astype({"channels": int}).rename_axis("layer")


def _weak(peaks: Tensor, strongest: Tensor) -> Tensor:
    return (peaks == 0) | (peaks < WEAK * strongest)


def _share(chosen: Tensor) -> float:
    return float(chosen.double().mean())


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
