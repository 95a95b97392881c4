"""What a batch says in the terminal: which cell each run is in, how much is done, how long it will take."""

import io

import pytest
from rich.console import Console

from lesson_staff import terminal
from lesson_staff.catalogue import find
from lesson_staff.plan import RunResult, plan
from lesson_staff.terminal import Display, print_summary


@pytest.fixture
def runs(course, monkeypatch):
    """Two runs of one lesson, and a clock that shows a minute more each time it is asked."""
    course(photo=False, one=[])
    minutes = iter(range(0, 6000, 60))
    monkeypatch.setattr(terminal.time, "monotonic", lambda: float(next(minutes)))
    return plan(find(), {"classes": 1}, {"classes": 2})


def said(runs, is_terminal: bool) -> str:
    """What was written while the first run began its third cell of four, and then failed."""
    console = Console(
        file=io.StringIO(), force_terminal=is_terminal, width=120, color_system=None, legacy_windows=False
    )
    display = Display(console, runs)
    with display._bars:
        display.tell(runs[0], 3, 4)
        display._bars.refresh()
        display.finished(
            RunResult(runs[0].name, "01", "One", {}, 65.0, "Celle 3 hang.", changed={"classes": 1})
        )
    return console.file.getvalue()


def test_a_bar_for_all_and_a_line_for_the_cell_that_a_run_is_in(runs):
    text = said(runs, True)
    assert "I alt" in text and "0 af 2" in text
    assert "01 One (classes=1)" in text and "celle 3 af 4" in text
    # half of one run of two is done in a minute: three more minutes at that pace
    assert "ca. 3 min. 0 s tilbage" in text


def test_the_last_seconds_are_not_counted(runs):
    """What is left is run at another pace than what is done: »1 s« stood there for ten."""
    display = Display(Console(file=io.StringIO(), force_terminal=True), runs)
    display._done = {runs[0].name: 60.0, runs[1].name: 50.0}
    assert "snart færdig" in display._show_overall()
    display._done[runs[1].name] = 10.0
    assert "ca. 1 min. 26 s tilbage" in display._show_overall()


def test_a_log_gets_lasting_lines_alone(runs):
    text = said(runs, False)
    assert text.splitlines() == [
        "✗ 01 One (classes=1)  1 min. 5 s  Celle 3 hang.  1 af 2, ca. 2 min. 0 s tilbage"
    ]


def test_the_last_lines_of_a_traceback_stand_below_the_table():
    console = Console(file=io.StringIO(), width=100, color_system=None)
    facts = {"device": "cuda (NVIDIA H100)", "attempts": 2}
    failed = RunResult("a", "01", "One", {}, 2.0, "Celle [3] stoppede.", "x = [1]\nKeyError", facts=facts)
    print_summary(console, [failed])
    text = console.file.getvalue()
    assert "cuda (NVIDIA H100)" in text
    assert "fejlede 2. forsøg" in text and "01 One: Celle [3] stoppede.\n    x = [1]\n    KeyError" in text
