"""How an image is written down while it is optimised: by its pixels, or by its waves.

The gradient is taken with respect to what is written, so the choice decides which images lie near the beginning: a
step in pixels can be any noise, a step in waves is mostly a change of the large and soft (Olah et al. 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lesson_utils.images import as_float
from lesson_utils.reconstruction.priors import blurred

# Columns: three directions of colour that are independent in ImageNet's photos (Olah et al. 2017, »Preconditioning
# and Parameterization«): light, blue against orange, green against violet; each with the size that it varies by.
PHOTO_COLOURS = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))


def noise(seeds: Sequence[int], shape: Sequence[int]) -> Tensor:
    """(N, *shape): normal noise, each image's from its own seed alone."""
    drawn: dict[int, Tensor] = {}
    for seed in seeds:
        if seed not in drawn:
            drawn[seed] = torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))
    return torch.stack([drawn[seed] for seed in seeds])


@dataclass(frozen=True)
class Pixels:
    """The image itself, kept between 0 and 1 by cutting off after each step.

    It begins as grey of this `brightness` with noise of this `contrast` (its standard deviation), blurred by
    `softness` pixels; or as `start` (3, H, W) or (N, 3, H, W), a picture.
    """

    brightness: float = 0.5
    contrast: float = 0.1
    softness: float = 0.0
    start: Tensor | None = None

    def begin(self, seeds: Sequence[int], height: int, width: int) -> Tensor:
        drawn = noise(seeds, (3, height, width))
        if self.softness:
            drawn = blurred(drawn, self.softness)
            drawn = drawn / drawn.flatten(1).std(1).view(-1, 1, 1, 1)
        ground = self.brightness if self.start is None else as_float(self.start).cpu().float()
        return (ground + self.contrast * drawn).clamp(0, 1)

    def image(self, written: Tensor, height: int, width: int) -> Tensor:
        return written

    @torch.no_grad()
    def confine(self, written: Tensor) -> None:
        written.clamp_(0, 1)


@dataclass(frozen=True)
class Fourier:
    """The image's waves, weighed by one over their frequency, in colours that are independent in photos.

    A step changes every frequency by as much as photos have of it. A sigmoid keeps the colours within 0..1;
    `contrast` is that of the noise at the beginning, `saturation` how far one unit goes.
    """

    contrast: float = 0.01
    saturation: float = 4.0
    decay: float = 1.0

    def begin(self, seeds: Sequence[int], height: int, width: int) -> Tensor:
        return self.contrast * noise(seeds, (3, height, width // 2 + 1, 2))

    def image(self, written: Tensor, height: int, width: int) -> Tensor:
        waves = torch.view_as_complex(written * self._weights(height, width, written.device))
        plane = torch.fft.irfft2(waves, s=(height, width), norm="ortho")
        colours = torch.tensor(PHOTO_COLOURS, device=written.device)
        colours = self.saturation * colours / colours.norm(dim=0).max()
        return torch.matmul(colours, plane.flatten(2)).view_as(plane).sigmoid()

    def confine(self, written: Tensor) -> None:
        """The sigmoid does it."""

    def _weights(self, height: int, width: int, device: torch.device) -> Tensor:
        down, right = torch.fft.fftfreq(height, device=device), torch.fft.rfftfreq(width, device=device)
        frequency = torch.hypot(down[:, None], right[None]).clamp_min(1 / max(height, width))
        return (0.25 / frequency**self.decay)[..., None]
