"""What units want, against real images, parts and another network: units that look for one colour each."""

import runpy
from pathlib import Path

import torch
from torch import nn

from lesson_cells.rekonstruktion.experiments import units as asked_units
from lesson_utils.dissection import dissect
from lesson_utils.patches import strongest_places
from lesson_world import datasets

SAMPLES = datasets.base(22, seed=5)
BENCHMARK = runpy.run_path(str(Path(__file__).resolve().parents[3] / "benchmarks" / "filters.py"))


class Colours(nn.Module):
    """Three units: the image's red, green and blue, each less the other two."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 3, 1, bias=False)
        self.layer.weight.data = (2 * torch.eye(3) - 1).view(3, 3, 1, 1)

    def forward(self, images):
        return self.layer(images)


def pure(channel: int) -> torch.Tensor:
    image = torch.zeros(3, 64, 64)
    image[channel] = 1
    return image


def test_a_pure_colour_beats_every_real_image_and_a_grey_one_does_not():
    network = Colours().eval()
    places = strongest_places(network, SAMPLES, ["layer"], count=3)["layer"]
    images = torch.stack([pure(0), pure(1), torch.full((3, 64, 64), 0.5)])
    table = asked_units.against_real_images(network, images, "layer", [0, 1, 2], places)
    assert (table.own > table.best).tolist() == [True, True, False]
    assert table.own.tolist()[:2] == [1.0, 1.0]
    pieces = asked_units.pieces_of(SAMPLES, places, [0, 2])
    assert pieces.shape == (2, 3, 3, 64, 64)


def test_units_are_the_clearest_first_and_then_evenly_spread():
    found = dissect(Colours().eval(), SAMPLES, ["layer"])["layer"]
    assert sorted(asked_units.chosen_units(found, 3, 2)) == [0, 1, 2]
    first = asked_units.chosen_units(found, 2, 2)
    assert first[0] == found.detectors(0)[0]
    assert asked_units.best_part(found, first[0]).startswith(found.concept(first[0]).danish + ", IoU 0,")


def test_a_witness_sees_the_part_in_its_own_colour_only():
    network = Colours().eval()
    found = dissect(network, SAMPLES, ["layer"])["layer"]
    best = found.iou.argmax(0)  # the unit that each concept would call as a witness
    parts, images = [], []
    for unit in range(3):
        column = int((best == unit).nonzero()[0])
        parts.append(found.concepts[column].danish)
        images.append(pure(unit))
    table = BENCHMARK["seen_by_another"](torch.stack(images), parts, network, found, SAMPLES)
    assert table.seen.tolist() == [1.0, 1.0, 1.0]
    assert table.control.max() < 0.1
