"""`lesson doctor`: what is wrong with a machine is found, and said with what to do."""

import json
import shutil

import pytest

from lesson_utils.course import doctor
from lesson_utils.course.cli import answer
from lesson_utils.errors import LessonError


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(doctor.socket, "create_connection", refuse)


def test_this_machine_is_ready_without_a_network(offline, capsys, monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_MEMORY", 0)
    assert answer(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "Kurset kan køre her." in text and "kontrolsummerne passer" in text and "ikke forbundet" in text
    assert answer(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ready"] is True and len(told["checks"]) == len(doctor.CHECKS)


def test_a_damaged_weight_is_found(offline, tmp_path, monkeypatch, capsys):
    weights = tmp_path / "data" / "weights"
    shutil.copytree(doctor.REPOSITORY / "data" / "weights", weights)
    name, entry = next(iter(json.loads((weights / "manifest.json").read_text())["networks"].items()))
    with (weights / entry["file"]).open("r+b") as file:
        file.write(b"\xff")
    monkeypatch.setattr(doctor, "REPOSITORY", tmp_path)
    assert doctor.weights() == doctor.Finding(
        "Vægte", doctor.MISSING, f"{name} mangler eller er beskadiget", "Hent kurset igen."
    )
    monkeypatch.setattr(doctor, "CHECKS", (doctor.python, doctor.weights))
    assert answer(["doctor"]) == 1
    assert "Kurset kan ikke køre her endnu." in capsys.readouterr().out


def test_what_is_short_is_said(monkeypatch):
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr(doctor, "LEAST_MEMORY", 1e18)
    monkeypatch.setattr(doctor, "LEAST_DISK", 1e18)
    for check in (doctor.python, doctor.memory, doctor.disk):
        finding = check()
        assert finding.state == doctor.MISSING and finding.advice.endswith(".")


def test_torch_and_torchvision_that_do_not_fit(monkeypatch):
    def wrong():
        raise LessonError("De passer ikke.")

    monkeypatch.setattr("lesson_utils.device.torchvision", wrong)
    assert doctor.torch().state == doctor.MISSING
    assert doctor.torch().advice == "De passer ikke."


def test_no_browser_is_no_reason_to_stop(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert doctor.browser().state in (doctor.OPTIONAL, doctor.READY)
