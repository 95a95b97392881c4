"""A student's own edition: made on first use, kept whatever happens, and without what gives an answer away."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest

from lesson_staff import lab
from lesson_staff.catalogue import LESSONS
from lesson_staff.cli import answer
from lesson_staff.teaching import handout


@pytest.fixture
def opened(monkeypatch) -> list[tuple]:
    """What JupyterLab would have been started with: (command, whether in a browser, environment)."""
    calls: list[tuple] = []
    monkeypatch.setattr(lab, "serve", lambda *told, env: calls.append((*told, env)) or 0)
    return calls


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ipynb"))


def test_the_first_use_makes_handouts(course, tmp_path, monkeypatch, opened, capsys):
    notebooks = course(one=["# NBVAL_CHECK_OUTPUT\nprint('sidst')"], two=[])
    monkeypatch.setattr(lab, "ones_own", tmp_path.joinpath)
    monkeypatch.setenv("LESSON_STATIC", "1")
    assert answer(["lab"]) == 0
    assert names(tmp_path / "mine") == ["01_one.ipynb", "02_two.ipynb"]
    made = nbformat.read(tmp_path / "mine" / "01_one.ipynb", as_version=4)
    nbformat.validate(made)
    plain = handout(nbformat.read(notebooks / "01_one.ipynb", as_version=4))
    assert [cell.source for cell in made.cells] == [cell.source for cell in plain.cells]
    said = capsys.readouterr().out
    assert "make lab FULL=1" in said and "ny udgave" not in said
    command, browser, environment = opened[0]
    assert f"--ServerApp.root_dir={tmp_path / 'mine'}" in command and browser
    assert "--ServerApp.ip=127.0.0.1" in command and not [part for part in command if "token" in part]
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE", "two lessons at once stay quick"
    assert "LESSON_STATIC" not in environment, "the widgets live"


def test_what_a_student_wrote_is_kept_and_a_newer_lesson_comes_beside_it(course, tmp_path, opened, capsys):
    notebooks, mine = course(one=["print(1)"]), tmp_path / "mine"

    def use() -> str:
        assert answer(["lab", "--out", str(mine), "--no-browser"]) == 0
        return capsys.readouterr().out

    use()
    own = nbformat.read(mine / "01_one.ipynb", as_version=4)
    own.cells[-1].source = "print('mit svar')"
    nbformat.write(own, mine / "01_one.ipynb")
    (mine / "noter.ipynb").write_text("ikke en notebook")
    kept = (mine / "01_one.ipynb").read_bytes()
    assert "ny udgave" not in use() and names(mine) == ["01_one.ipynb", "noter.ipynb"]

    for change, name in (("print(2)", "01_one_ny.ipynb"), ("print(3)", "01_one_ny2.ipynb")):
        lesson = nbformat.read(notebooks / "01_one.ipynb", as_version=4)
        lesson.cells[-1].source = change
        nbformat.write(lesson, notebooks / "01_one.ipynb")
        assert f"01 One er kommet i en ny udgave: {name} ligger ved siden af din egen." in use()
        assert change in (mine / name).read_text(encoding="utf-8")
        assert "ny udgave" not in use(), "it is said once"
    assert (mine / "01_one.ipynb").read_bytes() == kept
    (mine / "01_one.ipynb").rename(mine / "min udgave.ipynb")
    assert use() and "01_one.ipynb" not in names(mine), "the newest is there"
    (mine / "01_one_ny2.ipynb").unlink()
    assert use() and "print(3)" in (mine / "01_one.ipynb").read_text(encoding="utf-8")


def test_a_new_output_is_no_new_lesson(course, tmp_path, opened, capsys):
    notebooks, mine = course(one=["print(1)"]), tmp_path / "mine"
    answer(["lab", "--out", str(mine)])
    lesson = nbformat.read(notebooks / "01_one.ipynb", as_version=4)
    lesson.cells[-1].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    nbformat.write(lesson, notebooks / "01_one.ipynb")
    answer(["lab", "--out", str(mine)])
    assert names(mine) == ["01_one.ipynb"]


def test_a_teacher_gets_the_lessons_themselves_and_a_lesson_may_be_named(course, monkeypatch, opened, capsys):
    notebooks = course(one=[], two=[])
    monkeypatch.setattr(lab, "NOTEBOOKS", notebooks)
    before = (notebooks / "02_two.ipynb").read_bytes()
    assert answer(["lab", "2", "--full"]) == 0
    command, _, _ = opened[0]
    assert f"--ServerApp.root_dir={notebooks}" in command
    assert "--LabApp.default_url=/lab/tree/02_two.ipynb" in command
    assert names(notebooks) == ["01_one.ipynb", "02_two.ipynb"]
    assert (notebooks / "02_two.ipynb").read_bytes() == before and capsys.readouterr().out == ""
    assert answer(["lab", "42"]) == 2


@pytest.mark.parametrize("where", ["a file", "a folder that is read only"])
def test_a_place_that_cannot_be_written_in_is_said_in_one_sentence(
    where, course, tmp_path, monkeypatch, opened, capsys
):
    course(one=[])
    place = tmp_path / "sted"
    if where == "a file":
        place.write_text("")
    else:
        place.mkdir()  # for root no folder is read only

        def refuse(*_):
            raise PermissionError(errno.EACCES, "no", str(place))

        monkeypatch.setattr(lab, "replace_file", refuse)
    assert answer(["lab", "--out", str(place)]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("Fejl: ") and complaint.count("\n") == 1 and str(place) in complaint
    assert not opened


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_a_lesson_reads_nothing_from_the_folder_that_it_lies_in(lesson):
    for cell in nbformat.read(lesson.notebook, as_version=4).cells:
        prose = re.sub(r"<pre>.*?</pre>|<code>.*?</code>|```.*?```|`[^`]*`", "", cell.source, flags=re.DOTALL)
        links = re.findall(r"\]\(([^)]*)\)|src=\"([^\"]*)\"", prose)
        near = [
            link for link in map("".join, links) if not link.startswith(("http", "#", "data:", "attachment:"))
        ]
        assert not near or cell.cell_type == "code", near
        assert "../" not in cell.source


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_lab_that_is_killed_leaves_its_folder_and_no_server(tmp_path):
    mine = tmp_path / "mine"
    command = [sys.executable, "-m", "lesson_staff.cli", "lab", "--no-browser", "--out", str(mine)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        while not (line := started.stdout.readline()).startswith("Stop med Ctrl-C"):
            assert line, "it ended before it told its address"
        servers = psutil.Process(started.pid).children(recursive=True)
        started.kill()
    assert servers and not psutil.wait_procs(servers, timeout=30)[1]
    assert len(names(mine)) == len(LESSONS)
