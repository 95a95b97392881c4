"""What a batch says in the terminal: progress while it works, a table at the end."""

import threading
import time
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from lesson_staff.pages import duration
from lesson_staff.plan import Run, RunResult


class Display:
    """An overall bar, one line per running lesson with the cell it is in, one lasting line per result.

    Where there is no terminal (a log, CI) only the lasting lines are written.
    """

    def __init__(self, console: Console, runs: Sequence[Run]) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._tasks: dict[str, int] = {}
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[where]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._total, self._finished, self._began = len(runs), 0, time.monotonic()
        self._work = {run.name: run.lesson.seconds for run in runs}
        self._done = 0.0  # of that work, by the runs that have finished
        self._under_way: dict[str, float] = {}
        self._overall = self._bars.add_task(
            "I alt", total=max(sum(self._work.values()), 1), where=f"0 af {len(runs)}", left=""
        )

    def __enter__(self) -> "Display":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def tell(self, run: Run, cell: int, cells: int) -> None:
        """A lesson has begun a cell; called from the scheduler's threads."""
        with self._lock:
            name = run.name
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(run.label, total=cells, where="", left="")
            where = f"celle {cell} af {cells}"
            self._bars.update(self._tasks[name], completed=cell - 1, where=where)
            self._under_way[name] = self._work[name] * (cell - 1) / cells
            self._show_overall()

    def finished(self, result: RunResult) -> None:
        with self._lock:
            self._finished += 1
            self._under_way.pop(result.name, None)
            self._done += self._work[result.name]
            if result.name in self._tasks:
                self._bars.remove_task(self._tasks.pop(result.name))
            left = self._show_overall()
        line = f"[green]✓[/] {escape(result.label)}  {duration(result.seconds)}"
        if not result.passed:
            line = f"{line.replace('[green]✓', '[red]✗', 1)}  {escape(result.reason)}"
        line += f"  [dim]{self._finished} af {self._total}{left}[/]"
        self._console.print(line, highlight=False, soft_wrap=True)

    def _show_overall(self) -> str:
        """Move the overall bar, cell by cell; the time that is left if all goes on as so far."""
        done, whole = self._done + sum(self._under_way.values()), sum(self._work.values())
        spent = time.monotonic() - self._began
        left = ""
        if 0 < done < whole:
            left = f", ca. {duration(max(1, round(spent * (whole - done) / done)))} tilbage"
        self._bars.update(
            self._overall,
            completed=done,
            where=f"{self._finished} af {self._total}",
            left=left.removeprefix(", "),
        )
        return left


def print_summary(console: Console, results: Sequence[RunResult]) -> None:
    """The table of results, and for each failed lesson why, with the last lines of its traceback."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2))
    for heading in ("Lektion", "Resultat", "Tid", "Device"):
        table.add_column(heading, justify="right" if heading == "Tid" else "left")
    for result in results:
        outcome = "[green]gennemført[/]" if result.passed else "[red]fejlede[/]"
        device = escape(str(result.facts.get("device", "")))
        table.add_row(escape(result.label), outcome, duration(result.seconds), device)
    console.print()
    console.print(table)
    for result in results:
        if not result.passed:
            console.print(f"\n[red]{escape(result.label)}[/]: {escape(result.reason)}", soft_wrap=True)
            for line in result.traceback.splitlines():
                console.print(f"    {escape(line)}", highlight=False, style="dim", soft_wrap=True)
