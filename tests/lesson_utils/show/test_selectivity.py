"""Feature maps beside the untrained network, and choosiness by depth: the figures show their data."""

import pandas as pd
import pytest
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
    titles = [axes.get_title(loc="center") for axes in figure.axes]
    assert (
        "conv1, nr. 7\n2,5 gange\ndet normale" in titles and "conv1, nr. 1\n1,5 gange\ndet normale" in titles
    )
    assert "trænet: conv1 2,5 gange det normale" in figure.alt_text
    drawn = [axes.get_images()[0].get_array() for axes in figure.axes if axes.get_images()]
    assert len(drawn) == 4 and all(each.shape == (16, 16, 3) for each in drawn)


def test_lines_go_through_the_table():
    table = pd.DataFrame({"trænet": [1.5, 2.9], "utrænet": [1.4, 1.3]}, index=["conv1", "conv5"])
    figure = figures.choosier_by_depth(table)
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[1.5, 2.9], [1.4, 1.3]]
    assert "trænet: fra 1,5 i conv1 til 2,9 i conv5" in figure.alt_text
    figure.canvas.draw()
    axis = figure.axes[0].yaxis
    read = [float(label.get_text().replace(",", ".")) for label in axis.get_ticklabels()]
    assert read == pytest.approx(list(axis.get_ticklocs())), "an axis says where its ticks are"
