"""The strategies of transfer learning, one way to compare them, and what a result got wrong."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from lesson_utils.activations import probabilities
from lesson_utils.networks import Network
from lesson_utils.transfer.learning import encode, encoder_and_head, fine_tune, learn_head
from lesson_utils.transfer.moves import fc_layers, freeze, fresh, replace_head, unfreeze
from lesson_utils.transfer.tasks import Task


@dataclass(frozen=True)
class Strategy:
    """What is taken from the trained network, what is new, and what is trained.

    `new_layers` counts FC layers from the end (0: all of them). With `encoder_learns` the encoder is trained too:
    from the start where it is random, else after the new layers have been.
    """

    name: str
    danish: str
    pretrained: bool
    new_layers: int
    encoder_learns: bool


STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        Strategy("scratch", "fra bunden", pretrained=False, new_layers=0, encoder_learns=True),
        Strategy("last_fc", "sidste FC", pretrained=True, new_layers=1, encoder_learns=False),
        Strategy("several_fc", "flere FC", pretrained=True, new_layers=0, encoder_learns=False),
        Strategy(
            "fine_tuned", "sidste FC + finjustering", pretrained=True, new_layers=1, encoder_learns=True
        ),
        Strategy("random", "tilfældige vægte", pretrained=False, new_layers=1, encoder_learns=False),
    )
}


@dataclass
class TransferResult:
    """One strategy with so many images per class: how well it answers, and what it cost.

    `seconds` is the training time: the encoder's look at the training images counts, the test does not.
    `probabilities` (test images, classes) says how sure the network was.
    """

    strategy: str
    images_per_class: int
    seed: int
    accuracy: float
    seconds: float
    probabilities: Tensor
    network: Network


def strategies_for(network: Network) -> list[Strategy]:
    """The strategies that make sense: with a single FC layer, »several« would be the same as »the last«."""
    single = len(fc_layers(network)) == 1
    return [s for s in STRATEGIES.values() if not (single and s.name == "several_fc")]


def transfer(
    strategy: Strategy | str,
    network: Network,
    task: Task,
    per_class: int | None = None,
    seed: int = 0,
    memory: dict | None = None,
    clock: Callable[[], float] = time.perf_counter,
    ask: Callable[[Network, Tensor, str], Tensor] = encode,
) -> TransferResult:
    """Learn `task` from `per_class` images of each class (None: from all its images) with one strategy.

    `network` stays as it was. `memory` keeps what frozen encoders answer from one call to the next, by network and
    task; `clock` counts the seconds; `ask` answers as `encode` does (`photos.features` keeps it on disk).
    Raises LessonError where the task has too few images.
    """
    strategy = STRATEGIES[strategy] if isinstance(strategy, str) else strategy
    rows = torch.arange(len(task.labels)) if per_class is None else task.rows(per_class)
    images, labels = task.images[rows], task.labels[rows]
    started = clock()
    learner = prepare(strategy, network, len(task.class_names), seed)
    if strategy.pretrained or not strategy.encoder_learns:
        last, head = encoder_and_head(learner)
        memory = {} if memory is None else memory
        key = (last, None if strategy.pretrained else seed, *_identity(network, task))
        if key not in memory:
            asked = network if strategy.pretrained else learner  # up to `last` they are the same
            memory[key] = _encode_task(asked, task, last, clock, ask)
        known, test, per_image = memory[key]
        started = clock() - per_image * len(rows)
        learn_head(head, known[rows], labels, seed=seed)
        if not strategy.encoder_learns:
            seconds, sure = clock() - started, probabilities(head, test)
    if strategy.encoder_learns:
        new = fc_layers(learner)[-1:] if strategy.pretrained else []
        lower, rate = (0.1, 1e-3) if strategy.pretrained else (1.0, 2e-3)
        fine_tune(unfreeze(learner), images, labels, new, steps_for(len(rows), strategy), rate, lower, seed)
        seconds = clock() - started
        sure = probabilities(learner, task.test_images)
    right = (sure.argmax(1) == task.test_labels).float().mean().item()
    count = per_class or int(torch.bincount(task.labels, minlength=len(task.class_names)).min())
    return TransferResult(strategy.name, count, seed, right, seconds, sure, learner)


def prepare(strategy: Strategy, network: Network, classes: int, seed: int) -> Network:
    """The network before its training: encoder chosen, head new, everything before the head frozen."""
    start = network if strategy.pretrained else fresh(network, seed)
    layers = strategy.new_layers or len(fc_layers(network))
    learner = replace_head(start, classes, layers, seed)
    names = [name for name, _ in learner.layers.named_children()]
    return freeze(learner, names[names.index(fc_layers(learner)[-layers]) - 1])


def _identity(network: Network, task: Task) -> tuple:
    """This network with the weights that it has now, and this task: what an encoder's answers depend on."""
    changes = sum(tensor._version for tensor in network.state_dict().values())
    return network, changes, task.images, task.test_images


def _encode_task(
    network: Network, task: Task, up_to: str, clock: Callable[[], float], ask: Callable
) -> tuple[Tensor, Tensor, float]:
    """Features of all the task's images, training and test, and the seconds that one image takes."""
    encode(network, task.images[:1], up_to)  # the first pass through new weights costs more than its share
    started = clock()
    known = ask(network, task.images, up_to)
    per_image = (clock() - started) / len(task.images)
    return known, ask(network, task.test_images, up_to), per_image


def steps_for(count: int, strategy: Strategy) -> int:
    """Training steps for the whole network: more images, more steps; from scratch takes the most."""
    least, most = (80, 150) if strategy.pretrained else (100, 300)
    return int(min(most, max(least, 10 * count / 64)))


def compare(
    network: Network,
    task: Task,
    sizes: Sequence[int],
    strategies: Sequence[Strategy] | None = None,
    seed: int = 0,
    track: Callable[[Sequence, str], Iterable] = lambda jobs, label: jobs,
) -> pd.DataFrame:
    """Each strategy with each number of images per class.

    `track(jobs, label)` hands the jobs on one by one, for example with a bar. A row for each: `strategy`,
    `images_per_class`, `seed`, `accuracy`, `seconds`.
    """
    chosen = strategies_for(network) if strategies is None else strategies
    jobs = [(strategy, size) for size in sizes for strategy in chosen]
    memory: dict = {}
    results = [
        transfer(strategy, network, task, size, seed, memory)
        for strategy, size in track(jobs, "Sammenligner strategier")
    ]
    columns = ("strategy", "images_per_class", "seed", "accuracy", "seconds")
    return pd.DataFrame([{name: getattr(result, name) for name in columns} for result in results])


@dataclass(frozen=True)
class Mistake:
    """A test image that was named wrongly: its row in the task, its class, the answer, and how sure that was."""

    row: int
    truth: str
    answer: str
    sure: float


def confusion(result: TransferResult, task: Task) -> pd.DataFrame:
    """How many test images of each class (rows) were given each answer (columns)."""
    counts = torch.zeros(len(task.class_names), len(task.class_names), dtype=torch.long)
    for truth, answer in zip(task.test_labels, result.probabilities.argmax(1), strict=True):
        counts[truth, answer] += 1
    return pd.DataFrame(counts.numpy(), task.class_names, task.class_names)


def worst_mistakes(result: TransferResult, task: Task, most: int = 8) -> list[Mistake]:
    """The wrong answers that the network was most sure of, the surest first."""
    sure, answers = result.probabilities.max(1)
    wrong = (answers != task.test_labels).nonzero()[:, 0]
    wrong = wrong[sure[wrong].argsort(descending=True)][:most]
    names = task.class_names
    return [
        Mistake(row, names[task.test_labels[row]], names[answers[row]], sure[row].item())
        for row in wrong.tolist()
    ]
