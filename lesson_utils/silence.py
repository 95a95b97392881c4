"""Silent channels: those that answer nowhere in an image, or hardly, because what they look for is not there."""

from collections.abc import Sequence

import pandas as pd
from torch import Tensor, nn

from lesson_utils.activations import Source, activations, stream

FAINT = 0.1  # of a channel's strongest answer: on a common colour scale it looks empty


def silent(answers: Tensor) -> Tensor:
    """bool (N, C): the channels of (N, C, H, W), or units of (N, C), without one positive value.

    After a ReLU that is: zero everywhere.
    """
    return _peaks(answers) <= 0


def _peaks(answers: Tensor) -> Tensor:
    """(N, C): the strongest answer of each channel."""
    return answers.flatten(2).amax(2) if answers.dim() > 2 else answers


def silent_channels(
    network: nn.Module, image: Tensor, source: Source, layers: Sequence[str], batch_size: int = 100
) -> pd.DataFrame:
    """How many channels of each layer are silent, for one `image` (3, H, W) and for a whole set of images.

    One row per layer. `channels`: how many it has; `image`: the share of them that is silent for the image;
    `average`: for an image of the set, on average; `never`: the share that no image of the set wakes; `faint`: the
    share that looks empty for the image, because its strongest answer is below a tenth of the set's strongest.
    """
    place = next(network.parameters()).device
    alone = activations(network, image[None].to(place), layers)
    silences: dict[str, Tensor] = {}
    strongest: dict[str, Tensor] = {}
    images = 0
    for answers in stream(network, source, layers, batch_size):
        for layer, answer in answers.items():
            silences[layer] = silences.get(layer, 0) + silent(answer).sum(0)
            peaks = _peaks(answer).amax(0)
            strongest[layer] = peaks.maximum(strongest.get(layer, peaks))
        images += len(answer)
    rows = {
        layer: {
            "channels": len(count),
            "image": silent(alone[layer]).double().mean().item(),
            "average": (count.double() / images).mean().item(),
            "never": (count == images).double().mean().item(),
            "faint": (_peaks(alone[layer])[0] <= FAINT * strongest[layer]).double().mean().item(),
        }
        for layer, count in silences.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"channels": int}).rename_axis("layer")
