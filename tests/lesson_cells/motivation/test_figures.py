"""Figures of lesson 00: what they say, and that it is what they were given."""

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure

from lesson_cells.motivation import figures
from lesson_cells.motivation.experiments import FILTERS, slide
from lesson_utils.show.style import WARNING
from lesson_world import render

PHOTO = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
STEP = torch.tensor([[0.0, 0, 0, 1, 1, 1]] * 6)
EDGE, STEP_ANSWERS = slide(STEP, FILTERS["lodret kant"])
_, PHOTO_ANSWERS = slide(PHOTO[0], FILTERS["lodret kant"])


def pictures(figure: Figure) -> list[np.ndarray]:
    return [image.get_array() for axes in figure.axes for image in axes.images]


def test_first_training_names_both_networks_and_shares():
    shares = {
        "a": {"egne billeder": 1.0, "nye billeder": 0.7},
        "b": {"egne billeder": 0.99, "nye billeder": 0.9},
    }
    figure = figures.first_training({"a": [2.0, 1.0], "b": [2.0, 0.5]}, shares)
    assert "a: 100 % af egne billeder og 70 % af nye billeder" in figure.alt_text
    assert sorted(bar.get_height() for bar in figure.axes[1].patches) == [0.7, 0.9, 0.99, 1.0]


def test_encoder_decoder_shows_the_strongest_maps_and_the_answer():
    maps = {"conv1": torch.rand(6, 8, 8), "conv5": torch.rand(9, 4, 4)}
    answer = {"bus": 0.06, "bil": 0.9, "fly": 0.04}
    figure = figures.encoder_decoder(torch.rand(3, 16, 16), maps, answer, features=144)
    assert figure.alt_text == (
        "Et billede og de stærkeste feature maps i conv1 (6 af 8x8) og conv5 (9 af 4x4). "
        "Decoderen svarer: bil 90 %, bus 6 % og fly 4 %."
    )
    titles = [axes.get_title() or axes.get_title("left") for axes in figure.axes]
    assert "conv1\n6 af 8x8" in titles and "conv5\n9 af 4x4" in titles
    first = figure.axes[1].images[0].get_array()
    assert first.max() == pytest.approx(float(maps["conv1"].max()))


def test_wrong_answers_are_marked_and_named():
    figure = figures.answers(
        torch.rand(3, 3, 8, 8), ["kat", "bil", "ur"], ["kat", "bus", "ur"], [0.9, 0.5, 1.0]
    )
    assert figure.alt_text == "3 nye billeder med netværkets svar. Forkerte: bil kaldt bus."
    marked = [axes.spines.left.get_visible() for axes in figure.axes[:3]]
    assert marked == [False, True, False]
    assert figure.axes[1].title.get_color() == WARNING


def test_all_right_is_said_too():
    assert "Alle er rigtige" in figures.answers(torch.rand(1, 3, 8, 8), ["ur"], ["ur"], [1.0]).alt_text


def test_first_filters_are_grey_where_they_are_zero():
    weights = torch.zeros(2, 3, 5, 5)
    weights[0, 0, 0, 0] = -4
    figure = figures.first_filters(weights)
    picture = figure.axes[0].images[0].get_array()
    assert picture[0, 0].tolist() == [0.0, 0.5, 0.5] and picture[2, 2].tolist() == [0.5] * 3
    assert "2 filtre på 5 x 5" in figure.alt_text


def test_top_patches_have_a_row_for_each_unit():
    rows = {name: torch.rand(3, 3, 8, 8) for name in ("enhed 4\nhjul: 3 af 3", "enhed 9\nøje: 2 af 3")}
    figure = figures.top_patches(rows, "conv5")
    assert len(pictures(figure)) == 6 and figure.axes[3].get_ylabel() == "enhed 9\nøje: 2 af 3"
    assert "enhed 4: hjul: 3 af 3" in figure.alt_text


def test_agreement_draws_each_network():
    table = pd.DataFrame({"trænet": [0.3, 0.5], "tilfældigt": [0.3, 0.2]}, index=["conv1", "conv5"])
    figure = figures.agreement(table)
    assert [list(line.get_ydata()) for line in figure.axes[0].get_lines()] == [[0.3, 0.5], [0.3, 0.2]]
    assert "trænet: fra 30 % i conv1 til 50 % i conv5" in figure.alt_text


def test_best_names_stand_upon_their_bars_and_what_is_seen_is_outlined():
    named = {"ægyptisk mau": 0.36, "amerikansk staffordshire terrier": 0.2, "fluenet": 0.001}
    figure = figures.best_names([torch.rand(3, 20, 30)], [named])
    photo, bars = figure.axes
    assert photo.patches[0].get_xy() == (4.5, -0.5) and photo.patches[0].get_width() == 20
    texts = [text.get_text() for text in bars.texts]
    assert texts == ["ægyptisk mau", "36 %", "amerikansk staffordshir…", "20 %", "fluenet", "< 1 %"]
    assert "ægyptisk mau 36 %, amerikansk staffordshire terrier 20 %" in figure.alt_text
    assert len(figures.best_names([torch.rand(3, 20, 30)] * 2, [named] * 2).axes) == 4


def test_tipping_marks_other_names_and_says_where():
    rows = [("drejet", "grader", 0, "kat", 0.5), ("drejet", "grader", 20, "los", 0.2)]
    rows += [("dækket", "%", 0, "kat", 0.5), ("dækket", "%", 10, "kat", 0.4)]
    measured = pd.DataFrame(rows, columns=["change", "unit", "strength", "name", "first_share"])
    pictures_of = {"drejet": torch.rand(3, 8, 8), "dækket": torch.rand(3, 8, 8)}
    figure = figures.tipping(pictures_of, measured)
    marks = [axes.collections[0].get_offsets().tolist() for axes in figure.axes[2:]]
    assert marks == [[[20.0, 0.2]], []]
    assert "drejet 20 grader: los; dækket 10 %: kat" in figure.alt_text


def test_seen_says_what_the_cover_changed():
    figure = figures.seen(torch.rand(3, 20, 30), torch.rand(7, 7), "kat", 0.5, {"los": 0.4, "kat": 0.2}, 0.2)
    assert "»kat« kommer fra (50 % → 20 %)" in figure.alt_text and "los 40 % og kat 20 %" in figure.alt_text


def written(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_the_photos_numbers_are_its_red_pixels():
    figure = figures.photo_as_numbers(PHOTO, top=4, left=9)
    numbers = [int(text) for text in written(figure.axes[2])]
    assert numbers == (PHOTO[0, 4:12, 9:17] * 255).round().int().flatten().tolist()
    assert "3 x 32 x 32 tal" in figure.alt_text


def test_one_place_shows_the_sum_and_hides_what_comes_later():
    figure = figures.one_place(STEP, EDGE, STEP_ANSWERS, row=1, column=1, whole=False)
    picture, feature_map, *_, total = figure.axes
    assert len(written(picture)) == 36
    assert written(feature_map) == ["0", "3", "3", "0", "0", "3"]
    assert written(total) == ["sum = 3"]
    assert "summen 3, som er ét tal i et feature map på 4 x 4" in figure.alt_text


def test_the_whole_map_on_wish_and_no_numbers_on_a_photo():
    small = figures.one_place(STEP, EDGE, STEP_ANSWERS, row=0, column=0, whole=True)
    assert len(written(small.axes[1])) == 16
    large = figures.one_place(PHOTO[0], EDGE, PHOTO_ANSWERS, row=0, column=29, whole=False)
    assert not written(large.axes[0]) and not written(large.axes[1])


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 3)])
def test_the_frame_stands_where_the_filter_does(row, column):
    figure = figures.one_place(STEP, EDGE, STEP_ANSWERS, row, column, whole=True)
    assert figure.axes[0].patches[0].get_xy() == (column - 0.5, row - 0.5)
    assert figure.axes[0].patches[0].get_width() == 3
    assert figure.axes[1].patches[0].get_width() == 1


def test_filters_on_photo_are_drawn_around_zero():
    maps = {"lodret kant": PHOTO_ANSWERS}
    picture = figures.filters_on_photo(PHOTO, maps).axes[1].images[0]
    assert picture.norm.vmin == -picture.norm.vmax


def test_moved_says_how_far():
    images, maps = torch.rand(2, 3, 8, 8), torch.rand(2, 4, 4)
    figure = figures.moved(images, maps, [0, 8], [0, 4], "conv1")
    assert "8 pixler flytter conv1 4 pladser" in figure.alt_text
    assert {axes.images[0].norm.vmax for axes in figure.axes[2:]} == {float(maps.max())}


def test_part_map_lays_parts_over_the_image_and_names_them():
    samples = render(["car"], 1, [0], pose=0.0, occlusion=0.0, background="white")
    figure = figures.part_map(samples)
    _, grey, overlay = pictures(figure)
    overlay = np.ma.filled(overlay.astype(float), np.nan)
    assert np.array_equal(np.isnan(overlay), (samples.parts[0] == 0).numpy())
    legend = [text.get_text() for text in figure.axes[2].get_legend().get_texts()]
    assert {text.split()[0] for text in legend} >= {"karrosseri", "hjul", "vindue", "tag", "lygte", "dør"}
    wheels = samples.mask("wheel")[0].numpy()
    place = [text.split()[0] for text in legend].index("hjul")
    assert (overlay[wheels] == place).all()
    share = f"{100 * wheels.mean():.1f}".replace(".", ",")
    assert f"hjul {share} %" in figure.alt_text
    assert grey.shape == overlay.shape


@pytest.mark.parametrize("omit", [["chassis", "roof", "window", "door", "light", "wheel"]])
def test_part_map_of_an_image_without_parts(omit):
    samples = render(["car"], 1, [0], occlusion=0.0, omit=omit, size=16)
    assert "Ingen dele" in figures.part_map(samples).alt_text


def test_a_single_image_is_shown_as_it_is_and_stays_where_it_was():
    samples = render(["cat"], 1, [0], occlusion=0.0, background="white")
    plain, laid_over = figures.part_map(samples, parts=False), figures.part_map(samples)
    (shown,) = pictures(plain)
    assert np.array_equal(np.asarray(shown), samples.images[0].permute(1, 2, 0).numpy())
    assert plain.alt_text == "Et billede af klassen kat på 64 x 64 pixler."
    for figure in (plain, laid_over):
        figure.draw_without_rendering()
    places = [figure.axes[0].get_position().bounds for figure in (plain, laid_over)]
    assert places[0] == pytest.approx(places[1], abs=0.005), "nothing jumps"
