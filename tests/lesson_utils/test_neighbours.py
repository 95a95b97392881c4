"""Neighbours where geometry says who they are, and precision where counting does."""

import pytest
import torch

from lesson_utils.activations import activations
from lesson_utils.errors import LessonError
from lesson_utils.neighbours import Neighbours, features, nearest, precision_table
from lesson_utils.networks import alexnet
from lesson_world import datasets

LABELS = torch.tensor([0, 0, 1, 1])


@pytest.fixture(scope="module")
def network():
    return alexnet.mini(5, seed=1).eval()


@pytest.fixture(scope="module")
def samples():
    return datasets.base(6, seed=8)


def test_euclid_sees_length_and_cosine_does_not():
    vectors = torch.tensor([[1.0, 0.0], [10.0, 1.0], [1.0, 1.0], [0.0, 3.0]])
    assert nearest(vectors, LABELS, 1, "euclidean").rows[:, 0].tolist() == [2, 2, 0, 2]
    assert nearest(vectors, LABELS, 1, "cosine").rows[:, 0].tolist() == [1, 0, 1, 2]


def test_distances_are_right_and_grow():
    vectors = torch.randn(30, 7, generator=torch.Generator().manual_seed(0))
    found = nearest(vectors, torch.arange(30), 10, "euclidean")
    table = torch.cdist(vectors, vectors).fill_diagonal_(float("inf"))
    values, rows = table.topk(10, largest=False)
    assert torch.equal(found.rows, rows)
    torch.testing.assert_close(found.distances, values, rtol=1e-4, atol=1e-4)
    assert not (found.rows == torch.arange(30)[:, None]).any()


def test_equal_images_are_not_their_own_neighbours():
    vectors = torch.ones(4, 3)
    assert not (nearest(vectors, LABELS, 3).rows == torch.arange(4)[:, None]).any()


def test_precision_is_counted():
    rows = torch.tensor([[1, 2, 3], [0, 2, 3], [3, 0, 1], [0, 1, 2]])
    found = Neighbours(rows, torch.zeros(4, 3), LABELS, LABELS)
    assert found.hits[:, 0].tolist() == [True, True, True, False]
    assert found.precision_at(1) == 0.75
    assert found.precision_at(3) == pytest.approx(1 / 3)


def test_queries_from_outside():
    vectors = torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 0.2], [0.0, 2.0]])
    found = nearest(vectors, LABELS, 2, "euclidean", queries=torch.tensor([[1.0, 0.1]]))
    assert sorted(found.rows[0].tolist()) == [1, 2]
    with pytest.raises(LessonError, match="Klassen af dit billede"):
        found.precision_at(1)
    known = nearest(vectors, LABELS, 2, queries=vectors[:1], query_labels=LABELS[:1])
    assert known.rows[0, 0] in (0, 3)  # an image that is asked with is found, too


def test_features_are_flattened_answers(network, samples):
    answers = activations(network, samples.images, ["conv5"])["conv5"]
    torch.testing.assert_close(
        features(network, samples, "conv5", batch_size=4), answers.flatten(1), rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(
        features(network, samples, "conv5", pool=1), answers.mean((2, 3)), rtol=1e-4, atol=1e-5
    )
    assert features(network, samples, "fc7", pool=2).shape == (6, 256)
    assert torch.equal(features(network, samples, "pixels"), samples.images.flatten(1))


def test_the_table_has_a_row_for_each_layer(network):
    twins = datasets.twins(count=8, seed=3)
    table = precision_table({"a": network, "b": network}, twins, ("pixels", "conv1"), k=3)
    assert list(table.index) == ["pixels", "conv1"] and table["a"].equals(table["b"])
    by_hand = nearest(twins.images.flatten(1), twins.labels, 3).precision_at(3)
    assert table.loc["pixels", "a"] == pytest.approx(by_hand)


def test_wrong_questions_are_said(network, samples):
    with pytest.raises(LessonError, match="»cosine« eller »euclidean«"):
        nearest(torch.ones(4, 2), LABELS, 2, "manhattan")
    with pytest.raises(LessonError, match="3 mulige naboer, men du beder om 4"):
        nearest(torch.ones(4, 2), LABELS, 4)
    with pytest.raises(LessonError, match="vælg k mellem 1 og 2"):
        nearest(torch.ones(4, 2), LABELS, 2).precision_at(3)
    with pytest.raises(LessonError, match="Mente du »fc7«"):
        features(network, samples, "fc77")
