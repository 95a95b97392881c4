"""The catalogue and the folder of notebooks agree; lessons are found by number."""

import re
import shutil

import nbformat
import pytest

from lesson_staff import catalogue
from lesson_staff.catalogue import FOLDERS, LESSONS, NOTEBOOKS, REPOSITORY, find, read_lessons
from lesson_staff.parameters import read_parameters
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError
from lesson_utils.parameters import COMMON, fits

HAVE_NOTEBOOKS = any(NOTEBOOKS.glob("*.ipynb"))
needs_notebooks = pytest.mark.skipif(not HAVE_NOTEBOOKS, reason="notebooks/ is still empty")


@needs_notebooks
def test_catalogue_and_folder_hold_the_same_lessons():
    assert [lesson.file for lesson in LESSONS] == sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


@needs_notebooks
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.file)
def test_lesson_says_the_same_time_as_the_catalogue(lesson):
    first = nbformat.read(lesson.notebook, as_version=4).cells[0].source
    assert re.search(rf"\b{lesson.minutes}\s+min", first), f"the first cell does not say {lesson.minutes} min"
    assert lesson.file.startswith(lesson.number)


@needs_notebooks
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.file)
def test_allowed_values_belong_to_parameters_and_hold_the_default(lesson):
    parameters = read_parameters(lesson.notebook)
    for name, allowed in lesson.allowed.items():
        assert name in parameters or name in COMMON
        assert name not in parameters or fits(parameters[name].default, allowed)


def test_lessons_come_in_lecture_order_whatever_was_asked():
    assert [lesson.number for lesson in find(["4", "02"])] == ["02", "04"]
    assert find() == list(LESSONS)


def test_unknown_number_says_which_there_are():
    known = listing(lesson.number for lesson in LESSONS)
    with pytest.raises(LessonError, match=rf"Der er ingen lektion 42: vælg mellem {known}\."):
        find(["42"])


def test_a_lesson_that_is_described_wrongly_stops_no_other(tmp_path, monkeypatch):
    for name in ("vgg", "googlenet"):
        (tmp_path / name).mkdir()
        shutil.copy(FOLDERS / name / "lesson.toml", tmp_path / name)
    (tmp_path / "resnet").mkdir()
    (tmp_path / "resnet" / "lesson.toml").write_text(
        'notebook = "07_resnet.ipynb"\nminutes = "mange', "utf-8"
    )
    lessons, problems = read_lessons(tmp_path)
    assert [lesson.title for lesson in lessons] == ["VGG", "GoogLeNet"]
    (sentence,) = problems
    assert sentence.startswith("»resnet/lesson.toml« beskriver ikke en lektion")
    monkeypatch.setattr(catalogue, "PROBLEMS", problems)
    with pytest.raises(LessonError, match=r"resnet/lesson\.toml"):
        find(["07"])


def test_the_readme_tells_the_lessons_as_they_tell_themselves():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d) (.+?) \| (.+?) \| (\d+) min \|$", text, re.MULTILINE)
    assert rows == [(lesson.number, lesson.title, lesson.learn, str(lesson.minutes)) for lesson in LESSONS]
