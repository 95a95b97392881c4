"""`lesson train` on a recipe so short that it fits a test."""

import json
from dataclasses import replace

import pytest

from lesson_staff import cli, recipes


@pytest.fixture
def short(monkeypatch, tmp_path):
    """The plans with 64 images and two steps; caches and checkpoints in a folder of the test's own."""
    plan = recipes.PLANS["googlenet"]
    recipe = replace(plan.recipe, epochs=1, batch_size=32)
    few = replace(plan.subject, training=3, validation=1, test=1, attacked=1)
    quick = replace(plan, recipe=recipe, subject=few, snapshots=True)
    monkeypatch.setitem(recipes.PLANS, "googlenet", quick)
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "weights"


def test_a_network_is_trained_measured_and_entered(short, capsys):
    assert cli.answer(["train", "googlenet", "--out", str(short)]) == 0
    entry = json.loads((short / "manifest.json").read_text(encoding="utf-8"))["networks"]["googlenet"]
    assert entry["test"]["images"] == 22 and 0 <= entry["test"]["accuracy"] <= 1
    assert entry["training_steps"] == 2
    assert (short / "googlenet.safetensors").stat().st_size < 2e6
    assert (short / "googlenet-snapshots.safetensors").exists()
    assert "rigtige på 22 nye billeder" in capsys.readouterr().out
    assert not list(short.glob(".*"))


def test_an_interrupted_drawing_goes_on_where_it_was(short, capsys, monkeypatch):
    """What was drawn is kept; a second command is told to wait, and none throws away what another began."""
    monkeypatch.setattr(recipes, "PART", 32)
    drawn = []

    def interrupted(progress, *facts, **more) -> None:
        if str(more.get("facts", "")).startswith("64 af"):
            assert cli.answer(["train", "googlenet", "--out", str(short)]) == 2
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("lesson_staff.publishing.Progress.update", interrupted)
        assert cli.answer(["train", "googlenet", "--out", str(short)]) == 130
    told = capsys.readouterr()
    go_on = f"Træningen er afbrudt. Gå videre med »lesson train googlenet --resume --out {short}«."
    assert go_on in told.out, "not into the course's own weights"
    assert "trænes allerede" in told.err
    monkeypatch.setattr("lesson_world.cache.render", lambda *asked, **_: drawn.append(asked) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.answer(["train", "googlenet", "--resume", "--out", str(short)])
    assert drawn[0][2][0] == 32, "only the part that was in hand is drawn again"
    checkpoint = short.parent / "cache" / "training" / "googlenet.safetensors"
    checkpoint.write_bytes(b"half")
    assert cli.answer(["train", "googlenet"]) == 2 and checkpoint.exists()
    assert "gå videre med --resume" in capsys.readouterr().err


def test_an_unknown_network_is_said(capsys):
    assert cli.answer(["train", "alexnett"]) == 2
    assert "Mente du »alexnet«?" in capsys.readouterr().err
