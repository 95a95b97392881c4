import builtins
import sys

import pytest
import torch

from lesson_utils import device, weights
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


def test_devices_are_chosen_by_name(monkeypatch):
    for cuda, mps, best in ((True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert device.choose() == torch.device(best)
    assert device.choose("cpu") == device.choose(torch.device("cpu")) == torch.device("cpu")
    with pytest.raises(
        LessonError, match="device »cuda« findes ikke på denne computer: vælg mellem auto og cpu"
    ):
        weights.load_network("alexnet", device="cuda")
    with pytest.raises(LessonError, match="device »gpu« kendes ikke: vælg mellem auto og cpu"):
        weights.load_network("findes-ikke", device="gpu")


def test_a_network_loaded_to_a_device_lies_there():
    assert weights.load_network("paper:alexnet", device=torch.device("meta")).device.type == "meta"
