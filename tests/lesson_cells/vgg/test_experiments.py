"""What a unit sees is what its gradient says, in the lesson's own cells and in whole networks."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lesson_cells.vgg import experiments
from lesson_utils.networks import alexnet, layer_table, vgg

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "03_vgg.ipynb"


@pytest.fixture(scope="module")
def lesson(run_cells) -> dict:
    return run_cells("cell-015", "cell-vgg", torch=torch, nn=nn)


@pytest.fixture(scope="module")
def gradient_of_middle(lesson):
    return lesson["gradient_of_middle"]


@pytest.mark.parametrize("layers", [1, 2, 3, 5])
def test_every_3x3_adds_one_pixel_on_each_side(lesson, layers):
    stack = nn.Sequential(*(lesson["conv3x3"]() for _ in range(layers)))
    gradient = lesson["gradient_of_middle"](stack, 17)
    side, rim = 2 * layers + 1, 8 - layers
    assert int((gradient > 0).sum()) == side**2  # the whole square, no hole in it
    assert (gradient[rim : 17 - rim, rim : 17 - rim] > 0).all()
    assert gradient.sum() == 9**layers and gradient[rim, rim] == 1  # as many ways as there are


def test_without_relu_the_gradient_is_the_merged_filter(gradient_of_middle):
    torch.manual_seed(0)
    stack = nn.Sequential(nn.Conv2d(1, 1, 3, bias=False), nn.Conv2d(1, 1, 3, bias=False))
    noise = torch.randn(1, 1, 20, 20)
    assert torch.allclose(stack(noise), F.conv2d(noise, gradient_of_middle(stack, 5)[None, None]), atol=1e-5)


def test_the_real_layers_see_as_far_as_their_twins():
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
        seen = gradient[0].abs().sum(0).nonzero()
        assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [field, field]


@pytest.mark.parametrize("network", [vgg(11, device="meta"), vgg(19, device="meta"), alexnet(device="meta")])
def test_formula_and_gradient_agree(network, gradient_of_middle):
    layers = layer_table(network)
    fields = experiments.measured_fields(layers, gradient_of_middle)
    assert list(fields.index) == list(layers.index[layers.kind.isin(["conv", "maxpool"])])
    assert (fields.formula == fields.gradient).all()
    assert fields.block.is_monotonic_increasing and fields.block.iloc[-1] == 5


def test_half_of_the_gradient():
    gradient = torch.zeros(9, 9)
    gradient[2:7, 2:7] = 1.0
    gradient[4, 4] = 26.0
    assert experiments.width_of_share(gradient, 0.5) == 1
    assert experiments.width_of_share(gradient, 0.6) == 3
    assert experiments.width_of_share(gradient, 1.0) == 5
    assert experiments.width_of_share(torch.ones(4, 4), 0.3) == 4
    assert experiments.width_of_share(torch.ones(4, 4), 0.2) == 2


@pytest.mark.parametrize("depth", [11, 13, 16, 19])
def test_the_function_written_out_is_the_papers_network(lesson, depth):
    with torch.device("meta"):
        network = lesson["vgg"](depth)
    table = layer_table(vgg(depth, device="meta"))
    assert layer_table(network, 224).set_index(table.index).equals(table)


def test_he_keeps_the_signal_and_a_fixed_spread_loses_it(lesson, run_cells):
    with torch.device("meta"):
        encoder = lesson["vgg"](16)[:-8]
    strength = run_cells("cell-signal", torch=torch, nn=nn, encoder=encoder, seed=0)["signal_strength"]
    image = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
    kept = strength(image)
    assert len(kept) == 13 and 0.2 < kept[-1] < 5
    assert strength(image, 0.01)[-1] < 1e-6 and strength(image, 0.1)[-1] > 1e4


def test_where_the_blocks_of_vgg_end():
    ends = experiments.before_pools(vgg(16, device="meta"))
    assert ends == ["conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"]


def test_the_minis_side_by_side():
    table = experiments.minis_compared({"alexnet": layer_table(alexnet.mini(22, device="meta"))})
    row = table.loc["MiniAlexNet"]
    assert (row["conv-lag"], row["parametre"]) == (5, 1_719_494)
    assert row["rigtige"].endswith("%")
