"""What is known of images before any network is asked: that neighbours are alike, and that a thing a little to the
side is still the same thing."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Priors:
    """How much of each prior is used; all zero (`Priors()`) is plain ascent.

    total_variation  weight of the squared differences of neighbours (Mahendran & Vedaldi 2015, section 3)
    jitter           pixels: how far the image may be moved before each look
    scale            share: 0.1 looks at the image between 90 and 110 % of its size
    rotation         degrees to either side
    blur             pixels: standard deviation of the blur of each step; it falls to a quarter of that at the end
    calm             soft thresholding (the proximal step of an L1 penalty): each step pulls every pixel this much
                     towards the ground it began on, so a pixel that does not matter stays there
    """

    total_variation: float = 0.0
    jitter: int = 0
    scale: float = 0.0
    rotation: float = 0.0
    blur: float = 0.0
    calm: float = 0.0

    def augment(self, images: Tensor, draw: torch.Generator) -> Tensor:
        """The images as they are looked at in one step: all moved, turned and scaled alike, by chance."""
        down, right, turn, zoom = (2 * torch.rand(4, generator=draw) - 1).tolist()
        if self.jitter:
            moves = (round(down * self.jitter), round(right * self.jitter))
            images = torch.roll(images, moves, (2, 3))
        if self.scale or self.rotation:
            images = resampled(images, 1 + self.scale * zoom, self.rotation * turn)
        return images

    def penalty(self, images: Tensor) -> Tensor:
        """(N,): what is subtracted from each image's objective."""
        if not self.total_variation:
            return images.new_zeros(len(images))
        return self.total_variation * total_variation(images)

    def softened(self, step: Tensor, share_done: float) -> Tensor:
        """A step (N, 3, H, W) without its finest noise; the further the work, the less is taken away."""
        return blurred(step, self.blur * (1 - 0.75 * share_done)) if self.blur else step

    @torch.no_grad()
    def calmed(self, images: Tensor, ground: Tensor, rate: float) -> Tensor:
        """Soft thresholding: every pixel nearer to the ground by one length, and all the way where it is close."""
        if not self.calm:
            return images
        change = images - ground
        length = change.norm(dim=1, keepdim=True).clamp_min(1e-8)
        return ground + change * (1 - self.calm * rate / length).clamp_min(0)


def total_variation(images: Tensor) -> Tensor:
    """(N,): the mean squared difference of neighbouring pixels, across plus down, of images (N, C, H, W)."""
    across = (images[..., :, 1:] - images[..., :, :-1]).square().mean((1, 2, 3))
    down = (images[..., 1:, :] - images[..., :-1, :]).square().mean((1, 2, 3))
    return across + down


def blurred(images: Tensor, spread: float) -> Tensor:
    """Images (N, C, H, W) through a Gaussian of standard deviation `spread` pixels; edges are repeated."""
    reach = max(1, math.ceil(2.5 * spread))
    across = torch.arange(-reach, reach + 1, device=images.device, dtype=images.dtype)
    kernel = torch.exp(-0.5 * (across / spread) ** 2)
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    flat = images.reshape(-1, 1, *images.shape[2:])
    flat = F.conv2d(F.pad(flat, (reach, reach, 0, 0), mode="replicate"), kernel)
    flat = F.conv2d(F.pad(flat, (0, 0, reach, reach), mode="replicate"), kernel.transpose(2, 3))
    return flat.view_as(images)


def resampled(images: Tensor, zoom: float, degrees: float) -> Tensor:
    """All images turned and enlarged alike around their middle; mirrored where the frame looks outside."""
    turn = math.radians(degrees)
    cosine, sine = math.cos(turn) / zoom, math.sin(turn) / zoom
    count, channels, height, width = images.shape
    rows = [[cosine, -sine * height / width, 0.0], [sine * width / height, cosine, 0.0]]
    matrix = torch.tensor(rows, device=images.device)
    # one grid serves all images, as many channels of two "images": its weights are worked out twice, not N times
    parts = 2 if count % 2 == 0 else 1
    together = images.reshape(parts, count // parts * channels, height, width)
    grid = F.affine_grid(matrix.expand(parts, 2, 3), together.shape, align_corners=False)
    seen = F.grid_sample(together, grid, padding_mode="reflection", align_corners=False)
    return seen.view_as(images)
