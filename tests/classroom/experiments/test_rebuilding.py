"""Pictures rebuilt and told apart: networks that forget nothing, and one that forgets the colour."""

import torch
from torch import nn

from lesson_utils.classroom.experiments.rebuilding import pairs, rebuild, told_apart


class Seen(nn.Module):
    """An invertible layer, one that keeps only the brightness, and one that keeps nothing."""

    def __init__(self):
        super().__init__()
        self.everything = nn.Conv2d(3, 3, 1, bias=False)
        self.brightness = nn.Conv2d(3, 1, 1, bias=False)
        self.head = nn.Conv2d(1, 1, 1)
        nn.init.dirac_(self.everything.weight)
        nn.init.constant_(self.brightness.weight, 1 / 3)

    def forward(self, images):
        return self.head(self.brightness(self.everything(images)))


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(20.0))

    def forward(self, images):
        return self.scale * nn.functional.adaptive_avg_pool2d(images, 4).flatten(1)


def test_pairs_differ_in_one_thing_only():
    for name, (first, second) in pairs(3).items():
        assert first.shape == second.shape == (3, 3, 64, 64)
        assert not torch.equal(first, second), name
    first, second = pairs(3)["farve"]
    assert torch.equal(first.sort(1).values, second.sort(1).values)  # the same three numbers in each pixel


def test_an_invertible_layer_gives_the_picture_back():
    pictures = pairs(2)["plads"][0]
    found = rebuild(Seen(), pictures, ["everything", "brightness"], steps=80).means()
    assert found.psnr["everything"] > 25 > found.psnr["brightness"]
    assert found.feature_error.max() < 0.02


def test_a_layer_without_colours_cannot_tell_them_apart():
    shares = told_apart(Seen(), pairs(4), ["everything", "brightness"], Judge(), steps=40)
    assert shares.loc["everything"].min() == 1
    assert shares.loc["brightness", "plads"] > 0.8 > shares.loc["brightness", "farve"]
