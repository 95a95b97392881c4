"""`render`: the same image whatever the batch, other images for other seeds, and the options."""

import pytest
import torch

from lesson_world import THINGS, Pose, render
from lesson_world.errors import WorldError
from lesson_world.names import BACKGROUND_NUMBER
from lesson_world.samples import TENSORS

ALL = list(THINGS)


def same(one, other) -> bool:
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in TENSORS)


@pytest.fixture(scope="module")
def every_class():
    """Each class twice, in every kind of background and light."""
    return render(ALL, 3, range(2 * len(ALL)))


@pytest.mark.parametrize("rows", [[0], [50], [7, 61, 3], list(range(20, 43)), list(range(73, -1, -1))])
def test_an_image_has_the_same_bits_in_any_batch(every_class, rows):
    assert same(render(ALL, 3, rows), every_class.take(torch.tensor(rows)))


@pytest.mark.parametrize("chunk", [1, 5, 64])
def test_an_image_has_the_same_bits_in_any_chunk(every_class, chunk, monkeypatch):
    monkeypatch.setattr("lesson_world.scene.CHUNK", chunk)
    assert same(render(ALL, 3, range(30)), every_class.take(slice(30)))


def test_an_image_has_the_same_bits_on_any_number_of_threads(every_class):
    before = torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            assert same(render(ALL, 3, range(len(every_class))), every_class)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("size", [33, 50])
def test_sizes_that_fit_no_vector_unit(size):
    together = render(ALL, 4, range(40), size=size)
    assert together.images.shape == (40, 3, size, size)
    for index in (0, 13, 39):
        assert same(render(ALL, 4, [index], size=size), together.take(torch.tensor([index])))


def test_global_random_state_is_neither_used_nor_changed(every_class):
    torch.manual_seed(99)
    state = torch.get_rng_state()
    assert same(render(ALL, 3, range(5)), every_class.take(slice(5)))
    assert torch.equal(torch.get_rng_state(), state)


def test_seeds_and_indices_give_other_images():
    images = torch.cat([render(["car"], seed, range(8)).images for seed in (1, 2)])
    distance = torch.cdist(images.flatten(1), images.flatten(1)) + 99 * torch.eye(16)
    assert distance.min() > 5


def test_images_are_in_range_and_labelled_in_turn(every_class):
    assert every_class.images.dtype == torch.float32
    assert every_class.images.min() >= 0 and every_class.images.max() <= 1
    assert torch.equal(every_class.labels, torch.arange(2 * len(ALL)) % len(ALL))
    assert every_class.class_names == ALL
    assert not every_class.images.isnan().any()


def test_a_larger_image_shows_the_same():
    small, large = (
        render(ALL, 3, range(len(ALL)), size=size, camera=0.0, background="white") for size in (32, 64)
    )
    shrunk = torch.nn.functional.avg_pool2d(large.images, 2)
    assert (shrunk - small.images).abs().mean() < 0.04


def test_a_fixed_pose_fixes_the_outline():
    options = dict(occlusion=0.0, camera=0.0)
    right = render(["mushroom"], 1, range(6), pose=Pose(), **options).objects
    assert all(torch.equal(right[0], other) for other in right)
    left = render(["car"], 1, [0], pose=Pose(flipped=True), **options).objects[0]
    facing_right = render(["car"], 1, [0], pose=Pose(), **options).objects[0]
    assert torch.equal(left.flip(1), facing_right)
    assert not torch.equal(left, facing_right)
    moved = render(["car"], 1, [0], pose=Pose(x=-1.0, scale=0.4), **options).objects[0]
    assert moved[:, 40:].sum() == 0 and moved.sum() > 0


def test_no_pose_variation_stands_upright_in_the_middle():
    box = render(["house"], 1, range(4), pose=0.0, occlusion=0.0).objects > 0
    columns = box.any(1).float()
    centre = (columns * torch.arange(64)).sum(1) / columns.sum(1)
    assert (centre - 31.5).abs().max() < 2.5


def test_backgrounds_by_name():
    white = render(["car"], 1, range(3), background="white", occlusion=0.0)
    outside = white.backgrounds == white.background_names.index("white")
    paper = white.images.permute(0, 2, 3, 1)[outside]
    assert paper.mean() > 0.97 and paper.median() > 0.98  # but for the grain, and the contour of the car
    land = render(["car"], 1, range(3), background="landscape")
    kinds = {land.background_names[kind] for kind in land.backgrounds.unique().tolist()}
    assert kinds == {"none", "sky", "ground"}


def test_occlusion_is_a_share_of_the_images():
    counts = []
    for share in (0.0, 0.25, 1.0):
        samples = render(["car"], 1, range(120), size=16, occlusion=share)
        counts.append((samples.mask("occluder").flatten(1).any(1)).float().mean().item())
    assert counts[0] == 0 and 0.1 < counts[1] < 0.4 and counts[2] > 0.9


def test_own_labels():
    labels = torch.tensor([2, 0, 2])
    samples = render(["car", "bus", "tree"], 1, range(3), labels=labels, occlusion=0.0)
    assert torch.equal(samples.labels, labels)
    assert samples.mask("crown")[0].any() and samples.mask("wheel")[1].any()


@pytest.mark.parametrize("wrong", [dict(classes=["unicorn"]), dict(classes=["car"], background="moon")])
def test_unknown_names_are_told_in_danish(wrong):
    with pytest.raises(WorldError, match=r"Verden (kender ikke »unicorn«|har ingen baggrund »moon«)"):
        render(wrong.pop("classes"), 1, [0], **wrong)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_draws_the_same_within_rounding(every_class):
    there = render(ALL, 3, range(len(every_class)), device="cuda")
    assert (there.images.cpu() - every_class.images).abs().max() <= 1 / 255


def test_the_ground_lies_below_the_sky():
    samples = render(["apple"], 0, range(20), background="landscape", occlusion=0.0)
    rows = torch.arange(64).view(1, 64, 1).expand_as(samples.backgrounds)
    seen = {name: rows[samples.backgrounds == BACKGROUND_NUMBER[name]].float() for name in ("sky", "ground")}
    assert seen["sky"].mean() + 10 < seen["ground"].mean()
