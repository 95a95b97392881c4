"""Rendered images kept on disk, so that training does not draw the same image twice.

A file is named by its content: the code of this folder and everything that was asked for. Changed code
or another question means another file; nothing is ever out of date. A file appears under its name only
when it is whole, so two processes may ask for the same images at the same time.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lesson_world.samples import TENSORS, Samples, joined
from lesson_world.scene import CHUNK, render
from lesson_world.things import THINGS

PIECE = 500
"""Images in a piece: 33 MB with their maps."""


def cache_directory() -> Path:
    """$LESSON_CACHE, or `lesson_utils` in the user's cache directory."""
    if chosen := os.environ.get("LESSON_CACHE"):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(home) / "lesson_utils"


@lru_cache(maxsize=1)
def _code() -> str:
    """Hash of the code that draws."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(file for file in here.rglob("*") if file.suffix in (".py", ".toml")):
        digest.update(file.relative_to(here).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def store(
    classes: Sequence[str],
    seed: int,
    count: int,
    *,
    first: int = 0,
    maps: bool = False,
    directory: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options,
) -> dict[str, Tensor]:
    """`count` images of a seed from number `first` on, from disk if they were drawn before.

    Returns "images" uint8 (N, 3, H, W), a quarter of the memory of floats for an error of half a level, and
    "labels" int64 (N,); with `maps` those of `Samples` too, uint8 (N, H, W), more than twice the space.

    progress  called with (images drawn, count) while drawing
    options   as for `render`; plain values, since they are part of the file's name
    """
    question = [list(classes), seed, first, count, maps, sorted(options.items()), _code()]
    name = hashlib.sha256(json.dumps(question, default=repr).encode()).hexdigest()[:24]
    file = (directory or cache_directory() / "world") / f"{name}.npz"
    arrays = _read(file)
    if arrays is None:
        pieces: list[Samples] = []
        for start in range(0, count, CHUNK):
            end = min(start + CHUNK, count)
            samples = render(classes, seed, range(first + start, first + end), **options)
            pieces.append(replace(samples, images=to_bytes(samples.images)))
            if progress:
                progress(end, count)
        names = TENSORS if maps else ("images", "labels")
        arrays = {name: torch.cat([getattr(p, name) for p in pieces]).cpu().numpy() for name in names}
        _write(file, arrays)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def to_bytes(images: Tensor) -> Tensor:
    """float32 0..1 -> uint8, to the nearest of the 256 levels."""
    return (images * 255).round().to(torch.uint8)


def _read(file: Path) -> dict[str, np.ndarray] | None:
    """The arrays of a file, or None if there is no whole one. (Zip files carry checksums.)"""
    try:
        with np.load(file) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _write(file: Path, arrays: dict[str, np.ndarray]) -> None:
    """Under a name of our own first; renaming is one step, so that no one ever sees half a file.

    A full or read-only disk costs the speed, not the images.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as draft:
            np.savez(draft, **arrays)
        os.replace(draft.name, file)
    except OSError:
        if "draft" in locals():
            Path(draft.name).unlink(missing_ok=True)


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
