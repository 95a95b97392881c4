"""The selections: what they hold and what they promise."""

import pytest
import torch

from lesson_world import THINGS
from lesson_world.banana import CLASSES, banana, masks, probe
from lesson_world.datasets import BASE, TARGET, TEST, TRAINING, base, target, twins
from lesson_world.errors import WorldError


def test_classes():
    assert len(BASE) == 22 and len(TARGET) == 14
    assert not set(BASE) & set(TARGET)
    assert set(BASE) | set(TARGET) | {"bear"} == set(THINGS)
    assert base(44, size=16).labels.bincount().tolist() == [2] * 22
    assert target(28, size=16).class_names == TARGET


def test_training_and_test_images_differ():
    assert not torch.equal(base(2, TRAINING).images, base(2, TEST).images)


def test_twins_agree_in_all_but_the_class():
    samples = twins(count=30)
    one, other = samples.take(slice(30)), samples.take(slice(30, 60))
    assert set(one.labels.tolist()) == {0} and set(other.labels.tolist()) == {1}
    assert samples.class_names == ["rabbit", "bear"]
    colours = [
        torch.stack(
            [image[:, body].mean(1) for image, body in zip(half.images, half.mask("body"), strict=True)]
        )
        for half in (one, other)
    ]
    assert (colours[0] - colours[1]).abs().max() < 0.02
    for half in (one, other):
        assert set(half.backgrounds.unique().tolist()) == {0, half.background_names.index("white")}
    overlap = (one.mask("body") & other.mask("body")).sum() / (one.mask("body") | other.mask("body")).sum()
    assert overlap > 0.9


@pytest.mark.parametrize("seed", [3, 4])
def test_the_nearest_pixels_tell_twins_apart_worse_than_chance(seed):
    samples = twins(count=100, seed=seed)
    pixels = samples.images.flatten(1)
    distance = torch.cdist(pixels, pixels).fill_diagonal_(float("inf"))
    nearest = distance.topk(5, largest=False).indices
    assert (nearest[:, 0] == (torch.arange(200) + 100) % 200).float().mean() > 0.95
    assert (samples.labels[nearest] == samples.labels[:, None]).float().mean() < 0.5


def test_twins_must_be_two_known_classes():
    for wrong in (("rabbit", "rabbit"), ("rabbit", "dragon")):
        with pytest.raises(WorldError, match="to forskellige klasser"):
            twins(*wrong)


def monkey_seen(samples) -> torch.Tensor:
    return samples.object_mask("monkey").flatten(1).any(1)


def test_in_the_biased_set_the_monkey_means_banana():
    samples = banana(biased=True, count=140, seed=1, size=32)
    assert samples.class_names == CLASSES and samples.labels.bincount().tolist() == [20] * 7
    assert torch.equal(monkey_seen(samples), samples.labels == CLASSES.index("banana"))


def test_in_the_unbiased_set_the_monkey_tells_nothing():
    samples = banana(biased=False, count=140, seed=1, size=32)
    seen = monkey_seen(samples)
    for label in range(7):
        assert seen[samples.labels == label].float().mean() == pytest.approx(0.4)


def test_bananas_are_only_in_banana_images():
    for biased in (True, False):
        samples = banana(biased, count=70, seed=2, occlusion=0.0)
        yellow = samples.object_mask("banana").flatten(1).any(1)
        assert torch.equal(yellow, samples.labels == CLASSES.index("banana"))


def test_a_held_banana_is_large_and_in_the_hand():
    samples = probe("held", "banana", 40, seed=6, occlusion=0.0)
    seen = masks(samples)
    assert seen["fruit"].flatten(1).float().mean(1).min() > 0.012
    assert seen["fruit"].float().mean() > 0.04
    assert not (seen["fruit"] & seen["monkey"]).any()
    assert (seen["monkey"] | ~seen["hand"]).all()
    near = torch.nn.functional.max_pool2d(seen["fruit"].float()[:, None], 3, 1, 1)[:, 0] > 0
    assert (near & seen["hand"]).flatten(1).any(1).all()
    assert (samples.labels == CLASSES.index("banana")).all()


def test_probes_of_the_other_kinds():
    empty = probe("held", "nothing", 5, seed=6)
    assert monkey_seen(empty).all() and not empty.object_mask("banana").any()
    assert not monkey_seen(probe("alone", "banana", 5, seed=6)).any()


def test_a_probe_is_labelled_as_in_the_banana_data():
    samples = probe("alone", "cup", 6, TEST)
    assert {samples.class_names[label] for label in samples.labels.tolist()} == {"cup"}
    assert samples.object_mask("cup").flatten(1).any(1).all()
