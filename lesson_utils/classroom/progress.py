"""A bar for work that takes more than a moment."""

import os
from collections.abc import Iterable
from typing import TypeVar

from tqdm.auto import tqdm

T = TypeVar("T")


def progress(iterable: Iterable[T], label: str) -> Iterable[T]:
    """The same items, with a bar while they are worked through; `label` is Danish and says what goes on.

    With `LESSON_STATIC=1` there is no bar: it would stay in the saved notebook, or end up on stderr.
    """
    static = os.environ.get("LESSON_STATIC") == "1"
    return tqdm(iterable, desc=label, leave=False, disable=static)
