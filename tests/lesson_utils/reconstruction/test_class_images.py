"""What the robust networks were trained for: images drawn from one network's output are named by another."""

import pytest
import torch

from lesson_utils import weights
from lesson_utils.networks import random_twin
from lesson_utils.reconstruction import class_images
from lesson_world.datasets import BASE

ROBUST = [
    name
    for name, entry in weights.embedded().items()
    if entry["recipe"]["epsilon"] and entry["classes"] == BASE
]
SOME = list(range(0, len(BASE), 2))  # every second class; `benchmarks/class_images.py` measures all of them


STEPS = {"googlenet": 200}  # without FC layers nothing says where the thing should be: the climb takes longer


def named(judge, images) -> int:
    with torch.no_grad():
        return int((judge(images).argmax(1) == torch.tensor(SOME)).sum())


@pytest.mark.parametrize("name", ROBUST)
def test_class_images_of_a_robust_network_are_named_by_the_others(name):
    images = class_images(weights.load_network(name), SOME, STEPS.get(name, 100)).images
    others = {other: named(weights.load_network(other), images) for other in ROBUST if other != name}
    assert min(others.values()) >= 10, others  # of 11


def test_class_images_of_a_random_network_are_named_by_nobody():
    """The control: the climb alone makes nothing that a network would name (a guess names 1 of 22)."""
    judge = weights.load_network(ROBUST[0])
    assert named(judge, class_images(random_twin(judge, 0), SOME, steps=30).images) <= 3
