"""Colours and edges where one can see them, and pixels counted once of each kind."""

import pytest
import torch

from lesson_utils.dissection.concepts import COLOURS, KINDS, SIDES, colours, edges, known, shares
from lesson_world import datasets

CONCEPTS = known(datasets.base(1))


@pytest.fixture(scope="module")
def samples():
    return datasets.base(22, seed=6)


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0.9, 0.1, 0.1), "red"),
        ((0.95, 0.5, 0.1), "orange"),
        ((0.95, 0.9, 0.2), "yellow"),
        ((0.2, 0.7, 0.2), "green"),
        ((0.1, 0.8, 0.8), "cyan"),
        ((0.2, 0.2, 0.9), "blue"),
        ((0.6, 0.2, 0.8), "purple"),
        ((0.9, 0.1, 0.2), "red"),
        ((0.05, 0.05, 0.1), "black"),
        ((0.5, 0.5, 0.52), "grey"),
        ((0.95, 0.95, 0.9), "white"),
        ((0.95, 0.85, 0.8), "white"),  # pale for its lightness
        ((0.8, 0.7, 0.65), "grey"),
        ((0.2, 0.12, 0.12), "black"),
    ],
)
def test_colours_have_their_names(rgb, name):
    image = torch.tensor(rgb).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert (colours(image) == list(COLOURS).index(name) + 1).all()


@pytest.mark.parametrize("number", range(8))
def test_edges_know_their_lighter_side(number):
    """A step across the middle, lighter towards one of the eight directions of the compass."""
    angle = torch.tensor(number * torch.pi / 4)
    y, x = torch.meshgrid(torch.arange(31.0) - 15, torch.arange(31.0) - 15, indexing="ij")
    image = (x * angle.cos() - y * angle.sin() > 0).float().expand(1, 3, 31, 31)
    found = edges(image)[0]
    inner = found[5:-5, 5:-5]  # at the border the step goes on straight
    assert found[15, 15] == number + 1
    assert set(inner.unique().tolist()) == {0, number + 1}
    assert (found > 0).float().mean() < 0.25, "only along the step"
    compass = ["right", "up right", "up", "up left", "left", "down left", "down", "down right"]
    assert list(SIDES) == compass


def test_soft_shade_is_no_edge():
    assert not edges(torch.linspace(0, 1, 64).expand(1, 3, 64, 64)).any()


def test_each_pixel_counts_once_of_each_kind(samples):
    counts = shares(samples, 32)
    assert counts.shape == (22 * 32 * 32, len(CONCEPTS))
    for kind in KINDS:
        columns = [k for k, concept in enumerate(CONCEPTS) if concept.kind == kind]
        assert counts[:, columns].sum(1).max() <= 4  # pixels of a cell
    colour = [k for k, concept in enumerate(CONCEPTS) if concept.kind == "colour"]
    assert (counts[:, colour].sum(1) == 4).all(), "every pixel has a colour"


def test_counts_are_those_of_the_maps(samples):
    totals = dict(zip(CONCEPTS, shares(samples, 16).sum(0).tolist(), strict=True))
    for concept, total in totals.items():
        if concept.kind == "part":
            assert total == int(samples.mask(concept.name).sum())
        if concept.kind == "object":
            assert total == int(samples.object_mask(concept.name).sum())
        if concept.kind == "texture":
            assert total == int((samples.textures == samples.texture_names.index(concept.name)).sum())
    assert sum(totals.values()) > 0


def test_concepts_are_told_apart():
    assert len(set(CONCEPTS)) == len(CONCEPTS)
    assert not {"background", "occluder", "none"} & {concept.name for concept in CONCEPTS}
    assert {concept.kind for concept in CONCEPTS} == set(KINDS)
