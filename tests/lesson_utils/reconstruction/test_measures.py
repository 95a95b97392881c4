"""Numbers for reconstructions, against values that are known."""

import pytest
import torch
from torch import nn

from lesson_utils.networks import alexnet
from lesson_utils.reconstruction import comparison, feature_errors, probabilities, psnr


def test_psnr_of_a_known_difference():
    picture = torch.full((2, 3, 4, 4), 0.5)
    other = picture.clone()
    other[0] += 0.1
    other[1] += 0.01
    assert psnr(other, picture).tolist() == pytest.approx([20.0, 40.0], abs=1e-3)
    assert psnr(picture, picture).isinf().all()


def test_feature_errors_are_zero_for_the_picture_itself_and_relative():
    network = alexnet.mini(4).eval()
    picture = torch.rand(2, 3, 64, 64)
    assert feature_errors(network, picture, picture, ["conv1", "fc7"])["fc7"].tolist() == [0, 0]
    errors = feature_errors(network, picture.flip(3), picture, ["conv1"])["conv1"]
    assert (errors > 0.05).all()


def test_a_feature_error_is_relative_to_the_pictures_own_answer():
    linear, picture = nn.Conv2d(3, 4, 3, bias=False), torch.rand(2, 3, 8, 8)
    alone = nn.Sequential(linear)
    assert feature_errors(alone, 0 * picture, picture, ["0"])["0"].tolist() == pytest.approx([1, 1])
    assert comparison(alone, {"0": picture / 2}, picture).feature_error.tolist() == pytest.approx(
        [0.25, 0.25]
    )


def test_a_comparison_has_a_row_for_each_layer_and_picture():
    network = alexnet.mini(4).eval()
    pictures = torch.rand(2, 3, 64, 64)
    table = comparison(network, {"conv1": pictures, "fc7": pictures * 0.9}, pictures, ["a", "b"])
    assert list(table.layer) == ["conv1", "conv1", "fc7", "fc7"] and list(table.picture) == ["a", "b"] * 2
    assert (table.feature_error[:2] == 0).all() and table.psnr[2:].between(20, 30).all()


def test_probabilities_are_those_of_a_network_at_rest():
    network = alexnet.mini(4).train()
    found = probabilities(network, torch.rand(3, 3, 64, 64))
    assert found.shape == (3, 4) and found.sum(1).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert network.training
