"""The image world: everything in it is drawn, and every part is known.

`render` draws images of any classes; `datasets` holds the selections that the lessons use.
"""

from .samples import Samples
from .scene import Pose, render
from .things import THINGS, Thing

__all__ = ["THINGS", "Pose", "Samples", "Thing", "render"]
