"""Which setting gave what: numbers to scale, words side by side, many words below each other."""

import pytest

from lesson_staff.sweep_figure import setting_effect


def test_a_setting_of_words_stands_side_by_side():
    figure = setting_effect(["en", "to", "en"], [0.5, 0.25, 0.7], "module", "nøjagtighed")
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["en", "to"]
    assert list(axes.lines[0].get_ydata()) == pytest.approx([0.6, 0.25])
    assert axes.lines[0].get_linestyle() == "None", "words have no order to join them in"
    assert figure.alt_text.endswith("Gennemsnit: en: 0,6 og to: 0,25. Højest ved en.")


def test_numbers_stand_to_scale_and_their_means_are_joined():
    figure = setting_effect([19, 11, 11], [0.9, 0.5, 0.7], "depth", "nøjagtighed")
    (axes,) = figure.axes
    assert list(axes.lines[0].get_xdata()) == [11, 19]
    assert list(axes.lines[0].get_ydata()) == pytest.approx([0.6, 0.9])
    assert axes.lines[0].get_linestyle() == "-"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["11", "19"]


def test_many_words_stand_below_each_other_the_highest_on_top():
    names = [f"foto {k}" for k in range(12)]
    figure = setting_effect(names, list(range(12)), "photo", "en lang overskrift, der fylder to linjer " * 3)
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == names[::-1]
    bottom, top = axes.get_ylim()
    assert top < 0 < 11 < bottom, "the first of them, which has the highest mean, is on top"
    assert axes.get_title("left").count("\n") == 1 and axes.get_title("left").endswith("…")
    unnamed = setting_effect([f"foto {k}" for k in range(200)], list(range(200)), "photo", "x")
    assert not unnamed.axes[0].get_yticklabels()
