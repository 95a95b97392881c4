"""The share of variance is that of the best projection: known for made-up features."""

import numpy as np
import pytest
import torch

from lesson_cells.googlenet.channel_variance import kept_variance


def features(channels: int = 6, seed: int = 0) -> torch.Tensor:
    return torch.randn(2, channels, 5, 7, generator=torch.Generator().manual_seed(seed))


def test_it_grows_to_all_of_it():
    kept = kept_variance(features())
    assert kept.shape == (6,) and (np.diff(kept) >= 0).all() and kept[-1] == pytest.approx(1)


def test_features_of_rank_two_need_two_channels():
    mixed = torch.einsum(
        "kc,nchw->nkhw", torch.randn(9, 2, generator=torch.Generator().manual_seed(1)), features(2)
    )
    kept = kept_variance(mixed)
    assert kept[0] < 0.999 and kept[1] == pytest.approx(1)


def test_the_mean_is_no_variance():
    assert kept_variance(features() + 100) == pytest.approx(kept_variance(features()), abs=1e-6)


def test_no_projection_keeps_more():
    pixels = features().movedim(1, 0).flatten(1).double()
    pixels = pixels - pixels.mean(1, keepdim=True)
    for seed in range(20):
        random = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        basis, _ = torch.linalg.qr(random)
        share = (basis.T @ pixels).square().sum() / pixels.square().sum()
        assert share <= kept_variance(features())[2] + 1e-9
