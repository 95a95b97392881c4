"""Dissections of networks whose units were made to see something known."""

import pytest
import torch
from torch import nn

from lesson_utils.activations import activations
from lesson_utils.dissection import dissect, measuring, unit_masks, unit_thresholds
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet
from lesson_utils.networks.arithmetic import Sight
from lesson_world import datasets


class Painted(nn.Module):
    """Answers with the three colours of the image, so that a test can paint what a unit sees."""

    def __init__(self):
        super().__init__()
        self.eyes = nn.Conv2d(3, 3, 1, bias=False)
        self.eyes.weight.data = torch.eye(3)[:, :, None, None]

    def forward(self, images):
        return self.eyes(images)


@pytest.fixture(scope="module")
def samples():
    return datasets.base(66, seed=9)


@pytest.fixture(scope="module")
def painted(samples):
    """Channel 0 is strong on wheels, 1 on fur, 2 anywhere."""
    generator = torch.Generator().manual_seed(0)
    images = 0.4 * torch.rand(samples.images.shape, generator=generator)
    images[:, 0] += 0.5 * samples.mask("wheel")
    images[:, 1] += 0.5 * (samples.textures == samples.texture_names.index("fur"))
    return type(samples)(**{**vars(samples), "images": images})


def test_a_unit_gets_the_concept_that_it_was_made_for(painted, samples):
    share = float(samples.mask("wheel").float().mean())
    found = dissect(Painted(), painted, ["eyes"], quantile=1 - share, cells=64)["eyes"]
    assert (found.concept(0).kind, found.concept(0).name) == ("part", "wheel")
    assert found.best_iou[0] > 0.95
    assert found.best_iou[2] < 0.1, "noise sees nothing"
    fur = float((samples.textures == 2).float().mean())
    found = dissect(Painted(), painted, ["eyes"], quantile=1 - fur)["eyes"]
    assert found.concept(1).danish == "pels" and found.best_iou[1] > 0.7
    assert found.units_for("pels", 1) == [1]


def test_iou_is_what_counting_pixels_gives(painted):
    found = dissect(Painted(), painted, ["eyes"], quantile=0.97, cells=64)["eyes"]
    for unit in range(3):
        sees = painted.images[:, unit] > found.thresholds[unit]
        for k, concept in enumerate(found.concepts):
            if concept.kind == "part" and concept.name in ("wheel", "eye", "window"):
                there = painted.mask(concept.name)
                assert float(found.iou[unit, k]) == pytest.approx(
                    float((sees & there).sum() / (sees | there).sum()), abs=1e-6
                )


def test_a_coarser_grid_counts_the_same_pixels(painted, samples):
    share = 1 - float(samples.mask("wheel").float().mean())
    fine, coarse = (dissect(Painted(), painted, ["eyes"], share, cells)["eyes"] for cells in (64, 32))
    assert float(coarse.iou[0].max()) == pytest.approx(float(fine.iou[0].max()), abs=0.2)
    assert float(coarse.seen.sum(0)[0] / fine.seen.sum(0)[0]) == pytest.approx(1, abs=0.2)


def test_thresholds_are_exceeded_in_their_share_of_places(samples):
    network = alexnet.mini(22, seed=1).eval()
    limits = unit_thresholds(network, samples, ["conv2", "conv5"], 0.95)
    for layer, answers in activations(network, samples.images, ["conv2", "conv5"]).items():
        above = (answers > limits[layer][:, None, None]).float().mean((0, 2, 3))
        lively = limits[layer] > 1e-6
        torch.testing.assert_close(above[lively], torch.full_like(above[lively], 0.05), atol=0.01, rtol=0)


def test_batches_and_pieces_do_not_matter(samples):
    network = alexnet.mini(22, seed=1).eval()
    whole = dissect(network, samples, ["conv3"], batch_size=66)["conv3"]
    pieces = [samples.take(slice(0, 40)), samples.take(slice(40, 66))]
    parts = dissect(network, pieces, ["conv3"], batch_size=20)["conv3"]
    torch.testing.assert_close(parts.iou, whole.iou, atol=1e-3, rtol=1e-2)
    assert whole.images == parts.images == 66
    assert len(whole.hits) == 7, "ten images that follow each other are one group of the bootstrap"
    assert whole.hits.shape == parts.hits.shape and (parts.seen == whole.seen).float().mean() > 0.9
    torch.testing.assert_close(whole.hits.sum(0) / whole.seen.sum(0), whole.best_iou)


def test_answers_lie_where_their_units_look():
    """A map that holds its own units' places, laid on the grid, gives each cell's place."""
    seen = Sight(size=9, jump=4, middle=2.0)
    places = 2.0 + 4 * torch.arange(15.0)
    answers = places.expand(1, 1, 15, 15)
    grown = measuring._on_grid(answers, seen, side=64, cells=32)[0, 0]
    cells = torch.arange(32) * 2 + 0.5
    inside = (cells >= 2) & (cells <= 58)
    torch.testing.assert_close(grown[5, inside], cells[inside])
    assert grown[5, 0] == 2 and grown[5, 31] == 58  # beyond the last unit its answer holds


def test_the_mask_of_an_image_is_that_of_the_dissection(painted):
    found = dissect(Painted(), painted, ["eyes"], quantile=0.97, cells=64)["eyes"]
    mask = unit_masks(Painted(), painted.images[:5], found, 1)
    assert torch.equal(mask, painted.images[:5, 1] > found.thresholds[1])
    network = alexnet.mini(22, seed=1).eval()
    found = dissect(network, painted, ["conv5"])["conv5"]
    assert unit_masks(network, painted.images, found, 3).shape == (66, 64, 64)


def test_wrong_questions_are_said(samples):
    network = alexnet.mini(22, seed=1).eval()
    with pytest.raises(LessonError, match="kendte dele"):
        dissect(network, samples.images, ["conv1"])
    with pytest.raises(LessonError, match="»fc7« har ingen feature maps"):
        dissect(network, samples, ["fc7"])
    with pytest.raises(LessonError, match="mellem 0 og 1"):
        dissect(network, samples, ["conv1"], quantile=99)
    with pytest.raises(LessonError, match="Mente du »conv5"):
        dissect(network, samples, ["conv55"])
