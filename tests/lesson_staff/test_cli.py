"""`lesson` as a user meets it: Danish, with exit codes that mean something."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from urllib.parse import quote

import pytest
import torch
from PIL import Image

from lesson_staff import session
from lesson_staff.batch import cores, runs_at_a_time
from lesson_staff.catalogue import LESSONS, REPOSITORY
from lesson_staff.cli import answer
from lesson_staff.order import Limits
from lesson_staff.store import write_plan


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
    assert "--photo" in text and "miljøvariabel: PHOTO" in text and "lesson run 02 04 --photo" in text
    for english in ("Usage", "Options", "default", "env var", "<list"):
        assert english not in text


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["rum"], "Kommandoen »rum« findes ikke. Mente du »run«?"),
        (["run", "42"], "Der er ingen lektion 42: vælg mellem 00, 01, 02, 03, 04, 05 og 06."),
        (["run", "--foto", "x"], "Valget »--foto« findes ikke. Mente du »--photo«?"),
        (["run", "-3"], "Valget »-3« findes ikke. Se dem med »lesson run --help«."),
        (["train", "alexnt"], "Kurset træner intet netværk »alexnt«. Mente du »alexnet«?"),
        (["run", "--jobs"], "Valget »--jobs« skal have en værdi efter sig."),
        (["run", "--jobs", "mange"], "»--jobs« kan ikke have den værdi, skriv et helt tal: hvor mange"),
        (["run", "--seeds", "-1"], "»--seeds« kan ikke have den værdi, skriv et helt tal: kør med seed 0"),
        (["run", "--cell-timeout", "0"], "»--cell-timeout« kan ikke have den værdi"),
        (["run", "--timeout", "-1"], "»--timeout« kan ikke have den værdi"),
        (["run", "--retries", "to"], "»--retries« kan ikke have den værdi"),
        (["run", "--scheduler", "tcp://h:1", "--local-cluster"], "Vælg én klynge: enten --scheduler eller"),
        (["run", "--scheduler", "tcp://h:1", "--jobs", "2"], "Udelad --jobs sammen med --scheduler"),
        (["run", "--resume", "--out", "findes-ikke"], "Mappen »"),
        (["run", "--dry-run", "--photos", ""], "»--photos« har ingen værdi: skriv en, eller udelad den."),
        (["report", ""], "»MAPPE« har ingen værdi"),
        (["run", "--dry-run", "--photo", "a.jpg", "--photo=b.jpg"], "»--photo« er sat to gange"),
        (["run", "--dry-run", "--out", "."], "Mappen . er ikke tom"),
        (["run", "--keep", "lidt"], "--keep kan ikke være »lidt«: skriv all, page, numbers."),
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
    monkeypatch.setattr(session, "run_session", lambda request: asked.append(request) or 0)
    monkeypatch.setenv("PHOTO", variable)
    assert say("run", "2")[0] == 0
    assert [(each.lessons, each.photo, each.jobs, each.out) for each in asked] == [(["2"], photo, 0, "")]


def test_a_folder_with_something_in_it_is_left_alone(say, course, tmp_path):
    course(one=[])
    code, _, complaint = say("run", "--out", str(tmp_path))
    assert code == 2
    assert "er ikke tom" in complaint


PLACES = ["x" * 300, "fil/under", "fil", "/proc/her" if os.path.isdir("/proc") else "fil"]
WRITING = ["run --out", "handout --out", "solution --out", "lab --out", "train alexnet --out"]
READING = [
    "run --photo",
    "run --photos",
    "run --parameters",
    "run --resume --out",
    "report",
    "run",
    "list",
    "run -p photo=",
]


@pytest.mark.parametrize("command", WRITING + READING)
def test_a_place_that_cannot_be_is_one_sentence(say, course, tmp_path, monkeypatch, command):
    """A name of 300 letters, below a file, in place of a folder, where nobody may write: in each command."""
    course(one=[])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fil").write_text("")
    monkeypatch.setattr("lesson_staff.batch.ThisMachine", lambda *_: pytest.fail("started"))
    monkeypatch.setattr("lesson_staff.lab.serve", lambda *_, **__: pytest.fail("started"))
    for place in PLACES:
        *words, last = command.split(" ")
        code, _, complaint = say(*words, *([last + place] if last.endswith("=") else [last, place]))
        assert (code, complaint.count("\n")) == (2, 1), (place, complaint)
        assert complaint.startswith("Fejl: "), complaint


def test_run_writes_a_folder_and_fails_if_a_lesson_fails(say, course, tmp_path, monkeypatch):
    course(good=[], bad=["1 / 0"])
    photo = tmp_path / "foto.png"
    Image.new("RGB", (40, 30), "red").save(photo)
    monkeypatch.chdir(tmp_path)
    code, text, _ = say("run", "--out", "out", "--photo", "foto.png")
    assert code == 1
    assert "gennemført" in text and "fejlede" in text
    assert "Celle [5] stoppede med ZeroDivisionError: division by zero." in text
    assert "1 af 2 kørsler fejlede." in text

    out = tmp_path / "out"
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["passed"] is False
    assert [(row["number"], row["passed"]) for row in summary["runs"]] == [("01", True), ("02", False)]
    assert summary["runs"][0]["parameters"] == {"photo": "foto.png"}, (
        "where it lies is nobody else's business"
    )
    index = (out / "index.html").read_text(encoding="utf-8")
    for row in summary["runs"]:
        assert row["title"] in index and f"{quote(row['name'])}/cover.png" in index
    assert index.count("✓ gennemført") == index.count("✗ fejlede") == 1
    assert "foto.png" in index


def test_the_command_starts_without_torch():
    code = (
        "import sys; sys.argv = ['lesson', '--help']\n"
        "from lesson_staff.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'torch' not in sys.modules and 'papermill' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)


def test_every_flag_of_run_reaches_the_request(say, monkeypatch):
    asked = []
    monkeypatch.setattr(session, "run_session", lambda request: asked.append(request) or 0)
    words = "run 2 3 -p a=1 -p b=2 --parameters p.csv --grid c=1,2 --seeds 5 --photo x.jpg --photos f --out o"
    words += " --resume --jobs 3 --timeout 60 --cell-timeout 9 --retries 2 --scheduler tcp://h:1"
    words += " --local-cluster --redo --dry-run --keep page --json"
    assert say(*words.split())[0] == 0
    assert asked == [
        session.Request(
            lessons=["2", "3"],
            parameters=["a=1", "b=2"],
            table="p.csv",
            grids=["c=1,2"],
            seeds=5,
            photo="x.jpg",
            photos="f",
            out="o",
            resume=True,
            jobs=3,
            timeout=60,
            cell_timeout=9,
            retries=2,
            scheduler="tcp://h:1",
            local_cluster=True,
            redo=True,
            dry_run=True,
            keep="page",
            as_json=True,
        )
    ]
    assert asked[0].limits == Limits(cell_timeout=9, timeout=60, retries=2)


@pytest.mark.parametrize("words", [["--jobs", "auto"], []])
def test_auto_leaves_the_number_of_jobs_to_the_machine(say, monkeypatch, words):
    asked = []
    monkeypatch.setattr(session, "run_session", lambda request: asked.append(request) or 0)
    assert say("run", *words)[0] == 0
    assert asked[0].jobs == 0
    assert 1 <= runs_at_a_time() <= cores()


def test_wrong_parameters_are_all_said_and_nothing_starts(say, course, tmp_path):
    course(photo=False, one=[])
    out = tmp_path / "ud"
    code, printed, complaint = say("run", "-p", "classes=mange", "-p", "klasser=3", "--out", str(out))
    assert code == 2 and printed == "" and not out.exists()
    assert complaint.splitlines() == [
        "Fejl: Ingen af lektionerne har parameteren »klasser«. Mente du »classes«?",
        "Fejl: »classes« kan ikke være »mange« i lektion 01: skriv et helt tal.",
    ]


def test_the_same_command_again_keeps_what_passed(say, course, tmp_path, capsys):
    """`--json` prints the summary and nothing else; a second time nothing runs."""
    course(photo=False, one=[])
    words = ["run", "--grid", "classes=1,2", "--jobs", "2", "--out", str(tmp_path / "ud"), "--json"]
    code, printed, _ = say(*words)
    first = json.loads(printed)
    assert code == 0 and [row["parameters"]["classes"] for row in first["runs"]] == [1, 2]
    code, printed, told = say(*words)
    assert code == 0 and "2 kørsler er gennemført i forvejen" in told
    assert json.loads(printed) == first, "the very same runs"
    assert first["folder"] == {"path": str(tmp_path / "ud"), "passed": True, "runs": 2}
    (ran,) = json.loads(say(*words[:2], "classes=1", *words[3:])[1])["runs"]
    assert ran == first["runs"][0], "the other was not asked for this time"
    code, printed, told = say(*words, "--dry-run")
    assert [row["done"] for row in json.loads(printed)["runs"]] == [True, True]


def test_a_dry_run_tells_and_makes_nothing(say, course, tmp_path):
    course(photo=False, one=[])
    out = tmp_path / "ud"
    (tmp_path / "a.csv").write_text("classes\n1\n2\n1\n")
    words = ["run", "--parameters", str(tmp_path / "a.csv"), "--jobs", "1", "--dry-run"]
    code, text, _ = say(*words, "--out", str(out))
    assert code == 0 and not out.exists()
    assert text.splitlines() == [
        "Ens, så de køres én gang: a.csv, linje 2 og a.csv, linje 4.",
        "01 One (classes=1)  ca. 1 min. 0 s",
        "01 One (classes=2)  ca. 1 min. 0 s",
        f"2 kørsler, 1 ad gangen, i mappen {out}: ca. 2 min. 0 s.",
    ]
    told = json.loads(say(*words, "--json")[1])
    assert [(row["changed"], row["seconds"], row["done"]) for row in told["runs"]] == [
        ({"classes": 1}, 60, False),
        ({"classes": 2}, 60, False),
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_tab_key_in_a_real_shell(tmp_path, shell):
    """Typed at a pseudo-terminal: what stands in the line after each Tab, told by a `lesson` of our own."""
    pexpect = pytest.importorskip("pexpect")
    if not shutil.which(shell):
        pytest.skip(f"{shell} findes ikke her")
    command = tmp_path / "lesson"
    command.write_text(
        f"#!{sys.executable}\nimport os, sys\nsys.path.insert(0, {str(REPOSITORY)!r})\n"
        "from lesson_staff.cli import main\n"
        "main() if '_LESSON_COMPLETE' in os.environ else print('<' + '|'.join(sys.argv[1:]) + '>')\n"
    )
    command.chmod(0o755)
    (tmp_path / "hold").mkdir()
    (tmp_path / "hold" / "min.ipynb").touch()
    words = {"run 03 --grid dep\t11": "depth=11", "run 03 --grid depth=1\t3": "depth=13", "rep\t": "report"}
    words |= {
        "run 03 -p depth=19\t": "depth=19",
        "train stan\t": "standard",
        "run -p device=cp\t": "device=cpu",
        "run hold/m\t": "hold/min.ipynb",
    }
    code = (
        "import lesson_staff.danish_help\nfrom typer._completion_shared import get_completion_script as script\n"
        f"print(script(prog_name='lesson', complete_var='_LESSON_COMPLETE', shell={shell!r}))"
    )
    script = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    begin = {
        "bash": "bind 'set enable-bracketed-paste off'\n",
        "zsh": "autoload -Uz compinit; compinit -u -D\n",
    }
    (tmp_path / ".zshrc").write_text(begin[shell] + script)
    start = {"bash": ["--rcfile", str(tmp_path / ".zshrc"), "-i"], "zsh": ["-i"]}[shell]
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SHELL": shell, "PS1": "$ "}
    environment |= {"ZDOTDIR": str(tmp_path), "TERM": "dumb"}
    terminal = pexpect.spawn(shell, start, env=environment, cwd=tmp_path, encoding="utf-8")
    for typed, meant in words.items():
        terminal.sendline(f"lesson {typed}")
        terminal.expect(r"<([^>\r\n]*)>", timeout=60)
        assert terminal.match[1].split("|")[-1] == meant
    terminal.close()


def readme_commands() -> list[list[str]]:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("## Til kursets drift")[1]
    block = text.split("```bash")[1].split("```")[0]
    return [shlex.split(line, comments=True) for line in block.strip().splitlines()]


def test_the_commands_of_the_readme(say, tmp_path, monkeypatch):
    """Each is carried out; a run is planned against the real lessons, with every check, and not started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lesson_staff.doctor.NEEDED_MEMORY", 0)
    monkeypatch.setattr("lesson_utils.device.choose", lambda name="auto": torch.device("cpu"))
    (tmp_path / "fotos").mkdir()
    for name in ("ferie.jpg", "fotos/a.jpg", "fotos/b.png"):
        Image.new("RGB", (40, 30)).save(tmp_path / name)
    (tmp_path / "plan.csv").write_text("lesson,depth,steps\n03,11,\n04,,7\n")
    counts = []

    def planned_only(request) -> int:
        runs, _, folder = session.plan_and_folder(request)
        if request.out:
            write_plan(folder(), runs)
        counts.append(len(runs))
        return 0

    monkeypatch.setattr(session, "run_session", planned_only)
    for words in readme_commands():
        assert words[0] == "lesson"
        code, text, told = say(*words[1:])
        assert code == 0, (words, text + told)
    assert counts == [2, len(LESSONS), len(LESSONS), 2, 20, 2, 2, 1, 20, len(LESSONS)]
    assert (tmp_path / "resultater" / "index.html").exists()


@pytest.mark.parametrize("module", ["typer", "lesson_staff.options"])
def test_ctrl_c_is_quiet_while_python_still_reads_the_command(module):
    """The keys are pressed as Python comes to read the module."""
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    where, name = scripts["lesson"].split(":")
    code = f"""
import sys
from importlib.abc import MetaPathFinder
class Pressed(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Pressed())
from {where} import {name}
{name}()
"""
    done = subprocess.run([sys.executable, "-c", code, "list"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
