"""What training changed, on networks whose answers are known beforehand."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from lesson_utils.networks import alexnet
from lesson_utils.selectivity import _choosiness, selectivity, telling_maps
from lesson_utils.weights import load_network
from lesson_world import datasets

CONV = ["conv1", "conv5"]


@pytest.fixture(scope="module")
def world():
    return datasets.base(66, seed=7)


def test_a_channel_that_answers_one_class_alone_is_as_choosy_as_there_are_classes():
    labels = torch.arange(4).repeat(5)
    alone = (labels == 2).float()[:, None]
    same = torch.ones(20, 1)
    assert _choosiness(alone, labels) == pytest.approx(4)
    assert _choosiness(same, labels) == pytest.approx(1)
    assert _choosiness(torch.cat([alone, same, same], 1), labels) == pytest.approx(1), (
        "the median of channels"
    )
    dead = torch.zeros(20, 1)
    assert _choosiness(torch.cat([same, dead], 1), labels) == pytest.approx(1)


def test_training_makes_late_channels_choosy(world):
    trained = load_network("alexnet")
    table = selectivity({"a": trained, "b": alexnet.mini(22).eval()}, world, CONV)
    assert list(table.index) == CONV and list(table.columns) == ["a", "b"]
    assert table.a["conv5"] > 1.5 * table.a["conv1"]
    assert table.b["conv5"] < 0.7 * table.a["conv5"]


def test_the_telling_channel_prefers_the_class(world):
    network = load_network("alexnet")
    car = int(world.labels[9])
    found = telling_maps(network, world.images[9], car, world, CONV)
    late = found["conv5"]
    assert late.map.shape == (8, 8) and late.times > found["conv1"].times > 1
    other = telling_maps(network, world.images[9], (car + 1) % 22, world, CONV)
    assert other["conv5"].channel != late.channel


def test_a_channel_that_is_silent_in_the_image_tells_nothing_there(world):
    """Red tells class 0 best, but the image that is shown has none."""
    network = nn.Sequential(nn.Conv2d(3, 3, 1, bias=False), nn.ReLU())
    network[0].weight.data = torch.eye(3)[:, :, None, None]
    images = torch.zeros(4, 3, 2, 2)
    images[0, 0], images[1:, 2] = 1.0, 0.5
    samples = replace(world.take(slice(0, 4)), images=images, labels=torch.tensor([0, 0, 1, 1]))
    first, second = (telling_maps(network, image, 0, samples, ["1"])["1"] for image in images[:2])
    assert (first.channel, first.times) == (0, 2)
    assert second.channel == 2 and second.times == pytest.approx(2 / 3)
    assert torch.equal(second.map, images[1, 2])
