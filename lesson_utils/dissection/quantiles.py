"""Quantiles of more numbers than fit in memory."""

import torch
from torch import Tensor

DROPPED = 18  # of a float32's 32 bits: sign, exponent and 5 bits of the fraction are left
BINS = 1 << (32 - DROPPED)


class Histogram:
    """Counts of the values of each of `rows` rows, in bins that are 2 to 3 % wide at any size of number.

    A float's bits, read as a whole number, grow with the float; their upper 14 bits number the bins. (The finer
    idea behind it is HdrHistogram's: the same relative error everywhere, whatever the range.)
    """

    def __init__(self, rows: int):
        self.counts = torch.zeros(rows, BINS, dtype=torch.int64)

    def add(self, values: Tensor) -> None:
        """Count values float32 (rows, n)."""
        upper = (values.float() + 0.0).view(torch.int32) >> DROPPED  # + 0.0: there is no minus zero
        bins = torch.where(upper >= 0, upper + BINS // 2, -upper - 1)  # negative floats count backwards
        bins += torch.arange(len(values), dtype=torch.int32, device=values.device)[:, None] * BINS
        self.counts += torch.bincount(bins.flatten(), minlength=len(values) * BINS).view(-1, BINS).cpu()

    def quantile(self, share: float) -> Tensor:
        """float32 (rows,): the value below which `share` of a row's values lie, interpolated within its bin."""
        below = self.counts.cumsum(1)
        wanted = share * below[:, -1:].double()
        bins = (below < wanted).sum(1, keepdim=True).clamp(max=BINS - 1)
        inside = self.counts.gather(1, bins).clamp_min(1).double()
        part = ((wanted - (below.gather(1, bins) - inside)) / inside).clamp(0, 1)
        low, high = (_value(edge).double() for edge in (bins, bins + 1))
        return (low + (high - low) * part)[:, 0].float()


def _value(edge: Tensor) -> Tensor:
    """The float at the lower edge of a bin."""
    bits = (edge - BINS // 2) << DROPPED
    return torch.where(bits >= 0, bits, -(2**31) - bits).to(torch.int32).view(torch.float32)
