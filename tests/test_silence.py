"""Silent channels, counted where the answer is known."""

import torch
from torch import nn

from lesson_utils.networks import alexnet
from lesson_utils.silence import silent, silent_channels


class Colours(nn.Module):
    """Channel 0 answers to red, 1 to blue, 2 never."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 3, 1)
        self.relu = nn.ReLU()
        with torch.no_grad():
            self.layer.weight.zero_()
            self.layer.weight[0, 0] = self.layer.weight[1, 2] = 1.0
            self.layer.bias.copy_(torch.tensor([-0.5, -0.5, -1.0]))

    def forward(self, images):
        return self.relu(self.layer(images))


def picture(red: float, blue: float) -> torch.Tensor:
    return torch.stack([torch.full((4, 4), value) for value in (red, 0.0, blue)])


def test_shares_of_silent_channels():
    images = torch.stack([picture(1, 0), picture(1, 1), picture(1, 0), picture(0, 0)])
    row = silent_channels(Colours(), picture(0, 1), images, ["relu"], batch_size=3).loc["relu"]
    assert row["channels"] == 3
    assert row["image"] == 2 / 3  # red and the one that never answers
    assert row["never"] == 1 / 3
    assert row["faint"] == 2 / 3
    assert abs(row["average"] - (2 + 1 + 2 + 3) / 12) < 1e-6


def test_a_faint_answer_looks_empty_and_is_not_silent():
    row = silent_channels(Colours(), picture(0.54, 1), picture(1, 1)[None], ["relu"]).loc["relu"]
    assert (row["image"], row["faint"]) == (1 / 3, 2 / 3)  # red answers with 0.04, once with 0.5


def test_one_place_is_enough():
    answers = torch.zeros(1, 2, 3, 3)
    answers[0, 1, 2, 0] = 0.1
    assert silent(answers).tolist() == [[True, False]]
    assert silent(torch.tensor([[0.0, 2.0]])).tolist() == [[True, False]]


def test_a_row_for_each_layer():
    images = torch.rand(6, 3, 64, 64)
    table = silent_channels(alexnet.mini(5).eval(), images[0], images, ["conv1", "fc7"])
    assert list(table.index) == ["conv1", "fc7"] and table["channels"].tolist() == [48, 256]
    assert table[["image", "average", "never"]].stack().between(0, 1).all()
    assert (table["never"] <= table["average"] + 1e-6).all()
