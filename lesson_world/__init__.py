"""The image world: everything in it is drawn, and every part is known.

`render` draws images of any classes; `datasets` holds the selections that the lessons use.
"""

from lesson_world.samples import Samples
from lesson_world.scene import Pose, render
from lesson_world.things import THINGS, Thing
