"""The training loop on a task of four bright bands, small enough for a test and learnt in seconds."""

import os
import signal

import pytest
import torch

from lesson_utils import snapshots
from lesson_utils.errors import LessonError
from lesson_utils.networks import googlenet, vgg
from lesson_utils.robustness import perturb, robust_accuracy
from lesson_utils.training import Recipe, accuracy, shifted, train

RECIPE = Recipe(epochs=2, batch_size=40, learning_rate=0.02, epsilon=0.5, averaging=0.5, shift=2)


@pytest.fixture(scope="module")
def bands():
    """uint8 images (160, 3, 64, 64) with a bright band in one of four places, and the place."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 60, (160, 3, 64, 64), generator=generator, dtype=torch.uint8)
    labels = torch.arange(160) % 4
    for place in range(4):
        images[labels == place, :, 16 * place : 16 * place + 14] += 150
    return images, labels


@pytest.fixture(scope="module")
def whole(bands):
    """A run from start to end, its network and its result."""
    network = googlenet.mini(4)
    return network, train(network, *bands, RECIPE, validation=bands)


def tensors(network):
    return network.state_dict().values()


def test_it_learns(bands, whole):
    _, result = whole
    assert result.finished and result.steps == 8
    assert [moment.step for moment in result.moments] == [4, 8]
    longer = googlenet.mini(4)
    train(longer, *bands, Recipe(epochs=8, batch_size=40, learning_rate=0.02, shift=2))
    assert accuracy(longer, *bands) > 0.9 > 0.5 > accuracy(googlenet.mini(4), *bands)


def test_the_same_seed_gives_the_same_network(bands, whole):
    again = googlenet.mini(4)
    torch.manual_seed(123)  # global numbers must not matter
    train(again, *bands, RECIPE)
    assert all(torch.equal(a, b) for a, b in zip(tensors(whole[0]), tensors(again), strict=True))


def test_an_interrupted_run_goes_on_to_the_same_network(bands, whole, tmp_path):
    checkpoint = tmp_path / "run.safetensors"

    def interrupt(step, *_):
        if step == 3:
            os.kill(os.getpid(), signal.SIGINT)

    stopped = train(googlenet.mini(4), *bands, RECIPE, bands, checkpoint, on_step=interrupt)
    assert not stopped.finished and stopped.steps == 3
    resumed = googlenet.mini(4)
    result = train(resumed, *bands, RECIPE, bands, checkpoint)
    assert result.finished
    assert all(torch.equal(a, b) for a, b in zip(tensors(whole[0]), tensors(resumed), strict=True))
    assert [m.loss for m in result.moments] == [m.loss for m in whole[1].moments]


def test_a_checkpoint_of_another_recipe_is_refused(bands, tmp_path):
    checkpoint = tmp_path / "run.safetensors"
    train(googlenet.mini(4), *bands, Recipe(epochs=0.25, batch_size=40), checkpoint=checkpoint)
    with pytest.raises(LessonError, match="anden opskrift"):
        train(googlenet.mini(4), *bands, RECIPE, checkpoint=checkpoint)
    with pytest.raises(LessonError, match="anden opskrift"):
        train(vgg.mini(4), *bands, Recipe(epochs=0.25, batch_size=40), checkpoint=checkpoint)
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    with pytest.raises(LessonError, match="beskadiget"):
        train(googlenet.mini(4), *bands, Recipe(epochs=0.25, batch_size=40), checkpoint=checkpoint)


def test_shifting_moves_the_picture_and_repeats_its_edge():
    image = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    image[0, :, 4, 4] = 255
    seen = set()
    for seed in range(60):
        moved = shifted(image, 2, torch.Generator().manual_seed(seed))
        assert (moved[0, 0] == 255).sum() == 1
        seen.add(tuple((moved[0, 0] == 255).nonzero()[0].tolist()))
    assert {row for row, _ in seen} == {column for _, column in seen} == {2, 3, 4, 5, 6}
    edge = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    edge[:, :, :, 0] = 9
    widths = {
        int((shifted(edge, 2, torch.Generator().manual_seed(s))[0, 0, 0] == 9).sum()) for s in range(60)
    }
    assert max(widths) == 3


@pytest.mark.parametrize("steps", [1, 5])
def test_perturbed_images_stay_near_and_raise_the_loss(bands, whole, steps):
    network = whole[0].eval()
    images, labels = bands[0][:32].float() / 255, bands[1][:32]
    generator = torch.Generator().manual_seed(0)
    worse = perturb(network, images, labels, epsilon=2.0, steps=steps, generator=generator)
    assert ((worse - images).flatten(1).norm(dim=1) <= 2.0 + 1e-3).all()
    assert worse.min() >= 0 and worse.max() <= 1
    with torch.no_grad():
        assert network.loss(network(worse), labels) > network.loss(network(images), labels)


def test_an_attack_costs_accuracy(bands, whole):
    clean = accuracy(whole[0], *bands)
    assert robust_accuracy(whole[0], *bands, epsilon=8.0) < clean


def test_snapshots_keep_the_conv_layers_within_half_a_step_of_8_bits(bands, tmp_path):
    network, taken = vgg.mini(4), []
    short = Recipe(epochs=0.5, batch_size=40)
    train(
        network,
        *bands,
        short,
        snapshot=lambda step: taken.append(snapshots.take(network, step, 0.25)),
        snapshot_steps=[0, 2],
    )
    snapshots.save(taken, tmp_path / "moments.safetensors")
    loaded = snapshots.load(tmp_path / "moments.safetensors")
    assert [(moment.step, moment.accuracy) for moment in loaded] == [(0, 0.25), (2, 0.25)]
    fresh = vgg.mini(4)
    loaded[-1].put_into(fresh)
    for name, tensor in network.state_dict().items():
        if name.startswith("layers.conv") and tensor.dim() > 1:
            largest = tensor.abs().amax((1, 2, 3), keepdim=True)
            assert ((fresh.state_dict()[name] - tensor).abs() <= largest / 127 / 2 + 1e-7).all()
    (tmp_path / "moments.safetensors").write_bytes(b"")
    with pytest.raises(LessonError, match="beskadiget"):
        snapshots.load(tmp_path / "moments.safetensors")
