"""The settings fit the network: pixels for the course's robust ones, waves for those trained on photos."""

import pytest
import torch

from lesson_utils.networks import alexnet
from lesson_utils.networks.imagenet import relative
from lesson_utils.reconstruction import Content, Fourier, Pixels, Priors, questions


@pytest.fixture
def asked(monkeypatch) -> dict:
    """What `reconstruct` was asked for by the last question."""
    found = {}

    def note(_network, objective, parametrisation=None, priors=None, climb=None, steps=0, **settings):
        found.clear()
        found.update(
            settings, parametrisation=parametrisation, priors=priors, objective=objective, climb=climb
        )

    monkeypatch.setattr(questions, "reconstruct", note)
    return found


def ask_everything(network, **options) -> list:
    """The three questions in turn."""
    side = network.input_size
    return [
        lambda: questions.content(network, torch.rand(1, 3, side, side), "conv2", **options),
        lambda: questions.filters(network, "conv2", [0], **options),
        lambda: questions.class_images(network, [0], **options),
    ]


def test_the_courses_networks_answer_in_pixels(asked):
    for ask in ask_everything(alexnet.mini(22)):
        ask()
        assert isinstance(asked["parametrisation"], Pixels) and asked["climb"].method == "momentum"
        assert asked.get("fast", False) != isinstance(asked["objective"], Content), (
            "half a percent matters there"
        )
    questions.filters(alexnet.mini(22), "conv2", [0])
    everywhere = asked["priors"]
    questions.filters(alexnet.mini(22), "conv2", [0], unit=True)
    assert asked["priors"].jitter < everywhere.jitter, "a unit in the middle must not be lost"


def test_networks_for_photos_answer_in_waves(asked):
    for ask in ask_everything(relative("alexnet")):
        ask()
        assert isinstance(asked["parametrisation"], Fourier) and asked["climb"].method == "adam"
        assert asked["priors"].calm == asked["priors"].blur == 0  # waves know neither
    assert questions.trained_on_photos(torch.nn.Conv2d(3, 4, 3))


def test_priors_that_only_pixels_know_keep_the_pixels(asked):
    for ask in ask_everything(relative("alexnet"), priors=Priors(blur=0.8)):
        ask()
        assert isinstance(asked["parametrisation"], Pixels) and asked["priors"] == Priors(blur=0.8)
