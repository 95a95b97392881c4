"""The moves of transfer learning do what they say, on a network small enough to train in a second."""

import copy
from dataclasses import replace

import pytest
import torch

from lesson_utils import photos, transfer
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet, googlenet
from lesson_utils.transfer import learning, strategies


@pytest.fixture(scope="module")
def network():
    return alexnet.mini(22, seed=3).eval()


@pytest.fixture(scope="module")
def task():
    """Three colours: even a random encoder tells them apart."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(36) % 3
    pictures = 0.2 * torch.rand(36, 3, 64, 64, generator=generator)
    pictures[torch.arange(36), labels] += 0.6
    return transfer.Task(pictures[:24], labels[:24], pictures[24:], labels[24:], ("rød", "grøn", "blå"))


def weights(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def changed(before, after) -> set[str]:
    return {name.split(".")[1] for name in after if not torch.equal(before[name], after[name])}


def test_a_new_head_leaves_the_rest_and_the_original(network):
    before = weights(network)
    learner = transfer.replace_head(network, 14)
    assert learner.layers.fc8.linear.weight.shape == (14, 256)
    same = {k: v for k, v in weights(learner).items() if not k.startswith("layers.fc8")}
    assert all(torch.equal(before[name], tensor) for name, tensor in same.items())
    assert not changed(before, weights(network))


@pytest.mark.parametrize(
    "layers, count", [(1, 3_598), (2, 3_598 + 131_328), (3, 3_598 + 131_328 + 1_049_088)]
)
def test_trainable_parameters_after_freezing(network, layers, count):
    learner = transfer.replace_head(network, 14, layers)
    transfer.freeze(learner, learner.layer_names[-layers - 1])
    assert transfer.trainable(learner) == count
    assert transfer.frozen_layers(learner) == learner.layer_names[:-layers]
    assert transfer.trainable(transfer.unfreeze(learner)) == sum(p.numel() for p in learner.parameters())


def test_too_many_new_layers_and_unknown_layers(network):
    with pytest.raises(LessonError, match="har 3 fuldt forbundne lag, så 4 kan ikke"):
        transfer.replace_head(network, 14, layers=4)
    with pytest.raises(LessonError, match="Mente du »conv5«"):
        transfer.freeze(transfer.replace_head(network, 14), "conv55")


def test_only_the_head_learns_and_it_learns(network, task):
    learner = transfer.freeze(transfer.replace_head(network, 3), "fc7")
    before = weights(learner)
    transfer.train_head(learner, task.images, task.labels, steps=60)
    assert changed(before, weights(learner)) == {"fc8"}
    assert transfer.accuracy(learner, task.test_images, task.test_labels) == 1.0


def test_the_statistics_of_frozen_layers_stay(network, task):
    learner = transfer.freeze(transfer.replace_head(network, 3), "conv3")
    before = weights(learner)
    learning.fine_tune(learner, task.images, task.labels, ["fc8"], steps=2)
    moved = changed(before, weights(learner))
    assert not moved & {"conv1", "conv2", "conv3"}
    assert {"conv4", "conv5", "fc6", "fc7", "fc8"} <= moved
    assert not learner.training


def test_fine_tuning_moves_the_encoder_less_than_the_head(network, task):
    learner = transfer.replace_head(network, 3)
    before = {k: p.detach().clone() for k, p in learner.named_parameters()}
    learning.fine_tune(learner, task.images, task.labels, ["fc8"], steps=1, rate=1e-3)
    step = {k: (p - before[k]).abs().max().item() for k, p in learner.named_parameters()}
    assert step["layers.fc8.linear.weight"] == pytest.approx(1e-3, rel=0.05)  # Adam's first step is the rate
    assert step["layers.fc7.linear.weight"] == pytest.approx(1e-4, rel=0.05)


def test_a_seed_gives_the_same_result(network, task):
    first, second = (transfer.transfer("last_fc", network, task, 4, seed=1) for _ in range(2))
    assert torch.equal(first.probabilities, second.probabilities)


def test_compare_has_a_row_for_each(network, task):
    strategies = [transfer.STRATEGIES[name] for name in ("last_fc", "random")]
    seen = []
    table = transfer.compare(
        network, task, [2, 8], strategies, track=lambda jobs, label: seen.extend(jobs) or jobs
    )
    assert list(table.strategy) == ["last_fc", "random"] * 2 and list(table.images_per_class) == [2, 2, 8, 8]
    assert table.accuracy.between(0, 1).all() and (table.seconds > 0).all() and len(seen) == 4


def test_a_network_with_one_fc_layer_has_no_several():
    names = [strategy.name for strategy in transfer.strategies_for(googlenet.mini(22, device="meta"))]
    assert "several_fc" not in names and len(names) == 4


def test_few_images_are_among_many(task):
    assert set(task.rows(2).tolist()) < set(task.rows(5).tolist())
    with pytest.raises(LessonError, match="ikke 9 træningsbilleder af rød, grøn og blå"):
        task.rows(9)


def test_what_a_result_got_wrong(network, task):
    result = transfer.transfer("last_fc", network, task)
    result.probabilities = torch.eye(3)[[0, 1, 2] * 4] * 0.6 + 0.1
    result.probabilities[4] = torch.tensor([0.8, 0.1, 0.1])
    result.probabilities[5] = torch.tensor([0.1, 0.9, 0.0])
    counts = transfer.confusion(result, task)
    assert counts.loc["grøn", "rød"] == 1 and counts.to_numpy().sum() == 12
    worst = transfer.worst_mistakes(result, task)
    assert [(m.row, m.truth, m.answer) for m in worst] == [(5, "blå", "grøn"), (4, "grøn", "rød")]


def test_a_folder_of_photos_is_learnt(photo_folder, network, tmp_path, monkeypatch):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))
    found = photos.folder(photo_folder, 64)
    assert found.class_names == ("blomst", "kaffe", "kat", "kina", "raket")
    assert found.images.shape == (60, 3, 64, 64) and set(found.counts.values()) == {12}
    reasons = [
        ("kaffe/tom.jpg", "tom"),
        ("kat/afbrudt.jpg", "beskadiget"),
        ("kat/noter.txt", "ikke et billede"),
    ]
    assert found.skipped == reasons
    task = transfer.split(found)
    assert len(task.test_labels) == 20 and torch.bincount(task.labels).tolist() == [8] * 5
    assert transfer.transfer("last_fc", network, task).accuracy >= 0.8


def test_a_class_of_one_photo_cannot_be_split():
    lonely = photos.PhotoFolder(torch.zeros(3, 3, 8, 8), torch.tensor([0, 1, 1]), ("a", "b"))
    with pytest.raises(LessonError, match="Klassen »a« har kun ét billede"):
        transfer.split(lonely)


def test_a_task_for_a_network_with_larger_images_and_back(task):
    larger = transfer.scaled(task, 128)
    assert larger.images.shape[-2:] == larger.test_images.shape[-2:] == (128, 128)
    assert larger.images.dtype == torch.uint8 and torch.equal(larger.labels, task.labels)
    back = transfer.scaled(larger, 64).images.float() / 255
    assert back.mean() == pytest.approx(task.images.float().mean().item(), abs=0.01)


def test_what_is_asked_elsewhere_is_the_borrowed_encoder(network, task):
    """The answers can be kept by what asks, as they do not depend on the new head."""
    asked = []

    def ask(encoder, images, layer):
        asked.append(encoder)
        return transfer.encode(encoder, images, layer)

    result = transfer.transfer("last_fc", network, task, ask=ask)
    assert (
        asked == [network, network]
        and result.accuracy == transfer.transfer("last_fc", network, task).accuracy
    )


@pytest.mark.parametrize("strategy", ["last_fc", "fine_tuned"])
def test_on_a_card_as_on_the_cpu(network, task, card, strategy, monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)  # the stand-in has float32
    monkeypatch.setattr(strategies, "steps_for", lambda count, strategy: 5)  # slow on the stand-in
    here, there = (
        transfer.transfer(strategy, net, task) for net in (network, copy.deepcopy(network).to(card))
    )
    assert torch.allclose(here.probabilities, there.probabilities, atol=1e-3)


def test_encoders_are_remembered_by_network_weights_and_task(network, task):
    """One memory for all: another network, other weights or another task get no answers of theirs."""
    memory, other = {}, alexnet.mini(22, seed=4).eval()
    learner = transfer.replace_head(network, 22)
    mirrored = replace(task, images=task.images.flip(1), test_images=task.test_images.flip(1))

    def sure(*asked, **options):
        return transfer.transfer("last_fc", *asked, 4, **options).probabilities

    cases = [(network, task), (other, task), (learner, task), (network, mirrored)]
    for asked in cases:
        assert torch.equal(sure(*asked, memory=memory), sure(*asked))
    with torch.no_grad():
        learner.layers.conv1.conv.weight.mul_(-1)
    assert torch.equal(sure(learner, task, memory=memory), sure(learner, task))
    assert len(memory) == 5
    sure(*cases[0], memory=memory)
    assert len(memory) == 5, "what is known is not computed again"


def test_a_network_with_auxiliary_classifiers_is_fine_tuned_too(task):
    learner = googlenet.mini(3, seed=1)
    before = weights(learner)
    assert not learning.fine_tune(learner, task.images, task.labels, ["fc"], steps=1).training
    assert {"fc", "conv1", "inception_4a"} <= changed(before, weights(learner))
