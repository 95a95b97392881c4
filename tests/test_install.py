"""The ways to install the course that README names, and what is said of one that fails."""

import io
import re
import runpy
import shutil
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from lesson_staff.catalogue import REPOSITORY
from lesson_staff.cli import app
from lesson_staff.doctor import OLDEST_PYTHON

INSTALL = SimpleNamespace(**runpy.run_path(str(REPOSITORY / "install.py")))
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_every_pin_allows_the_oldest_python_and_the_newest():
    """By what the packages themselves say, of the versions that are installed here."""
    pins = [
        Requirement(line)
        for line in (REPOSITORY / "constraints.txt").read_text().splitlines()
        if line[0] != "#"
    ]
    checked = 0
    for pin in pins:
        try:
            about = metadata(pin.name)
        except PackageNotFoundError:
            continue
        if about["Version"] in pin.specifier:
            checked += 1
            for python in (".".join(map(str, [*OLDEST_PYTHON, 0])), "3.12.0", "3.13.0", "3.14.0"):
                assert SpecifierSet(about["Requires-Python"] or "").contains(python), (pin.name, python)
    assert checked > 0.9 * len(pins)
    assert OLDEST_PYTHON == INSTALL.OLDEST


@pytest.mark.parametrize("kind", ["bat", "bash"])
def test_the_way_without_make_is_three_lines_that_can_be_run(kind, tmp_path):
    block = re.search(rf"### Windows, eller uden make.*?```{kind}\n(.*?)```", README, re.DOTALL).group(1)
    first, *others = [line.split() for line in block.strip().splitlines()]
    assert first[0] in ("py", "python3") and (REPOSITORY / first[1]).is_file() and len(others) == 2
    place = ".venv\\Scripts\\" if kind == "bat" else ".venv/bin/"
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    for line in others:
        assert line[0].startswith(place)
        assert (line[0].removeprefix(place) == "lesson" and line[1] in commands) or line[1:] == [
            "lab",
            "notebooks",
        ]


def test_the_cell_for_the_cloud_keeps_the_torch_that_is_there():
    cell = re.search(r"### Uden installation.*?```python\n(.*?)```", README, re.DOTALL).group(1).splitlines()
    assert (
        "--constraint her.txt" in cell[2] and "torch|torchvision|numpy" in cell[1] and "> her.txt" in cell[1]
    )
    compile(cell[3], "README", "exec")


@pytest.mark.parametrize(
    "said, meant",
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left", "disken er fuld"),
        ("ERROR: ... [Errno 13] Permission denied: '/srv/kursus/.venv/lib'", "der må ikke skrives i mappen"),
        ("NewConnectionError(... Failed to establish a new connection: [Errno -2] Name or service not known)\n"
         "ERROR: No matching distribution found for anywidget", "ingen forbindelse til nettet"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certifikat"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407", "en proxy sagde nej"),
        ("ERROR: Ignored the following versions that require a different python version: 4.1.2 Requires-Python"
         " >=3.11.5\nERROR: No matching distribution found for soupsieve==4.1.2", "for gammel eller for ny"),
        ("ERROR: No matching distribution found for torch==2.14.1", "findes ikke til denne maskine"),
        ("noget helt andet", "se beskeden ovenfor"),
    ],
)  # fmt: skip
def test_a_failed_installation_says_which_cause_it_was(said, meant):
    assert meant in INSTALL.cause(said)


@pytest.mark.parametrize(
    "version, system, machine, said",
    [((3, 10, 4), "Linux", "x86_64", "Kurset kræver Python 3.11 eller nyere, og dette er 3.10.4."),
     ((3, 12, 1), "Darwin", "x86_64", "Mac med Intel-processor"), ((3, 11, 0), "Linux", "x86_64", ""),
     ((3, 13, 0), "Darwin", "arm64", ""), ((3, 14, 0), "Windows", "AMD64", "")],
)  # fmt: skip
def test_what_cannot_be_installed_is_said_before_anything_is_fetched(version, system, machine, said):
    assert said in INSTALL.refused(version, system, machine) and bool(
        INSTALL.refused(version, system, machine)
    ) == bool(said)


def test_size_and_time_are_said_first_and_a_full_disk_ends_it(monkeypatch, tmp_path, capsys):
    """With a pip that is a stub: what it is asked for, and what its failure leads to."""
    parts, asked = INSTALL.main.__globals__, []
    monkeypatch.setitem(parts, "ROOT", tmp_path)
    monkeypatch.setitem(parts, "made", lambda environment: True)
    monkeypatch.setitem(parts, "told", lambda command: (asked.append(command) or len(asked) > 1, "Errno 28"))
    monkeypatch.setitem(parts, "platform", SimpleNamespace(system=lambda: "Linux", machine=lambda: "x86_64"))
    (tmp_path / "lesson_staff" / "templates").mkdir(parents=True)
    shutil.copy(REPOSITORY / "lesson_staff/templates/overrides.json", tmp_path / "lesson_staff/templates")
    room = SimpleNamespace(disk_usage=lambda place: SimpleNamespace(free=1e12), copy=shutil.copy)
    monkeypatch.setitem(parts, "shutil", room)
    monkeypatch.setattr(sys, "argv", ["install.py", "--cpu", "--extras", "test"])
    assert parts["main"]() == 0
    assert "henter det 0,8 GB og fylder 3 GB på disken." in capsys.readouterr().out
    assert asked[0][-1] == ".[test]" and "constraints.txt" in asked[0] and INSTALL.CPU_WHEELS in asked[0]
    assert (tmp_path / ".venv/share/jupyter/lab/settings/overrides.json").is_file()
    assert parts["main"]() == 2
    assert "disken er fuld" in capsys.readouterr().out
    room.disk_usage = lambda place: SimpleNamespace(free=1e9)
    monkeypatch.setattr(sys, "argv", ["install.py"])
    assert parts["main"]() == 2 and len(asked) == 2
    assert "Der er kun 1,0 GB fri her" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert parts["main"]() == 2, "a terminal that has no ø"


def test_what_pip_says_is_let_through(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    command = [
        sys.executable,
        "-c",
        "import sys; print('hentet'); print('fejl', file=sys.stderr); sys.exit(3)",
    ]
    code, said = INSTALL.told(command)
    assert code == 3 and "hentet" in said and "fejl" in said and sys.stdout.buffer.getvalue() == said.encode()


def test_make_installs_by_the_same_file():
    rule = (REPOSITORY / "Makefile").read_text(encoding="utf-8").split("$(READY): pyproject.toml")[1]
    assert "$(PYTHON) install.py" in rule and Path(REPOSITORY, "install.py").is_file()
