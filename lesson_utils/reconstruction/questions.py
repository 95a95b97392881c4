"""The lecture's three questions, with the settings under which their answers are pictures."""

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor, nn

from lesson_utils.reconstruction.objectives import Class, Content, Different, Filter, Objective, Unit
from lesson_utils.reconstruction.optimiser import Reconstruction, reconstruct
from lesson_utils.reconstruction.parametrisations import Pixels
from lesson_utils.reconstruction.priors import Priors

CONTENT_PRIORS = Priors(total_variation=0.3, blur=0.6)
FILTER_PRIORS = Priors(jitter=4, scale=0.1, rotation=5, blur=0.8, calm=1.0)
UNIT_PRIORS = replace(FILTER_PRIORS, jitter=1, calm=1.2)
CLASS_PRIORS = Priors(jitter=5, scale=0.2, rotation=10, blur=0.8, calm=1.2)


def content(
    network: nn.Module,
    pictures: Tensor,
    layer: str,
    steps: int = 100,
    priors: Priors = CONTENT_PRIORS,
    **options: object,
) -> Reconstruction:
    """Rebuild pictures (N, 3, H, W) from what `layer` answers to them, beginning with noise."""
    settings = {"parametrisation": Pixels(contrast=0.1, softness=2.0), "rate": 0.02, "method": "momentum"}
    settings |= {"size": tuple(pictures.shape[2:]), **options}
    return reconstruct(network, Content(layer, pictures), priors=priors, steps=steps, **settings)


def filters(
    network: nn.Module,
    layer: str,
    channels: Sequence[int],
    steps: int = 60,
    priors: Priors | None = None,
    unit: bool = False,
    each: int = 1,
    difference: float = 1.0,
    **options: object,
) -> Reconstruction:
    """What makes channels of `layer` answer most: everywhere, or (`unit`) their one unit in the middle.

    `each`: that many images of every channel, which differ from each other (Olah et al. 2017).
    """
    wanted = [channel for channel in channels for _ in range(each)]
    question: Objective = (Unit if unit else Filter)(layer, wanted)
    if each > 1:
        question = question + difference * Different(layer, each)
        options.setdefault("seed", [seed for _ in channels for seed in range(each)])
    priors = priors or (UNIT_PRIORS if unit else FILTER_PRIORS)
    settings = {
        "parametrisation": Pixels(0.55, contrast=0.1, softness=1.5),
        "rate": 0.02,
        "method": "momentum",
    }
    return reconstruct(network, question, priors=priors, steps=steps, **(settings | options))


def class_images(
    network: nn.Module,
    classes: Sequence[int],
    steps: int = 80,
    priors: Priors = CLASS_PRIORS,
    rivals: float = 0.6,
    **options: object,
) -> Reconstruction:
    """What a network takes most for each of some classes (Simonyan et al. 2013), on a ground that stays calm."""
    settings = {
        "parametrisation": Pixels(0.65, contrast=0.1, softness=3.0),
        "rate": 0.02,
        "method": "momentum",
    }
    settings |= options
    return reconstruct(network, Class(classes, rivals=rivals), priors=priors, steps=steps, **settings)


def plain_ascent(
    network: nn.Module, objective: Objective, steps: int = 100, rate: float = 0.005, **options: object
) -> Reconstruction:
    """The lecture's beginning: random noise, gradient ascent, nothing else."""
    return reconstruct(network, objective, Pixels(), Priors(), steps, rate, **options)
