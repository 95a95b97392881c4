"""The figures of lesson 02: to scale, on common scales, with the numbers in their alt texts."""

import numpy as np
import pandas as pd
import pytest
import torch

from lesson_cells.alexnet import figures
from lesson_cells.alexnet.experiments import fastest
from lesson_cells.alexnet.figures import first_layer, whole_network
from lesson_utils.networks import alexnet, layer_table


@pytest.fixture(scope="module")
def layers() -> pd.DataFrame:
    return layer_table(alexnet(device="meta"))


@pytest.fixture
def photo() -> torch.Tensor:
    return torch.rand(3, 227, 227, generator=torch.Generator().manual_seed(0))


def test_the_pipelines_boxes_are_to_scale(layers):
    left, width, height, depth = range(4)
    boxes = {name: whole_network._box(row, 0.0, 0.01) for name, row in layers.iterrows()}
    assert boxes["conv1"][height] / boxes["pool5"][height] == pytest.approx(55 / 6)
    assert boxes["conv1"][depth] == boxes["conv1"][height] and boxes["fc6"][depth] == 0
    assert boxes["conv3"][width] / boxes["conv1"][width] == pytest.approx(384 / 96)
    assert boxes["fc6"][height] / boxes["fc8"][height] == pytest.approx(4096 / 1000)
    assert boxes["fc6"][height] / boxes["conv2"][width] == pytest.approx(4096 / 256)
    assert boxes["conv1"][left] + (boxes["conv1"][width] + 0.27 * boxes["conv1"][depth]) / 2 == 0


def test_the_pipeline_names_every_layer_but_the_norms(layers, photo):
    figure = figures.pipeline(photo, layers)
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"foto", "conv1", "pool1", "conv5", "pool5", "fc6", "fc8"} <= words
    assert not any(word.startswith("norm") for word in words)
    assert "conv1 55x55x96" in figure.alt_text and "fc8 1.000" in figure.alt_text
    assert "til 3 fuldt forbundne lag som tårne" in figure.alt_text
    one_tower = figures.pipeline(photo, layers.drop(["fc6", "fc7"]))
    assert "til 1 fuldt forbundet lag som tårne" in one_tower.alt_text


def test_the_two_sides_point_away_from_each_other(layers):
    figure = figures.parameters_and_arithmetic(layers[layers["parameters"] > 0])
    left, right = figure.axes
    assert left.xaxis_inverted() and not right.xaxis_inverted()
    assert "96,2 % af dem i FC-lag, flest i fc6" in figure.alt_text
    assert "91,9 % af dem i conv-lag, flest i conv2" in figure.alt_text


def test_pooling_says_what_is_shared_and_what_is_lost():
    figure = figures.pooling_windows(13, {"a": (3, 2), "b": (2, 2)})
    assert "a: 6 vinduer, naboer deler 1 værdi, alt bliver set" in figure.alt_text
    assert "b: 6 vinduer, naboer deler 0 værdier, 1 værdi ses aldrig" in figure.alt_text


@pytest.mark.parametrize("size", [227, 64])
def test_neighbouring_filters_stand_on_the_photo(size):
    photo = torch.zeros(3, size, size)
    photo[:, :10, :10] = 1
    figure = figures.neighbouring_filters(photo, 11, 4)
    assert "deler 7 af deres 11 kolonner" in figure.alt_text
    left, right = figure.axes[1].get_xlim()
    assert -0.5 <= left < right <= size - 0.5


def test_the_close_up_is_where_something_is_to_be_seen():
    photo = np.zeros((3, 100, 100))
    photo[:, 60:70, 40:50] = 1
    top, left = first_layer._liveliest(photo, 4)
    assert top <= 60 and top + 27 >= 70 and left <= 40 and left + 27 >= 50


@pytest.mark.parametrize("count", [96, 64, 5])
def test_a_sheet_holds_any_number_of_filters(count):
    figure = figures.filter_sheet(torch.randn(count, 3, 11, 11))
    assert f"De {count} filtre" in figure.alt_text


def test_first_maps_share_one_scale(photo):
    maps = torch.arange(10.0).view(10, 1, 1).expand(10, 5, 5)
    figure = figures.first_feature_maps(photo, maps)
    limits = {image.get_clim() for axes in figure.axes[1:] for image in axes.images}
    assert limits == {(0.0, 7.0)}


def test_the_race_says_who_never_arrived():
    races = {
        (name, 0.1, seed): {"training": [value, value]}
        for name, value in (("ReLU", 0.5), ("tanh", 0.99))
        for seed in range(2)
    }
    figure = figures.training_race(races, fastest(races, 0.98, "training"), 0.98)
    assert "ReLU, læringsrate 0,1: flere epoker end målt" in figure.alt_text
    assert "tanh, læringsrate 0,1: 1 epoke (" in figure.alt_text


def test_slopes_norm_and_dropout_describe_themselves():
    told = figures.slopes(0.1).alt_text
    assert "ReLU 0,000 ved −4, 1 som højst og 1,000 ved 4; tanh 0,001 ved −4, 1 som" in told
    lrn = figures.local_response_norm([40.0] * 5 + [300.0] + [40.0] * 5, [18.0] * 5 + [47.6] + [6.0] * 5, 2)
    assert "kanal 6 fra 300,0 til 47,6, dens nabo, kanal 7 fra 40,0 til 6,0" in lrn.alt_text
    drawn = figures.dropout_passes([torch.eye(8) * 2, torch.zeros(8, 8)], torch.ones(8, 8))
    assert "64 enheder" in drawn.alt_text
    assert "nr. 1: 8 tændt, træning, nr. 2: 0 tændt og brug (eval): 64 tændt" in drawn.alt_text
    assert drawn.axes[0].get_xlabel() == "8 af 64 tændt\nmiddel 0,25"
