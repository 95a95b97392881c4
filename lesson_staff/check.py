"""`lesson check 07`: all that the tests demand of one lesson, or of a notebook, said in under a minute."""

import contextlib
import io
import os
from importlib.util import find_spec

from lesson_staff.catalogue import REPOSITORY, Lesson
from lesson_staff.order import Limits, order_for
from lesson_staff.output import say
from lesson_staff.plan import plan
from lesson_utils.errors import LessonError

CHECKED = "LESSON_CHECKED"  # the path of the notebook that the tests of all lessons are to look at
LONG = "tests/notebooks/test_again.py"  # minutes for each lesson: `make testlong` runs it
PLACES = ("tests/notebooks", "tests/lesson_staff/test_slides.py", "tests/browser/test_lessons.py")


def check_lesson(lesson: Lesson) -> bool:
    """Run the lesson's tests, and say what fails: the first line of a test of all lessons, or the name of one of
    its own; whether nothing did. A teacher's own notebook is run as `lesson run` does, and nothing in its folder
    is imported. Raises LessonError where the course was installed without its tests."""
    if find_spec("pytest") is None:
        raise LessonError("Pytest mangler: installér det i kursets mappe med »pip install -e '.[test]'«.")
    if not (REPOSITORY / "tests").is_dir():
        raise LessonError("Kursets tests er ikke med i denne installation: hent kurset med git.")
    import pytest

    common = ["-q", "-p", "no:cacheprovider", "--rootdir", str(REPOSITORY)]
    common += ["--ignore", str(REPOSITORY / LONG)]
    nbval = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300", str(lesson.notebook)]
    rounds = [["-k", lesson.notebook.stem, *(str(REPOSITORY / place) for place in PLACES), *nbval]]
    folder = REPOSITORY / "tests" / "lesson_cells" / lesson.folder
    if lesson.folder and folder.is_dir():
        rounds.append([str(folder)])
    os.environ["LESSON_STATIC"] = "1"
    teller = _Teller()
    if lesson.own:
        from lesson_staff.batch import cores
        from lesson_staff.running import carry_out

        os.environ[CHECKED] = str(lesson.notebook)
        rounds = [["-k", CHECKED, str(REPOSITORY / PLACES[0])]]
        if reason := carry_out(order_for(*plan([lesson]), Limits(), page=False), cores()).reason:
            teller.failed += 1
            say(f"✗ Notebooken kører fra ende til anden.\n  {reason}")
    for chosen in rounds:
        with contextlib.redirect_stdout(io.StringIO()) as told:
            code = pytest.main([*common, *chosen], plugins=[teller])
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
            print(told.getvalue())
            return False
    print(f"{lesson}: {teller.passed} krav opfyldt, {teller.failed} ikke.")
    return teller.failed == 0


class _Teller:
    """A pytest plugin that says each failed test's demand as soon as it has failed."""

    def __init__(self) -> None:
        self.demands: dict[str, str] = {}
        self.passed = self.failed = 0
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8")  # pytest catches what is printed

    def pytest_collection_modifyitems(self, items: list) -> None:
        for item in items:
            documented = (getattr(getattr(item, "function", None), "__doc__", None) or "").split("\n\n")[0]
            self.demands[item.nodeid] = " ".join(documented.split()) or item.name

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:
            self.failed += 1
            reason = getattr(getattr(report.longrepr, "reprcrash", None), "message", str(report.longrepr))
            first = " ".join(reason.split())[:160]
            print(f"✗ {self.demands.get(report.nodeid, report.nodeid)}\n  {first}", file=self.out, flush=True)
        elif report.when == "call" and report.passed:
            self.passed += 1
