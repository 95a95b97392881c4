"""One number of a network and what it is the sum of: from a class's name back to the pixels, without any widget.

All numbers are float32 from the CPU, whatever the network is and wherever it lies; only what is looked at runs.
"""

from torch import Tensor, nn

from lesson_utils.explain.explainer import Explainer, Explanation, Step


def explain(network: nn.Module, images: Tensor, layer: str, channel: int, place=(0, 0)) -> Explanation:
    """What the number at `place` (row, column) of a layer's channel is made of, for one image (3, H, W) in 0..1.

    An `Explainer` keeps what it has computed for the next question. Raises LessonError for a layer, channel or
    place that does not exist, and for a kind of layer that cannot be taken apart.
    """
    return Explainer(network, images).explain(layer, channel, place)
