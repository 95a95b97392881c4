"""Lesson 06 with another network than its own: every cell runs, and every solution is right.

The cells run here, in one namespace, with two steps for each picture: that they run is asked, not what comes out.
"""

import shutil
from functools import partial
from pathlib import Path

import nbformat
import pytest

from lesson_cells.rekonstruktion import widgets as studio
from lesson_cells.rekonstruktion.experiments import bananas
from lesson_utils.show.explore import Choice, Steps
from lesson_utils.weights import EMBEDDED

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "06_rekonstruktion.ipynb"


def no_widget(_draw, controls, fixed) -> None:
    """Not drawn; but what the twin would be drawn with are values that the controls have."""
    for settings in fixed:
        assert settings.keys() == controls.keys()
        for name, control in controls.items():
            if isinstance(control, Choice):
                assert settings[name] in control.names and control.start in control.names
            if isinstance(control, Steps):
                assert settings[name] in control.values


@pytest.mark.parametrize("network", ["vgg", "googlenet", "standard", "file"])
def test_the_lesson_runs_with(network, monkeypatch, tmp_path):
    if network == "file":
        network = str(shutil.copy(EMBEDDED / "alexnet-2.safetensors", tmp_path / "mit eget.safetensors"))
    drawn = bananas.training_sets
    monkeypatch.setattr(bananas, "training_sets", lambda: drawn(rounds=10))
    monkeypatch.setattr(bananas, "learn_head", lambda *head, **recipe: None)
    monkeypatch.setattr(bananas, "called_banana", partial(bananas.called_banana, count=20))
    monkeypatch.setattr(studio, "explore", no_widget)
    monkeypatch.setattr(studio, "watch_live", no_widget)
    shown, space = [], {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code":
            source = cell.source
            exec(compile(source, f"<{cell.id}>", "exec"), space)
            tags = cell.metadata.get("tags", [])
            if "parameters" in tags:
                space |= {"network": network, "steps": 2}
            if "setup" in tags:
                monkeypatch.setattr(space["show"], "figure", shown.append)
                monkeypatch.setattr(space["show"], "record", lambda *told: None)
    assert len(shown) > 20
    assert space["name"] in shown[0].alt_text  # the chosen one is what the first figure shows
