"""Reading a result: which classes are taken for which, and where the network was most sure and most wrong."""

from dataclasses import dataclass

import pandas as pd
import torch

from lesson_utils.transfer.strategies import TransferResult
from lesson_utils.transfer.tasks import Task


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
