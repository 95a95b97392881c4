"""Table 1 of the paper: which of its figures the network gives, and which it does not."""

import pytest

from lesson_cells.googlenet.paper_table import PRINTED, K, compared
from lesson_utils.networks import googlenet

TABLE = compared(googlenet(auxiliary=False, device="meta"))

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
    assert (row["printed_k"], row["printed_m"]) == PRINTED[name]


def test_only_these_weights_are_more_than_1k_from_the_paper():
    off = (TABLE["weights_k"] - TABLE["printed_k"]).abs() > 1
    named = ["conv1", *(f"inception_{name}" for name in ("4a", "4c", "4d", "4e", "5a", "5b"))]
    assert list(TABLE.index[off]) == named


def test_no_weight_is_counted_twice_or_forgotten():
    network = googlenet(auxiliary=False, device="meta")
    biases = sum(p.numel() for name, p in network.named_parameters() if name.endswith("bias"))
    assert TABLE["weights"].sum() + biases == 6_998_552
    assert TABLE.loc["conv2", "weights"] == 112 * K
