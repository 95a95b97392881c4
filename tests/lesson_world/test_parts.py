"""Every class has the part that tells it from others, and the maps fit the drawing."""

import pytest
import torch

from lesson_world import THINGS, render
from lesson_world.names import BACKGROUNDS, PARTS, TEXTURES

CLEAN = dict(pose=0.0, occlusion=0.0, camera=0.0, background="landscape")


def test_there_are_37_things_with_danish_names_of_their_own():
    assert len(THINGS) == 37
    assert len({thing.danish for thing in THINGS.values()}) == 37
    for names in (PARTS, TEXTURES, BACKGROUNDS):
        assert len(set(names.values())) == len(names) < 256


@pytest.mark.parametrize("name", THINGS)
def test_the_characteristic_part_is_in_every_drawing(name):
    sign = render([name], 1, range(12), occlusion=0.0).mask(THINGS[name].sign)
    assert sign.flatten(1).sum(1).min() >= 8


@pytest.mark.parametrize("name", THINGS)
def test_a_part_is_where_the_image_changes_without_it(name):
    """Leave the part out: its pixels change, and hardly any other does.

    The disc of a spoked wheel belongs to the wheel although one sees through it; and a part may be
    missed by some pixels at its points and sides, where it covers less than half of each.
    """
    sign = THINGS[name].sign
    whole, lacking = render([name], 2, range(4), **CLEAN), render([name], 2, range(4), omit=[sign], **CLEAN)
    part = whole.mask(sign)
    changed = (whole.images - lacking.images).abs().amax(1) > 0.02
    assert not lacking.mask(sign).any()
    assert changed[part].float().mean() > (0.35 if name == "bicycle" else 0.85)
    near = torch.nn.functional.max_pool2d(part.float()[:, None], 5, 1, 2)[:, 0] > 0
    assert (changed & ~near).sum() <= 0.05 * part.sum()


def test_the_maps_agree_with_each_other():
    samples = render(list(THINGS), 5, range(74))
    thing = samples.parts > 0
    assert torch.equal(thing, samples.objects > 0)
    assert torch.equal(thing, samples.textures > 0)
    assert torch.equal(~thing, samples.backgrounds > 0)
    covered = samples.mask("occluder")
    assert torch.equal(covered, samples.object_mask("occluder"))
    for row, label in enumerate(samples.labels.tolist()):
        objects = {samples.object_names[number] for number in samples.objects[row].unique().tolist()}
        assert objects <= {"background", "occluder", samples.class_names[label]}


@pytest.mark.parametrize(
    "name, part, colour",
    [
        ("banana", "fruit", "yellow"),
        ("zebra", "body", "grey"),
        ("boat", "water", "blue"),
        ("sign", "plate", "red"),
        ("tree", "crown", "green"),
        ("pig", "nose", "red"),
    ],
)
def test_parts_have_their_colour(name, part, colour):
    samples = render([name], 1, range(16), **CLEAN)
    red, green, blue = (samples.images[:, i][samples.mask(part)].mean().item() for i in range(3))
    fits = {
        "yellow": min(red, green) > blue + 0.3,
        "grey": max(red, green, blue) - min(red, green, blue) < 0.08,
        "blue": blue > red + 0.2,
        "red": red > max(green, blue) + 0.1,
        "green": green > max(red, blue) + 0.1,
    }
    assert fits[colour], (red, green, blue)


def test_textures_are_marked():
    samples = render(["zebra", "giraffe", "castle", "tree"], 1, range(4), **CLEAN)
    for row, kind in enumerate(("stripes", "spots", "bricks", "leaves")):
        share = (samples.textures[row] == samples.texture_names.index(kind)).float().mean()
        assert share > 0.05, kind


def test_stripes_alternate_light_and_dark():
    samples = render(["zebra"], 1, range(4), **CLEAN)
    body = samples.images.mean(1)[samples.mask("body")]
    assert body.quantile(0.2) < 0.3 and body.quantile(0.8) > 0.6
