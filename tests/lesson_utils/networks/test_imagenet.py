"""torchvision as a second opinion: same weights in, same answers out."""

import pytest
import torch
import torchvision

from lesson_utils.errors import LessonError
from lesson_utils.networks.families import FAMILIES
from lesson_utils.networks.imagenet import adopt, relative
from lesson_utils.networks.network import IMAGENET_MEAN, IMAGENET_STD

# the depths of VGG differ in repeats only
SMALLEST = [next(iter(family.relatives)) for family in FAMILIES.values() if family.relatives]


def theirs(name):
    options = {"init_weights": True, "transform_input": True} if name == "googlenet" else {}
    torch.manual_seed(0)
    return torchvision.models.get_model(name, weights=None, **options).eval()


@pytest.mark.filterwarnings("ignore:The default weight initialization")
@pytest.mark.parametrize("name", SMALLEST)
def test_the_relative_answers_as_torchvisions_network(name):
    other, own = theirs(name), relative(name).eval()
    adopt(own, other.state_dict())
    images = torch.rand(2, 3, 224, 224)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    with torch.no_grad():
        torch.testing.assert_close(own(images), other((images - mean) / std))


def test_layer_names_are_the_lectures():
    assert relative("alexnet", device="meta").layer_names[:3] == ["conv1", "conv2", "conv3"]
    assert "inception_4e" in relative("googlenet", device="meta").layer_names


def test_the_wrong_networks_weights_are_refused_and_nothing_is_copied():
    own = relative("vgg11", device="meta")
    with pytest.raises(LessonError, match="passer ikke"):
        adopt(own, relative("vgg13", device="meta").state_dict())


def test_one_tensor_of_another_shape_is_refused():
    own = relative("alexnet", device="meta")
    state = {name: tensor for name, tensor in own.state_dict().items() if name.startswith("layers.")}
    adopt(own, state)
    state["layers.fc8.linear.bias"] = torch.empty(1, device="meta")
    with pytest.raises(LessonError, match="passer ikke"):
        adopt(own, state)


def test_an_unknown_name_is_said():
    with pytest.raises(LessonError, match="Mente du »googlenet«"):
        relative("googlnet")
