"""More images than fit in memory: drawn, or read from disk, a piece at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from lesson_world.cache import store
from lesson_world.samples import Samples, joined
from lesson_world.things import THINGS

PIECE = 500
"""Images in a piece: 33 MB with their maps."""


@dataclass(frozen=True)
class Album:
    """Images 0 … count-1 of a seed with all their maps; going through it takes the memory of one piece.

    `options` are those of `render`. Pieces are kept on disk as uint8 (29 KB an image), so that a second walk
    through the album draws nothing; the images differ from freshly drawn ones by at most half a level of 256.
    """

    classes: Sequence[str]
    seed: int
    count: int
    options: dict = field(default_factory=dict)
    directory: Path | None = None

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Samples]:
        for number in range(-(-self.count // PIECE)):
            yield self._piece(number)

    def take(self, rows: Tensor) -> Samples:
        """Some of the samples, in the order of `rows` int64 (n,)."""
        pieces, found, order = rows // PIECE, [], []
        for number in pieces.unique().tolist():
            wanted = (pieces == number).nonzero()[:, 0]
            found.append(self._piece(number).take(rows[wanted] % PIECE))
            order.append(wanted)
        return joined(found).take(torch.cat(order).argsort())

    def _piece(self, number: int) -> Samples:
        first = number * PIECE
        count = min(PIECE, self.count - first)
        kept = dict(first=first, maps=True, directory=self.directory)
        found = store(self.classes, self.seed, count, **kept, **self.options)
        images = found.pop("images").float() / 255
        danish = [THINGS[name].danish for name in self.classes]
        return Samples(images, class_names=list(self.classes), danish_names=danish, **found)
