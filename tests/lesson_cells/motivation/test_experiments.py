"""What units are called, how much they agree by layer, and images drawn from the output layer."""

import pytest
import torch

from lesson_cells.motivation import experiments as motivation
from lesson_utils.networks import alexnet
from lesson_world import datasets

LAYERS = ["conv1", "conv3", "conv5"]


@pytest.fixture(scope="module")
def network():
    return alexnet.mini(22, seed=1).eval()


@pytest.fixture(scope="module")
def samples():
    return datasets.base(44, seed=5)


@pytest.fixture(scope="module")
def places(network, samples):
    return motivation.strongest_places(network, samples, LAYERS, count=4)


def test_units_in_words_name_part_and_count(places, samples):
    rows = motivation.units_in_words(places["conv5"], samples, size=20, count=3)
    assert 1 <= len(rows) <= 3
    for text, pieces in rows:
        assert text.startswith("enhed ") and text.endswith("af 4")
        assert pieces.shape == (4, 3, 20, 20)


def test_class_images_climb(network):
    few, many = (motivation.class_images(network, [2, 19], steps=steps, seed=3) for steps in (1, 12))
    assert few.shape == (2, 3, 64, 64) and many.min() >= 0 and many.max() <= 1
    with torch.no_grad():
        low, high = (network(images)[[0, 1], [2, 19]] for images in (few, many))
    assert (high > low).all()
    assert torch.equal(many, motivation.class_images(network, [2, 19], steps=12, seed=3))


def test_agreement_by_layer_has_a_row_for_each_layer(network, samples):
    table = motivation.agreement_by_layer({"a": network, "b": network}, samples, LAYERS)
    assert list(table.index) == LAYERS and table["a"].equals(table["b"])
    assert table.min().min() >= 0 and table.max().max() <= 1
