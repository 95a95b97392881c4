"""The widget of lesson 02: how large a layer's answer is."""

from lesson_cells.alexnet import widgets

WIDGETS = {"output_size": widgets.output_size}


def test_it_starts_with_the_lectures_example(live):
    picture = live.controls(widgets.output_size)[-1]
    assert "filteret står 55 steder" in live.alt_texts(picture.value)[0]
