"""A teacher's own notebook, named by its path: a renamed copy, a lesson cut down, one of their own."""

import json
import shutil
import subprocess
import sys

import nbformat
import pytest

from lesson_staff import lab, present
from lesson_staff.catalogue import NOTEBOOKS, find
from lesson_staff.cli import answer
from lesson_staff.fingerprint import of_lesson
from lesson_staff.plan import plan
from lesson_utils.errors import LessonError

from .conftest import tiny_notebook

COMMANDS = ("run", "list", "present", "slides", "handout", "solution", "lab", "notebooks", "check")


def write(path, notebook) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return str(path)


@pytest.fixture
def say(capsys, tmp_path, monkeypatch):
    """`say("run", "a.ipynb")` -> (exit code, what was printed, what was complained), in a folder of its own."""
    (tmp_path / "her").mkdir()
    monkeypatch.chdir(tmp_path / "her")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = answer(list(arguments))
        return code, *capsys.readouterr()

    return run


def test_a_lesson_is_called_by_its_number_its_name_or_its_file():
    (lesson,) = find(["4"])
    names = ("04", "googlenet", "GoogLeNet", "04_googlenet", "4.0", "04 GoogLeNet", "Lektion 4")
    for name in (*names, str(lesson.notebook)):
        assert find([name]) == [lesson], name


def test_a_copy_allows_what_its_lesson_does(tmp_path):
    copy = tmp_path / "min_vgg.ipynb"
    shutil.copy(NOTEBOOKS / "03_vgg.ipynb", copy)
    own, vgg = find([str(copy)])[0], find(["3"])[0]
    assert own.own and not vgg.own and str(own) == "min_vgg"
    assert own.allowed == vgg.allowed and abs(own.minutes - vgg.minutes) <= 5
    assert [str(lesson) for lesson in find([str(copy), "3", "2", str(copy)])] == [
        "02 AlexNet",
        "03 VGG",
        "min_vgg",
    ]
    with pytest.raises(LessonError, match="»depth« kan ikke være »12« i lektion min_vgg: vælg mellem 11"):
        plan([own], {"depth": 12})
    with pytest.raises(LessonError, match=r"To notebooks hedder »03_vgg\.ipynb«: giv den ene et andet navn"):
        find(["3", write(tmp_path / "x" / "03_vgg.ipynb", tiny_notebook())])


DAMAGED = ["", "{}", "[]", '{"cells": 1}', '{"cells": [], "nbformat": 3}']
DAMAGED.append('{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}')


@pytest.mark.parametrize("content", [None, *DAMAGED])
def test_what_is_no_notebook_is_one_sentence(say, course, content):
    course(one=[])
    if content is not None:
        with open("min.ipynb", "w", encoding="utf-8") as file:
            file.write(content)
    for command in COMMANDS:
        code, printed, complaint = say(command, "min.ipynb")
        assert (code, printed, complaint.count("\n")) == (2, "", 1), command
        what = "findes ikke" if content is None else "er ikke en hel notebook"
        assert f"»min.ipynb« {what}: " in complaint, command


def test_what_a_notebook_lacks_is_said_before_anything_starts(say, course, tmp_path):
    course(one=[])
    bare = write(
        tmp_path / "nøgen.ipynb", nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    )
    code, _, complaint = say("run", bare, "-p", "seed=1")
    assert code == 2 and "parameteren »seed«. Mærk cellen med parametrene »parameters« (View" in complaint
    for command in ("present", "slides"):
        code, _, complaint = say(command, bare)
        assert code == 2 and complaint.startswith(
            "Fejl: »nøgen.ipynb« har ingen slides: giv cellerne en Slide Type"
        )
    marked = tiny_notebook()
    marked.cells[0].metadata["slideshow"] = {"slide_type": "slide"}
    code, _, complaint = say("slides", write(tmp_path / "a.ipynb", marked))
    assert code == 2 and "»a.ipynb« har ingen gemte resultater: kør og gem den" in complaint
    assert say("lab", bare, "--out", "x")[2].startswith("Fejl: Udelad --out")
    assert say("list", bare)[0] == 0 and not list(tmp_path.glob("her/*"))


def test_it_runs_where_it_imports_nothing_and_is_never_changed(say, course, tmp_path, monkeypatch):
    """In a folder with files called as what it imports; two of one name; gone on with from elsewhere."""
    course(one=[])
    hold = tmp_path / "hold"
    notebook = tiny_notebook(
        "%%time\npass", "import os, json, torch\nassert not os.path.exists('min lektion.ipynb')"
    )
    notebook.cells[0].metadata["slideshow"] = {"slide_type": "slide"}
    own = write(hold / "min lektion.ipynb", notebook)
    for name in ("json", "torch", "ipykernel_launcher", "sitecustomize"):
        (hold / f"{name}.py").write_text(f"open({str(tmp_path / 'kørt')!r}, 'w').close()")
    before = {path.name: path.read_bytes() for path in hold.iterdir()}
    monkeypatch.chdir(hold)
    assert of_lesson(find([own])[0].notebook), "of a cell that is no Python, too"
    (hold / "plan.csv").write_text("lesson;photo\nmin lektion.ipynb;\n01;\n", encoding="utf-8")
    assert "min lektion  ca." in say("run", "--parameters", "plan.csv", "--dry-run")[1]
    (hold / "plan.csv").unlink()

    out = tmp_path / "ud"
    code, printed, complaint = say("run", "min lektion.ipynb", "--out", str(out))
    assert code == 0, printed + complaint
    monkeypatch.chdir(tmp_path)
    assert "1 kørsel er gennemført i forvejen" in say("run", "--resume", "--out", str(out))[1]
    (entry,) = json.loads((out / "batch.json").read_text(encoding="utf-8"))["runs"]
    place = out / entry["name"]
    assert place.name.startswith("min-lektion~") and (place / "min lektion.html").is_file()
    assert "min lektion" in (out / "index.html").read_text(encoding="utf-8")
    assert not (tmp_path / "kørt").exists()

    for command in ("handout", "solution", "slides"):
        told = say(command, str(place / "min lektion.ipynb"), "--out", str(place))
        assert told[0] == 2 and "Mappen er lektionernes egen" in told[2]
    assert say("handout", own)[0] == 0 and (tmp_path / "handouts" / "min lektion.ipynb").is_file()
    assert {path.name: path.read_bytes() for path in hold.iterdir()} == before


def test_it_is_presented_and_opened(say, course, tmp_path, monkeypatch):
    """Also one that another program wrote, whose cells have no ids."""
    course(one=[])
    notebook = tiny_notebook("x = 1")
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]
    notebook.cells[0].metadata["slideshow"] = {"slide_type": "slide"}
    own, opened = write(tmp_path / "hold" / "min.ipynb", notebook), []
    monkeypatch.setattr(present, "serve", lambda command, browser, **how: opened.append(command) or 0)
    monkeypatch.setattr(lab, "serve", lambda command, browser, **how: opened.append(command) or 0)
    assert say("present", own)[0] == say("lab", own)[0] == 0
    shown, edited = opened
    assert (
        "--LabApp.default_url=/lab/tree/min.ipynb" in shown
        and "--LabApp.default_url=/lab/tree/min.ipynb" in edited
    )
    assert (
        f"--ServerApp.root_dir={tmp_path / 'hold'}" in edited
        and f"--ServerApp.root_dir={tmp_path / 'hold'}" not in shown
    )


def test_its_check_says_what_it_lacks(tmp_path):
    own = write(tmp_path / "hold" / "min.ipynb", tiny_notebook("1 / 0"))
    call = [sys.executable, "-m", "lesson_staff.cli", "check", own]
    told = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert told.returncode == 1, told.stdout + told.stderr
    assert "✗ Notebooken kører fra ende til anden.\n  Celle [4] stoppede med ZeroDivisionError" in told.stdout
    assert "✗ Hver celle har en Slide Type." in told.stdout and "min: " in told.stdout.splitlines()[-1]
