"""The lecture's three questions, with the settings under which their answers are pictures."""

from collections.abc import Sequence

from torch import Tensor, nn

from lesson_utils.reconstruction.objectives import Class, Content, Different, Filter, Objective
from lesson_utils.reconstruction.optimiser import Reconstruction, reconstruct
from lesson_utils.reconstruction.parametrisations import Fourier, Pixels
from lesson_utils.reconstruction.priors import Priors

CONTENT_PRIORS = Priors(total_variation=0.3)
FILTER_PRIORS = Priors(jitter=2, total_variation=0.5)
CLASS_PRIORS = Priors(jitter=3, blur=1.0)


def content(
    network: nn.Module,
    pictures: Tensor,
    layer: str,
    steps: int = 200,
    priors: Priors = CONTENT_PRIORS,
    **options: object,
) -> Reconstruction:
    """Rebuild pictures (N, 3, H, W) from what `layer` answers to them, beginning with noise."""
    settings = {"parametrisation": Pixels(contrast=0.05), "rate": 0.03, "method": "adam"}
    settings |= {"size": tuple(pictures.shape[2:]), **options}
    return reconstruct(network, Content(layer, pictures), priors=priors, steps=steps, **settings)


def filters(
    network: nn.Module,
    layer: str,
    channels: Sequence[int],
    steps: int = 100,
    priors: Priors = FILTER_PRIORS,
    each: int = 1,
    difference: float = 1.0,
    **options: object,
) -> Reconstruction:
    """What makes channels of `layer` answer most; `each` images of a channel that differ, if more than one."""
    question: Objective = Filter(layer, [channel for channel in channels for _ in range(each)])
    if each > 1:
        question = question + difference * Different(layer, each)
        options.setdefault("seed", [seed for _ in channels for seed in range(each)])
    settings = {"parametrisation": Fourier(), "rate": 0.05, "method": "adam", **options}
    return reconstruct(network, question, priors=priors, steps=steps, **settings)


def class_images(
    network: nn.Module,
    classes: Sequence[int],
    steps: int = 100,
    priors: Priors = CLASS_PRIORS,
    rivals: float = 0.3,
    **options: object,
) -> Reconstruction:
    """What a network takes most for each of some classes (Simonyan et al. 2013)."""
    settings = {"parametrisation": Pixels(contrast=0.05, softness=3.0), "rate": 0.005, **options}
    return reconstruct(network, Class(classes, rivals=rivals), priors=priors, steps=steps, **settings)


def plain_ascent(
    network: nn.Module, objective: Objective, steps: int = 100, rate: float = 0.005, **options: object
) -> Reconstruction:
    """The lecture's beginning: random noise, gradient ascent, nothing else."""
    return reconstruct(network, objective, Pixels(), Priors(), steps, rate, **options)
