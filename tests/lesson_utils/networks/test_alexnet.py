"""The paper's layers, one by one (facts.md of the course: the figures every table must reproduce)."""

import pytest
import torch
from torch import nn

from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet, layer_table


@pytest.fixture(scope="module")
def table():
    return layer_table(alexnet(device="meta"))


def test_parameters_of_each_layer(table):
    expected = {
        "conv1": 34_944,
        "conv2": 307_456,
        "conv3": 885_120,
        "conv4": 663_936,
        "conv5": 442_624,
        "fc6": 37_752_832,
        "fc7": 16_781_312,
        "fc8": 4_097_000,
    }
    assert table.loc[list(expected), "parameters"].to_dict() == expected
    assert table["parameters"].sum() == 60_965_224


def test_sizes(table):
    convs_and_pools = table[table["kind"].isin(["conv", "maxpool"])]
    assert convs_and_pools["height"].tolist() == [55, 27, 27, 13, 13, 13, 13, 6]
    assert table.loc[table["kind"] == "conv", "channels"].tolist() == [96, 256, 384, 384, 256]


def test_multiply_adds_at_227(table):
    by_kind = table.groupby("kind")["multiply_adds"].sum()
    assert by_kind["conv"] == 665_784_864
    assert by_kind["fc"] == 58_621_952
    assert table["multiply_adds"].sum() == 724_406_816


def test_local_response_norm_is_the_papers_formula():
    """b = a / (k + alpha·sum of squares over n neighbours)^beta with k = 2, n = 5, alpha = 1e-4, beta = 0.75."""
    norm = alexnet(device="meta").layers.norm1
    a = torch.randn(1, 9, 2, 2) * 20
    expected = torch.empty_like(a)
    for channel in range(9):
        near = a[:, max(0, channel - 2) : channel + 3]
        expected[:, channel] = a[:, channel] / (2 + 1e-4 * near.square().sum(1)) ** 0.75
    torch.testing.assert_close(norm(a), expected)


def test_both_orders_of_norm_and_pool():
    paper = [name for name, _ in alexnet(device="meta").layers.named_children()]
    caffenet = [name for name, _ in alexnet(order="caffenet", device="meta").layers.named_children()]
    assert paper[:6] == ["conv1", "norm1", "pool1", "conv2", "norm2", "pool2"]
    assert caffenet[:6] == ["conv1", "pool1", "norm1", "conv2", "pool2", "norm2"]
    assert sorted(paper) == sorted(caffenet)
    with pytest.raises(LessonError, match="order"):
        alexnet(order="other", device="meta")


def test_groups_halve_the_weights_of_three_layers():
    layers = alexnet(device="meta").layers
    assert [layers.get_submodule(f"conv{k}").conv.groups for k in range(1, 6)] == [1, 2, 1, 2, 2]


def test_dropout_stands_behind_the_first_two_fc_layers():
    names = [
        name
        for name, module in alexnet(device="meta").layers.named_children()
        if isinstance(module, nn.Dropout)
    ]
    assert names == ["drop6", "drop7"]


def test_answers_on_a_photo_sized_batch():
    with torch.no_grad():
        assert alexnet(classes=7).eval()(torch.rand(2, 3, 227, 227)).shape == (2, 7)


def test_mini_is_the_same_family():
    network = alexnet.mini(22)
    assert network.layer_names == alexnet(device="meta").layer_names
    table = layer_table(network)
    assert table.loc["conv1", ["kernel", "stride", "height"]].tolist() == [9, 2, 32]
    assert table.loc["pool5", "height"] == 4
    assert 400_000 <= table["parameters"].sum() <= 2_000_000
    assert network(torch.rand(2, 3, 64, 64)).shape == (2, 22)
