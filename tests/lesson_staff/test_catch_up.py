"""A cell of a presented lesson finds the names of the cells above, also where they were never run."""

from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from lesson_staff.catch_up import CatchUp, needed

CELLS = ("import math", "radius = 2", "svar = ...", "area = math.pi * radius**2", "print(area)")


@pytest.fixture
def lesson():
    cells = [
        nbformat.v4.new_code_cell(source, id=f"c{k}", metadata={"tags": []}) for k, source in enumerate(CELLS)
    ]
    cells[2].metadata["tags"] = ["exercise"]
    return [
        *cells,
        nbformat.v4.new_markdown_cell("Slut", id="c5"),
        nbformat.v4.new_code_cell("show.check(svar)", id="c6"),
    ]


@pytest.fixture
def shell():
    made = InteractiveShell()
    made.history_manager.enabled = False
    yield made
    made.history_manager.end_session()


def listening(shell, lesson) -> CatchUp:
    catch_up = CatchUp(shell, needed(lesson), [cell.id for cell in lesson])
    catch_up.listen()
    return catch_up


def test_only_what_later_cells_may_need():
    made = [
        nbformat.v4.new_code_cell("show.check(x, svar)", id="a"),
        nbformat.v4.new_code_cell("x = 1", id="b"),
        nbformat.v4.new_code_cell("widgets.x()", id="c", metadata={"tags": ["widget"]}),
    ]
    assert needed(made) == [{"id": "b", "source": "x = 1", "for_widgets": False}]


def test_a_widget_waits_for_its_own_data_only(shell, lesson):
    lesson[1].metadata["tags"] = ["widget-data"]
    catch_up = CatchUp(shell, needed(lesson), [cell.id for cell in lesson], ["c4"])
    catch_up.before(SimpleNamespace(cell_id="c4"))
    assert shell.user_ns["radius"] == 2 and "area" not in shell.user_ns
    catch_up.before(SimpleNamespace(cell_id="c6"))
    assert "area" in shell.user_ns, "what the widget left out is run when another cell needs it"


def test_the_missing_cells_above_are_run_once_and_in_silence(shell, lesson, capsys):
    catch_up = listening(shell, lesson)
    assert shell.run_cell(CELLS[4], cell_id="c4").success
    assert capsys.readouterr().out.startswith("12.56") and shell.user_ns["radius"] == 2
    assert "svar" not in shell.user_ns
    assert catch_up.done == {"c0", "c1", "c3", "c4"}
    shell.user_ns["radius"] = 3
    assert shell.run_cell(CELLS[3], cell_id="c3").success
    assert shell.user_ns["radius"] == 3, "what the teacher changed stays"
    assert shell.user_ns["area"] == pytest.approx(28.27, abs=0.01)


def test_what_comes_below_is_left_alone(shell, lesson):
    listening(shell, lesson)
    shell.run_cell(CELLS[1], cell_id="c1")
    assert "area" not in shell.user_ns and "math" in shell.user_ns


def test_a_cell_that_fails_above_is_no_end_of_the_class(shell, lesson, capsys):
    lesson[1].source = "radius = 1 / 0"
    catch_up = listening(shell, lesson)
    assert not shell.run_cell(CELLS[3], cell_id="c3").success
    assert "radius" in capsys.readouterr().out
    assert catch_up.done == {"c0"}, "neither the one above nor the cell itself"
    catch_up.before(SimpleNamespace(cell_id="a cell that the teacher added"))
