"""Every value that a lesson allows runs: its smallest together, and its largest together, from end to end."""

import pytest

from lesson_staff.batch import cores
from lesson_staff.catalogue import LESSONS, Lesson
from lesson_staff.order import Limits, order_for
from lesson_staff.parameters import read_parameters
from lesson_staff.plan import plan
from lesson_staff.running import carry_out


def extreme(lesson: Lesson, at: int) -> dict[str, object]:
    """The first (0) or the last (-1) value of each parameter; of names, of those that need no net and no file."""
    values = {}
    for name in read_parameters(lesson.notebook).keys() & lesson.allowed.keys() - {"device"}:
        allowed = lesson.allowed[name]
        if isinstance(allowed[0], str):
            allowed = [each for each in allowed if "*" not in each and "imagenet:" not in each]
        values[name] = allowed[at]
    return values


@pytest.mark.long  # processor time of all fourteen: about a quarter of an hour
@pytest.mark.timeout(1800)  # the longest takes three to four minutes of it; the machine may be busy
@pytest.mark.parametrize("at", [0, -1], ids=["smallest", "largest"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_a_value_that_is_allowed_runs(lesson, at):
    (run,) = plan([lesson], extreme(lesson, at))
    outcome = carry_out(order_for(run, Limits(cell_timeout=1500), page=False), cores())
    assert outcome.reason == "", f"{run.changed}: {outcome.reason}\n{outcome.traceback}"
