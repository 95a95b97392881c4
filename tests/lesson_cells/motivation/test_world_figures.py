"""The figures of the world: what they show, and what their alt texts say."""

import numpy as np
import pytest

from lesson_cells.motivation.world_figures import class_sheet, image_grid, part_map, single_view
from lesson_world import render
from lesson_world.datasets import base


def pictures(figure) -> list[np.ndarray]:
    return [image.get_array() for axes in figure.axes for image in axes.images]


def test_class_sheet_shows_each_class_once_under_its_danish_name():
    samples = base(44, size=16)
    figure = class_sheet(samples, columns=8)
    titles = [axes.get_title(loc="center") for axes in figure.axes]
    assert [title for title in titles if title] == samples.danish_names
    assert len(pictures(figure)) == 22
    shown = samples.images[21].permute(1, 2, 0).numpy()
    assert np.array_equal(np.asarray(pictures(figure)[21]), shown)
    assert figure.alt_text.startswith("22 tegnede billeder") and "sommerfugl" in figure.alt_text


def test_image_grid_shows_all():
    figure = image_grid(render(["cat"], 1, range(5), size=16), columns=4)
    assert len(pictures(figure)) == 5
    assert "5 billeder" in figure.alt_text and "kat" in figure.alt_text


def test_part_map_lays_parts_over_the_image_and_names_them():
    samples = render(["car"], 1, [0], pose=0.0, occlusion=0.0, background="white")
    figure = part_map(samples)
    _, grey, overlay = pictures(figure)
    overlay = np.ma.filled(overlay.astype(float), np.nan)
    assert np.array_equal(np.isnan(overlay), (samples.parts[0] == 0).numpy())
    legend = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
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
    assert "Ingen dele" in part_map(samples).alt_text


def test_a_single_image_is_shown_as_it_is_or_with_its_parts():
    samples = render(["cat"], 1, [0], occlusion=0.0, background="white")
    plain, laid_over = single_view(samples, parts=False), single_view(samples, parts=True)
    (shown,) = pictures(plain)
    assert np.array_equal(np.asarray(shown), samples.images[0].permute(1, 2, 0).numpy())
    grey, overlay = pictures(laid_over)
    assert np.allclose(np.asarray(grey)[..., 0], samples.images[0].mean(0))
    drawn = ~np.ma.getmaskarray(np.ma.masked_invalid(overlay.astype(float)))
    assert (drawn <= (samples.parts[0] > 0).numpy()).all() and drawn.mean() > 0.05
    assert "kat" in plain.alt_text and "Delene fylder" in laid_over.alt_text
    empty = single_view(render(["cat"], 1, [0]), parts=True)
    assert plain.get_size_inches().tolist() == empty.get_size_inches().tolist(), "nothing jumps"
