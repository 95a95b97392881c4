"""Feature maps beside the untrained network, choosiness by depth, and evidence: the figures show their data."""

import pandas as pd
import torch

from lesson_utils.selectivity import TellingMap
from lesson_utils.show import selectivity as figures

IMAGE = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_each_map_says_its_channel_and_how_much_more_than_usual():
    maps = {
        "trænet": {"conv1": TellingMap(7, torch.eye(4), 2.5)},
        "utrænet": {"conv1": TellingMap(1, torch.eye(4), 1.5)},
    }
    figure = figures.maps_beside_untrained(IMAGE, maps)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert "conv1, nr. 7\n2,5 x normalt" in titles and "conv1, nr. 1\n1,5 x normalt" in titles
    assert "trænet: conv1 2,5 gange det normale" in figure.alt_text
    drawn = [
        image for axes in figure.axes for image in axes.get_images() if image.get_array().shape == (4, 4)
    ]
    assert len(drawn) == 2 and all(tuple(image.get_extent()) == (-0.5, 15.5, 15.5, -0.5) for image in drawn)


def test_lines_go_through_the_table():
    table = pd.DataFrame({"trænet": [1.5, 2.9], "utrænet": [1.4, 1.3]}, index=["conv1", "conv5"])
    figure = figures.choosier_by_depth(table)
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[1.5, 2.9], [1.4, 1.3]]
    assert "trænet: fra 1,5 i conv1 til 2,9 i conv5" in figure.alt_text


def test_evidence_is_on_one_scale_from_zero():
    maps = [torch.tensor([[0.0, 4.0], [1.0, -2.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])]
    figure = figures.evidence_maps([IMAGE, IMAGE], maps, ["bil", "hus"], [0.95, 0.5])
    scales = {
        image.get_clim() for axes in figure.axes for image in axes.get_images() if image.get_array().ndim == 2
    }
    assert scales == {(0.0, 4.0)}
    assert "bil (95 %) og hus (50 %)" in figure.alt_text
