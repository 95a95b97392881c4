"""How much of a layer's answer a bottleneck of a given width can let through at best.

A 1x1 convolution to k channels multiplies each pixel's column of C channels by a k x C matrix, so at most k
directions of the C survive it. The best k, and the share of the variance that they hold, are the first k
principal components over the pixels. That is a limit for any linear bottleneck; it says nothing of what a
network needs.
"""

import numpy as np
import torch
from torch import Tensor


def kept_variance(features: Tensor) -> np.ndarray:
    """(N, C, H, W) -> (C,): entry k-1 is the share of the variance that k channels can keep at best."""
    pixels = features.movedim(1, 0).flatten(1).double()
    pixels = pixels - pixels.mean(dim=1, keepdim=True)
    variances = torch.linalg.eigvalsh(pixels @ pixels.T).flip(0).clamp(min=0)
    return (variances.cumsum(0) / variances.sum()).numpy()
