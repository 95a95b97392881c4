"""Perturbed images: the worst that an image can become within a small distance (L2) of itself.

Robust training (Madry et al. 2018; a single step from a random start as in Wong, Rice & Kolter 2020) shows a
network these in the place of the images. A network that withstands them has to look at what a person looks at,
and its inside becomes readable (Engstrom et al. 2019, »Adversarial Robustness as a Prior for Learned
Representations«).
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from lesson_utils.device import precision
from lesson_utils.errors import LessonError
from lesson_utils.images import as_float
from lesson_utils.networks import Network
from lesson_utils.networks.modes import device_of, eval_mode

Attack = Callable[[Tensor, Tensor], Tensor]


def perturb(
    network: Network, images: Tensor, labels: Tensor, epsilon: float, steps: int, generator: torch.Generator
) -> Tensor:
    """Images within `epsilon` (L2) of `images` that raise the loss: normalised gradient steps from a random start.

    One step has the length `epsilon`; of several, each 2.5·epsilon / steps, and the sum stays inside the ball.
    `generator` is one of the CPU. The answer stays on the network's device, where training goes on with it.
    """
    start = torch.randn(images.shape, generator=generator)
    reach = torch.rand(len(images), 1, 1, 1, generator=generator)
    change = (start / _norm(start) * epsilon * 0.5 * reach).to(network.device)
    images, labels = as_float(images).to(network.device), labels.to(network.device)
    length = epsilon if steps == 1 else 2.5 * epsilon / steps
    for _ in range(steps):
        change.requires_grad_(True)
        with precision(images.device):
            output = network(images + change)
        (gradient,) = torch.autograd.grad(network.loss(output, labels), change)
        change = change.detach() + length * gradient / _norm(gradient)
        change = change * (epsilon / _norm(change)).clamp(max=1)
        change = (images + change).clamp(0, 1) - images
    return (images + change).detach()


def accuracy(network: nn.Module, images: Tensor, labels: Tensor, attack: Attack | None = None) -> float:
    """The share of `images` (uint8, or float in 0..1) that the network, in eval mode, names rightly.

    `attack(images, labels)` may exchange each batch for another. Raises LessonError where there are no images.
    """
    if not len(images):
        raise LessonError("Andelen af rigtige svar kræver billeder, men der er ingen: giv mindst ét.")
    right = 0
    with eval_mode(network):
        for batch, truth in zip(images.split(250), labels.split(250), strict=True):
            batch = as_float(batch.to(device_of(network)))
            batch = batch if attack is None else attack(batch, truth)
            with torch.no_grad():
                right += int((network(batch).argmax(1).cpu() == truth.cpu()).sum())
    return right / len(images)


def robust_accuracy(
    network: Network, images: Tensor, labels: Tensor, epsilon: float, steps: int = 5, seed: int = 0
) -> float:
    """`accuracy` on the worst images that `steps` gradient steps find within `epsilon` of each."""
    generator = torch.Generator().manual_seed(int(seed))
    attack = partial(perturb, network, epsilon=epsilon, steps=steps, generator=generator)
    return accuracy(network, images, labels, attack)


def _norm(images: Tensor) -> Tensor:
    return images.flatten(1).norm(dim=1).clamp_min(1e-8).view(-1, 1, 1, 1)
