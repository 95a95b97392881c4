"""What a batch says in the terminal: progress while it works, a table at the end."""

import threading
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TimeElapsedColumn
from rich.segment import Segment
from rich.table import Column, Table

from lesson_staff.output import harmless
from lesson_staff.pages import duration
from lesson_staff.plan import Run, RunResult

SOON = 20  # seconds: closer than that, no time is foretold


class Terminal(Console):
    """Rich's console, whose own codes alone reach the screen."""

    def render(self, renderable: Any, options: Any = None):
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)


class Display:
    """An overall bar, one line per running lesson with the cell it is in, one lasting line per result. Where there
    is no terminal (a log, CI) only the lasting lines are written."""

    def __init__(self, console: Console, runs: Sequence[Run]) -> None:
        self._console = console
        self._lock = threading.Lock()
        columns = ("{task.description}", BarColumn(bar_width=30), "{task.fields[where]}", TimeElapsedColumn())
        hidden = not console.is_terminal
        self._bars = Progress(
            *columns, "{task.fields[left]}", console=console, transient=True, disable=hidden
        )
        self._tasks: dict[str, TaskID] = {}
        self._finished, self._began = 0, time.monotonic()
        self._work = {run.name: run.lesson.seconds for run in runs}
        self._done: dict[str, float] = {}  # of that work, by each run
        where, whole = f"0 af {len(runs)}", max(sum(self._work.values()), 1)
        self._overall = self._bars.add_task("I alt", total=whole, where=where, left="")

    def follow(self, coming: Generator[RunResult], results: list[RunResult]) -> None:
        """Say each result as soon as it comes, and add it to `results`; what they come from is closed."""
        with self._bars, closing(coming):
            for result in coming:
                results.append(result)
                self.finished(result)

    def tell(self, run: Run, cell: int, cells: int) -> None:
        """A lesson has begun a cell; called from the scheduler's threads."""
        with self._lock:
            if run.name not in self._tasks:
                self._tasks[run.name] = self._bars.add_task(escape(run.label), total=cells, where="", left="")
            self._bars.update(self._tasks[run.name], completed=cell - 1, where=f"celle {cell} af {cells}")
            self._done[run.name] = self._work[run.name] * (cell - 1) / cells
            self._show_overall()

    def finished(self, result: RunResult) -> None:
        with self._lock:
            self._finished += 1
            self._done[result.name] = self._work[result.name]
            if result.name in self._tasks:
                self._bars.remove_task(self._tasks.pop(result.name))
            so_far = self._show_overall()
        mark = "[green]✓[/]" if result.passed else "[red]✗[/]"
        again = attempts(result)
        words = (
            f"{mark} {escape(result.label)}",
            duration(result.seconds),
            again,
            escape(result.reason),
            so_far,
        )
        self._console.print("  ".join(filter(None, words)), highlight=False, soft_wrap=True)

    def _show_overall(self) -> str:
        """Move the overall bar, cell by cell; what it says now. The time left is that at the pace so far, which
        knows nothing of how unlike the last runs are."""
        done, whole = sum(self._done.values()), sum(self._work.values())
        spent = time.monotonic() - self._began
        where, left = f"{self._finished} af {len(self._work)}", ""
        if 0 < done < whole:
            seconds = round(spent * (whole - done) / done)
            left = f"ca. {duration(seconds)} tilbage" if seconds >= SOON else "snart færdig"
        self._bars.update(self._overall, completed=done, where=where, left=left)
        return f"[dim]{', '.join(filter(None, [where, left]))}[/]"


def attempts(result: RunResult) -> str:
    """`2. forsøg` where the first was not the last."""
    return f"{count}. forsøg" if (count := result.facts.get("attempts", 1)) > 1 else ""


def print_summary(console: Console, results: Sequence[RunResult]) -> None:
    """The table of results, and for each failed lesson why, with the last lines of its traceback."""
    headings = ("Lektion", "Resultat", Column("Tid", justify="right"), "Device")
    table = Table(*headings, box=None, header_style="bold", pad_edge=False, padding=(0, 2))
    for result in results:
        outcome = "[green]gennemført[/]" if result.passed else "[red]fejlede[/]"
        outcome += f" {attempts(result)}".rstrip()
        device = escape(str(result.facts.get("device", "")))
        table.add_row(escape(result.label), outcome, duration(result.seconds), device)
    console.print()
    console.print(table)
    for result in (result for result in results if not result.passed):
        console.print(f"\n[red]{escape(result.label)}[/]: {escape(result.reason)}", soft_wrap=True)
        for line in result.traceback.splitlines():
            console.print(f"    {escape(line)}", highlight=False, style="dim", soft_wrap=True)
