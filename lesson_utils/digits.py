"""scikit-learn's handwritten digits, for the networks that a lesson trains while you watch."""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F


@cache
def digits(size: int = 8, channels: int = 1) -> tuple[Tensor, Tensor]:
    """The 1,797 digits in scikit-learn's order: images (N, channels, size, size) in 0..1, and labels (N,).

    They were drawn at 8x8 pixels; a larger `size` enlarges them, and all channels are the same.
    """
    from sklearn.datasets import load_digits  # takes a second that most cells don't need

    found = load_digits()
    images = torch.from_numpy(found.images).float()[:, None] / 16
    if size != 8:
        images = F.interpolate(images, size=(size, size), mode="bilinear")
    return images.expand(-1, channels, -1, -1), torch.from_numpy(found.target).long()
