"""The loop of transfer learning: which images each step sees, how long the steps are, what stays as it was."""

import math

import pytest
import torch
from torch import nn

from lesson_utils import transfer
from lesson_utils.networks import alexnet, googlenet
from lesson_utils.photos import PhotoFolder
from lesson_utils.transfer import learning, strategies


@pytest.fixture(scope="module")
def network():
    return alexnet.mini(22, seed=3).eval()


@pytest.fixture(scope="module")
def task():
    """Three colours; any encoder tells them apart."""
    labels = torch.arange(36) % 3
    pictures = 0.2 * torch.rand(36, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    pictures[torch.arange(36), labels] += 0.6
    return transfer.Task(pictures[:24], labels[:24], pictures[24:], labels[24:], ("rød", "grøn", "blå"))


def rows_seen(count: int, steps: int, seed: int = 0) -> list[list[int]]:
    """The numbers of the inputs that a head is shown, step by step."""
    head, seen = nn.Linear(1, 2), []
    head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][:, 0].int().tolist()))
    learning.learn_head(
        head, torch.arange(float(count))[:, None], torch.zeros(count).long(), steps, seed=seed
    )
    return seen


def test_all_images_are_seen_in_an_order_of_their_own_and_then_in_another():
    first, second, third, fourth = rows_seen(128, 4)
    assert sorted(first + second) == sorted(third + fourth) == list(range(128))
    assert first != sorted(first) and set(first) != set(third)
    assert rows_seen(128, 4) == [first, second, third, fourth] != rows_seen(128, 4, seed=1)


def test_the_steps_fall_along_a_cosine():
    """Where the gradient stays as it is, Adam's step is as long as the rate: together (n + 1) / 2 first ones."""
    head = nn.Linear(1, 2, bias=False)
    nn.init.zeros_(head.weight)
    learning.learn_head(head, torch.ones(4, 1), torch.zeros(4).long(), steps=9, rate=1e-5)
    assert head.weight[:, 0].tolist() == pytest.approx([5e-5, -5e-5], rel=1e-3)
    optimizer, rates = torch.optim.SGD(head.parameters(), lr=0.4), []
    for _ in learning._shuffled(4, 5, 0, optimizer):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    assert rates == pytest.approx([0.2 + 0.2 * math.cos(math.pi * step / 5) for step in range(5)])


def test_dropout_drops_while_learning_by_the_seed_and_global_numbers_go_on():
    def learnt(before: int):
        torch.manual_seed(0)
        head, seen = nn.Sequential(nn.Dropout(0.5), nn.Linear(200, 2)), []
        head[1].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
        torch.manual_seed(before)
        expected = torch.get_rng_state()
        learning.learn_head(head, torch.ones(8, 200), torch.arange(8) % 2, steps=2)
        assert torch.equal(torch.get_rng_state(), expected) and not head.training
        return torch.cat(seen)

    seen = learnt(5)
    assert (seen == 0).float().mean() == pytest.approx(0.5, abs=0.05)
    assert torch.equal(seen, learnt(6))


def test_fine_tuning_moves_images_a_little_and_statistics_where_layers_learn(network):
    learner, seen = transfer.freeze(transfer.replace_head(network, 2), "conv3"), []
    learner.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    dot = torch.zeros(24, 3, 64, 64, dtype=torch.uint8)
    dot[:, :, 32, 32] = 255
    learning.fine_tune(learner, dot, torch.arange(24) % 2, ["fc8"], steps=2)
    places = torch.cat(seen)[:, 0].nonzero()[:, 1:] - 32
    assert places.shape == (48, 2) and torch.cat(seen).max() == 1
    assert places.amin(0).tolist() == [-4, -4] and places.amax(0).tolist() == [4, 4]
    moved = [
        not torch.equal(
            getattr(learner.layers, name).norm.running_mean, getattr(network.layers, name).norm.running_mean
        )
        for name in ("conv3", "conv4")
    ]
    assert moved == [False, True]


def test_new_layers_begin_as_they_should():
    """The last one undecided (0.01, AlexNet's section 5), those before it as He et al. keep a signal's size."""
    learner = transfer.replace_head(alexnet.mini(22), 40, layers=3)
    spreads = [getattr(learner.layers, name).linear.weight.std().item() for name in ("fc6", "fc7", "fc8")]
    assert spreads == pytest.approx([(2 / 2048) ** 0.5, (2 / 512) ** 0.5, 0.01], rel=0.05)
    assert all(not getattr(learner.layers, name).linear.bias.any() for name in ("fc6", "fc7", "fc8"))


def test_what_knows_the_old_classes_or_what_was_learnt_is_left_out():
    trained = googlenet.mini(5).requires_grad_(False)
    trained.class_names = tuple("abcde")
    learner, twin = transfer.replace_head(trained, 3), transfer.fresh(trained, seed=1)
    assert learner.class_names is None and trained.class_names is not None
    for each in (learner, twin):
        assert isinstance(each.train()(torch.rand(2, 3, 64, 64)), torch.Tensor), "no auxiliary classifiers"
    assert all(weight.requires_grad for weight in twin.parameters())
    assert not torch.equal(twin.layers.conv1.conv.weight, trained.layers.conv1.conv.weight)
    assert len(trained.auxiliary) == 1


@pytest.mark.parametrize(
    ("strategy", "head", "rate", "lower"), [("fine_tuned", ["fc8"], 1e-3, 0.1), ("scratch", [], 2e-3, 1.0)]
)
def test_how_a_strategy_trains_the_whole_network(network, task, monkeypatch, strategy, head, rate, lower):
    asked = []

    def fine_tune(learner, images, labels, *options):
        asked.append((learner, len(images), *options))

    monkeypatch.setattr(strategies, "fine_tune", fine_tune)
    transfer.transfer(strategy, network, task, 2, seed=5)
    ((learner, images, new, steps, *rest),) = asked
    assert (images, new, rest) == (6, head, [rate, lower, 5])
    assert steps == strategies.steps_for(6, transfer.STRATEGIES[strategy])
    assert transfer.trainable(learner) == sum(weight.numel() for weight in learner.parameters())
    kept = torch.equal(learner.layers.conv1.conv.weight, network.layers.conv1.conv.weight)
    assert kept == transfer.STRATEGIES[strategy].pretrained


def test_more_images_take_more_steps_within_limits():
    tuned, scratch = transfer.STRATEGIES["fine_tuned"], transfer.STRATEGIES["scratch"]
    assert [strategies.steps_for(count, tuned) for count in (10, 640, 10_000)] == [80, 100, 150]
    assert [strategies.steps_for(count, scratch) for count in (10, 1280, 10_000)] == [100, 200, 300]


def test_a_head_learns_from_the_chosen_images_alone(network, task):
    """All images but the first two of each class are labelled wrongly."""
    labels = task.labels.clone()
    labels[6:] = (labels[6:] + 1) % 3
    crooked = transfer.Task(task.images, labels, task.test_images, task.test_labels, task.class_names)
    assert transfer.transfer("last_fc", network, crooked, 2).accuracy == 1
    assert transfer.transfer("last_fc", network, crooked).accuracy == 0
    assert task.rows(2).tolist() == [0, 3, 1, 4, 2, 5]


def test_random_encoders_of_two_seeds_are_not_taken_for_each_other(network, task):
    memory = {}
    for seed in (0, 1):
        known, anew = (transfer.transfer("random", network, task, 2, seed, each) for each in (memory, None))
        assert torch.equal(known.probabilities, anew.probabilities)


def test_the_seconds_are_those_of_the_images_that_were_used(network, task):
    """A clock ticks at each look: one tick for encoding all 24 images, so 6 / 24 of one, and one for the head."""
    ticks = iter(range(100))
    found = transfer.transfer("last_fc", network, task, 2, clock=lambda: float(next(ticks)))
    assert found.seconds == pytest.approx(1.25)


def test_photos_are_split_by_chance_and_every_class_is_tested():
    photos = PhotoFolder(torch.arange(60.0)[:, None, None, None], torch.arange(60) % 3, tuple("abc"))
    tests = [
        transfer.split(photos, share, seed).test_images.flatten()
        for share, seed in ((0.01, 0), (0.3, 0), (0.3, 1))
    ]
    assert [len(images) for images in tests] == [3, 18, 18]
    assert set(tests[1].tolist()) != set(tests[2].tolist()) != set(range(18))
    assert (tests[0].int() % 3).tolist() == [0, 1, 2]
