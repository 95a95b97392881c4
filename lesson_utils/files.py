"""Files that are written whole or not at all, and tensors read from them."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lesson_utils.errors import LessonError


def cache_directory() -> Path:
    """$LESSON_CACHE, or `lesson_utils` in the user's cache directory: where the image world's images lie, too."""
    if chosen := os.environ.get("LESSON_CACHE"):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(home) / "lesson_utils"


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Another name to write to, which becomes `path` in the end: an interrupted write leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
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


def recall(path: Path) -> Tensor | None:
    """The tensor that was kept there; None where none was, or not the whole of it."""
    try:
        return read_tensors(path, "")[1]["kept"]
    except (LessonError, KeyError):
        return None


def remember(path: Path, tensor: Tensor) -> None:
    """Keep a tensor for `recall`. A full or read-only disk costs its speed, and nothing else."""
    with suppress(OSError, SafetensorError), written(path) as draft:
        save_file({"kept": tensor}, draft)


def digest(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
