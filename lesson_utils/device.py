"""The machine at hand: which device computes, and whether torch and torchvision fit each other."""

from contextlib import AbstractContextManager, nullcontext
from types import ModuleType

import torch

from lesson_utils import danish
from lesson_utils.errors import LessonError


def choose(name: str | torch.device = "auto") -> torch.device:
    """The device of that name: `cpu`, `cuda`, `mps`, or `auto`: a CUDA card, else Apple's GPU, else the CPU.

    A `torch.device` is handed on as it is. Raises LessonError for a name or a device that is not there.
    """
    if isinstance(name, torch.device):
        return name
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    found = [kind for kind, here in there.items() if here]
    if name == "auto":
        return torch.device(found[0])
    if name in found:
        return torch.device(name)
    problem = "findes ikke på denne computer" if name in there else "kendes ikke"
    raise LessonError(f"device »{name}« {problem}: vælg mellem {danish.listing(['auto', *found])}.")


def torchvision() -> ModuleType:
    """torchvision, imported when it is first needed: it costs as much time again as torch.

    Raises LessonError where it was built for another torch than the one that is installed.
    """
    try:
        import torchvision
        import torchvision.models.feature_extraction
    except (ImportError, RuntimeError, AttributeError, OSError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "torchvision":
            problem = "torchvision er ikke installeret"
        else:
            problem = f"torchvision passer ikke til torch {torch.__version__}"
        raise LessonError(
            f"{problem}: installér det afprøvede par i kursets mappe med kommandoen "
            "»python -m pip install --force-reinstall -c constraints.txt torch torchvision«."
        ) from error
    return torchvision


def precision(device: torch.device) -> AbstractContextManager:
    """bfloat16 where the device computes it natively, else float32 (emulated, bfloat16 is the slower)."""
    if device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    native = device.type == "cpu" and native_bfloat16()
    return torch.autocast("cpu", torch.bfloat16) if native else nullcontext()


def native_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself."""
    return getattr(torch.cpu, "_is_avx512_bf16_supported", bool)()
