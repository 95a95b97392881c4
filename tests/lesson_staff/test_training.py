"""The training loop on a task of four bright bands, small enough for a test and learnt in seconds."""

import os
import signal
from itertools import pairwise

import numpy as np
import pytest
import torch

from lesson_staff import training
from lesson_staff.training import Recipe, accuracy, shifted, train
from lesson_utils import snapshots
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network, googlenet, vgg
from lesson_utils.robustness import perturb, robust_accuracy

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


# what a single step does: each of these numbers stands in the recipe, and a step must feel it


@pytest.fixture
def step(bands):
    """A function from recipes to the network after one step on the bands, and its fresh twin."""

    def run(**options):
        network = vgg.mini(4)
        options = {"warmup": 0.0, "learning_rate": 0.1, "shift": 0, **options}
        recipe = Recipe(epochs=1, batch_size=40, **options)
        train(network, bands[0][:40], bands[1][:40], recipe)
        return network, vgg.mini(4)

    return run


def test_the_first_layer_has_a_decay_of_its_own_and_only_weights_decay(step):
    plain, fresh = step(weight_decay=0.0, first_decay=0.0)
    decayed, _ = step(weight_decay=0.5, first_decay=0.3)
    rate = 0.1 * (1 + 0.9)  # Nesterov's first step looks ahead by the momentum
    for name, start in fresh.named_parameters():
        shares = {"layers.conv1_1.conv.weight": 0.3} if start.dim() > 1 else {name: 0.0}
        expected = rate * shares.get(name, 0.5) * start
        change = plain.get_parameter(name) - decayed.get_parameter(name)
        torch.testing.assert_close(change, expected, atol=2e-5, rtol=1e-3)


def test_a_trained_first_layer_is_left_as_it_is_unless_the_recipe_scales_it(step):
    for scale, options in ((1.0, {}), (0.15, {"first_scale": 0.15})):
        network, fresh = step(learning_rate=0.0, **options)
        first = fresh.layers.conv1_1.conv.weight * scale
        torch.testing.assert_close(network.layers.conv1_1.conv.weight, first)


def test_labels_are_smoothed_as_the_recipe_says(bands, monkeypatch):
    seen = []
    real = Network.loss
    monkeypatch.setattr(Network, "loss", lambda *arguments: seen.append(arguments[3]) or real(*arguments))
    train(vgg.mini(4), bands[0][:40], bands[1][:40], Recipe(epochs=1, batch_size=40, label_smoothing=0.3))
    assert seen == [0.3]


def test_a_robust_step_shows_the_network_perturbed_images_alone(bands, monkeypatch):
    asked = []

    def black(_network, images, _labels, epsilon, **_options):
        asked.append(epsilon)
        return torch.zeros_like(images)

    monkeypatch.setattr(training, "perturb", black)
    shown = []
    for epsilon in (0.0, 4.0):
        network = vgg.mini(4)
        network.layers.conv1_1.register_forward_pre_hook(
            lambda _, inputs: shown.append(inputs[0].unique().numel())
        )
        recipe = Recipe(epochs=4, batch_size=40, shift=0, epsilon=epsilon, epsilon_warmup=0.5)
        train(network, bands[0][:40], bands[1][:40], recipe)
    assert asked == [2.0, 4.0, 4.0]  # of four steps the first two warm up: 0, half, and all of it twice
    assert min(shown[:5]) > 1 and shown[5:] == [1, 1, 1]


def test_the_rate_rises_in_a_straight_line_and_falls_along_a_cosine():
    run = training._Run(vgg.mini(4), Recipe(epochs=10, batch_size=10, warmup=0.2), 100)
    rates = []
    for run.step in range(100):
        rates.append(run._rate(run.step / 100))
    assert rates[:3] == pytest.approx([0.05, 0.1, 0.15]) and rates[19] == pytest.approx(1.0)
    assert rates[60] == pytest.approx(0.5) and rates[99] < 0.001
    assert all(earlier > later for earlier, later in pairwise(rates[20:]))


def test_the_trained_network_is_the_running_mean_of_its_weights(bands):
    """After two steps at 0.5: half of the weights of the first, half of the second's."""
    images, labels = bands[0][:40], bands[1][:40]
    options = {"epochs": 2, "batch_size": 40, "shift": 0}
    last, mean, moments = vgg.mini(4), vgg.mini(4), []
    copy = lambda _: moments.append(snapshots.take(last, 1, 0.0).tensors)  # noqa: E731
    train(last, images, labels, Recipe(**options), snapshot=copy, snapshot_steps=[1])
    train(mean, images, labels, Recipe(averaging=0.5, **options))
    name = "layers.conv3_1.conv.weight"
    half = (moments[0][name] + last.state_dict()[name]) / 2
    torch.testing.assert_close(mean.state_dict()[name], half, atol=1e-6, rtol=1e-5)
    assert not torch.allclose(half, last.state_dict()[name], atol=1e-6, rtol=1e-5)


def test_numbers_of_numpy_are_seeds_and_no_images_are_no_share(bands, tmp_path):
    number = np.int64(3)
    assert torch.equal(
        vgg.mini(4, seed=number).layers.fc6.linear.weight, vgg.mini(4, seed=3).layers.fc6.linear.weight
    )
    recipe = Recipe(epochs=1, batch_size=160, seed=number)
    assert train(vgg.mini(4), *bands, recipe, checkpoint=tmp_path / "run.safetensors").finished
    with pytest.raises(LessonError, match="der er ingen: giv mindst ét"):
        accuracy(vgg.mini(4), bands[0][:0], bands[1][:0])


def test_measuring_leaves_every_module_in_its_mode(bands):
    network = vgg.mini(4).train()
    network.layers.conv1_1.eval()
    before = [module.training for module in network.modules()]
    robust_accuracy(network, bands[0][:8], bands[1][:8], epsilon=0.5, steps=1, seed=np.int64(1))
    assert [module.training for module in network.modules()] == before


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
