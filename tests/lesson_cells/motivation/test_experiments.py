"""A filter in all its places, what units are called, and how much they agree by layer."""

import pytest
import torch

from lesson_cells.motivation import experiments
from lesson_cells.motivation.experiments import FILTERS, slide
from lesson_utils.errors import LessonError
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
    return experiments.strongest_places(network, samples, LAYERS, count=4)


def test_units_in_words_name_part_and_count(places, samples):
    rows = experiments.units_in_words(places["conv5"], samples, size=20, count=3)
    assert 1 <= len(rows) <= 3
    for text, pieces in rows.items():
        assert text.startswith("enhed ") and text.endswith("af 4")
        assert pieces.shape == (4, 3, 20, 20)


def test_agreement_by_layer_has_a_row_for_each_layer(network, samples):
    table = experiments.agreement_by_layer({"a": network, "b": network}, samples, LAYERS)
    assert list(table.index) == LAYERS and table["a"].equals(table["b"])
    assert table.min().min() >= 0 and table.max().max() <= 1


def test_the_edge_filters_answer_at_their_edges_alone():
    image = torch.tensor([[0.0, 0, 0, 1, 1, 1]] * 5)
    kernel, answers = slide(image, FILTERS["lodret kant"])
    assert kernel.tolist() == FILTERS["lodret kant"] and answers.tolist() == [[0, 3, 3, 0]] * 3
    assert slide(image.T, FILTERS["lodret kant"])[1].abs().max() == 0
    assert slide(image.T, FILTERS["vandret kant"])[1].T.tolist() == [[0, 3, 3, 0]] * 3


def test_the_filter_is_not_turned_round():
    assert slide(torch.arange(9.0).view(3, 3), [[1, 0], [0, 0]])[1].tolist() == [[0, 1], [3, 4]]


@pytest.mark.parametrize(
    ("name", "value"),
    [("lodret kant", 0), ("vandret kant", 0), ("sløring", 0.5), ("skarphed", 0.5), ("lyse pletter", 0)],
)
def test_what_a_filter_answers_where_all_is_even(name, value):
    kernel, answers = slide(torch.full((4, 4), 0.5), FILTERS[name])
    assert kernel.shape == (3, 3) and torch.allclose(answers, torch.full((2, 2), float(value)), atol=1e-6)


@pytest.mark.parametrize("numbers", [[], [[1, 2, 3]], [[1, 2], [3]]])
def test_a_filter_must_be_square(numbers):
    with pytest.raises(LessonError, match="kvadratisk"):
        slide(torch.zeros(4, 4), numbers)
