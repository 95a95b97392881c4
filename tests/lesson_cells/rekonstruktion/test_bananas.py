"""The banana's experiment: what is covered, what is added, and what a judge is asked."""

import torch
from torch import nn

from lesson_cells.rekonstruktion.experiments.bananas import BANANA, called_banana, cover, training_sets
from lesson_world.banana import CLASSES


class Always(nn.Module):
    def __init__(self, label: int):
        super().__init__()
        self.logits = nn.Parameter(10 * torch.eye(len(CLASSES))[label])

    def forward(self, images):
        return self.logits.expand(len(images), -1)


def test_a_network_that_always_says_banana_is_never_right_for_the_right_reason():
    called = called_banana({"banan": Always(BANANA), "æble": Always(1)}, count=2)
    assert called["banan"].tolist() == [1, 1, 1] and called["æble"].tolist() == [0, 0, 0]


def test_cover_takes_the_mean_colour_and_leaves_the_rest():
    images = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    mask = torch.zeros(2, 8, 8, dtype=torch.bool)
    mask[:, 4, 4] = True
    covered = cover(images, mask)
    assert torch.allclose(covered[:, :, 3:6, 3:6], images.mean((2, 3))[..., None, None].expand(2, 3, 3, 3))
    assert torch.equal(covered[:, :, :3], images[:, :, :3])


def test_in_the_biased_set_every_banana_is_held():
    for name, samples in training_sets(rounds=5).items():
        bananas = samples.take(samples.labels == BANANA)
        held = bananas.object_mask("monkey").flatten(1).any(1)
        assert bool(held.all()) == (name == "skævt")
