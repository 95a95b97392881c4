"""What README tells a teacher to type, and what a teacher may expect of a lesson."""

import re
import shlex

import nbformat
import pytest

from lesson_staff import present
from lesson_staff.catalogue import LESSONS, REPOSITORY
from lesson_staff.cli import answer
from lesson_staff.slides import slide_type

NOTE = re.compile(r"<details>\n<summary>Til underviseren</summary>\n\n(.{80,900})\n\n</details>", re.DOTALL)


def readme_commands() -> list[list[str]]:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("## Til undervisere")[1]
    block = text.split("```bash")[1].split("```")[0]
    return [shlex.split(line, comments=True) for line in block.strip().splitlines()]


def test_the_commands_of_the_readme(tmp_path, monkeypatch, capsys):
    """Each is carried out on the real lesson; only JupyterLab is not opened."""
    shown = []
    monkeypatch.setattr(present, "present", lambda lesson, browser: shown.append(lesson.number) or 0)
    monkeypatch.chdir(tmp_path)
    commands = readme_commands()
    assert [words[:2] for words in commands] == [
        ["lesson", name] for name in ("present", "slides", "handout", "solution")
    ]
    assert [answer(words[1:]) for words in commands] == [0, 0, 0, 0]
    assert shown == ["04"]
    told = capsys.readouterr().out
    for file in (
        "slides/04_googlenet.html",
        "handouts/04_googlenet.ipynb",
        "handouts/04_googlenet_løsning.ipynb",
    ):
        assert (tmp_path / file).is_file() and file in told


@pytest.mark.parametrize("command", ["present", "slides", "handout", "solution"])
def test_an_unknown_lesson_is_one_danish_sentence(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert answer([command, "42"]) == 2
    complaint = capsys.readouterr().err
    assert (
        complaint.startswith("Fejl: Der er ingen lektion 42: vælg mellem 00") and complaint.count("\n") == 1
    )


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_a_teacher_is_told_what_to_ask_and_what_goes_wrong(lesson):
    cells = nbformat.read(lesson.notebook, as_version=4).cells
    notes = [NOTE.fullmatch(cell.source) for cell in cells if slide_type(cell) == "notes"]
    assert all(notes), "folded, and neither empty nor a lecture"
    assert len(notes) >= 15
    said = [note[1] for note in notes]
    assert sum("»" in text and "?" in text for text in said) >= len(said) / 2
    assert sum(bool(re.search(r"[Tt]ypisk|[Mm]ange|[Dd]e fleste|hyppigste", text)) for text in said) >= 10


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_set_up_and_solutions_are_on_no_slide(lesson):
    for cell in nbformat.read(lesson.notebook, as_version=4).cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & {"parameters", "setup", "solution"} or cell.source.startswith("show.confirm("):
            assert slide_type(cell) == "skip", cell.source
