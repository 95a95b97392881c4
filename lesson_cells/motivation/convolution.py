"""Lesson 00, first half: a filter slides over an image, and its answer moves along with what it sees."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.errors import LessonError

FILTERS: dict[str, list[list[float]]] = {
    "lodret kant": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "vandret kant": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "sløring": [[1 / 9] * 3] * 3,
    "skarphed": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "lyse pletter": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}
"""Filters that people designed long before any network learnt its own (the edge filters: Prewitt 1970)."""


def grey(photo: Tensor) -> Tensor:
    """(3, H, W) -> (H, W): the mean of the three colours."""
    return photo.mean(0)


def as_kernel(numbers: Sequence[Sequence[float]] | Tensor) -> Tensor:
    """A square filter (k, k) from rows of numbers. Raises LessonError for anything else."""
    rows = [list(row) for row in numbers]
    if not rows or any(len(row) != len(rows) for row in rows):
        raise LessonError(
            "Filteret er ikke kvadratisk: skriv lige så mange tal i hver række, som der er rækker."
        )
    return torch.tensor([[float(number) for number in row] for row in rows])


def slide(image: Tensor, kernel: Sequence[Sequence[float]] | Tensor) -> Tensor:
    """The answers (H - k + 1, W - k + 1) of a filter (k, k) in all its places on an image (H, W).

    As in every network, the filter is not turned round first: a mathematician calls this a cross-correlation.
    """
    return F.conv2d(image.float()[None, None], as_kernel(kernel)[None, None])[0, 0]


def max_pool(answers: Tensor, size: int = 2) -> Tensor:
    """The largest number of each `size` x `size` square of (H, W); what is left over at the edges is not seen."""
    return F.max_pool2d(answers[None, None].float(), size)[0, 0]


def displacement(before: Tensor, after: Tensor) -> tuple[int, int]:
    """(down, right): the whole steps by which the maps `before` (C, H, W) have to move to fit `after` best.

    The best fit is the peak of their cross-correlation, summed over the channels. The maps are surrounded by
    zeros, so nothing that leaves on one side comes back on the other.
    """
    height, width = before.shape[-2:]
    room = (2 * height, 2 * width)
    a, b = (torch.fft.rfft2(maps - maps.mean((-2, -1), keepdim=True), s=room) for maps in (before, after))
    fit = torch.fft.irfft2((b * a.conj()).sum(0), s=room)
    down, right = divmod(int(fit.argmax()), room[1])
    return (down + height) % room[0] - height, (right + width) % room[1] - width
