"""Files that are written whole or not at all, and tensors read from them."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from lesson_utils.errors import LessonError


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Another name to write to, which becomes `path` in the end: an interrupted write leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_tensors(path: Path, problem: str) -> tuple[dict[str, str], dict[str, Tensor]]:
    """The words and the tensors of a safetensors file; LessonError(problem) where it is missing or damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError):
        raise LessonError(problem) from None


def digest(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
