"""Handouts hold no solution and no note, and still run; solutions are unfolded."""

import ast
import builtins

import nbformat
import pytest

from lesson_staff.catalogue import LESSONS
from lesson_staff.cli import answer
from lesson_staff.teaching import handout


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.notebook.stem)
def lesson(request) -> nbformat.NotebookNode:
    return nbformat.read(request.param.notebook, as_version=4)


def cells_of(notebook, tag: str) -> list:
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def test_a_handout_gives_nothing_away(lesson):
    text = nbformat.writes(handout(lesson))
    assert cells_of(lesson, "solution") and cells_of(lesson, "exercise")
    for cell in cells_of(lesson, "solution"):
        assert nbformat.writes(nbformat.v4.new_notebook(cells=[cell])) not in text
    made = handout(lesson)
    assert cells_of(made, "solution") == []
    assert len(cells_of(made, "exercise")) == len(cells_of(lesson, "exercise"))
    assert not [cell for cell in made.cells if cell.get("outputs") or cell.get("execution_count")]
    for unwanted in ("Til underviseren", "NBVAL", "confirm("):
        assert not [
            cell for cell in made.cells if cell.source.startswith(unwanted) or unwanted in cell.source
        ]


def test_a_handout_needs_no_name_that_a_solution_made(lesson):
    known = set(dir(builtins))
    for cell in handout(lesson).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            made = {alias.asname or alias.name.split(".")[0] for n in ast.walk(tree) for alias in imports(n)}
            names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
            made |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
            made |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
            made |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
            made |= {
                node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name
            }
            asked = {name.id for name in names if isinstance(name.ctx, ast.Load)}
            assert asked <= known | made, cell.source
            known |= made


def imports(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []


def test_solutions_are_unfolded_and_keep_their_outputs(lesson):
    made = handout(lesson, with_solutions=True)
    for cell in cells_of(made, "solution"):
        assert "jupyter" not in cell.metadata
    assert len(cells_of(made, "solution")) == len(cells_of(lesson, "solution"))
    assert any(cell.get("outputs") for cell in made.cells)
    assert "Til underviseren" not in nbformat.writes(made)


def test_the_commands_write_one_notebook_for_each_lesson(course, tmp_path, monkeypatch, capsys):
    course(one=["print('sidst')", "from lesson_utils import show"], two=[])
    monkeypatch.chdir(tmp_path)
    assert answer(["handout"]) == 0
    assert "01 One: handouts/01_one.ipynb" in capsys.readouterr().out
    assert answer(["solution", "1", "--out", "facit"]) == 0
    assert sorted(path.name for path in (tmp_path / "handouts").glob("[!.]*")) == [
        "01_one.ipynb",
        "02_two.ipynb",
    ]
    assert "løst" not in (tmp_path / "handouts" / "01_one.ipynb").read_text(encoding="utf-8")
    assert "løst" in (tmp_path / "facit" / "01_one_løsning.ipynb").read_text(encoding="utf-8")
    needing, plain = (
        nbformat.read(tmp_path / "handouts" / name, as_version=4) for name in ("01_one.ipynb", "02_two.ipynb")
    )
    nbformat.validate(needing)
    assert "kør `python install.py` i dets mappe" in needing.cells[0].source, "the first thing that is read"
    assert needing.cells[0].source.endswith("`lesson lab 01_one.ipynb`.*")
    assert plain.cells[0].source.startswith("# En lille lektion"), "it uses nothing of the course"
    assert answer(["handout", "handouts/01_one.ipynb", "--out", "igen"]) == 0
    assert (tmp_path / "igen" / "01_one.ipynb").read_text(encoding="utf-8").count("install.py") == 1


def test_a_folder_that_cannot_be_made_is_said(course, tmp_path, capsys):
    course(one=[])
    (tmp_path / "fil").write_text("")
    assert answer(["handout", "--out", str(tmp_path / "fil")]) == 2
    assert capsys.readouterr().err.startswith("Fejl: »")
