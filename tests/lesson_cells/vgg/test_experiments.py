"""What a unit sees is what its gradient says, and the first weights decide whether a signal survives."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lesson_cells.vgg import experiments
from lesson_utils.networks import layer_table, vgg


@pytest.mark.parametrize("layers", [1, 2, 3, 5])
def test_every_3x3_adds_one_pixel_on_each_side(layers):
    gradient = experiments.gradient_of_middle(experiments.positive_stack([(3, 1)] * layers), 17)
    side = 2 * layers + 1
    assert experiments.support(gradient) == (side, side)
    assert int((gradient > 0).sum()) == side**2  # the whole square, no hole in it
    assert gradient.sum() == pytest.approx(1)


def test_a_seed_gives_the_weights():
    first, again, other = (experiments.positive_conv(3, seed=seed).weight for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_without_relu_the_gradient_is_the_merged_filter():
    stack = experiments.positive_stack([(3, 1), (3, 1)])
    merged = experiments.gradient_of_middle(stack, 5)[None, None]
    noise = torch.randn(1, 1, 20, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(stack(noise), F.conv2d(noise, merged))


def test_the_real_layers_see_as_far_as_their_shadow():
    """The network's own modules, with all channels, ReLU and max pooling, at random weights: blocks 1 and 2."""
    network = vgg(16)
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    for name, field in (("conv1_2", 5), ("conv2_2", 14)):
        features = network.normalize(image)
        for layer, module in network.layers.named_children():
            features = module(features)
            if layer == name:
                break
        middle = features.shape[-1] // 2
        (gradient,) = torch.autograd.grad(features[0, :, middle, middle].sum(), image)
        assert experiments.support(gradient[0].abs().sum(0)) == (field, field)


def test_half_of_the_gradient():
    gradient = torch.zeros(9, 9)
    gradient[2:7, 2:7] = 1.0
    gradient[4, 4] = 26.0
    assert experiments.width_of_share(gradient, 0.5) == 1
    assert experiments.width_of_share(gradient, 0.6) == 3
    assert experiments.width_of_share(gradient, 1.0) == 5


def test_he_keeps_the_signal_and_a_fixed_spread_loses_it():
    network = vgg(16, device="meta")
    image = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
    kept = experiments.signal_strength(network, image)
    assert list(kept.index) == [name for name in network.layer_names if name.startswith("conv")]
    assert 0.2 < kept["conv5_3"] < 5
    assert experiments.signal_strength(network, image, 0.01)["conv5_3"] < 1e-6
    assert experiments.signal_strength(network, image, 0.1)["conv5_3"] > 1e4


def test_gap_takes_the_place_of_the_fully_connected_layers():
    network = experiments.with_gap(16)
    assert network.layer_names[-3:] == ["conv5_3", "gap", "fc8"]
    assert isinstance(network.layers.gap, nn.AdaptiveAvgPool2d)
    assert layer_table(network).parameters["fc8"] == 513_000
