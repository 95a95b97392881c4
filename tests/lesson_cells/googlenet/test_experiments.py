"""Table 1, the variance that a bottleneck keeps, and a fair measurement of gradients."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from lesson_cells.googlenet import experiments
from lesson_utils.networks import googlenet
from lesson_utils.networks.googlenet import PAPER
from lesson_utils.weights import load_network
from lesson_world import datasets


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
    images, labels = experiments.digits(96, channels=3)
    norms = experiments.gradient_norms(network, images[:8], labels[:8])
    layer = network.layers.conv1.conv
    assert norms["conv1"] == pytest.approx(layer.weight.grad.norm().item())
    assert "gap" not in norms and len(norms) == 13
    assert network.training and network.layers.drop.training


def test_training_changes_the_loss(measured):
    losses = experiments.losses(measured)
    assert losses.loc[("he", 0, 0), False] == losses.loc[("he", 0, 0), True]
    assert losses.loc[("he", 0, 0), False] != losses.loc[("he", 1, 0), False]


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


def test_the_step_that_is_given_is_the_one_that_is_measured():
    def half(network, images, labels, optimizer):
        optimizer.zero_grad()
        (0.5 * network.loss(network(images), labels)).backward()
        optimizer.step()
        return 0.0

    images, labels = experiments.digits(96, channels=3)
    whole, halved = (
        experiments.gradient_norms(experiments.narrow_googlenet(True), images[:8], labels[:8], step)
        for step in (experiments.training_step, half)
    )
    assert {name: 2 * norm for name, norm in halved.items()} == pytest.approx(whole)


def features(channels: int = 6, seed: int = 0) -> torch.Tensor:
    return torch.randn(2, channels, 5, 7, generator=torch.Generator().manual_seed(seed))


def test_it_grows_to_all_of_it():
    kept = experiments.kept_variance(features())
    assert kept.shape == (6,) and (np.diff(kept) >= 0).all() and kept[-1] == pytest.approx(1)


def test_features_of_rank_two_need_two_channels():
    mixed = torch.einsum(
        "kc,nchw->nkhw", torch.randn(9, 2, generator=torch.Generator().manual_seed(1)), features(2)
    )
    kept = experiments.kept_variance(mixed)
    assert kept[0] < 0.999 and kept[1] == pytest.approx(1)


def test_the_mean_is_no_variance():
    assert experiments.kept_variance(features() + 100) == pytest.approx(
        experiments.kept_variance(features()), abs=1e-6
    )


def test_no_projection_keeps_more():
    pixels = features().movedim(1, 0).flatten(1).double()
    pixels = pixels - pixels.mean(1, keepdim=True)
    for seed in range(20):
        random = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        basis, _ = torch.linalg.qr(random)
        share = (basis.T @ pixels).square().sum() / pixels.square().sum()
        assert share <= experiments.kept_variance(features())[2] + 1e-9


TABLE = experiments.paper_table(googlenet(auxiliary=False, device="meta"))

# computed weights in K, computed multiply-adds in M
COMPUTED = {
    "conv1": (9.2, 118.0),
    "conv2": (112.0, 359.7),
    "inception_3a": (159.5, 128.0),
    "inception_3b": (379.0, 304.3),
    "inception_4a": (366.75, 73.6),
    "inception_4b": (438.0, 87.9),
    "inception_4c": (497.5, 99.9),
    "inception_4d": (590.5, 118.5),
    "inception_4e": (847.0, 170.0),
    "inception_5a": (1018.0, 51.1),
    "inception_5b": (1409.0, 70.7),
    "fc": (1000.0, 1.0),
}


@pytest.mark.parametrize(("name", "figures"), COMPUTED.items())
def test_computed(name, figures):
    row = TABLE.loc[name]
    assert (row["weights_k"], row["multiply_adds_m"]) == pytest.approx(figures, abs=0.06)
    assert (row["printed_k"], row["printed_m"]) == experiments.PRINTED[name]


def test_only_these_weights_are_more_than_1k_from_the_paper():
    off = (TABLE["weights_k"] - TABLE["printed_k"]).abs() > 1
    named = ["conv1", *(f"inception_{name}" for name in ("4a", "4c", "4d", "4e", "5a", "5b"))]
    assert list(TABLE.index[off]) == named


def test_no_weight_is_counted_twice_or_forgotten():
    network = googlenet(auxiliary=False, device="meta")
    biases = sum(p.numel() for name, p in network.named_parameters() if name.endswith("bias"))
    assert TABLE["weights"].sum() + biases == 6_998_552
    assert TABLE.loc["conv2", "weights"] == 112 * experiments.K


def test_a_trained_auxiliary_classifier_answers_almost_as_well_as_the_network():
    shares = experiments.head_accuracies(load_network("googlenet"), datasets.base(220, seed=datasets.TEST))
    assert list(shares.index) == ["inception_4a", "fc"] and shares.min() > 0.85
    fresh = experiments.head_accuracies(
        googlenet.mini(22, seed=1).eval(), datasets.base(220, seed=datasets.TEST)
    )
    assert fresh.max() < 0.3, "untrained heads guess"
