"""How sure a share of few images is: Wilson's interval, and whether two shares can be told apart."""

import math

from lesson_utils import danish


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of `count` test images (Wilson 1927): it holds near 0 and 1, and for few."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2) / (1 + z * z / count)
    return middle - half, middle + half


def uncertain(share: float, count: int) -> str:
    """A share of `count` test images with its 95 % interval: `92,5 % (88,8 til 95,0 %)`."""
    low, high = wilson(share, count)
    return f"{danish.percent(share)} ({danish.number(100 * low, 1)} til {danish.percent(high)})"


def told_apart(one: float, other: float, count: int) -> str:
    """Whether `count` test images are enough to tell two shares apart: a Danish sentence."""
    (low, high), (lower, higher) = wilson(one, count), wilson(other, count)
    if low > higher or lower > high:
        return f"{danish.number(count)} testbilleder er nok til at skelne de to tal."
    return (
        f"{danish.plural(count, 'testbillede', 'testbilleder')} er for få til at skelne de to tal: "
        "intervallerne overlapper."
    )
