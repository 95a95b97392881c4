"""The catalogue and the folder of notebooks agree; lessons are found by number."""

import re

import nbformat
import pytest

from lesson_staff.catalogue import LESSONS, NOTEBOOKS, find
from lesson_staff.parameters import read_parameters
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError

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
        assert parameters[name].default in allowed


def test_lessons_come_in_lecture_order_whatever_was_asked():
    assert [lesson.number for lesson in find(["4", "02"])] == ["02", "04"]
    assert find() == list(LESSONS)


def test_unknown_number_says_which_there_are():
    known = listing(lesson.number for lesson in LESSONS)
    with pytest.raises(LessonError, match=rf"Der er ingen lektion 42: vælg mellem {known}\."):
        find(["42"])
