"""Whoever asks a network leaves it as it was, in train mode too; and asks one on a card with images of the CPU."""

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from lesson_utils import reconstruction, selectivity, transfer
from lesson_utils.activations import activations, probabilities, stream
from lesson_utils.dissection import dissect, unit_masks, unit_thresholds
from lesson_utils.errors import LessonError
from lesson_utils.evidence import evidence
from lesson_utils.neighbours import features, nearest, precision_table
from lesson_utils.networks import googlenet
from lesson_utils.networks.modes import device_of, frozen
from lesson_utils.patches import strongest_places
from lesson_utils.photos import PhotoFolder
from lesson_utils.robustness import perturb
from lesson_world import datasets

CLASSES = 4
LAYERS = ["conv1", "inception_3a"]
SAMPLES = datasets.base(12, seed=5)
SAMPLES.labels %= CLASSES
IMAGES = SAMPLES.images
TASK = transfer.Task(IMAGES[:8], SAMPLES.labels[:8], IMAGES[8:], SAMPLES.labels[8:], tuple("abcd"))
DISSECTION = dissect(googlenet.mini(CLASSES).eval(), SAMPLES, ["conv1"])["conv1"]

ASK = {
    "activations": lambda n: activations(n, IMAGES, [*LAYERS, "gap"]),
    "stream": lambda n: list(stream(n, IMAGES, LAYERS, batch_size=5)),
    "probabilities": lambda n: probabilities(n, SAMPLES, batch_size=5),
    "features": lambda n: features(n, SAMPLES, "inception_3a"),
    "precision_table": lambda n: precision_table({"a": n}, SAMPLES, ("pixels", "conv1"), k=2),
    "strongest_places": lambda n: strongest_places(n, SAMPLES, LAYERS, count=2),
    "dissect": lambda n: dissect(n, SAMPLES, LAYERS),
    "unit_thresholds": lambda n: unit_thresholds(n, SAMPLES, LAYERS, 0.9),
    "unit_masks": lambda n: unit_masks(n, IMAGES, DISSECTION, 1),
    "feature_errors": lambda n: reconstruction.feature_errors(n, IMAGES, IMAGES.flip(3), LAYERS),
    "comparison": lambda n: reconstruction.comparison(n, {"conv1": IMAGES}, IMAGES.flip(3)),
    "content": lambda n: reconstruction.content(n, IMAGES[:2], "inception_3a", steps=3),
    "filters": lambda n: reconstruction.filters(n, "inception_3a", [0, 1], steps=3, each=2),
    "class_images": lambda n: reconstruction.class_images(n, [1, 2], steps=3),
    "waves": lambda n: reconstruction.reconstruct(
        n,
        reconstruction.Unit("conv2", [3]),
        reconstruction.Fourier(),
        reconstruction.Priors(scale=0.1, rotation=5, jitter=2),
        reconstruction.Climb(0.05, "adam"),
        steps=3,
    ),
    "encode": lambda n: transfer.encode(n, IMAGES, "inception_4a"),
    "last_fc": lambda n: transfer.transfer("last_fc", n, TASK, 2, clock=lambda: 0.0),
    "telling_maps": lambda n: selectivity.telling_maps(n, IMAGES[0], 1, SAMPLES, LAYERS),
    "selectivity": lambda n: selectivity.selectivity({"a": n}, SAMPLES, LAYERS),
    "evidence": lambda n: evidence(n, IMAGES[:2], [3, 1]),
}


def build(**options) -> nn.Module:
    network = googlenet.mini(CLASSES, seed=2, **options)
    network.layers.conv1.requires_grad_(False)
    return network


def tensors(answer: object) -> list[Tensor]:
    """All numbers of an answer, whatever it is made of."""
    if isinstance(answer, Tensor):
        return [answer.detach()]
    if isinstance(answer, pd.DataFrame):
        answer = answer.select_dtypes("number").to_numpy().tolist()
    if isinstance(answer, pd.Series):
        answer = answer.tolist()
    if is_dataclass(answer):
        answer = [getattr(answer, field.name) for field in fields(answer) if field.name != "seconds"]
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list | tuple):
        return [tensor for each in answer for tensor in tensors(each)]
    return [torch.tensor(float(answer))] if isinstance(answer, int | float) else []


def agree(answer: object, expected: object) -> None:
    found, wanted = tensors(answer), tensors(expected)
    assert wanted and {tensor.device.type for tensor in found} == {"cpu"}
    for a, b in zip(found, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4, equal_nan=True)


@pytest.fixture(autouse=True)
def float32(monkeypatch):
    """The CPU computes in float32, as the stand-in for a card does."""
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)


@pytest.mark.parametrize("question", ASK)
def test_a_network_in_train_mode_answers_as_in_eval_mode_and_is_left_as_it_was(question):
    network = build().train()
    network.layers.conv2.eval()  # frozen, as in fine-tuning
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    learning = [weight.requires_grad for weight in network.parameters()]
    agree(ASK[question](network), ASK[question](build().eval()))
    assert [module.training for module in network.modules()] == modes
    assert [weight.requires_grad for weight in network.parameters()] == learning
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize("question", ASK)
def test_a_network_on_a_card_is_asked_with_images_of_the_cpu(question, card):
    agree(ASK[question](build(device=card).eval()), ASK[question](build().eval()))


@pytest.mark.parametrize("question", [*ASK, "perturb"])
def test_images_of_bytes_are_asked_with_as_those_of_numbers(question, monkeypatch):
    network, bytes_ = build().eval(), (255 * IMAGES).byte()
    answers = []
    for images in (bytes_, bytes_ / 255):
        task = replace(TASK, images=images[:8], test_images=images[8:])
        for name, value in (("IMAGES", images), ("SAMPLES", replace(SAMPLES, images=images)), ("TASK", task)):
            monkeypatch.setitem(globals(), name, value)
        answers.append((ASK | {"perturb": perturbed})[question](network))
    agree(*answers)


def perturbed(network: nn.Module) -> Tensor:
    return perturb(network, IMAGES, SAMPLES.labels, 0.5, 1, torch.Generator().manual_seed(0))


def test_where_a_network_is_and_that_frozen_gives_back(card):
    assert device_of(build(device=card)) == card and device_of(nn.ReLU()).type == "cpu"
    network = build()
    with pytest.raises(ZeroDivisionError), frozen(network):
        assert not any(weight.requires_grad for weight in network.parameters())
        raise ZeroDivisionError
    assert network.training and network.layers.fc.linear.weight.requires_grad


NOTHING = torch.rand(0, 3, 64, 64)
NOBODY = SAMPLES.take(slice(0, 0))


@pytest.mark.parametrize(
    "question",
    [
        lambda n: list(stream(n, NOTHING, ["conv1"])),
        lambda n: features(n, [], "conv1"),
        lambda n: features(n, NOTHING, "pixels"),
        lambda n: nearest(NOTHING.flatten(1), torch.tensor([])),
        lambda n: strongest_places(n, NOTHING, ["conv1"]),
        lambda n: dissect(n, NOBODY, ["conv1"]),
        lambda n: probabilities(n, NOTHING),
        lambda n: selectivity.telling_maps(n, IMAGES[0], 1, NOBODY, LAYERS),
        lambda n: selectivity.selectivity({"a": n}, NOBODY, LAYERS),
        lambda n: reconstruction.content(n, NOTHING, "conv1"),
        lambda n: reconstruction.class_images(n, []),
        lambda n: reconstruction.plain_ascent(n, reconstruction.Different("conv1"), seed=[]),
        lambda n: transfer.encode(n, NOTHING, "conv1"),
        lambda n: transfer.transfer("last_fc", n, transfer.Task(*[NOTHING, torch.tensor([])] * 2, ("a",))),
        lambda n: transfer.fine_tune(n, NOTHING, torch.tensor([])),
    ],
)
def test_no_images_are_a_sentence(question):
    with pytest.raises(LessonError, match=r"[Ii]ngen (billeder|kanaler)|0 mulige naboer"):
        question(build())


def test_numpys_numbers_are_numbers():
    one, network = np.int64(1), build().eval()
    rebuilt = reconstruction.content(network, IMAGES[:one], "conv1", one, seed=one, size=np.int64(64))
    assert rebuilt.images.shape == (1, 3, 64, 64)
    learner = transfer.replace_head(network, np.int64(3), layers=one, seed=one)
    assert learner.layers.fc.linear.out_features == 3
    assert len(transfer.transfer("fine_tuned", network, TASK, one, seed=one).probabilities) == 4
    assert transfer.fresh(network, one).layers.fc.linear.weight.shape == (4, 320)
    photos = PhotoFolder(IMAGES, SAMPLES.labels, tuple("abcd"))
    assert len(transfer.split(photos, seed=one).test_labels) == 4
    assert DISSECTION.interval(seed=one) == DISSECTION.interval(seed=1)
    assert features(network, SAMPLES, "conv1", pool=one, batch_size=np.int64(5)).shape[0] == 12
    assert len(nearest(IMAGES.flatten(1), SAMPLES.labels, one).rows[0]) == 1
    assert strongest_places(network, SAMPLES, ["conv1"], count=one)["conv1"].rows.shape[1] == 1
