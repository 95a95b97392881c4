"""The receptive field on a photo: the squares have the right size and place, the rows the right numbers."""

import torch
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from lesson_cells.vgg.figures import StackedLayer, stack_fields
from lesson_utils.show.style import ORANGE, SKY

PHOTO = torch.rand(3, 40, 60, generator=torch.Generator().manual_seed(0))
TWO = [StackedLayer("conv 3x3", 3, 1), StackedLayer("conv 3x3", 5, 1), StackedLayer("pool 2x2", 6, 2)]


def squares(figure, colour: str) -> list[tuple[float, ...]]:
    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [
        (*p.get_xy(), p.get_width(), p.get_height())
        for p in patches
        if p.get_edgecolor()[:3] == to_rgb(colour)
    ]


def names(figure) -> list[str]:
    return [label.get_text() for label in figure.axes[1].get_yticklabels()]


def test_squares_lie_around_the_middle():
    figure = stack_fields(PHOTO, TWO)
    assert squares(figure, ORANGE) == [(27, 17, 6, 6)]
    assert squares(figure, SKY) == [(29, 17, 6, 6)]  # the neighbour's, one jump to the right
    assert squares(figure, "white") == [(28.5, 18.5, 3, 3), (27.5, 17.5, 5, 5)]


def test_every_layer_has_its_numbers():
    figure = stack_fields(PHOTO, TWO)
    assert names(figure) == ["conv 3x3", "conv 3x3", "pool 2x2"]
    assert [text.get_text() for text in figure.axes[1].texts] == ["3 (hop 1)", "5 (hop 1)", "6 (hop 2)"]
    assert [bar.get_width() for bar in figure.axes[1].containers[0]] == [3, 5, 6]
    assert figure.get_suptitle() == "3 lag: hver plads ser 6x6 pixler"
    assert "conv 3x3: 3; conv 3x3: 5; pool 2x2: 6" in figure.alt_text


def test_many_layers_share_rows():
    stack = [StackedLayer("conv 3x3", 2 * place + 3, 1) for place in range(20)] + [
        StackedLayer("pool 2x2", 42, 2)
    ]
    figure = stack_fields(PHOTO, stack)
    assert names(figure) == ["20 · conv 3x3", "pool 2x2"]
    assert figure.axes[1].texts[0].get_text() == "41 (hop 1)"
    assert len(squares(figure, "white")) == 20


def test_a_field_beyond_the_photo_says_so():
    figure = stack_fields(PHOTO, [StackedLayer("conv 99x99", 1099, 1)])
    assert figure.axes[0].get_xlabel() == "Feltet når ud over fotoet\npå alle fire sider"
    assert figure.get_suptitle() == "1 lag: hver plads ser 1.099x1.099 pixler"


def test_no_layers():
    assert (
        stack_fields(PHOTO, []).alt_text == "Ingen lag endnu: en plads er én pixel. Et foto på 60x40 pixler."
    )
