"""A cell of a presented lesson finds the names of the cells that it needs, also where they were never run."""

from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from lesson_staff.catch_up import CatchUp, needed
from lesson_staff.names import needs

CELLS = ("import math", "radius = 2", "svar = ...", "area = math.pi * radius**2", "print(area)")


def needs_of_last(*sources: str) -> list[int]:
    return [
        int(key) for key in needs({str(k): each for k, each in enumerate(sources)})[str(len(sources) - 1)]
    ]


@pytest.mark.parametrize(
    "middle",
    [
        "a.append(1)",
        "a += [1]",
        "a[0] = 1",
        "a.size = 1",
        "del a[0]",
        "b = a\nb[0] = 1",
        "grow(a)",
        "last = a.pop()",
        "for each in a:\n    each.fill_(0)",
        "[each.train() for each in a.values()]",
        "b = optimizer(a.weights())\nb.step()",
        "with open(a) as b:\n    b.write('')",
        "first, b = a\nb.x = 1",
        "%run -i a.py",
        "from all import *",
    ],
)
def test_a_cell_that_may_change_what_is_read_is_needed(middle):
    assert needs_of_last("a = [0]", middle, "print(a)") == [0, 1]


@pytest.mark.parametrize(
    "middle",
    [
        "b = a + [1]",
        "b = [*a]",
        "b = {}\nb['x'] = a",
        "print(a)",
        "show.record('a', a)",
        "m = a.mean()[0]",
        "a (",
        "c = f(a)",
    ],
)
def test_a_cell_that_only_reads_it_is_not(middle):
    assert needs_of_last("a = [0]", middle, "print(a)") == [0]


def test_what_a_function_changes_is_changed_where_it_is_called():
    cells = ["a = [0]", "def grow():\n    b = a\n    b.append(1)", "n = grow()", "m = 1", "print(a)"]
    assert needs_of_last(*cells) == [0, 1, 2]
    assert needs_of_last(*cells[:2], cells[-1]) == [0], "it was defined only"


def test_what_was_made_of_others_is_changed_with_them():
    cells = ["a = [0]", "b = Chain(*a)", "b.train()", "print(a)"]
    assert needs_of_last(*cells) == [0, 1, 2]
    grown = "def grow():\n    b.train()"
    assert needs_of_last(*cells[:2], grown, "n = grow()", "print(a)") == [0, 1, 2, 3]
    assert needs_of_last("a = 0", *cells[1:]) == [0], "a number is a number"


def test_a_loops_names_are_the_cells_own():
    """And so is whatever a cell binds before it reads it."""
    loop = "for who in {}:\n    told = who\n    print(told)"
    assert needs_of_last("import x", "a = 1", loop.format("a"), loop.format("x.y")) == [0]
    assert needs_of_last("a = 1", "with a as b:\n    c = b\nprint(c)", "b = c = 1\nprint(b, c)") == []
    assert needs_of_last("a = 1", "if a:\n    b = 2", "if x:\n    b = 3\nprint(b)") == [0, 1]


@pytest.fixture
def lesson():
    cells = [
        nbformat.v4.new_code_cell(source, id=f"c{k}", metadata={"tags": []}) for k, source in enumerate(CELLS)
    ]
    cells[2].metadata["tags"] = ["exercise"]
    return [
        *cells,
        nbformat.v4.new_markdown_cell("## 2 · Slut", id="c5"),
        nbformat.v4.new_code_cell("# sidst\nshow.check(svar)", id="c6"),
    ]


@pytest.fixture
def shell():
    made = InteractiveShell()
    made.history_manager.enabled = False
    yield made
    made.history_manager.end_session()


@pytest.fixture
def said(monkeypatch) -> list[str]:
    """What stands where the cell's output comes, as it changes: pieces of HTML, and "" where it is cleared."""
    shown: list[str] = []
    handle = SimpleNamespace(update=lambda html: shown.append(html.data))
    monkeypatch.setattr("IPython.display.display", lambda html, display_id: handle.update(html) or handle)
    monkeypatch.setattr("IPython.display.clear_output", lambda: shown.append(""))
    return shown


def listening(shell, lesson) -> CatchUp:
    catch_up = CatchUp(shell, needed(lesson))
    catch_up.listen()
    return catch_up


def test_what_stands_alone_is_no_other_cells_business(lesson):
    told = needed(lesson)
    assert told["c4"] == {
        "section": "",
        "line": "print(area)",
        "source": "print(area)",
        "needs": ["c0", "c1", "c3"],
    }
    assert told["c6"]["section"] == "2 · Slut" and told["c6"]["line"] == "show.check(svar)"
    assert told["c6"]["needs"] == [], "the exercise is the student's"


def test_the_missing_cells_are_run_once_and_in_silence(shell, lesson, said, capsys):
    catch_up = listening(shell, lesson)
    assert shell.run_cell(CELLS[4], cell_id="c4").success
    assert capsys.readouterr().out.startswith("12.56") and shell.user_ns["radius"] == 2
    assert catch_up.done == {"c0", "c1", "c3", "c4"}
    assert [each.partition(",")[0] for each in said] == [
        *(f'<p role="status">Kører først celle {k} af 3 ovenfor' for k in (1, 2, 3)), ""
    ]  # fmt: skip
    assert "<code>area = math.pi * radius**2</code>" in said[2]
    shell.user_ns["radius"] = 3
    assert shell.run_cell(CELLS[3], cell_id="c3").success
    assert shell.user_ns["radius"] == 3, "what the teacher changed stays"
    assert shell.user_ns["area"] == pytest.approx(28.27, abs=0.01) and len(said) == 4


def test_what_is_not_needed_is_left_alone(shell, lesson, said):
    listening(shell, lesson)
    shell.run_cell("print(math.pi)", cell_id="c0")
    shell.run_cell(CELLS[1], cell_id="c1")
    assert "area" not in shell.user_ns and "math" not in shell.user_ns and said == []


def test_a_cell_that_fails_above_is_named_and_no_end_of_the_class(shell, lesson, said, capsys):
    lesson[1].source = "# to\nradius = 1 / 0"
    lesson.insert(0, lesson.pop(5))
    catch_up = listening(shell, lesson)
    assert not shell.run_cell(CELLS[3], cell_id="c3").success
    assert "radius" in capsys.readouterr().out
    assert catch_up.done == {"c0"}, "neither the one above nor the cell itself"
    assert (
        "kunne ikke køre, »2 · Slut«: <code>radius = 1 / 0</code><br>ZeroDivisionError: division" in said[-1]
    )
    catch_up.before(SimpleNamespace(cell_id="a cell that the teacher added"))
