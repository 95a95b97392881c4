"""What the world knows about a thing that can be drawn."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lesson_world.painter import Canvas
from lesson_world.randomness import Stream

_NAMES = Path(__file__).parents[2] / "data" / "danish_names.toml"  # the library reads it too
_DANISH = tomllib.loads(_NAMES.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Thing:
    """A class of images.

    draw    paints N of them on a canvas, upright and facing right, within -1 … 1; numbers from the stream
    sign    the part that tells the thing from others: present in every drawing of it
    tilt    how far it may turn, in degrees to either side
    """

    name: str
    draw: Callable[[Canvas, Stream], None]
    sign: str
    tilt: float = 14.0

    @property
    def danish(self) -> str:
        return _DANISH[self.name]
