"""The catalogue and the folder of notebooks agree; lessons are found by number."""

import ast
import errno
import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from lesson_staff import catalogue, doctor, lab, store
from lesson_staff.catalogue import FOLDERS, LESSONS, NOTEBOOKS, REPOSITORY, find, read_lessons
from lesson_staff.cli import answer
from lesson_staff.parameters import read_parameters
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError
from lesson_utils.parameters import COMMON, fits
from lesson_utils.weights import embedded

HAVE_NOTEBOOKS = any(NOTEBOOKS.glob("*.ipynb"))
needs_notebooks = pytest.mark.skipif(not HAVE_NOTEBOOKS, reason="notebooks/ is still empty")


@needs_notebooks
def test_catalogue_and_folder_hold_the_same_lessons():
    assert [lesson.file for lesson in LESSONS] == sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


@needs_notebooks
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.file)
def test_lesson_says_the_same_time_as_the_catalogue(lesson):
    first = nbformat.read(lesson.notebook, as_version=4).cells[0].source
    assert re.search(rf"\b{lesson.minutes}\s+min", first), f"the first cell does not say {lesson.minutes} min"
    assert lesson.file.startswith(lesson.number)


@needs_notebooks
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.file)
def test_allowed_values_belong_to_parameters_and_hold_the_default(lesson):
    parameters = read_parameters(lesson.notebook)
    for name, allowed in lesson.allowed.items():
        assert name in parameters or name in COMMON
        assert name not in parameters or fits(parameters[name].default, allowed)


def test_lessons_come_in_lecture_order_whatever_was_asked():
    assert [lesson.number for lesson in find(["4", "02"])] == ["02", "04"]
    assert find() == list(LESSONS)


def test_unknown_number_says_which_there_are():
    known = listing(lesson.number for lesson in LESSONS)
    with pytest.raises(LessonError, match=rf"Der er ingen lektion 42: vælg mellem {known}\."):
        find(["42"])


def test_a_lesson_that_is_described_wrongly_stops_no_other(tmp_path, monkeypatch):
    for name in ("vgg", "googlenet"):
        (tmp_path / name).mkdir()
        shutil.copy(FOLDERS / name / "lesson.toml", tmp_path / name)
    (tmp_path / "resnet").mkdir()
    (tmp_path / "resnet" / "lesson.toml").write_text(
        'notebook = "07_resnet.ipynb"\nminutes = "mange', "utf-8"
    )
    lessons, problems = read_lessons(tmp_path)
    assert [lesson.title for lesson in lessons] == ["VGG", "GoogLeNet"]
    (sentence,) = problems
    assert sentence.startswith("»resnet/lesson.toml« beskriver ikke en lektion")
    monkeypatch.setattr(catalogue, "PROBLEMS", problems)
    with pytest.raises(LessonError, match=r"resnet/lesson\.toml"):
        find(["07"])


def test_the_readme_tells_the_lessons_as_they_tell_themselves():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d) (.+?) \| (.+?) \| (\d+) min \|$", text, re.MULTILINE)
    assert rows == [(lesson.number, lesson.title, lesson.learn, str(lesson.minutes)) for lesson in LESSONS]


@pytest.mark.parametrize("damage", ["", "version https://git-lfs", "{}", '{"cells": 1}'])
def test_a_lesson_that_is_not_whole_is_said_by_every_command(course, monkeypatch, capsys, damage, tmp_path):
    notebooks = course(one=[], two=[])
    monkeypatch.chdir(tmp_path)
    (notebooks / "02_two.ipynb").write_text(damage)
    for command in ("handout", "slides", "solution", "present 2", "run 2", "list", "notebooks 2"):
        assert answer(command.split()) == 2, command
        assert capsys.readouterr().err == (
            "Fejl: notebooks/02_two.ipynb mangler eller er ikke hel: hent kurset igen.\n"
        )
    assert answer(["list", "1"]) == 0, "the others work"


def test_a_course_that_was_installed_without_its_lessons(course, monkeypatch, capsys, tmp_path):
    course(one=[])
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path / "site-packages" / "notebooks")
    for command in ("handout", "present 1", "run", "list"):
        assert answer(command.split()) == 2
        (said,) = capsys.readouterr().err.splitlines()
        assert said.startswith("Fejl: Kurset er installeret uden sine lektioner og data: hent")
    assert doctor.notebooks().state == doctor.BAD


def test_a_course_that_is_not_ones_own_writes_where_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lesson_staff.catalogue.os.access", lambda place, mode: Path(place) != REPOSITORY)
    assert store.batch_folder("", datetime.now()).parent == tmp_path / "runs"
    monkeypatch.setattr(lab, "serve", lambda *command, env: 0)
    assert answer(["lab"]) == 0 and len([*tmp_path.glob("mine/*.ipynb")]) == len(LESSONS)
    monkeypatch.setattr("lesson_staff.doctor.os.access", lambda place, mode: False)
    check = doctor.writing()
    assert check.state == doctor.NOTE and str(REPOSITORY / "runs") in check.found and "--out" in check.advice


@pytest.mark.parametrize(
    "number, said",
    [(errno.EACCES, "ikke lov"), (errno.EROFS, "på det drev"), (errno.ENOSPC, "ikke mere plads"),
     (errno.ENAMETOOLONG, "for langt"), (errno.ENOTDIR, "en fil, hvor"), (errno.ENOENT, "er der ikke")],
)  # fmt: skip
def test_what_the_system_refuses_is_one_sentence(monkeypatch, capsys, number, said):
    def refuse() -> None:
        raise OSError(number, "no", "/et/sted")

    monkeypatch.setattr(doctor, "examine", refuse)
    assert answer(["doctor"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("Fejl: »/et/sted« kan ikke bruges: ") and said in told and told.count("\n") == 1


def test_a_fault_of_ours_is_no_sentence(monkeypatch):
    monkeypatch.setattr(doctor, "examine", lambda: (_ for _ in ()).throw(OSError(errno.EBADF, "bad")))
    with pytest.raises(OSError):
        answer(["doctor"])


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
POSIX = {"fork", "killpg", "getpgid", "wait4", "waitpid", "geteuid", "getuid", "uname", "sched_getaffinity"}


def test_what_only_unix_has_is_asked_for_first():
    """Windows has none of these: each use stands in a function that looks for it, or for a group of processes."""
    uses = 0
    for file in REPOSITORY.glob("lesson_*/**/*.py"):
        code = file.read_text(encoding="utf-8")
        for function in (node for node in ast.walk(ast.parse(code)) if isinstance(node, FUNCTIONS)):
            source = ast.get_source_segment(code, function)
            for name in re.findall(r"\bos\.(\w+)", source):
                if name in POSIX:
                    uses += 1
                    assert f'hasattr(os, "{name}")' in source or "if self.pgid" in source, (file.name, name)
    assert uses > 3


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_the_smallest_number_that_is_allowed_leaves_something_when_it_is_divided(lesson):
    """Half of one step is none, and a lesson that is told to take one would stop."""
    cells = json.loads(lesson.notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for name, allowed in lesson.allowed.items():
        if isinstance(allowed, range) and allowed[0] > 0:
            assert all(allowed[0] // int(by) > 0 for by in re.findall(rf"\b{name} // (\d+)", code)), name


@pytest.mark.parametrize("number", ["04", "06"])
def test_a_lesson_of_the_worlds_classes_says_how_many_a_file_must_know(number):
    """As `world_network` will ask of it in the lesson."""
    assert find([number])[0].classes == len(embedded()["alexnet"]["classes"])
