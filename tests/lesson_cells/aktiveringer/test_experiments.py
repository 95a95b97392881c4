"""What lesson 05 asks of a network: closed forms, and parts that are known."""

import pytest
import torch

from lesson_cells.aktiveringer import experiments as inside
from lesson_utils import snapshots
from lesson_utils.dissection import dissect
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet
from lesson_utils.weights import load_network
from lesson_world import datasets


def test_smoothness_of_filters_that_one_can_work_out():
    board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(4, 4).expand(1, 3, 8, 8)
    stripes = torch.tensor([1.0, -1.0]).repeat(4).expand(1, 3, 8, 8)  # alike downwards, opposite sideways
    noise = torch.randn(200, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    assert inside.smoothness(torch.ones(2, 3, 5, 5)).tolist() == pytest.approx([1, 1])
    assert inside.smoothness(board).item() == pytest.approx(-1)
    assert inside.smoothness(stripes).item() == pytest.approx(0, abs=1e-6)
    assert inside.smoothness(noise).mean().abs() < 0.02
    assert torch.allclose(inside.smoothness(noise), inside.smoothness(7 * noise), atol=1e-6)


def test_trained_first_filters_are_smooth_and_fresh_ones_are_not():
    trained = inside.smoothness(inside.first_weights(load_network("alexnet"))).mean()
    fresh = inside.smoothness(inside.first_weights(alexnet.mini(22))).mean()
    assert trained > 0.5 > abs(fresh) + 0.4


def test_layers_are_spread_from_the_first_to_the_last():
    assert inside.spread_layers(alexnet.mini(22)) == ["conv1", "conv2", "conv3", "conv4", "conv5"]
    assert inside.spread_layers(alexnet.mini(22), 3) == ["conv1", "conv3", "conv5"]


def test_the_first_layer_turns_most_and_all_end_alike():
    alike = inside.likeness(snapshots.of("alexnet"))
    assert alike.iloc[-1].tolist() == pytest.approx([1] * 5, abs=1e-4)
    assert alike.iloc[0, 0] < 0.3 < alike.iloc[0, 1:].min()


def test_a_moment_is_another_network_and_leaves_the_trained_one():
    network = load_network("alexnet")
    before = inside.first_weights(network).clone()
    first = snapshots.of("alexnet")[0]
    earlier = inside.at_moment(network, first)
    assert torch.equal(inside.first_weights(earlier), first.tensors["layers.conv1.conv.weight"])
    assert torch.equal(inside.first_weights(network), before) and not earlier.training


def test_a_wheel_wakes_the_unit_that_looks_for_wheels():
    network = load_network("alexnet")
    found = dissect(network, datasets.base(110, seed=5), ["conv4"])
    layer, unit = inside.best_detector(found, "wheel")
    test = inside.put_in(network, found[layer], unit, "wheel", ["car", "bus"], seed=5, count=30)
    without, with_wheel = test.awake.sum(1).tolist()
    assert test.maps.shape[:2] == (2, 30) and with_wheel > without


def test_a_map_keeps_two_heaps_apart():
    heaps = torch.randn(40, 20, generator=torch.Generator().manual_seed(0))
    heaps[20:] += 20
    for method in ("pca", "tsne"):
        flat = inside.flat_map(heaps, method)
        gap = (flat[:20].mean(0) - flat[20:].mean(0)).norm()
        assert flat.shape == (40, 2) and gap > 2 * flat[:20].std(0).norm()
    with pytest.raises(LessonError, match="»umap«, men skal være »pca« eller »tsne«"):
        inside.flat_map(heaps, "umap")


def test_a_photo_that_is_in_the_set_is_its_own_nearest_neighbour():
    network, samples = load_network("alexnet"), datasets.base(44, seed=3)
    found = inside.photo_neighbours(network, samples.images[7], samples, ["pixels", "fc7"])
    assert list(found) == ["pixler,\neuklidisk", "pixler,\ncosinus", "fc7,\neuklidisk", "fc7,\ncosinus"]
    assert all(near.rows[0, 0] == 7 and near.distances[0, 0] < 1e-3 for near in found.values())


def test_the_last_maps_of_each_network_are_named_after_their_layer():
    networks = {"A": load_network("alexnet"), "G": load_network("googlenet")}
    maps = inside.last_maps(networks, torch.rand(3, 64, 64))
    assert {name: tuple(found.shape[1:]) for name, found in maps.items()} == {
        "A conv5": (8, 8),
        "G 4b": (4, 4),
    }
