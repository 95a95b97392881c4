"""Quantiles from counts, against those of all the numbers."""

import pytest
import torch

from lesson_utils.dissection.quantiles import Histogram


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 3e5])
def test_quantiles_agree_with_those_of_all_numbers(share, scale):
    """To 3 % of the value, where the bins are that wide."""
    values = torch.randn(3, 40_000, generator=torch.Generator().manual_seed(1)) * scale + 0.3 * scale
    counted = Histogram(3)
    for part in values.split(7000, dim=1):
        counted.add(part)
    torch.testing.assert_close(
        counted.quantile(share), values.quantile(share, dim=1), rtol=0.03, atol=0.01 * scale
    )


def test_a_row_that_is_mostly_zero_has_quantile_zero():
    values = torch.zeros(2, 1000)
    values[0, :5], values[1, :200] = 7.0, 7.0
    counted = Histogram(2)
    counted.add(values)
    low, high = counted.quantile(0.99).tolist()
    assert low == pytest.approx(0, abs=1e-30) and high == pytest.approx(7, rel=0.03)


def test_both_zeros_are_one():
    counted = Histogram(1)
    counted.add(torch.tensor([[0.0, -0.0]]))
    assert int(counted.counts.max()) == 2
