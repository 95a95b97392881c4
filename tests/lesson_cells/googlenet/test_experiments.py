"""The measurement of gradients: a narrowed network of the paper's shape, and a fair comparison."""

import pandas as pd
import pytest
import torch
from torch import nn

from lesson_cells.googlenet import experiments
from lesson_utils.errors import LessonError
from lesson_utils.networks import googlenet
from lesson_utils.networks.googlenet import PAPER


@pytest.fixture(scope="module")
def measured():
    return experiments.auxiliary_gradients(starts=["0.01", "he"], seeds=[0], checkpoints=(0, 1))


def test_the_narrow_network_is_the_papers():
    narrow, paper = experiments.narrow_googlenet(auxiliary=True), googlenet(device="meta")
    assert list(narrow.layers._modules) == list(paper.layers._modules)
    assert list(narrow.auxiliary) == list(paper.auxiliary) == ["inception_4a", "inception_4d"]
    convs = [[m for m in network.layers.modules() if isinstance(m, nn.Conv2d)] for network in (narrow, paper)]
    assert all(8 * few.out_channels == many.out_channels for few, many in zip(*convs, strict=True))
    assert not any(isinstance(module, nn.BatchNorm2d) for module in narrow.modules())


def test_pools_and_norms_keep_their_size():
    assert experiments.narrowed(PAPER[1], 8) == PAPER[1]
    assert experiments.narrowed(PAPER[2], 8) == PAPER[2]


def test_with_and_without_start_from_the_same_weights():
    without, helped = (
        experiments.narrow_googlenet(auxiliary, "xavier", seed=3) for auxiliary in (False, True)
    )
    same = zip(without.layers.parameters(), helped.layers.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in same)


@pytest.mark.parametrize(
    ("start", "spread"), [("0.01", 0.01 * 8**0.5), ("xavier", 128**-0.5), ("he", 64**-0.5)]
)
def test_the_first_weights_have_the_spread_of_their_start(start, spread):
    weight = experiments.narrow_googlenet(False, start).layers.fc.linear.weight  # 128 inputs
    assert weight.std().item() == pytest.approx(spread, rel=0.05)


def test_gradients_differ_up_to_4d_and_nowhere_else(measured):
    gain = experiments.gain(measured)["he", 0]
    last = list(gain.index).index("inception_4d")
    assert (gain.iloc[: last + 1] != 1).all()
    assert gain.iloc[last + 1 :].to_list() == pytest.approx([1] * (len(gain) - last - 1), rel=1e-5)


def test_a_small_start_makes_the_gradient_vanish(measured):
    norms = experiments.summary(measured).query("step == 0 and layer == 'conv1'")
    norms = norms.set_index(["start", "auxiliary"])["median"]
    assert norms["0.01", False] < 1e-8 < norms["he", False]
    assert norms["0.01", True] > 30 * norms["0.01", False]
    assert norms["he", True] < 3 * norms["he", False]


def test_the_norm_is_that_of_the_gradient():
    network = experiments.narrow_googlenet(True, "he")
    images, labels = experiments.digits(96)
    norms = experiments.gradient_norms(network, images[:8], labels[:8])
    layer = network.layers.conv1.conv
    assert norms["conv1"] == pytest.approx(layer.weight.grad.norm().item())
    assert "gap" not in norms and len(norms) == 13
    assert network.training and network.layers.drop.training


def test_training_changes_the_loss(measured):
    losses = experiments.losses(measured)
    assert losses.loc[("he", 0), False] == losses.loc[("he", 0), True]
    assert losses.loc[("he", 0), False] != losses.loc[("he", 1), False]


def test_an_unknown_start_is_said():
    with pytest.raises(LessonError, match=r"0\.01, xavier og he"):
        experiments.narrow_googlenet(False, "orthogonal")


def test_a_small_start_loses_the_signal_both_ways():
    images, labels = experiments.digits(96)
    ratios = {
        start: experiments.signal_ratios(experiments.narrow_googlenet(False, start), images[:16], labels[:16])
        for start in experiments.STARTS
    }
    assert all(ratio < 1e-9 for ratio in ratios["0.01"])
    assert all(1e-4 < ratio < 0.1 for ratio in ratios["xavier"])
    assert all(0.1 < ratio < 10 for ratio in ratios["he"])


def test_the_gain_is_the_median_of_the_seeds_own_ratios():
    rows = [(1, 10), (2, 4), (8, 24)]  # ratios 10, 2 and 3; the ratio of the medians would be 5
    frame = pd.DataFrame(
        [
            {"start": "he", "auxiliary": helped, "seed": seed, "step": 0, "layer": "conv1", "gradient": norm}
            for seed, norms in enumerate(rows)
            for helped, norm in zip((False, True), norms, strict=True)
        ]
    )
    assert experiments.gain(frame).loc["conv1", ("he", 0)] == 3
    assert experiments.summary(frame)["gain"].to_list() == [3, 3]
