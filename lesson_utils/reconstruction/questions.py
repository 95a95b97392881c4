"""The lecture's three questions, with the settings under which their answers are pictures.

A network of the course, trained robustly on drawings, answers in pixels with almost no help. One that was trained
on photos, and not robustly, would answer with noise: there the image is written in waves (Olah et al. 2017).
Filters and classes are asked in bfloat16 where the machine computes in it: a quarter less time, and
no eye sees it. What a layer remembers is asked in float32: there half a percent is what the question is about.
"""

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor, nn

from lesson_utils.networks import Network
from lesson_utils.reconstruction.objectives import Class, Content, Different, Filter, Objective, Unit
from lesson_utils.reconstruction.optimiser import Climb, Reconstruction, reconstruct
from lesson_utils.reconstruction.parametrisations import Fourier, Pixels
from lesson_utils.reconstruction.priors import Priors

CONTENT_PRIORS = Priors(total_variation=0.3, blur=0.6)
FILTER_PRIORS = Priors(jitter=4, scale=0.1, rotation=5, blur=0.8, calm=1.0)
UNIT_PRIORS = replace(FILTER_PRIORS, jitter=1, calm=1.2)
CLASS_PRIORS = Priors(jitter=5, scale=0.2, rotation=10, blur=0.8, calm=1.2)
WORLD_SIDE = 64  # pixels of what the course's own networks look at
PHOTO_CONTENT_PRIORS = Priors(total_variation=1.0)
PHOTO_PRIORS = Priors(jitter=16, scale=0.15, rotation=10)


def trained_on_photos(network: nn.Module) -> bool:
    """Whether a network is one for photos: all are, but those of the course's image world."""
    return not isinstance(network, Network) or network.input_size > WORLD_SIDE


def _written(network: nn.Module, priors: Priors, pixels: Pixels, rate: float) -> dict[str, object]:
    """How an answer is written down and climbed to. Priors that only pixels know are kept, and so are pixels."""
    if trained_on_photos(network) and not (priors.calm or priors.blur):
        return {"parametrisation": Fourier(), "climb": Climb(rate, "adam")}
    return {"parametrisation": pixels, "climb": Climb(0.02, "momentum")}


def content(
    network: nn.Module,
    pictures: Tensor,
    layer: str,
    steps: int = 100,
    priors: Priors | None = None,
    **options: object,
) -> Reconstruction:
    """Rebuild pictures (N, 3, H, W) from what `layer` answers to them, beginning with noise."""
    priors = priors or (PHOTO_CONTENT_PRIORS if trained_on_photos(network) else CONTENT_PRIORS)
    settings = _written(network, priors, Pixels(contrast=0.1, softness=2.0), 0.02)
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
    if priors is None:
        priors = UNIT_PRIORS if unit else FILTER_PRIORS
        priors = PHOTO_PRIORS if trained_on_photos(network) else priors
    settings = _written(network, priors, Pixels(0.55, contrast=0.1, softness=1.5), 0.05) | {"fast": True}
    return reconstruct(network, question, priors=priors, steps=steps, **(settings | options))


def class_images(
    network: nn.Module,
    classes: Sequence[int],
    steps: int = 80,
    priors: Priors | None = None,
    rivals: float = 0.6,
    **options: object,
) -> Reconstruction:
    """What a network takes most for each of some classes (Simonyan et al. 2013), on a ground that stays calm."""
    priors = priors or (PHOTO_PRIORS if trained_on_photos(network) else CLASS_PRIORS)
    settings = (
        _written(network, priors, Pixels(0.65, contrast=0.1, softness=3.0), 0.05) | {"fast": True} | options
    )
    return reconstruct(network, Class(classes, rivals=rivals), priors=priors, steps=steps, **settings)


def plain_ascent(
    network: nn.Module, objective: Objective, steps: int = 100, rate: float = 0.005, **options: object
) -> Reconstruction:
    """The lecture's beginning: random noise, gradient ascent, nothing else."""
    return reconstruct(network, objective, Pixels(), Priors(), Climb(rate), steps, **options)
