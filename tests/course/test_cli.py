"""`lesson` as a user meets it: Danish, with exit codes that mean something."""

import json
import subprocess
import sys

import pytest
from PIL import Image

from lesson_utils.course import session
from lesson_utils.course.cli import answer


@pytest.fixture
def say(capsys):
    """`say("run", "42")` -> (exit code, what was printed, what was complained)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = answer(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_help_is_danish_and_lists_the_commands(say):
    code, text, _ = say("--help")
    assert code == 0
    assert "Kommandoer" in text and "run" in text and "notebooks" in text
    for english in ("Usage", "Options", "Commands", "Show this message", "Arguments"):
        assert english not in text
    assert say()[:2] == (0, text), "»lesson« alone shows the same"


def test_help_of_a_command_is_danish(say):
    code, text, _ = say("run", "--help")
    assert code == 0
    assert "--photo" in text and "miljøvariabel: PHOTO" in text and "Eksempel: lesson run 02 04" in text
    for english in ("Usage", "Options", "default", "env var", "<list"):
        assert english not in text


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["rum"], "Kommandoen »rum« findes ikke. Mente du »run«?"),
        (["run", "42"], "Der er ingen lektion 42: vælg mellem 00, 01, 02, 03, 04, 05 og 06."),
        (["run", "--foto", "x"], "Valget »--foto« findes ikke. Mente du »--photo«?"),
        (["run", "--jobs"], "Valget »--jobs« skal have en værdi efter sig."),
        (["run", "--jobs", "mange"], "»--jobs« kan ikke have den værdi: hvor mange lektioner der kører"),
    ],
)
def test_wrong_input_gets_one_danish_sentence(say, arguments, sentence):
    code, printed, complaint = say(*arguments)
    assert code == 2
    assert printed == ""
    assert complaint.startswith(f"Fejl: {sentence}")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("content", [None, b"", b"ikke et billede"], ids=["missing", "empty", "text"])
def test_a_bad_photo_is_refused_before_anything_starts(say, course, tmp_path, content, monkeypatch):
    course(one=[])
    photo = tmp_path / "foto.jpg"
    if content is not None:
        photo.write_bytes(content)
    monkeypatch.setenv("PHOTO", str(photo))
    code, _, complaint = say("run", "--out", str(tmp_path / "out"))
    assert code == 2
    assert complaint.startswith("Fejl: ") and complaint.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("variable, photo", [("", ""), ("ferie.jpg", "ferie.jpg")])
def test_the_photo_variable_reaches_the_run(say, monkeypatch, variable, photo):
    """An empty one means none: `make` exports PHOTO whether it was given or not."""
    asked = []
    monkeypatch.setattr(session, "run_session", lambda *arguments: asked.append(arguments) or 0)
    monkeypatch.setenv("PHOTO", variable)
    assert say("run", "2")[0] == 0
    assert asked == [(["2"], photo, None, "")]


def test_a_folder_with_something_in_it_is_left_alone(say, course, tmp_path):
    course(one=[])
    code, _, complaint = say("run", "--out", str(tmp_path))
    assert code == 2
    assert "er ikke tom" in complaint


def test_run_writes_a_folder_and_fails_if_a_lesson_fails(say, course, tmp_path, monkeypatch):
    course(good=[], bad=["1 / 0"])
    photo = tmp_path / "foto.png"
    Image.new("RGB", (40, 30), "red").save(photo)
    monkeypatch.chdir(tmp_path)
    code, text, _ = say("run", "--out", "out", "--photo", "foto.png")
    assert code == 1
    assert "gennemført" in text and "fejlede" in text
    assert "Celle [5] stoppede med ZeroDivisionError: division by zero." in text
    assert "1 af 2 lektioner fejlede." in text

    out = tmp_path / "out"
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["passed"] is False
    assert [(row["number"], row["passed"]) for row in summary["lessons"]] == [("01", True), ("02", False)]
    assert summary["lessons"][0]["parameters"] == {"photo": str(photo)}, "absolute: lessons run elsewhere"
    index = (out / "index.html").read_text(encoding="utf-8")
    for row in summary["lessons"]:
        assert row["title"] in index and f"{row['name']}.html" in index and f"{row['name']}.png" in index
    assert index.count("✓ gennemført") == index.count("✗ fejlede") == 1
    assert str(photo) in index


def test_the_command_starts_without_torch():
    code = (
        "import sys; sys.argv = ['lesson', '--help']\n"
        "from lesson_utils.course.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'torch' not in sys.modules and 'papermill' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
