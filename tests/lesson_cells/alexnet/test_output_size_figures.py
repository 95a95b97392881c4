"""The sliding filter: what is said, and what is drawn where."""

import pytest
from matplotlib.patches import Rectangle

from lesson_cells.alexnet.figures.output_size import UNSEEN, filter_positions
from lesson_utils.show.style import BLUE, WARNING


def drawn(figure, colour: str, panel: int) -> list[tuple[float, float]]:
    """(left, width) of every rectangle of one colour."""
    from matplotlib.colors import to_rgb

    patches = [patch for patch in figure.axes[panel].patches if isinstance(patch, Rectangle)]
    return [(p.get_x(), p.get_width()) for p in patches if p.get_facecolor()[:3] == to_rgb(colour)]


def bars(figure) -> list[tuple[float, float]]:
    containers = figure.axes[1].containers
    return [(bar.get_x(), bar.get_width()) for container in containers for bar in container]


@pytest.mark.parametrize(
    ("setting", "formula", "said"),
    [
        ((227, 11, 4, 0), r"\dfrac{227-11}{4}+1=55$", "så outputtet er 55x55."),
        ((5, 5, 1, 0), r"\dfrac{5-5}{1}+1=1$", "filteret står 1 sted i hver retning, så"),
        (
            (277, 11, 4, 0),
            "+1=67{,}5$",
            "Det går ikke op: 67,5 er ikke et helt tal. 2 pixler er til overs. ",
        ),
        ((277, 11, 4, 0), "", "PyTorch runder ned til 67x67 og ser aldrig de sidste 2 pixler."),
        ((224, 11, 4, 2), r"{224+2\cdot2-11}{4}+1=55{,}25$", "1 pixel er til overs."),
        ((224, 11, 4, 2), "", "PyTorch runder ned til 55x55. Det er kun padding, der ikke bliver set."),
        ((8, 2, 5, 1), "=2{,}6$", "3 pixler (heraf 1 padding) er til overs."),
        ((8, 2, 5, 1), "", "og ser aldrig de sidste 2 pixler."),
        ((7, 3, 3, 0), "=2{,}33$", "og ser aldrig den sidste pixel."),
        (
            (7, 11, 1, 1),
            r"{7+2\cdot1-11}{1}+1$",
            "Filteret (11) er større end input med padding (7 + 2 · 1 = 9).",
        ),
        ((5, 7, 1, 0), "{5-7}{1}+1$", "Filteret (7) er større end input (5). Der er ingen plads til det"),
    ],
)
def test_the_formula_and_the_verdict(setting, formula, said):
    figure = filter_positions(*setting)
    assert formula in figure.get_suptitle().replace(" ", "")
    assert said in figure.alt_text
    assert " ".join(figure.get_supxlabel().split()) in figure.alt_text  # the same words for eyes and ears


def test_every_place_is_drawn_to_scale():
    figure = filter_positions(7, 3, 2, 1)
    assert bars(figure) == [(-1, 3), (1, 3), (3, 3), (5, 3)]
    assert figure.axes[1].get_xlim() == (-1, 8)
    assert figure.axes[0].collections[0].get_offsets().shape == (
        16,
        2,
    )  # one dot for each number of the output
    assert figure.axes[0].collections[0].get_offsets()[0].tolist() == [0.5, 0.5]
    assert (-1, 3) in drawn(figure, BLUE, panel=0)


def test_the_pixels_left_over_are_marked():
    figure = filter_positions(277, 11, 4, 0)
    assert (275, 2) in drawn(figure, UNSEEN, panel=0)
    assert figure.axes[1].get_legend().get_texts()[-1].get_text() == "ses aldrig"
    assert bars(figure)[-1] == (264, 11) and len(bars(figure)) == 6  # the end of the row, enlarged
    assert figure.findobj(lambda artist: getattr(artist, "get_color", str)() == WARNING)
    assert filter_positions(227, 11, 4, 0).axes[1].get_legend() is None


def test_the_filter_that_does_not_fit_reaches_over_the_edge():
    figure = filter_positions(5, 7, 1, 0)
    assert bars(figure) == [(0, 7)]
    assert figure.axes[1].get_xlim() == (0, 7)
