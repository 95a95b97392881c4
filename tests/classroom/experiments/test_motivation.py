"""Where units answer most, what is there, and images drawn from the output layer."""

import pytest
import torch

from lesson_utils.activations import activations
from lesson_utils.classroom.experiments import motivation
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet, googlenet
from lesson_utils.world import datasets

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


@pytest.mark.parametrize("layer", LAYERS)
def test_the_places_are_the_strongest(layer, places, network, samples):
    found = places[layer]
    peaks = activations(network, samples.images, [layer])[layer].amax((2, 3))
    assert torch.equal(found.strengths.T, peaks.topk(4, dim=0).values)
    assert torch.equal(found.rows.T, peaks.topk(4, dim=0).indices)
    assert found.window == {"conv1": 9, "conv3": 53, "conv5": 64}[layer]


def test_the_place_is_where_the_unit_looks(network, samples, places):
    """Painting over the image around the place changes the answer of the first layer; elsewhere it does not."""
    found, unit = places["conv1"], 7
    row, y, x = (int(t[unit, 0]) for t in (found.rows, found.down, found.right))
    image = samples.images[row].clone()
    before = activations(network, image[None], ["conv1"])["conv1"][0, unit, y // 2, x // 2]
    assert before == pytest.approx(float(found.strengths[unit, 0]), rel=1e-5)
    away = torch.full_like(image, 0.5)
    around = slice(max(y - 4, 0), y + 5), slice(max(x - 4, 0), x + 5)
    away[:, around[0], around[1]] = image[:, around[0], around[1]]
    after = activations(network, away[None], ["conv1"])["conv1"][0, unit, y // 2, x // 2]
    assert after == pytest.approx(float(before), rel=1e-4)


def test_the_part_is_the_one_that_is_drawn_there(places, samples):
    found = places["conv1"]
    for unit in range(10):
        row, y, x = (int(t[unit, 0]) for t in (found.rows, found.down, found.right))
        near = samples.parts[row, max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        assert int(found.parts[unit, 0]) in near.unique().tolist()


def test_agreement_counts_parts_and_not_the_background():
    parts = torch.tensor([[3, 3, 3, 5], [0, 0, 0, 4], [0, 0, 0, 0]])
    nothing = torch.zeros(3, 4, dtype=torch.int64)
    places = motivation.Places("conv1", nothing, nothing, nothing, parts, torch.ones(3, 4), 9)
    assert places.agreement.tolist() == [0.75, 0.25, 0.0]
    assert places.main_parts.tolist() == [3, 4, 0]
    assert motivation.clearest_units(places, 5) == [0, 1]


def test_units_in_words_name_part_and_count(places, samples):
    rows = motivation.units_in_words(places["conv5"], samples, size=20, count=3)
    assert 1 <= len(rows) <= 3
    for text, pieces in rows:
        assert text.startswith("enhed ") and text.endswith("af 4")
        assert pieces.shape == (4, 3, 20, 20)


def test_patches_are_cut_around_the_place(places, samples):
    found = places["conv1"]
    piece = motivation.patches(samples, found, unit=3, size=8)[0]
    row, y, x = (int(t[3, 0]) for t in (found.rows, found.down, found.right))
    assert torch.equal(piece[:, 4, 4], samples.images[row, :, y, x])


def test_class_images_climb(network):
    few, many = (motivation.class_images(network, [2, 19], steps=steps, seed=3) for steps in (1, 12))
    assert few.shape == (2, 3, 64, 64) and many.min() >= 0 and many.max() <= 1
    with torch.no_grad():
        low, high = (network(images)[[0, 1], [2, 19]] for images in (few, many))
    assert (high > low).all()
    assert torch.equal(many, motivation.class_images(network, [2, 19], steps=12, seed=3))


def test_the_twin_has_the_shape_and_none_of_the_weights(network):
    twin = motivation.random_twin(network, seed=4)
    assert twin.layer_names == network.layer_names
    assert not torch.equal(twin.layers.conv1.conv.weight, network.layers.conv1.conv.weight)
    assert torch.equal(
        twin.layers.conv1.conv.weight, motivation.random_twin(network, seed=4).layers.conv1.conv.weight
    )


def test_agreement_by_layer_has_a_row_for_each_layer(network, samples):
    table = motivation.agreement_by_layer({"a": network, "b": network}, samples, LAYERS)
    assert list(table.index) == LAYERS and table["a"].equals(table["b"])
    assert table.min().min() >= 0 and table.max().max() <= 1


def test_inception_modules_have_places_too(samples):
    found = motivation.strongest_places(googlenet.mini(22).eval(), samples, ["inception_3a"], count=2)
    assert found["inception_3a"].down.max() < 64


def test_a_network_with_other_classes_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(motivation, "load_network", lambda name: alexnet.mini(5).eval())
    with pytest.raises(LessonError, match="22 klasser"):
        motivation.world_network("min fil")
