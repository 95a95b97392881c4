"""Stored results know what they were made by, and a change behind them is seen."""

import json

import pytest

from lesson_staff import fingerprint
from lesson_staff.fingerprint import behind, command, keep, older_than, reached, results
from lesson_utils.danish import listing


@pytest.mark.parametrize("result", results())
def test_no_stored_result_is_older_than_what_made_it(result):
    older = older_than(result)
    path = fingerprint.REPOSITORY / result
    if path.suffix == ".ipynb":
        cure = f"make notebooks LESSON={path.name[:2]}"
    else:
        cure = f"{command(path)}; moves it no number: python -m lesson_staff.fingerprint {path.stem}"
    assert not older, f"{result} er ældre end {listing(older)}: {cure}"


@pytest.fixture
def small_course(tmp_path, monkeypatch):
    """A repository of one notebook, one script, one table, and a library of three files."""
    files = {
        "lesson_utils/__init__.py": "",
        "lesson_utils/colours.py": 'BLUE = "blå"  # en farve\n',
        "lesson_utils/train.py": "from .colours import BLUE\n",
        "lesson_utils/unused.py": "1\n",
        "benchmarks/speed.py": "import lesson_utils.train\n",
        "data/measurements/speed.csv": "# made by: python benchmarks/speed.py\nx\n1\n",
        "data/weights/alexnet.safetensors": "w",
        "data/weights/vgg.safetensors": "w",
        "data/photos/kat.jpg": "k",
        "data/names.toml": 'car = "bil"',
        "data/classes.csv": "car,bil",
        "data/unread.csv": "car,bil",
        "notebooks/01_one.ipynb": json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "source": [
                            "from lesson_utils import train\n",
                            'name: str = "alexnet"\n',
                            'read = ["names.toml", "classes.csv"]',
                        ],
                    }
                ]
            }
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(fingerprint, "REPOSITORY", tmp_path)
    monkeypatch.setattr(fingerprint, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(fingerprint, "TABLES", tmp_path / "data" / "measurements")
    monkeypatch.setattr(fingerprint, "STORED", tmp_path / "data" / "outputs.json")
    monkeypatch.setattr(fingerprint, "_file_hash", fingerprint._file_hash.__wrapped__)
    return tmp_path


def test_a_lesson_reaches_its_code_its_weights_and_the_photos(small_course):
    """A file of data by its name, with or without its ending."""
    assert list(reached(small_course / "notebooks" / "01_one.ipynb")) == [
        "data/classes.csv",
        "data/names.toml",
        "data/photos/kat.jpg",
        "data/weights/alexnet.safetensors",
        "lesson_utils/__init__.py",
        "lesson_utils/colours.py",
        "lesson_utils/train.py",
        "notebooks/01_one.ipynb",
    ]


def test_a_change_behind_a_result_is_named_and_a_comment_is_none(small_course):
    lesson, table = results()
    assert (older_than(lesson), older_than(table)) == ([lesson], [table]), "never stored"
    keep(lesson)
    keep(table)
    (small_course / "lesson_utils" / "colours.py").write_text(
        '"""Farver."""\n\nBLUE = "blå"\n', encoding="utf-8"
    )
    (small_course / "lesson_utils" / "unused.py").write_text("2\n", encoding="utf-8")
    (small_course / "data" / "weights" / "vgg.safetensors").write_text("x", encoding="utf-8")
    assert older_than(lesson) == older_than(table) == []
    (small_course / "lesson_utils" / "colours.py").write_text('BLUE = "grøn"\n', encoding="utf-8")
    (small_course / "data" / "weights" / "alexnet.safetensors").write_text("x", encoding="utf-8")
    assert older_than(lesson) == ["data/weights/alexnet.safetensors", "lesson_utils/colours.py"]
    assert older_than(table) == ["lesson_utils/colours.py"]
    keep(lesson)
    assert older_than(lesson) == [] != older_than(table)


def test_a_table_does_not_depend_on_how_it_is_drawn():
    made_of = behind("data/measurements/class_images.csv")
    assert "benchmarks/class_images.py" in made_of and "lesson_cells/vgg/experiments.py" not in made_of
    assert not [name for name in made_of if "/show/" in name or "figures" in name]
