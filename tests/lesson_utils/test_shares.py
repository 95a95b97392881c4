"""Wilson's interval, and what it says of two shares."""

import pytest

from lesson_utils.shares import told_apart, uncertain, wilson


def test_few_test_images_make_a_share_uncertain():
    """Wilson's interval for Newcombe's example (1998, table I): 81 of 263."""
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert uncertain(0.5, 100) == "50,0 % (40,4 til 59,6 %)"
    assert uncertain(1.0, 20) == "100,0 % (83,9 til 100,0 %)"


def test_a_test_too_small_to_tell_two_numbers_apart_says_so():
    assert told_apart(0.9, 0.8, 20).startswith("20 testbilleder er for få")
    assert told_apart(0.9, 0.8, 500) == "500 testbilleder er nok til at skelne de to tal."
    assert told_apart(0.8, 0.9, 500).endswith("er nok til at skelne de to tal.")
