"""The bottleneck's bars and curve, on the lecture's example."""

import pytest

from lesson_cells.googlenet.bottleneck_figures import Cost, bottleneck_cost

DIRECT = Cost(576_000, 112_896_000)
THROUGH = {
    8: (Cost(3_840, 752_640), Cost(9_600, 1_881_600)),
    16: (Cost(7_680, 1_505_280), Cost(19_200, 3_763_200)),
}


def test_the_lectures_numbers():
    figure = bottleneck_cost(DIRECT, THROUGH, width=16)
    assert figure.get_suptitle() == "Med flaskehals: 21,4 gange færre multiply-adds"
    texts = [text.get_text() for axes in figure.axes[:2] for text in axes.texts]
    assert texts == ["112.896.000", "5.268.480", "576.000", "26.880"]
    for number in texts:
        assert number in figure.alt_text


def test_bars_and_curve_are_the_costs():
    figure = bottleneck_cost(DIRECT, THROUGH, width=16)
    multiply_adds, _, curve = figure.axes
    assert [
        (bar.get_x(), bar.get_width()) for container in multiply_adds.containers for bar in container
    ] == [
        (0, 112_896_000),
        (1_505_280, 3_763_200),
        (0, 1_505_280),
    ]
    line, direct, point = curve.lines[:3]
    assert list(zip(*line.get_data(), strict=True)) == [(8, 2_634_240), (16, 5_268_480)]
    assert set(direct.get_ydata()) == {112_896_000}
    assert (list(point.get_xdata()), list(point.get_ydata())) == ([16], [5_268_480])


@pytest.mark.parametrize(
    ("direct", "verdict"),
    [
        (Cost(1, 2_634_240), "Flaskehalsen er for bred: 2,0 gange flere multiply-adds"),
        (Cost(1, 5_268_480), "Flaskehalsen koster det samme som den direkte vej"),
    ],
)
def test_when_it_does_not_pay(direct, verdict):
    assert bottleneck_cost(direct, THROUGH, width=16).get_suptitle() == verdict


def test_large_numbers_are_shortened():
    texts = bottleneck_cost(Cost(1, 80_564_191_232), THROUGH, width=16).axes[0].texts
    assert texts[0].get_text() == "80,6 mia."
