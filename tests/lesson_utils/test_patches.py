"""The pieces of images to which units answer most: which, where, and that nothing else was seen."""

from dataclasses import replace

import pytest
import torch

from lesson_utils.activations import activations, extractor, sights_of
from lesson_utils.networks import alexnet, googlenet
from lesson_utils.patches import Places, clearest_units, patches, strongest_places
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
    return strongest_places(network, samples, LAYERS, count=4)


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
    places = Places("conv1", nothing, nothing, nothing, parts, torch.ones(3, 4), 9)
    assert places.agreement.tolist() == [0.75, 0.25, 0.0]
    assert places.main_parts.tolist() == [3, 4, 0]
    assert clearest_units(places, 5) == [0, 1]


def test_patches_are_cut_around_the_place(places, samples):
    found = places["conv1"]
    piece = patches(samples, found, unit=3, size=8)[0]
    row, y, x = (int(t[3, 0]) for t in (found.rows, found.down, found.right))
    assert torch.equal(piece[:, 4, 4], samples.images[row, :, y, x])


def test_what_lies_outside_the_image_is_white():
    corner = torch.tensor([[2]])
    places = Places("conv1", 0 * corner, corner, 3 * corner, 0 * corner, torch.ones(1, 1), 8)
    (piece,) = patches(torch.zeros(1, 3, 8, 8), places, unit=0)
    expected = torch.ones(3, 8, 8)
    expected[:, 2:, :6] = 0  # the place (2, 6) lies in the middle, at (4, 4)
    assert torch.equal(piece, expected)


def test_a_part_that_fills_much_of_the_field_counts_before_the_ground(samples):
    """One unit for each 8x8 pixels; in the brightest field, from (16, 24), 36 of 81 pixels show a part."""
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 1, 8, stride=8, bias=False))
    torch.nn.init.ones_(network[0].weight)
    images, parts = torch.zeros(1, 3, 64, 64), torch.zeros(1, 64, 64, dtype=torch.uint8)
    images[..., 16:24, 24:32] = 1
    parts[:, 16:25, 24:28] = 5
    one = replace(samples.take(slice(0, 1)), images=images, parts=parts)
    found = strongest_places(network, one, ["0"], count=1)["0"]
    assert (int(found.down), int(found.right), int(found.parts), found.window) == (20, 28, 5, 8)
    parts[:, 16:25, 24:26] = 0  # 18 are too few
    assert int(strongest_places(network, one, ["0"], count=1)["0"].parts) == 0


def test_of_units_that_agree_alike_the_stronger_is_shown():
    parts, nothing = torch.full((3, 4), 3), torch.zeros(3, 4, dtype=torch.int64)
    strengths = torch.tensor([1.0, 5.0, 2.0])[:, None].expand(3, 4)
    assert clearest_units(Places("conv1", nothing, nothing, nothing, parts, strengths, 9), 5) == [1]


def test_a_stream_of_small_batches_finds_the_same(network, samples, places):
    pieces = [samples.take(slice(0, 20)), samples.take(slice(20, 44))]
    for source in (samples, pieces):
        found = strongest_places(network, source, LAYERS, count=4, batch_size=9)
        for layer in LAYERS:
            torch.testing.assert_close(found[layer].strengths, places[layer].strengths, rtol=1e-4, atol=1e-5)
            assert (found[layer].rows == places[layer].rows).float().mean() > 0.99
            assert (found[layer].parts == places[layer].parts).float().mean() > 0.99


def test_images_without_known_parts_have_places_too(network, samples):
    found = strongest_places(network, samples.images, ["conv3"], count=4)["conv3"]
    assert not found.parts.any()
    assert patches(samples.images, found, unit=5).shape == (4, 3, 53, 53)


def test_fewer_images_than_places(network, samples):
    assert strongest_places(network, samples.images[:2], ["conv1", "fc7"])["fc7"].rows.shape == (256, 2)


@pytest.mark.parametrize(
    ("build", "layer"),
    [
        (alexnet.mini, "conv2"),
        (alexnet.mini, "conv4.pre"),
        (googlenet.mini, "conv2"),
        (googlenet.mini, "inception_3a"),
        (googlenet.mini, "inception_3a.conv3x3"),
        (googlenet.mini, "inception_4a.pre"),
    ],
)
def test_a_unit_sees_its_receptive_field_there_and_nothing_else(build, layer):
    """The gradient of one unit in the middle of the map reaches as far as its field, and the field is centred."""
    network = build(5, seed=2).eval()
    for module in network.modules():  # max pools pass the gradient on to one pixel; averages to all
        for name, child in module.named_children():
            if isinstance(child, torch.nn.MaxPool2d):
                pool = torch.nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode)
                setattr(module, name, pool)
            if isinstance(child, torch.nn.ReLU):
                setattr(module, name, torch.nn.Identity())
    seen = sights_of(network, [layer])[layer]
    images = torch.rand(1, 3, 256, 256, requires_grad=True)
    answers = extractor(network, [layer])(images)[layer]
    row = answers.shape[-1] // 2
    answers[0, :, row, row].pow(2).sum().backward()
    reached = images.grad[0].abs().sum((0, 1)).nonzero()[:, 0]
    first, last = int(reached.min()), int(reached.max())
    assert last - first + 1 == seen.size
    assert (first + last) / 2 == seen.middle + seen.jump * row


def test_inception_modules_have_places_too(samples):
    found = strongest_places(googlenet.mini(22).eval(), samples, ["inception_3a"], count=2)
    assert found["inception_3a"].down.max() < 64
