"""A new lesson can be run and passes all that is demanded, before a line of it is written."""

import os
import shutil
import subprocess
import sys

import pytest

from lesson_staff.catalogue import REPOSITORY
from lesson_staff.new import new_lesson
from lesson_utils.errors import LessonError


@pytest.fixture
def copy(tmp_path):
    """A copy of the course without its lessons, and commands in it."""
    root = tmp_path / "kursus"
    for name in ("lesson_utils", "lesson_cells", "lesson_world", "lesson_staff", "tests"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for described in (root / "lesson_cells").glob("*/lesson.toml"):
        described.unlink()
    (root / "notebooks").mkdir()
    (root / "data").mkdir()
    for name in ("weights", "photos", "measurements"):
        (root / "data" / name).symlink_to(REPOSITORY / "data" / name)
    for name in ("README.md", "CONTRIBUTING.md", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, root)

    def command(*words: str) -> subprocess.CompletedProcess:
        environment = os.environ | {"PYTHONPATH": str(root)}
        call = [sys.executable, "-m", "lesson_staff.cli", *words]
        return subprocess.run(call, cwd=root, env=environment, capture_output=True, text=True, timeout=240)

    return root, command


def test_a_new_lesson_passes_its_check(copy):
    root, command = copy
    made = command("new", "07", "resnet", "ResNet")
    assert made.returncode == 0, made.stderr
    for path in ("notebooks/07_resnet.ipynb", "lesson_cells/resnet/figures.py", "README.md"):
        assert path in made.stdout.splitlines() and (root / path).is_file()
    unfinished = command("check", "07")
    assert unfinished.returncode == 1
    assert "✗ Resultaterne er gemt, og cellerne er kørt i rækkefølge (`make notebooks`)." in unfinished.stdout
    assert command("notebooks", "07").returncode == 0
    finished = command("check", "07")
    assert finished.returncode == 0, finished.stdout
    assert "07 ResNet: " in finished.stdout and "0 ikke." in finished.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("7", "resnet", "ResNet"), "»7« er ikke et lektionsnummer"),
        (("07", "Res Net", "ResNet"), "»Res Net« kan ikke være en mappe"),
        (("04", "resnet", "ResNet"), "Lektion 04 eller mappen »resnet« findes allerede"),
        (("07", "vgg", "VGG igen"), "Lektion 07 eller mappen »vgg« findes allerede"),
    ],
)
def test_what_cannot_be_a_lesson_is_said_and_nothing_is_written(words, sentence, tmp_path):
    shutil.copytree(REPOSITORY / "lesson_cells" / "vgg", tmp_path / "lesson_cells" / "vgg")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "04_googlenet.ipynb").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LessonError, match=sentence):
        new_lesson(*words, root=tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
