"""What the world knows about a thing that can be drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from lesson_world.painter import Canvas
from lesson_world.randomness import Stream


@dataclass(frozen=True)
class Thing:
    """A class of images.

    draw    paints N of them on a canvas, upright and facing right, within -1 … 1; numbers from the stream
    sign    the part that tells the thing from others: present in every drawing of it
    tilt    how far it may turn, in degrees to either side
    """

    name: str
    danish: str
    draw: Callable[[Canvas, Stream], None]
    sign: str
    tilt: float = 14.0
