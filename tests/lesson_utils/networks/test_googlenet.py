import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lesson_utils.networks import googlenet, layer_table
from lesson_utils.networks.network import TrainingOutput

# table 1 computed, without biases, in units of K = 1024 (weights) and of a million (multiply-adds)
WEIGHTS = {
    "3a": 159.5,
    "3b": 379,
    "4a": 367,
    "4b": 438,
    "4c": 498,
    "4d": 591,
    "4e": 847,
    "5a": 1018,
    "5b": 1409,
}
MULTIPLY_ADDS = {
    "3a": 128,
    "3b": 304,
    "4a": 74,
    "4b": 88,
    "4c": 100,
    "4d": 119,
    "4e": 170,
    "5a": 51,
    "5b": 71,
}


@pytest.fixture(scope="module")
def network():
    return googlenet(device="meta")


@pytest.fixture(scope="module")
def table(network):
    return layer_table(network)


def test_totals_with_and_without_auxiliary_classifiers(network):
    assert sum(p.numel() for p in network.parameters()) == 13_378_280
    assert sum(p.numel() for p in googlenet(auxiliary=False, device="meta").parameters()) == 6_998_552


@pytest.mark.parametrize("module", WEIGHTS)
def test_weights_and_multiply_adds_of_each_module(network, table, module):
    name = f"inception_{module}"
    weights = sum(p.numel() for p in network.layers.get_submodule(name).parameters() if p.dim() > 1)
    assert weights / 1024 == pytest.approx(WEIGHTS[module], abs=0.6)
    assert table.loc[name, "multiply_adds"] / 1e6 == pytest.approx(MULTIPLY_ADDS[module], abs=0.6)


def test_the_stem(table):
    assert table.loc["conv1", "multiply_adds"] == 118_013_952
    assert table.loc["conv1", "parameters"] - 64 == 9_408
    assert table.loc[["conv2_reduce", "conv2"], "multiply_adds"].sum() == 359_661_568
    assert table.loc[["conv2_reduce", "conv2"], "parameters"].sum() - 64 - 192 == 114_688


def test_sizes_follow_table_1(table):
    pools = table[table["kind"] == "maxpool"]
    assert pools["height"].tolist() == [56, 28, 14, 7]
    outputs = table.loc[table["kind"] == "inception", "channels"].tolist()
    assert outputs == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert table.loc["fc", "parameters"] == 1_025_000


def test_the_5x5_branch_is_a_true_5x5(network):
    assert network.layers.inception_3a.conv5x5.conv.kernel_size == (5, 5)


def test_each_auxiliary_classifier_is_the_papers(network):
    for name, channels in (("inception_4a", 512), ("inception_4d", 528)):
        head = network.auxiliary[name]
        assert (head.pool.kernel_size, head.pool.stride) == (5, 3)
        assert (head.conv.conv.in_channels, head.conv.conv.out_channels) == (channels, 128)
        assert (head.fc1.linear.in_features, head.fc1.linear.out_features) == (128 * 4 * 4, 1024)
        assert head.drop.p == 0.7


def test_an_inception_module_joins_its_branches():
    module = googlenet.mini(3).layers.inception_3a.eval()
    x = torch.rand(2, 96, 8, 8)
    with torch.no_grad():
        joined = module(x)
        assert torch.equal(joined[:, :32], module.conv1x1(x))
        assert torch.equal(joined[:, 32:80], module.conv3x3(module.reduce3x3(x)))
        assert torch.equal(joined[:, 80:96], module.conv5x5(module.reduce5x5(x)))
        assert torch.equal(joined[:, 96:], module.pool_proj(module.pool(x)))


def test_auxiliary_classifiers_run_in_training_only_and_count_0_3():
    network, images, labels = googlenet.mini(4), torch.rand(3, 3, 64, 64), torch.tensor([0, 1, 2])
    output = network.train()(images)
    assert isinstance(output, TrainingOutput)
    expected = F.cross_entropy(output.logits, labels) + 0.3 * F.cross_entropy(
        output.auxiliary["inception_4a"], labels
    )
    torch.testing.assert_close(network.loss(output, labels), expected)
    answer = network.eval()(images)
    assert answer.shape == (3, 4)
    torch.testing.assert_close(network.loss(answer, labels), F.cross_entropy(answer, labels))


def test_the_auxiliary_loss_reaches_no_layer_behind_it():
    network = googlenet.mini(4).train()
    output = network(torch.rand(3, 3, 64, 64))
    F.cross_entropy(output.auxiliary["inception_4a"], torch.tensor([0, 1, 2])).backward()
    assert network.layers.conv1.conv.weight.grad.abs().sum() > 0
    assert network.layers.inception_4b.conv1x1.conv.weight.grad is None


def test_mini():
    network = googlenet.mini(22)
    table = layer_table(network)
    assert table.index[table["kind"] == "inception"].tolist() == [
        f"inception_{m}" for m in ("3a", "3b", "4a", "4b")
    ]
    assert 0.35e6 <= sum(p.numel() for p in network.parameters()) <= 2e6
    assert list(network.auxiliary) == ["inception_4a"]
    assert not any(isinstance(m, nn.ReLU) and m.inplace for m in network.modules())
