"""What is said of a dissection, counted by hand, and how sure it is."""

import pytest
import torch

from lesson_utils.dissection import Concept, Dissection, by_layer, dissect
from lesson_utils.errors import LessonError
from lesson_utils.networks import random_twin
from lesson_utils.networks.arithmetic import Sight
from lesson_utils.weights import load_network
from lesson_world import datasets

CONCEPTS = [
    Concept("part", "wheel", "hjul"),
    Concept("texture", "fur", "pels"),
    Concept("object", "car", "bil"),
]
IOU = torch.tensor([[0.5, 0.0, 0.4], [0.0, 0.2, 0.0], [0.3, 0.0, 0.1], [0.01, 0.02, 0.0]])


def dissection(groups: int = 50, spread: float = 0.3) -> Dissection:
    """Groups whose intersections vary about the IoU."""
    generator = torch.Generator().manual_seed(3)
    noise = 1 + spread * torch.randn(groups, 4, generator=generator)
    best = IOU.amax(1)
    hits = 1000 * best * (noise / noise.mean(0))
    return Dissection(
        "conv5",
        CONCEPTS,
        torch.zeros(4),
        IOU,
        hits,
        torch.full((groups, 4), 1000.0),
        groups,
        Sight(9, 2, 0.0),
    )


def test_detectors_coverage_and_unique_concepts():
    found = dissection()
    assert found.detectors(0.1) == [0, 2, 1]
    assert found.interval("coverage", 0.1).value == 0.75 and found.interval("coverage", 0.25).value == 0.5
    assert found.interval("unique", 0.1).value == 2
    assert found.concept(1).name == "fur"


def test_units_for_a_concept_in_both_languages():
    found = dissection()
    assert found.units_for("wheel", 2) == found.units_for("hjul", 2) == [0, 2]
    assert found.units_for("bil", 1, kind="object") == [0]
    with pytest.raises(LessonError, match="Mente du »hjul«"):
        found.units_for("hjuls")
    with pytest.raises(LessonError, match="intet begreb »bil«"):
        found.units_for("bil", kind="part")


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    """Bootstrap of a plain mean: 1.96 standard errors to each side."""
    value, low, high = dissection(groups=400).interval("mean", draws=4000)
    found = dissection(groups=400)
    error = (found.hits / found.seen).mean(1).std() / 400**0.5
    assert value == pytest.approx(0.2550, abs=1e-4)
    assert high - low == pytest.approx(2 * 1.96 * float(error), rel=0.1)
    assert (low + high) / 2 == pytest.approx(value, abs=float(error))


def test_more_images_are_surer_and_seeds_repeat():
    few, many = (dissection(groups).interval() for groups in (10, 1000))
    assert many.high - many.low < (few.high - few.low) / 3
    assert dissection().interval(seed=4) == dissection().interval(seed=4) != dissection().interval(seed=5)


def test_intervals_of_counts():
    assert dissection(spread=0.0).interval("coverage") == (0.75, 0.75, 0.75)
    assert dissection(spread=0.0).interval("unique") == (2, 2, 2)
    with pytest.raises(LessonError, match="en af »mean«, »coverage«, »unique«, »edge«"):
        dissection().interval("median")


@pytest.fixture(scope="module")
def table():
    network, samples = load_network("alexnet"), datasets.base(132, seed=datasets.TEST)
    layers = ["conv1", "conv3", "conv5"]
    found = {
        "trained": dissect(network, samples, layers),
        "random": dissect(random_twin(network), samples, layers),
    }
    return by_layer(found)


def test_training_finds_more_than_chance_and_depth_more_still(table):
    """The course's own network: each trained layer above its twin, and conv5 above all."""
    mean = table.pivot(index="layer", columns="network", values=["mean", "mean_low", "mean_high"])
    assert (mean["mean_low"]["trained"] > mean["mean_high"]["random"]).all()
    assert mean["mean"]["trained"].idxmax() == "conv5"


def test_edges_come_first_and_objects_last(table):
    trained = table[table.network == "trained"].set_index("layer")
    assert trained.edge["conv1"] > trained.edge["conv3"] + 0.1
    assert trained.object["conv5"] > trained.object["conv1"] + 0.1
    kinds = trained[["edge", "colour", "background", "texture", "part", "object"]].sum(axis=1)
    assert kinds.tolist() == pytest.approx(trained.coverage.tolist())
    assert trained.object_low["conv5"] <= trained.object["conv5"] <= trained.object_high["conv5"]
    assert trained.object_low["conv5"] < trained.object_high["conv5"]
