"""What training changed, on networks whose answers are known beforehand."""

import pandas as pd
import pytest
import torch

from lesson_utils import selectivity as training_effect
from lesson_utils.networks import alexnet, googlenet, layer_table, vgg
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
    assert training_effect._choosiness(alone, labels) == pytest.approx(4)
    assert training_effect._choosiness(same, labels) == pytest.approx(1)
    dead = torch.zeros(20, 1)
    assert training_effect._choosiness(torch.cat([same, dead], 1), labels) == pytest.approx(1)


def test_training_makes_late_channels_choosy(world):
    trained = load_network("alexnet")
    table = training_effect.selectivity({"a": trained, "b": alexnet.mini(22).eval()}, world, CONV)
    assert list(table.index) == CONV and list(table.columns) == ["a", "b"]
    assert table.a["conv5"] > 1.5 * table.a["conv1"]
    assert table.b["conv5"] < 0.7 * table.a["conv5"]


def test_the_telling_channel_prefers_the_class(world):
    network = load_network("alexnet")
    car = int(world.labels[9])
    found = training_effect.telling_maps(network, world.images[9], car, world, CONV)
    late = found["conv5"]
    assert late.map.shape == (8, 8) and late.times > found["conv1"].times > 1
    other = training_effect.telling_maps(network, world.images[9], (car + 1) % 22, world, CONV)
    assert other["conv5"].channel != late.channel


def test_a_trained_auxiliary_classifier_answers_almost_as_well_as_the_network(world):
    shares = training_effect.head_accuracies(load_network("googlenet"), world)
    assert list(shares.index) == ["inception_4a", "fc"] and shares.min() > 0.85
    fresh = training_effect.head_accuracies(googlenet.mini(22, seed=1).eval(), world)
    assert fresh.max() < 0.3, "untrained heads guess"


def test_where_the_blocks_of_vgg_end():
    ends = training_effect.before_pools(vgg(16, device="meta"))
    assert ends == ["conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"]


def test_the_minis_side_by_side():
    table = training_effect.minis_compared({"alexnet": layer_table(alexnet.mini(22, device="meta"))})
    row = table.loc["MiniAlexNet"]
    assert (row["conv-lag"], row["parametre"]) == (5, 1_719_494)
    assert isinstance(table, pd.DataFrame) and row["rigtige"].endswith("%")
