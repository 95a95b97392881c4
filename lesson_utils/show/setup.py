"""What the first cell of a lesson sees to, before anything else is run."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from lesson_utils import parameters


def check_parameters(room: ModuleType, cells: Mapping[str, Any]) -> None:
    """Check the parameters that stand in the notebook, as `parameters.check` does; raises LessonError as it does.

    An optimizer's first step imports a large part of PyTorch. A training that is stopped just then would leave
    half of it, and every later step would fail until the kernel is restarted; so it is imported here.
    """
    parameters.check(room, cells)
    import torch._dynamo  # noqa: F401
