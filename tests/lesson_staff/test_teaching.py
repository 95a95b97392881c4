"""What README tells a teacher to type."""

import shlex

import pytest

from lesson_staff import present
from lesson_staff.catalogue import REPOSITORY
from lesson_staff.cli import answer


def readme_commands() -> list[list[str]]:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("## Til undervisere")[1]
    block = text.split("```bash")[1].split("```")[0]
    lines = [line for line in block.strip().splitlines() if line.startswith("lesson ")]  # the rest is make
    return [shlex.split(line, comments=True) for line in lines]


def test_the_commands_of_the_readme(tmp_path, monkeypatch, capsys):
    """Each is carried out on the real lesson; only JupyterLab is not opened."""
    shown = []
    monkeypatch.setattr(present, "present", lambda lesson, browser, core: shown.append(lesson.number) or 0)
    monkeypatch.chdir(tmp_path)
    commands = readme_commands()
    assert [words[:2] for words in commands] == [
        ["lesson", name] for name in ("present", "slides", "slides", "handout", "solution")
    ]
    assert [answer(words[1:]) for words in commands] == [0, 0, 0, 0, 0]
    assert shown == ["04"]
    told = capsys.readouterr().out
    for file in (
        "slides/04_googlenet.html",
        "slides/04_googlenet_kerne.html",
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
