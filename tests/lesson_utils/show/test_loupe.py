"""The loupe's twin is the way that the arithmetic gives; what goes to the browser is small and says it all."""

import json
import re
from itertools import pairwise

import pytest
import torch

from lesson_utils.explain import Explainer
from lesson_utils.show import loupe
from lesson_utils.weights import load_network


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    network = load_network("googlenet")
    return Explainer(network, torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(3)))


def test_the_twin_goes_from_the_surest_name_to_a_pixel(explainer):
    found = loupe.way(explainer)
    assert found[0].layer == "softmax" and found[-1].layer == "foto"
    assert found[0].value == explainer.maps(explainer.find("softmax")).max()
    for one, before in pairwise(found):
        assert (before.layer, before.channel) in one.inputs
    told = loupe.chain(explainer).alt_text
    assert explainer.network.class_names[found[0].channel] in told
    row, column = found[-1].place
    assert told.endswith(f"til sidst pixlen i række {row}, kolonne {column}.")


def test_without_a_front_end_only_the_twin_and_with_one_it_is_folded(explainer, monkeypatch):
    shown = []
    monkeypatch.setattr(loupe, "display", lambda what, raw=False: shown.append(what))
    for static in ("1", "0"):
        monkeypatch.setenv("LESSON_STATIC", static)
        loupe.loupe(explainer.network, explainer.image, ("network", "image"))
    twin, widget, folded = shown
    assert twin["text/html"].startswith("<img") and folded["text/html"].startswith("<details>")
    assert widget.get_state().keys().isdisjoint({"image", "photo"}) and "_esm" in widget.get_state()


def test_the_whole_shows_each_row_once_and_a_module_as_its_branches(explainer):
    message, (maps, photo) = loupe.whole(explainer)
    groups = {column["title"]: column["groups"] for column in message["columns"]}
    rows = [name for name, _ in explainer.network.layers.named_children() if name != "drop"]
    assert list(groups) == ["foto", *rows, "softmax", "evidens"]
    branches = [group["layer"].split(".")[1] for group in groups["inception_4a"]]
    assert branches == ["conv1x1", "conv3x3", "conv5x5", "pool_proj"]
    last = groups["evidens"][0]
    assert len(maps) == last["start"] + len(last["channels"]) * last["size"][0] * last["size"][1]
    assert len(json.dumps(message)) + len(maps) + len(photo) < 300_000


def test_a_number_has_eight_inputs_and_the_rest_as_one_sum(explainer):
    one = explainer.explain("inception_4a.reduce3x3", 3, (1, 2))
    message, _ = loupe.answer(explainer, {"layer": one.layer, "channel": 3, "place": [1, 2]})
    given = [each["gives"] for each in message["inputs"]]
    assert len(given) == 8 and message["others"] == len(one.inputs) - 8
    assert sum(given) + message["rest"] == pytest.approx(message["total"], abs=1e-5)
    assert min(map(abs, given)) >= one.contributions.abs().sort(descending=True).values[8] - 1e-6
    strongest, _ = loupe.answer(explainer, {"layer": one.layer, "channel": 3, "place": None})
    assert strongest["value"] == explainer.maps(explainer.find(one.layer))[3].max()
    assert (
        re.fullmatch(r"»\w+«", loupe.called(explainer, "fc", 0))
        and loupe.called(explainer, "foto", 2) == "blå"
    )
