"""A class's evidence map: its mean is the class's score, and a network without GAP is turned away."""

import re

import pytest
import torch

from lesson_utils.errors import LessonError
from lesson_utils.evidence import answer_and_evidence, evidence
from lesson_utils.networks import alexnet, googlenet
from lesson_utils.networks.imagenet import relative

IMAGES = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_the_mean_of_a_map_and_the_bias_are_the_score():
    network = googlenet.mini(5, seed=3).eval()
    torch.nn.init.normal_(network.layers.fc.linear.bias)
    logits, bias = network(IMAGES).detach(), network.layers.fc.linear.bias.detach()
    maps = evidence(network, IMAGES, [4, 1])
    assert maps.shape == (2, 4, 4)
    assert torch.allclose(maps.mean((1, 2)) + bias[[4, 1]], logits[[0, 1], [4, 1]], atol=1e-4)
    of_one = evidence(network, IMAGES[:1], torch.tensor([4, 0, 2]))
    assert torch.allclose(of_one.mean((1, 2)) + bias[[4, 0, 2]], logits[0, [4, 0, 2]], atol=1e-4)


@pytest.mark.parametrize("network", [alexnet.mini(5), relative("vgg16", device="meta")])
def test_a_network_that_does_not_end_with_gap_and_one_fc_layer_is_turned_away(network):
    with pytest.raises(LessonError, match=re.escape(f"det gør {network.name} ikke")):
        evidence(network, IMAGES, [0, 1])


def test_one_pass_gives_the_answer_and_its_evidence():
    network = googlenet.mini(5, seed=3).eval()
    image = IMAGES[0]
    shares, heat = answer_and_evidence(network, image)
    assert torch.allclose(shares, network(image[None]).softmax(1)[0].detach(), atol=1e-5)
    assert torch.allclose(heat, evidence(network, image[None], [int(shares.argmax())])[0], atol=1e-5)
