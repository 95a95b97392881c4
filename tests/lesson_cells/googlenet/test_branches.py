"""An inception module's plan says what its layers are."""

import pytest
import torch

from lesson_cells.googlenet.branches import branches, inception_module
from lesson_utils.errors import LessonError
from lesson_utils.networks import googlenet
from lesson_utils.networks.googlenet import PAPER, Inception
from lesson_utils.networks.imagenet import relative

NETWORK = googlenet(device="meta")


@pytest.mark.parametrize(
    "row", [row for row in PAPER if isinstance(row, Inception)], ids=lambda row: row.name
)
def test_the_plan_is_the_papers_row(row):
    plan = branches(inception_module(NETWORK, row.name))
    widths = {step.name: step.channels_out for branch in plan for step in branch.steps if step.name != "pool"}
    assert widths == {name: getattr(row, name) for name in widths} and len(widths) == 6
    assert [branch.channels for branch in plan] == [row.conv1x1, row.conv3x3, row.conv5x5, row.pool_proj]
    assert len({branch.steps[0].channels_in for branch in plan}) == 1  # all branches read the same input


def test_steps_in_their_order():
    texts = [[step.text for step in b.steps] for b in branches(inception_module(NETWORK, "inception_3a"))]
    assert texts == [["1×1"], ["1×1", "3×3"], ["1×1", "5×5"], ["maxpool 3×3", "1×1"]]


def test_torchvisions_5x5_is_a_3x3():
    plan = branches(inception_module(relative("googlenet", device="meta"), "inception_3a"))
    assert plan[2].steps[-1].text == "3×3"


@pytest.mark.parametrize("name", ["conv1", "inception_6a", ""])
def test_another_layer_is_no_module(name):
    with pytest.raises(LessonError, match=r"inception_3a, .* og inception_5b"):
        inception_module(NETWORK, name)


def test_the_plan_needs_no_memory():
    assert NETWORK.device == torch.device("meta")
