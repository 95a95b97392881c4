"""Closed forms, the lecture's own numbers, and PyTorch as a second opinion."""

import itertools

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lesson_utils.errors import LessonError
from lesson_utils.networks import (
    alexnet,
    conv_cost,
    googlenet,
    layer_table,
    output_size,
    receptive_fields,
    vgg,
)


def test_the_lectures_example_5_3_1():
    assert output_size(5, 5) == 1
    assert [output_size(5, 3), output_size(3, 3)] == [3, 1]


def test_alexnets_first_layer_fits_227_alone():
    assert output_size(227, 11, stride=4) == 55
    with pytest.raises(LessonError, match="67,5 er ikke et helt tal: 2 pixler bliver til overs"):
        output_size(277, 11, stride=4)
    with pytest.raises(LessonError, match="54,25 er ikke et helt tal: 1 pixel bliver til overs"):
        output_size(224, 11, stride=4)


@pytest.mark.parametrize("arguments", [(0, 1), (5, 0), (5, 3, 0), (5, 3, 1, -1), (5.5, 3), (5, 7)])
def test_what_makes_no_sense_is_said(arguments):
    with pytest.raises(LessonError):
        output_size(*arguments)


def test_an_unknown_rounding_is_said():
    with pytest.raises(LessonError, match="rounding"):
        output_size(7, 2, 2, rounding="nearest")


def test_floor_and_ceil_are_what_pytorch_does():
    for size, kernel, stride in itertools.product(range(5, 16), range(1, 6), range(1, 5)):
        for padding in range(kernel // 2 + 1):
            image = torch.zeros(1, 1, size, size)
            floored = nn.MaxPool2d(kernel, stride, padding)(image).shape[-1]
            ceiled = nn.MaxPool2d(kernel, stride, padding, ceil_mode=True)(image).shape[-1]
            assert output_size(size, kernel, stride, padding, "floor") == floored
            assert output_size(size, kernel, stride, padding, "ceil") == ceiled


def test_the_lectures_bottleneck():
    direct = conv_cost(480, 48, 5, 14, 14)
    reduce, conv = conv_cost(480, 16, 1, 14, 14), conv_cost(16, 48, 5, 14, 14)
    assert direct == (576_000, 112_896_000)
    assert (reduce.multiply_adds, conv.multiply_adds) == (1_505_280, 3_763_200)
    assert reduce.weights + conv.weights == 26_880


def test_stacked_3x3_see_as_much_as_one_larger_filter():
    assert [field.size for field in receptive_fields([(3, 1)] * 3)] == [3, 5, 7]
    assert receptive_fields([(11, 4), (3, 2)]) == [(11, 4), (19, 8)]


NETWORKS = {
    "alexnet": lambda: alexnet(device="meta"),
    "vgg16": lambda: vgg(16, device="meta"),
    "googlenet": lambda: googlenet(auxiliary=False, device="meta"),
    "mini alexnet": lambda: alexnet.mini(22),
    "mini vgg": lambda: vgg.mini(22),
    "mini googlenet": lambda: googlenet.mini(22, auxiliary=False),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_totals_agree_with_pytorchs_own_counts(name):
    network = NETWORKS[name]().eval()
    table = layer_table(network)
    assert table["parameters"].sum() == sum(parameter.numel() for parameter in network.parameters())
    size = network.input_size
    with FlopCounterMode(display=False) as counter:
        network(torch.empty(1, 3, size, size, device=network.device))
    assert 2 * table["multiply_adds"].sum() == counter.get_total_flops()


@pytest.mark.parametrize(
    ("build", "layer"),
    [
        (alexnet.mini, "conv1"),
        (alexnet.mini, "conv3"),
        (vgg.mini, "conv2_2"),
        (vgg.mini, "conv4_1"),
        (googlenet.mini, "inception_3a"),
    ],
)
def test_receptive_fields_agree_with_gradients(build, layer):
    """The input pixels on which one unit depends, found by differentiation, are as many as the table says."""
    network = build(4).eval()
    position = list(dict(network.layers.named_children())).index(layer)
    prefix = network.layers[: position + 1].double()
    for module in prefix.modules():  # positive weights: nothing cancels, no ReLU and no BN hides a pixel
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    for name, module in list(prefix.named_modules()):
        if isinstance(module, nn.MaxPool2d):  # an average over the same window depends on all of it
            pool = nn.AvgPool2d(module.kernel_size, module.stride, module.padding, module.ceil_mode)
            prefix.set_submodule(name, pool)
    image = torch.ones(1, 3, 256, 256, dtype=torch.double, requires_grad=True)
    features = prefix(image)
    middle = features.shape[-1] // 2
    features[0, :, middle, middle].sum().backward()
    seen = image.grad[0].abs().sum(0) > 0
    expected = layer_table(network).loc[layer, "receptive_field"]
    assert seen.any(0).sum() == expected
    assert seen.any(1).sum() == expected


def test_works_on_torchvisions_own_modules():
    models = pytest.importorskip("torchvision").models
    with torch.device("meta"):
        network = models.alexnet()
    table = layer_table(network, 224)
    assert table["parameters"].sum() == 61_100_840
    assert table.loc["features.0", ["height", "receptive_field", "jump"]].tolist() == [55, 11, 4]


def test_a_module_that_does_not_know_its_size_asks_for_it():
    with pytest.raises(LessonError, match="input_size"):
        layer_table(nn.Conv2d(3, 4, 3))
    assert layer_table(nn.Sequential(nn.Conv2d(3, 4, 3)), 8).loc["0", "height"] == 6


def test_a_network_that_cannot_be_followed_is_said():
    class Choosing(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, images):
            return self.conv(images) if images.sum() > 0 else images

    with pytest.raises(LessonError, match="Choosing kan ikke følges lag for lag"):
        layer_table(Choosing(), 8)
