import pytest

from lesson_utils import danish


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (138_357_544, None, "138.357.544"),
        (1.5, None, "1,5"),
        (67.5, None, "67,5"),
        (0.1 + 0.2, None, "0,3"),
        (5_268_480.0, None, "5.268.480"),
        (21.42857, 1, "21,4"),
        (-3, None, "−3"),
        (-0.01, 1, "0,0"),
    ],
)
def test_number(value, decimals, text):
    assert danish.number(value, decimals) == text


def test_percent_has_a_space_before_the_sign():
    assert danish.percent(0.976) == "97,6 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [(138_357_544, "138,4 mio."), (1.5e9, "1,5 mia."), (34_944, "34,9 tusind"), (9999, "9.999")],
)
def test_short(value, text):
    assert danish.short(value) == text


def test_plural_takes_the_singular_for_one_alone():
    assert [danish.plural(n, "kanal", "kanaler") for n in (0, 1, 2)] == ["0 kanaler", "1 kanal", "2 kanaler"]


@pytest.mark.parametrize(
    ("items", "text"), [(["a"], "a"), (["a", "b"], "a og b"), (["a", "b", "c"], "a, b og c"), ([], "")]
)
def test_listing(items, text):
    assert danish.listing(items) == text


def test_nearest_name():
    assert danish.did_you_mean("inception4a", ["conv1", "inception_4a"]) == "Mente du »inception_4a«?"
    assert danish.did_you_mean("qqq", ["conv1"]) == ""
