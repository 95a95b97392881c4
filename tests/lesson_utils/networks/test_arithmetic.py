"""Closed forms, the lecture's own numbers, and PyTorch as a second opinion."""

import copy
import itertools

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lesson_utils.errors import LessonError
from lesson_utils.networks import conv_cost, efficientnet, layer_table, output_size, receptive_fields
from lesson_utils.networks.arithmetic import kind_of
from lesson_utils.networks.families import MINIS, PAPERS


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
    assert receptive_fields([(11, 4), (3, 2)]) == [(11, 4, 5.0), (19, 8, 9.0)]


@pytest.mark.parametrize(
    "build", [*PAPERS.values(), *MINIS.values()], ids=[*PAPERS, *(f"mini {n}" for n in MINIS)]
)
def test_totals_agree_with_pytorchs_own_counts(build):
    network = build(classes=22, device="meta").eval()
    table = layer_table(network)
    own = {*network.parameters()} - {*network.auxiliary.parameters()}
    assert table["parameters"].sum() == sum(parameter.numel() for parameter in own)
    size = network.input_size
    with FlopCounterMode(display=False) as counter:
        network(torch.empty(1, 3, size, size, device=network.device))
    assert 2 * table["multiply_adds"].sum() == counter.get_total_flops()


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("build", [*MINIS.values(), efficientnet], ids=[*MINIS, "efficientnet"])
def test_receptive_fields_agree_with_gradients(build, place):
    network = build(4).eval()
    fields = layer_table(network)["receptive_field"]
    layers = [name for name in network.map_layers if fields[name] < 200]
    layer = layers[{"first": 0, "middle": len(layers) // 2, "last": -1}[place]]
    position = list(dict(network.layers.named_children())).index(layer)
    field = fields[layer]
    assert seen(network.layers[: position + 1], 32 * (3 + field // 32)) == field


@pytest.mark.parametrize(
    "options", [{"dilation": 2}, {"dilation": 3, "stride": 2}, {"padding": "same", "dilation": 2}]
)
def test_dilated_filters_see_as_far_as_gradients_say(options):
    network = nn.Sequential(nn.Conv2d(3, 4, 3, **options), nn.Conv2d(4, 4, 3))
    assert seen(network) == layer_table(network, 64)["receptive_field"].iloc[-1]


@pytest.mark.parametrize(
    "layer", [nn.Conv2d(3, 4, (1, 7)), nn.Conv2d(3, 4, 3, stride=(1, 2)), nn.MaxPool2d(3, padding=(0, 1))]
)
def test_windows_that_are_not_square_are_refused(layer):
    with pytest.raises(LessonError, match=r"^Lagtabellen regner kun med kvadratiske vinduer.*sider\.$"):
        layer_table(nn.Sequential(layer, nn.Conv2d(3, 4, 1)), 8)


def seen(network, size=256):
    """The side of the square of input pixels on which one unit depends, found by differentiation."""
    prefix = copy.deepcopy(network).double()
    for module in prefix.modules():  # positive weights: nothing cancels, no ReLU and no BN hides a pixel
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    for name, module in list(prefix.named_modules()):
        if isinstance(module, nn.MaxPool2d):  # an average over the same window depends on all of it
            pool = nn.AvgPool2d(module.kernel_size, module.stride, module.padding, module.ceil_mode)
            prefix.set_submodule(name, pool)
    # so little light that no ReLU6 is full, however many skips add up
    image = torch.full((1, 3, size, size), 0.01, dtype=torch.double, requires_grad=True)
    features = prefix(image)
    middle = features.shape[-1] // 2
    features[0, :, middle, middle].sum().backward()
    reached = torch.nonzero(image.grad[0].abs().sum(0))
    down, across = (reached.max(0).values - reached.min(0).values + 1).tolist()
    assert down == across
    return down


@pytest.mark.parametrize(("name", "parameters"), [("alexnet", 61_100_840), ("resnet18", 11_689_512)])
def test_works_on_torchvisions_own_modules(name, parameters):
    with torch.device("meta"):
        network = torchvision.models.get_model(name)
    table = layer_table(network, 224)
    assert table["parameters"].sum() == parameters
    if name == "alexnet":
        assert table.loc["features.0", ["height", "receptive_field", "jump"]].tolist() == [55, 11, 4]


def test_a_block_says_what_it_is_and_is_not_taken_for_another():
    class ResidualBlock(nn.Module):
        kind = "residual"

        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 3, 3, padding=1))

        def forward(self, features):
            return features + self.body(features)

    class Unnamed(ResidualBlock):
        kind = None

    rows = (ResidualBlock(), Unnamed(), nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU()))
    assert [kind_of(row) for row in rows] == ["residual", "unnamed", "conv"]


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
