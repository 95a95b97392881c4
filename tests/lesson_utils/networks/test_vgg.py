import pytest
import torch

from lesson_utils.errors import LessonError
from lesson_utils.networks import layer_table, vgg

TOTALS = {11: 132_863_336, 13: 133_047_848, 16: 138_357_544, 19: 143_667_240}


@pytest.mark.parametrize("depth", TOTALS)
def test_totals_and_depth(depth):
    network = vgg(depth, device="meta")
    table = layer_table(network)
    assert table["parameters"].sum() == TOTALS[depth]
    assert table["kind"].isin(["conv", "fc"]).sum() == depth == len(network.layer_names)


def test_where_the_parameters_of_vgg16_sit():
    table = layer_table(vgg(16, device="meta"))
    assert table.loc[table["kind"] == "conv", "parameters"].sum() == 14_714_688
    assert table.loc["fc6", "parameters"] == 102_764_544


def test_layers_are_named_by_block():
    names = vgg(16, device="meta").layer_names
    assert names[:4] == ["conv1_1", "conv1_2", "conv2_1", "conv2_2"]
    assert names[-6:] == ["conv5_1", "conv5_2", "conv5_3", "fc6", "fc7", "fc8"]


def test_each_block_halves_the_feature_maps():
    table = layer_table(vgg(19, device="meta"))
    assert table.loc[table["kind"] == "maxpool", "height"].tolist() == [112, 56, 28, 14, 7]
    assert set(table.loc[table["kind"] == "conv", "kernel"]) == {3}


def test_an_unknown_depth_is_said():
    with pytest.raises(LessonError, match="17 lag: vælg mellem 11, 13, 16 og 19"):
        vgg(17)


def test_mini_has_four_blocks_of_two_and_three_fc():
    network = vgg.mini(5)
    table = layer_table(network)
    assert table["kind"].tolist() == ["conv", "conv", "maxpool"] * 4 + ["fc"] * 3
    assert 400_000 <= layer_table(vgg.mini(22))["parameters"].sum() <= 2_000_000
    assert network(torch.rand(2, 3, 64, 64)).shape == (2, 5)
