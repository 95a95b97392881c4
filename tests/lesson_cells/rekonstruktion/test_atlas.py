"""A stored sheet of pictures comes back picture by picture, with what is said about it."""

import pytest
import torch

from lesson_cells.rekonstruktion.experiments.atlas import store_atlas, stored_atlas
from lesson_utils.errors import LessonError
from lesson_utils.show import measurements

ABOUT = {"made by": "python probe.py", "date": "2026-01-01", "seeds": 0}


def test_there_and_back(tmp_path, monkeypatch):
    monkeypatch.setattr(measurements, "FOLDER", tmp_path)
    colours = torch.rand(30, 3, 1, 1, generator=torch.Generator().manual_seed(0))
    pictures = {"conv1": colours[:29].expand(-1, 3, 16, 16), "blå æble": colours[29:].expand(-1, 3, 16, 16)}
    store_atlas("probe", pictures, ABOUT, {"conv1": ["hjul", 0.25]})
    found = stored_atlas("probe")
    assert found.about == {"made by": "python probe.py", "date": "2026-01-01", "seeds": "0"}
    assert found.notes == {"conv1": ["hjul", 0.25]}
    assert {name: len(images) for name, images in found.pictures.items()} == {"conv1": 29, "blå æble": 1}
    for name, images in pictures.items():
        assert (found.of(name) - images).abs().max() < 0.02  # a JPEG of one colour is nearly exact


def test_squares_do_not_run_into_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(measurements, "FOLDER", tmp_path)
    pictures = torch.zeros(3, 3, 8, 8)
    pictures[1] = 1
    store_atlas("probe", {"a": pictures}, ABOUT)
    assert (stored_atlas("probe").of("a") - pictures).abs().max() < 0.01


def test_what_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(measurements, "FOLDER", tmp_path)
    store_atlas("probe", {"conv1": torch.zeros(1, 3, 8, 8)}, ABOUT)
    with pytest.raises(LessonError, match="vælg probe"):
        stored_atlas("prøve")
    with pytest.raises(LessonError, match="Mente du »conv1«"):
        stored_atlas("probe").of("conv2")
    with pytest.raises(ValueError, match="8 pixels"):
        store_atlas("other", {"a": torch.zeros(1, 3, 10, 10)}, ABOUT)


@pytest.mark.parametrize("path", sorted(measurements.FOLDER.glob("*.jpg")), ids=lambda path: path.stem)
def test_every_atlas_says_where_it_comes_from(path):
    assert {"made by", "date", "seeds", "weights"} <= stored_atlas(path.stem).about.keys()
