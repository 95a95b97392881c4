"""What the library asks of a set of images; the world's `Samples` and `Album` answer so, and any other set may."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from itertools import chain, islice
from typing import Protocol, runtime_checkable

from torch import Tensor

from lesson_utils.errors import LessonError
from lesson_utils.images import as_float


@runtime_checkable
class Images(Protocol):
    """Images (N, 3, H, W): float32 in 0..1, or uint8."""

    images: Tensor


@runtime_checkable
class Samples(Images, Protocol):
    """Images with labels int64 (N,) into `class_names`. `take`: some of them, in the order of the rows."""

    labels: Tensor
    class_names: Sequence[str]

    def __len__(self) -> int: ...
    def take(self, rows: Tensor | slice) -> "Samples": ...


@runtime_checkable
class KnownSamples(Samples, Protocol):
    """Samples of which it is known what each pixel shows.

    `parts` uint8 (N, H, W), into `part_names`; 0 is the background. `concept_maps()`: by kind of concept, a map
    (N, H, W), 0 where there is none of the kind, and the concepts 1, 2, …: English name to Danish.
    """

    parts: Tensor
    part_names: Sequence[str]

    def concept_maps(self) -> Mapping[str, tuple[Tensor, Mapping[str, str]]]: ...


class Album(Protocol):
    """More samples than fit in memory, a piece at a time; `take` some of them, in the order of the rows."""

    def __iter__(self) -> Iterator[Samples]: ...
    def take(self, rows: Tensor) -> Samples: ...


Piece = Tensor | Images
Source = Piece | Iterable[Piece]
"""Where images come from: a tensor (N, 3, H, W), float in 0..1 or uint8; samples; or pieces of either, one after
another, such as an `Album`."""


def batches(source: Source, size: int = 100) -> Iterator[Piece]:
    """The source in batches of at most `size` images, of the kind that it is made of.

    Raises LessonError where there is no image.
    """
    pieces = _pieces(source, int(size))
    first = list(islice(pieces, 1))
    check_any(first)
    yield from chain(first, pieces)


def check_any(images: Sized) -> None:
    """Raise LessonError where there is no image."""
    if not len(images):
        raise LessonError("Der er ingen billeder: giv mindst ét.")


def _pieces(source: Source, size: int) -> Iterator[Piece]:
    if isinstance(source, Tensor | Images) and not len(images_of(source)):
        return
    if isinstance(source, Samples):
        yield from (source.take(slice(start, start + size)) for start in range(0, len(source), size))
    elif isinstance(source, Tensor | Images):
        yield from (source if isinstance(source, Tensor) else source.images).split(size)
    else:
        for piece in source:
            yield from _pieces(piece, size)


def images_of(batch: Piece) -> Tensor:
    """float32 (N, 3, H, W) in 0..1: the images of a batch."""
    return as_float(batch if isinstance(batch, Tensor) else batch.images)
