"""In the kernel of a lesson that is presented: a cell that is run first runs what it needs of the cells above.

So a teacher may open a lesson at any slide and run its cell, and cells that no slide shows are run all the same.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CELLS = "cells.json"
FOR_WIDGETS = {"parameters", "setup", "widget-data"}  # a widget uses the names of these cells only
NOT_NEEDED = {"exercise", "solution", "widget"}  # their names are used nowhere else
CHECKS = ("show.check(", "show.confirm(")


def needed(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The code cells of a notebook that later cells may need, in order: id, source, and whether a widget does."""
    tags = [set(cell["metadata"].get("tags", [])) for cell in cells]
    return [
        {"id": cell["id"], "source": cell["source"], "for_widgets": bool(FOR_WIDGETS & own)}
        for cell, own in zip(cells, tags, strict=True)
        if cell["cell_type"] == "code" and not NOT_NEEDED & own and not cell["source"].startswith(CHECKS)
    ]


class CatchUp:
    """Remembers which cells were run, and runs the missing ones above a cell without showing what they say."""

    def __init__(self, shell: Any, cells: list[dict], order: list[str], widgets: Sequence[str] = ()) -> None:
        self.shell, self.cells, self.order, self.widgets = shell, cells, order, set(widgets)
        self.done: set[str] = set()
        self.busy = False

    def listen(self) -> None:
        self.shell.events.register("pre_run_cell", self.before)
        self.shell.events.register("post_run_cell", self.after)

    def before(self, info: Any) -> None:
        """Called by IPython before each cell; `info.cell_id` is the cell's id in the notebook."""
        if self.busy or info.cell_id not in self.order:
            return
        above = self.order[: self.order.index(info.cell_id)]
        missing = [cell for cell in self.cells if cell["id"] in above and cell["id"] not in self.done]
        if info.cell_id in self.widgets:
            missing = [cell for cell in missing if cell["for_widgets"]]
        self.busy = True
        try:
            self._run(missing)
        finally:
            self.busy = False

    def after(self, result: Any) -> None:
        """Called by IPython after each cell: only what has run is done."""
        if result.success and result.info.cell_id in self.order:
            self.done.add(result.info.cell_id)

    def _run(self, missing: list[dict[str, Any]]) -> None:
        from IPython.utils.capture import capture_output

        for cell in missing:
            with capture_output():
                result = self.shell.run_cell(cell["source"], store_history=False)
            if not result.success:
                return  # the cell itself will say what it lacks
            self.done.add(cell["id"])


def load_ipython_extension(shell: Any) -> None:
    """Begin to listen, with the lesson's cells as `lesson present` wrote them into IPython's folder."""
    lesson = json.loads(Path(os.environ["IPYTHONDIR"], CELLS).read_text(encoding="utf-8"))
    CatchUp(shell, lesson["cells"], lesson["order"], lesson["widgets"]).listen()
