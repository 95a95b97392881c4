"""Lesson 01: what its figures and sentences are made of."""

from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_utils import danish, photos, show
from lesson_utils.errors import LessonError
from lesson_utils.evidence import evidence
from lesson_utils.images import PHOTOS, as_float, photo
from lesson_utils.networks import Network
from lesson_utils.shares import told_apart as told_apart
from lesson_utils.shares import uncertain as uncertain
from lesson_utils.transfer import Mistake, Task, TransferResult, frozen_layers
from lesson_utils.transfer.learning import learn_head
from lesson_world.datasets import TARGET, target

FIRST_SEED = 100  # of the transfer images: the seeds below belong to the networks' own training and test
TEST_SEED = 99


def new_classes(per_class: int, test_per_class: int = 20, seed: int = 0, size: int = 64) -> Task:
    """The 14 classes of the image world that no embedded network has seen; all seeds share the test images."""
    training = target(per_class * len(TARGET), FIRST_SEED + seed, size)
    test = target(test_per_class * len(TARGET), TEST_SEED, size)
    return Task(training.images, training.labels, test.images, test.labels, tuple(training.danish_names))


def layer_states(network: Network, new: Sequence[str], random: bool = False) -> list[str]:
    """For each layer: `new`, `frozen` (`random` where its weights were never trained), `tuned`, `empty` (GAP)."""
    states = dict.fromkeys(network.layer_names, "tuned")
    states |= dict.fromkeys(frozen_layers(network), "random" if random else "frozen")
    states |= dict.fromkeys(new, "new")
    rows = {name: network.layers.get_submodule(name) for name in network.layer_names}
    return [states[name] if list(row.parameters()) else "empty" for name, row in rows.items()]


def percentage_points(measured: pd.DataFrame, column: str, ahead: str, behind: str) -> pd.DataFrame:
    """How many percentage points `ahead` is over `behind`, two values of `column`, wherever both were measured.

    Columns `strategy`, `images_per_class`, `seed`, `points`; of two strategies, `ahead` gives the row its name.
    """
    rows = [name for name in ("strategy", "images_per_class", "seed") if name != column]
    each = measured.pivot_table("accuracy", rows, column)
    points = (100 * (each[ahead] - each[behind])).dropna().rename("points").reset_index()
    return points if "strategy" in points else points.assign(strategy=ahead)


def winners(measured: pd.DataFrame) -> pd.DataFrame:
    """For each number of images per class: the strategy `best` in the mean, and who won of the lecture's pair.

    `gain`: the percentage points that »several FC« is ahead of »last FC«; `spread`: its deviation over the seeds.
    """
    mean = measured.pivot_table("accuracy", "images_per_class", "strategy")
    ahead = percentage_points(measured, "strategy", "several_fc", "last_fc")
    points = ahead.groupby("images_per_class").points
    table = {"best": mean.idxmax(axis=1), "gain": points.mean(), "spread": points.std().fillna(0.0)}
    return pd.DataFrame(table)


def verdict(row: pd.Series) -> str:
    """Which of the lecture's two strategies won, in a Danish sentence; »lige« within one standard deviation."""
    points = f"{danish.number(abs(row.gain), 1)} procentpoint"
    if abs(row.gain) <= row.spread:
        return f"lige ({points}, inden for spredningen)"
    return f"{'flere FC' if row.gain > 0 else 'sidste FC'} med {points}"


def folder_notes(found: photos.PhotoFolder, few: int = 10) -> list[str]:
    """What the owner of a folder of photos should know before anything is trained: Danish lines.

    Files that were skipped and why, photos of each class, and which classes have less than `few`.
    """
    notes = [found.skipped_line] if found.skipped else []
    for name, count in found.counts.items():
        short = f" – det er få, tag gerne {few} eller flere" if count < few else ""
        notes.append(f"{name}: {danish.plural(count, 'billede', 'billeder')}{short}")
    most, least = max(found.counts.values()), min(found.counts.values())
    if most >= 5 * least:
        notes.append(f"Klasserne er meget ulige store ({danish.number(least)} til {danish.number(most)}).")
    return notes


def remembered(network: Network, images: Tensor, layer: str) -> Tensor:
    """What an encoder answers to own photos: computed once, with a bar, and kept in the course's cache."""
    return photos.features(network, images, layer, lambda steps: show.progress(steps, "Spørger encoderen"))


def encoder_rows(photographed: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """The rows of both tables that answer »which encoder?«, `network` telling which; as far as both were measured.

    From `photographed` the last FC on the ImageNet encoder and on a random one of its kind; from `drawn` the last
    FC on the world's own and on a random one of its kind (`shallow`), and a network from scratch.
    """
    borrowed = photographed[photographed.strategy.isin(["last_fc", "random"])]
    named = drawn.strategy.map({"last_fc": "alexnet", "scratch": "scratch", "random": "shallow"})
    rows = pd.concat([borrowed, drawn.assign(network=named)[named.notna()]])
    return rows[rows.images_per_class <= photographed.images_per_class.max()]


def explained(result: TransferResult, task: Task, made: Sequence[Mistake]) -> list[Tensor]:
    """For each mistake a map (h, w) of what spoke for the wrong answer; none where the network cannot tell."""
    if not made:
        return []
    names, images = task.class_names, as_float(task.test_images[[mistake.row for mistake in made]])
    try:
        return list(evidence(result.network, images, [names.index(mistake.answer) for mistake in made]))
    except LessonError:  # a network without GAP
        return []


def new_head(features: Tensor, labels: Tensor, classes: int, seed: int = 0) -> nn.Linear:
    """An FC layer trained on features (N, channels) alone: the same each time."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        head = nn.Linear(features.shape[1], classes)
    learn_head(head, features, labels, steps=100, rate=1e-2, seed=seed)
    return head


def crops(count: int = 12, seed: int = 0) -> dict[str, list[Tensor]]:
    """Squares (3, 224, 224) cut at random from the course's photos, by the photo's name: for whoever took none."""
    generator, found = torch.Generator().manual_seed(seed), {}
    for name in PHOTOS:
        whole, found[name] = photo(name, 320), []
        for left, top in torch.randint(0, 97, (count, 2), generator=generator).tolist():
            found[name].append(whole[:, top : top + 224, left : left + 224].clone())
    return found


def fewer_pictures(encoders: Mapping[str, Tensor], labels: Tensor, held: Tensor) -> pd.DataFrame:
    """How many pictures it takes: a new head for each encoder's features (N, channels), learnt from 1, 2, 4 …

    pictures of each class and tested on those that are `held` (N,). Columns `network`, `images_per_class`, `seed`
    (which pictures were drawn) and `accuracy`.
    """
    classes = int(labels.max()) + 1
    most = min(int(((labels == k) & ~held).sum()) for k in range(classes))
    sizes = sorted({2**k for k in range(most.bit_length())} | {most})
    rows = []
    for (name, features), size, seed in product(encoders.items(), sizes, range(3)):
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
        chosen = torch.cat([order[(labels[order] == k) & ~held[order]][:size] for k in range(classes)])
        answers = new_head(features[chosen], labels[chosen], classes)(features[held]).argmax(1)
        rows.append((name, size, seed, (answers == labels[held]).double().mean().item()))
    return pd.DataFrame(rows, columns=["network", "images_per_class", "seed", "accuracy"])
