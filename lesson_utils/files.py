"""Files that are written whole or not at all, and tensors read from them."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lesson_utils.danish import number
from lesson_utils.errors import LessonError

if TYPE_CHECKING:  # whoever writes a page waits for no torch
    from torch import Tensor

MOST_FILES = 50_000  # in a folder of photos


def cache_directory() -> Path:
    """$LESSON_CACHE, or `lesson_utils` in the user's cache directory: where the image world's images lie, too."""
    if chosen := os.environ.get("LESSON_CACHE"):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(home) / "lesson_utils"


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Another name to write to, which becomes `path` in the end: an interrupted write leaves the old file.

    Nobody can lay a link there that leads the writing elsewhere; a link at `path` itself is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{secrets.token_hex(8)}.part")
    unfinished.touch(exist_ok=False)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def all_below(folder: Path) -> list[Path]:
    """What lies in a folder and its folders, by name. Raises LessonError for more than a person lays in one."""
    found = list(islice(folder.rglob("*"), MOST_FILES + 1))
    if len(found) > MOST_FILES:
        raise LessonError(f"Mappen »{folder}« har mere end {number(MOST_FILES)} filer: vælg en mindre.")
    return sorted(found)


def read_tensors(path: Path, problem: str, shapes: bool = False) -> tuple[dict[str, str], dict[str, Any]]:
    """The words and the tensors (or only their `shapes`) of a safetensors file.

    Raises LessonError(problem) where it is missing or damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            names = file.keys()
            if shapes:
                return {}, {name: tuple(file.get_slice(name).get_shape()) for name in names}
            return file.metadata() or {}, {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError):
        raise LessonError(problem) from None


def recall(path: Path) -> "Tensor | None":
    """The tensor that was kept there; None where none was, or not the whole of it."""
    try:
        return read_tensors(path, "")[1]["kept"]
    except (LessonError, KeyError):
        return None


def remember(path: Path, tensor: "Tensor") -> None:
    """Keep a tensor for `recall`. A full or read-only disk costs its speed, and nothing else."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    with suppress(OSError, SafetensorError), written(path) as draft:
        save_file({"kept": tensor}, draft)


def digest(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
