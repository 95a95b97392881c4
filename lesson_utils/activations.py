"""What a layer answers to an image."""

from collections.abc import Sequence

import torch
from torch import Tensor

from lesson_utils import device
from lesson_utils.networks import Network


@torch.no_grad()
def activations(network: Network, images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """The outputs of `layers` for `images` (N, 3, H, W), by name: (N, C, H, W), or (N, features) from FC layers.

    Nothing after the last wanted layer runs. `conv4` is the answer after the ReLU, `conv4.pre` before it.
    Raises LessonError for a layer that the network does not have.
    """
    device.torchvision()  # says it in Danish where torchvision cannot be imported
    from torchvision.models.feature_extraction import create_feature_extractor

    nodes = {layer: network.locate(layer) for layer in layers}
    paths = dict.fromkeys(path for located in nodes.values() for path in located)
    extractor = create_feature_extractor(network, {path: path for path in paths}, suppress_diff_warning=True)
    extractor.train(network.training)
    outputs = extractor(images)
    return {layer: torch.cat([outputs[path] for path in located], 1) for layer, located in nodes.items()}
