"""The optimiser of images: gradient ascent on what is asked, with frozen weights.

An image depends on its question and its seed alone, not on what else is in the batch or on how the batch is cut
into chunks (up to the rounding of float32).
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.activations import extractor
from lesson_utils.device import precision
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.networks.modes import device_of, frozen
from lesson_utils.reconstruction.objectives import Objective
from lesson_utils.reconstruction.parametrisations import Fourier, Pixels
from lesson_utils.reconstruction.priors import Priors
from lesson_utils.samples import check_any

CHUNK_PIXELS = 64 * 128 * 128  # pixels of a chunk, unless one is asked for: 64 images of 128, 21 of 224
LAST_RATE = 0.1  # the last step is this share of the first
MOMENTUM = 0.8
METHODS = ("ascent", "momentum", "adam")


@dataclass(frozen=True)
class Climb:
    """How the image goes uphill.

    rate      how far a value moves on the average in the first step (pixels: of 0..1); it falls evenly to a tenth
    method    "ascent" follows the gradient, made to the same length for every image (as Engstrom et al. 2019 do);
              "momentum" adds 0.8 of the steps before, which evens out what chance did to a single one;
              "adam" is Kingma & Ba's, which suits waves and content

    Raises LessonError for another method, and for a rate that is not above 0.
    """

    rate: float = 0.005
    method: str = "ascent"

    def __post_init__(self):
        if self.method not in METHODS:
            raise LessonError(f"Metoden »{self.method}« findes ikke: vælg {danish.listing(METHODS)}.")
        if self.rate <= 0:
            raise LessonError("rate skal være større end 0.")


@dataclass
class Step:
    """One step, as `on_step` sees it: rows `rows` of the batch, which have reached `images`, `value` (n,) good."""

    step: int
    steps: int
    rows: Tensor
    value: Tensor
    images: Tensor


@dataclass
class Reconstruction:
    """What came out, and how.

    images    float32 (N, 3, H, W), on the CPU
    curve     (N, steps): the objective at each step, before it; not a number where no step was made
    frames    {step: (N, 3, H, W)}: the images as they were after `step` steps, for the steps asked for
    """

    images: Tensor
    curve: Tensor
    seconds: float = 0.0
    frames: dict[int, Tensor] = field(default_factory=dict)


def reconstruct(
    network: nn.Module,
    objective: Objective,
    parametrisation: Pixels | Fourier = Pixels(),  # noqa: B008  (frozen)
    priors: Priors = Priors(),  # noqa: B008
    climb: Climb = Climb(),
    steps: int = 100,
    size: int | tuple[int, int] | None = None,
    seed: int | Sequence[int] = 0,
    chunk: int | None = None,
    fast: bool = False,
    frames: Sequence[int] = (),
    on_step: Callable[[Step], object] | None = None,
    bar: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Reconstruction:
    """Images that answer `objective` as well as `steps` steps of gradient ascent can make them.

    `size`: (height, width), or one number for both; None: the network's own. `seed`: one for all images, or one
    for each. `chunk`: how many at a time. `fast`: the network in bfloat16, where the machine computes it natively.
    `frames`: after which steps the images are kept. `on_step` is called before each step, `bar` wraps the iterator
    of all steps. Ctrl-C, or KeyboardInterrupt from `on_step`, ends the work and returns what there is.
    Raises LessonError for an unknown layer or channel, and for a size the network cannot take.
    """
    with frozen(network):
        objective = objective.bind(network)
    number = objective.count if objective.count is not None else len(np.atleast_1d(seed))
    seeds = [int(each) for each in ([seed] * number if np.ndim(seed) == 0 else seed)]
    _check(number, seeds, steps, priors, parametrisation)
    (height, width), device = _size(network, size), device_of(network)
    chunks = _chunks(number, chunk or max(1, CHUNK_PIXELS // (height * width)), objective.group)
    written = parametrisation.begin(seeds, height, width)
    images = parametrisation.image(written, height, width)
    kept = {frame: images.clone() for frame in frames}
    result = Reconstruction(images.clone(), torch.full((number, steps), torch.nan), frames=kept)
    began, run = time.perf_counter(), extractor(network, objective.layers)
    rows = work = None
    try:
        with frozen(network):
            for turn in bar(range(len(chunks) * steps)):
                part, step = divmod(turn, steps)
                if step == 0:
                    rows = chunks[part]
                    # every chunk sees the same looks, so that none depends on another
                    work = _Work(written[rows].to(device), parametrisation, priors, climb, (height, width))
                value = work.look(run, objective, rows, fast)
                result.curve[rows, step] = value.cpu()
                if on_step is not None:
                    on_step(Step(step, steps, rows, result.curve[rows, step], work.seen.cpu()))
                work.move(step / max(steps - 1, 1))
                if step + 1 in result.frames:
                    result.frames[step + 1][rows] = work.drawn()
                if step + 1 == steps:
                    result.images[rows] = work.drawn()
                    work = None
    except KeyboardInterrupt:
        if work is not None:
            result.images[rows] = work.drawn()
    result.seconds = time.perf_counter() - began
    return result


class _Work:
    """One chunk while it is worked on."""

    def __init__(self, written: Tensor, way: Pixels | Fourier, priors: Priors, climb: Climb, size: tuple):
        self.written = written.contiguous().requires_grad_(True)
        self.way, self.priors, self.climb, self.size = way, priors, climb, size
        self.draw = torch.Generator().manual_seed(0)
        self.ground = self.written.detach().mean((2, 3), keepdim=True) if priors.calm else None
        adam = climb.method == "adam"
        self.adam = torch.optim.Adam([self.written], lr=climb.rate, fused=True) if adam else None
        self.seen = self.gradient = self.gathered = None

    @torch.no_grad()
    def drawn(self) -> Tensor:
        """The images as they are now, on the CPU."""
        return self.way.image(self.written, *self.size).clone().cpu()

    def look(self, run: Callable, objective: Objective, rows: Tensor, fast: bool) -> Tensor:
        """Look at the images, and find the gradient of how good they are: (n,), the objective of each."""
        images = self.way.image(self.written, *self.size)
        self.seen = images.detach()
        with precision(images.device) if fast else nullcontext():
            # the colours of a pixel beside each other: convolutions forward and back take a tenth to a third less
            looked = self.priors.augment(images, self.draw).contiguous(memory_format=torch.channels_last)
            answers = run(looked)
        value = objective.value({layer: answer.float() for layer, answer in answers.items()}, rows)
        good = value - self.priors.penalty(images)
        # a sum: no image's gradient depends on another's
        (self.gradient,) = torch.autograd.grad(good.sum(), self.written)
        return value.detach()

    @torch.no_grad()
    def move(self, done: float) -> None:
        """One step along the gradient; `done` is the share of the work that lies behind."""
        rate = self.climb.rate * (1 - (1 - LAST_RATE) * done)
        step = self.gradient
        if isinstance(self.way, Pixels):
            step = self.priors.softened(step, done)
        if self.adam is not None:
            self.adam.param_groups[0]["lr"] = rate
            # fused Adam reads memory in order: channels-last like the gradient, it would move other pixels
            self.written.grad = -step.contiguous()
            self.adam.step()
        else:
            step = _of_length_one(step)
            if self.climb.method == "momentum":
                step = self.gathered = step if self.gathered is None else MOMENTUM * self.gathered + step
                step = _of_length_one(step)
            self.written.add_(rate * step)
        if self.ground is not None:
            self.written.copy_(self.priors.calmed(self.written, self.ground, rate))
        self.way.confine(self.written)


def _of_length_one(step: Tensor) -> Tensor:
    """Each image's step with a root mean square of one."""
    length = step.flatten(1).square().mean(1).sqrt().clamp_min(1e-12)
    return step / length.view(-1, *[1] * (step.dim() - 1))


def _chunks(number: int, most: int, group: int) -> list[Tensor]:
    if number % group:
        raise LessonError(
            f"{number} billeder kan ikke deles i hold af {group}: spørg om et antal, som {group} går op i."
        )
    return list(torch.arange(number).split(max(group, most // group * group)))


def _size(network: nn.Module, size: int | tuple[int, int] | None) -> tuple[int, int]:
    if size is None:
        size = network.input_size if isinstance(network, Network) else 224
    height, width = (int(side) for side in np.broadcast_to(size, 2))
    if min(height, width) < 1:
        raise LessonError(f"Billedet kan ikke være {height}x{width} pixler: vælg en størrelse over 0.")
    return height, width


def _check(number: int, seeds: list[int], steps: int, priors: Priors, way: Pixels | Fourier) -> None:
    check_any(range(number))
    if len(seeds) != number:
        raise LessonError(
            f"Der er {danish.plural(len(seeds), 'seed', 'seeds')} til "
            f"{danish.plural(number, 'billede', 'billeder')}: giv ét seed til alle eller ét til hvert."
        )
    if steps < 1:
        raise LessonError("steps skal være større end 0.")
    if isinstance(way, Fourier) and (priors.calm or priors.blur):
        raise LessonError("calm og blur virker på pixler: vælg Pixels(), eller sæt dem til 0.")
