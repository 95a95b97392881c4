import builtins
import sys

import pytest

from lesson_utils import device
from lesson_utils.errors import LessonError


@pytest.fixture
def broken_torchvision(monkeypatch):
    """An import of torchvision that fails as it does beside a torch it was not built for."""
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def failing(name, *arguments, **options):
        if name.split(".")[0] == "torchvision":
            raise RuntimeError("operator torchvision::nms does not exist")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", failing)


def test_a_torchvision_that_does_not_fit_is_said_with_the_remedy(broken_torchvision):
    with pytest.raises(LessonError) as caught:
        device.torchvision()
    assert "passer ikke til torch" in str(caught.value)
    assert "constraints.txt torch torchvision" in str(caught.value)


def test_a_fitting_torchvision_is_handed_on():
    assert hasattr(device.torchvision(), "models")


def test_a_student_sees_the_sentence_alone():
    assert LessonError("Noget er galt: gør dette.")._render_traceback_() == [
        "Fejl: Noget er galt: gør dette."
    ]
