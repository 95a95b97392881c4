"""A filter in all its places, what units are called, and how much they agree by layer."""

import pytest
import torch

from lesson_cells.motivation import experiments
from lesson_cells.motivation.experiments import FILTERS, slide
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet
from lesson_utils.weights import load_network
from lesson_world import datasets, render

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


SQUARE = torch.rand(3, 20, 20, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("change", experiments.CHANGES)
def test_a_photo_that_is_changed_by_nothing_is_the_photo(change):
    done, _, strengths = experiments.CHANGES[change]
    assert strengths[0] == 0 and torch.allclose(done(SQUARE, 0), SQUARE, atol=1e-5)
    assert done(SQUARE, strengths[-1]).shape == SQUARE.shape


def test_a_photo_moved_turned_darkened_and_covered():
    assert torch.equal(experiments.moved(SQUARE, 25)[:, :, 5:], SQUARE[:, :, :15])
    assert (experiments.moved(SQUARE, 25)[:, :, :5] == experiments.GREY).all()
    assert torch.allclose(experiments.turned(SQUARE, 90), SQUARE.rot90(1, (1, 2)), atol=1e-4)
    assert torch.allclose(experiments.CHANGES["mørkere"][0](SQUARE, 75), SQUARE / 4)
    assert (experiments.covered(SQUARE, 50)[:, :, :10] == experiments.GREY).all()
    assert torch.equal(experiments.covered(SQUARE, 50)[:, :, 10:], SQUARE[:, :, 10:])


class Light(torch.nn.Module):
    """It calls an image by how light it is: bright, grey or dark."""

    class_names = ("lys", "grå", "mørk", "a", "b", "c")

    def forward(self, images):
        light = images.mean((1, 2, 3))
        names = [-abs(light - level) for level in (1.0, 0.5, 0.0)]
        return 20 * torch.stack([*names, *[light * 0 - 2] * 3], 1)


def test_where_an_answer_tips():
    measured = experiments.changed_answers(Light(), torch.ones(3, 20, 20))
    other = measured[measured.name != "lys"].groupby("change").first()
    assert other.strength[["mørkere", "dækket"]].tolist() == [40, 60] and set(other.name) == {"grå"}
    at = experiments.tipped(torch.ones(3, 20, 20), measured)
    assert float(at["mørkere"].mean()) == pytest.approx(0.6) and set(at) == set(experiments.CHANGES)
    assert experiments.best(Light(), torch.ones(3, 4, 4), 2).keys() == {"lys", "grå"}


def test_drawings_that_get_a_fitting_name():
    network = load_network("googlenet")
    drawn = render(list(experiments.FITTING), 5, range(10), size=64)
    table = experiments.recognised(network, drawn)
    assert list(table.index) == ["banan", "æble", "ur", "kop", "kat"] and set(table.af) == {2}
    assert table["navnet passer"].sum() >= 8 and table["oftest kaldt"]["kop"] == "kop"
