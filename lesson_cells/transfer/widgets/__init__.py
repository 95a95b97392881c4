"""The widgets of the lesson: which strategy to choose, and teaching the network one's own things."""

from lesson_cells.transfer.widgets.choice import transfer_choice
from lesson_cells.transfer.widgets.teach import teach
from lesson_cells.transfer.widgets.things import Things
