"""How good a reconstruction is, in numbers: beside the picture, in its features, and in other networks' eyes."""

from collections.abc import Sequence

import pandas as pd
from torch import Tensor, nn

from lesson_utils.activations import activations
from lesson_utils.images import as_float
from lesson_utils.reconstruction.objectives import relative_error


def psnr(images: Tensor, pictures: Tensor) -> Tensor:
    """(N,): peak signal to noise ratio in decibel, 10 · log10(1 / mean squared error), for values in 0..1.

    Infinite for the same image; two images that differ by 0.1 everywhere have 20 dB.
    """
    return -10 * (as_float(images) - as_float(pictures)).flatten(1).square().mean(1).log10()


def feature_errors(
    network: nn.Module, images: Tensor, pictures: Tensor, layers: Sequence[str]
) -> dict[str, Tensor]:
    """By layer (N,): the squared distance of the two answers, relative to the squared size of the picture's."""
    ours, theirs = (activations(network, each, layers, exact=True) for each in (images, pictures))
    return {layer: relative_error(ours[layer], theirs[layer]) for layer in layers}


def comparison(
    network: nn.Module, rebuilt: dict[str, Tensor], pictures: Tensor, names: Sequence[str] = ()
) -> pd.DataFrame:
    """One row for each layer and picture: `layer`, `picture`, `psnr` (dB) and `feature_error` at that layer.

    `rebuilt`: by layer, what was rebuilt from it (N, 3, H, W).
    """
    titles = list(names) or [str(k) for k in range(len(pictures))]
    rows = []
    for layer, images in rebuilt.items():
        errors = feature_errors(network, images, pictures, [layer])[layer]
        for title, decibel, error in zip(titles, psnr(images, pictures), errors, strict=True):
            rows.append((layer, title, float(decibel), float(error)))
    return pd.DataFrame(rows, columns=["layer", "picture", "psnr", "feature_error"])
