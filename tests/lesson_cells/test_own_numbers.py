"""The exercises about a number of the student's own: for any seed the right one is right, each slip is known."""

from importlib import import_module

import pytest
import torch

from lesson_utils.networks import alexnet
from lesson_utils.show.exercise import judge
from lesson_utils.weights import load_network

NUMBERS = {"motivation": "own_sum", "alexnet": "own_sum", "vgg": "own_winner", "googlenet": "own_channel"}
NUMBERS["aktiveringer"] = "own_share"
NETWORKS = {"alexnet": lambda: alexnet(classes=10), "vgg": lambda: load_network("vgg")}


@pytest.mark.parametrize("lesson", NUMBERS)
def test_any_seed_gives_a_number_whose_slips_are_told_apart(lesson):
    network = NETWORKS.get(lesson, lambda: load_network("googlenet"))()
    exercises = import_module(f"lesson_cells.{lesson}.exercises")
    image = torch.rand(3, network.input_size, network.input_size, generator=torch.Generator().manual_seed(0))
    units = set()
    for seed in (0, 1, 7):
        exercise, one = getattr(exercises, NUMBERS[lesson])(network, image, seed)
        assert judge(exercise, exercise.answer).status == "right"
        assert len(exercise.mistakes) >= 3
        assert all(judge(exercise, wrong).text.endswith(message) for wrong, message in exercise.mistakes)
        assert judge(exercise, ...).status == "unanswered"
        units.add((one.channel, one.place))
    assert len(units) > 1, "another seed, another number"


def test_padding_and_groups_are_told_apart_in_lesson_02():
    exercise, one = import_module("lesson_cells.alexnet.exercises").own_sum(
        alexnet(classes=10), torch.rand(3, 227, 227), 3
    )
    told = " ".join(message for _, message in exercise.mistakes)
    assert "padding" in told and "gruppe" in told and not one.inside.all() and len(one.inputs) == 48
