"""In the kernel of a lesson that is presented: a cell that is run first runs what it needs of the cells above.

So a teacher may open a lesson at any slide and run its cell, and cells that no slide shows are run all the same.
Where the cell's output comes, the teacher reads meanwhile which cell is run, and which one failed.
"""

import json
import os
import re
import threading
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

from lesson_staff.names import imports, needs

CELLS = "cells.json"
NOT_NEEDED = {"exercise", "solution", "widget"}  # their names are used nowhere else
CHECKS = ("show.check(", "show.confirm(")
SECTION = re.compile(r"^#{1,2} (.*)", re.MULTILINE)


def needed(cells: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each code cell of a notebook by its id: its source, what to call it, and the ids of what it needs."""
    section, told, sources = "", {}, {}
    for cell in cells:
        if cell["cell_type"] == "code":
            lines = [line for line in cell["source"].splitlines() if line.strip() and line[0] not in "#%@"]
            told[cell["id"]] = {"section": section, "line": (lines or ["#"])[0][:60]}
            sources[cell["id"]] = cell["source"]
        for heading in SECTION.findall(cell["source"] if cell["cell_type"] == "markdown" else ""):
            section = heading
    alone = {
        cell["id"]
        for cell in cells
        if NOT_NEEDED & set(cell["metadata"].get("tags", [])) or cell["source"].startswith(CHECKS)
    }
    before = needs(sources, alone)
    return {key: told[key] | {"source": sources[key], "needs": before[key]} for key in sources}


class CatchUp:
    """Remembers which cells were run, and runs the missing ones above a cell without showing what they say."""

    def __init__(self, shell: Any, cells: dict[str, dict[str, Any]]) -> None:
        self.shell, self.cells = shell, cells
        self.done: set[str] = set()
        self.busy = False
        self.ahead = threading.Thread(target=self._import_ahead, daemon=True)

    def listen(self) -> None:
        self.shell.events.register("pre_run_cell", self.before)
        self.shell.events.register("post_run_cell", self.after)
        self.ahead.start()

    def before(self, info: Any) -> None:
        """Called by IPython before each cell; `info.cell_id` is the cell's id in the notebook."""
        if self.busy or info.cell_id not in self.cells:
            return
        self.busy = True
        try:
            self._run([key for key in self.cells[info.cell_id]["needs"] if key not in self.done])
        finally:
            self.busy = False

    def after(self, result: Any) -> None:
        """Called by IPython after each cell: only what has run is done."""
        if result.success and result.info.cell_id in self.cells:
            self.done.add(result.info.cell_id)

    def _run(self, missing: list[str]) -> None:
        from IPython.display import HTML, clear_output, display
        from IPython.utils.capture import capture_output

        mark = None
        for number, key in enumerate(missing, 1):
            cell = self.cells[key]
            name = f"»{escape(cell['section'])}«: <code>{escape(cell['line'])}</code>"
            words = HTML(
                f'<p role="status">Kører først celle {number} af {len(missing)} ovenfor, {name} …</p>'
            )
            if mark:
                mark.update(words)
            else:
                mark = display(words, display_id=True)
            self.ahead.join()
            with capture_output():
                result = self.shell.run_cell(cell["source"], store_history=False)
            if not result.success:
                error = result.error_before_exec or result.error_in_exec
                told = escape(f"{type(error).__name__}: {error}"[:200])
                words = f"En celle ovenfor, som denne bruger, kunne ikke køre, {name}<br>{told}"
                mark.update(HTML(f'<p role="alert">{words}</p>'))
                return  # the cell itself will say what it lacks
            self.done.add(key)
        self.ahead.join()  # two threads that import the same may get half a module
        if mark:
            clear_output()

    def _import_ahead(self) -> None:
        """What the lesson imports takes seconds: while the teacher still talks, nobody waits for it."""
        with suppress(Exception):  # the cell itself will say what it lacks
            exec(imports(cell["source"] for cell in self.cells.values()), {})


def load_ipython_extension(shell: Any) -> None:
    """Begin to listen, with the lesson's cells as `lesson present` wrote them into IPython's folder."""
    cells = json.loads(Path(os.environ["IPYTHONDIR"], CELLS).read_text(encoding="utf-8"))
    CatchUp(shell, cells).listen()
