"""Lesson 05: every claim that its text makes, against what its cells measured; and its diagnoses."""

import re
from pathlib import Path

import pytest

from lesson_cells.aktiveringer import exercises
from lesson_utils.records import records
from lesson_utils.show.exercise import judge
from lesson_utils.show.measurements import stored

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "05_aktiveringer.ipynb"


@pytest.fixture(scope="module")
def found(notebook) -> dict:
    return records(notebook)


def test_channels_look_empty_more_often_deep_in_but_are_not_silent(found):
    """»det bliver flere, jo dybere man kommer. Men i conv-lagene er næsten ingen helt tavse«"""
    layers = found["svage og tavse"]
    convs = [shares for name, shares in layers.items() if name.startswith("conv")]
    weak = [shares["weak"] for shares in convs]
    assert weak == sorted(weak) and weak[-1] > 0.4 > weak[0] + 0.2
    assert max(shares["silent"] for shares in convs) < 0.03 and max(shares["dead"] for shares in convs) == 0
    fully = [shares for name, shares in layers.items() if name.startswith("fc")]
    assert min(shares["silent"] for shares in fully) > 0.4  # »Helt tavse enheder findes i FC-lagene«
    assert max(shares["dead"] for shares in fully) > 0.1  # »en del af dem er døde«


def test_smooth_is_trained_and_noise_is_not(found):
    smooth = found["glathed i første lag"]
    assert smooth["trænet"] > 0.6
    assert abs(smooth["utrænet"]) < 0.1 and abs(smooth["dårligt trænet"]) < 0.1


def test_the_deep_layers_keep_their_direction(found):
    """»De dybe lag beholder det meste af den retning, de begyndte med«"""
    alike = found["ligner de færdige fra start"]
    assert alike["conv1"] < 0.3 and min(alike[f"conv{k}"] for k in (2, 3, 4, 5)) > 0.7


def test_units_fit_better_with_depth_and_better_than_chance(found):
    fits, chance = found["bedste IoU"]["trænet"], found["bedste IoU"]["tilfældigt"]
    assert all(fits[layer] > chance[layer] for layer in fits)
    assert fits["conv5"] == max(fits.values()) and chance["conv5"] < chance["conv1"]


def test_objects_come_last(found):
    """»kanter og farver findes i det første lag, og objekter fylder mest i det sidste«"""
    first, last = (found["slags"][layer] for layer in ("conv1", "conv5"))
    assert first["kant"] + first["farve"] > 0.2 > last["kant"] + 0.1
    assert last["objekt"] == max(last.values()) and last["objekt"] > first["objekt"] + 0.2
    assert max(shares["tekstur"] for shares in found["slags"].values()) < 0.2  # »få rene tekstur-enheder«


TRIO = ("alexnet", "vgg", "googlenet")


@pytest.mark.parametrize("name", TRIO)
def test_ten_thousand_images_say_where_each_kind_is_found(name):
    """»Kanter og farver findes i de første lag og objekter i de sidste … hvert lag passer bedre end sin tilfældige
    tvilling … teksturer får aldrig et lag for sig selv«"""
    measured = stored("dissection")
    rows = measured[measured.network == name].reset_index(drop=True)
    twin = measured[measured.network == f"{name}, random"].reset_index(drop=True)
    assert (rows["mean_low"] > twin["mean_high"]).all()
    assert (rows.edge + rows.colour).idxmax() < len(rows) / 2 and rows.edge.iloc[-1] == 0
    assert rows.object.idxmax() >= len(rows) / 2 and rows.object_low.iloc[-1] > rows.object_high.iloc[0]
    assert (rows.texture < rows.object).all() and rows.texture.max() < 0.1


def test_the_staircase_is_clearest_in_minivgg():
    """»kanter i de første fire lag, dele mest i conv3_2, objekter til sidst«"""
    measured = stored("dissection")
    rows = measured[measured.network == "vgg"].set_index("layer")
    assert rows.edge[:4].min() > 0.15 and rows.edge[4:].max() < 0.05
    assert rows.part.idxmax() == "conv3_2" and rows.object.idxmax() == "conv4_2"


def test_few_images_make_units_look_dead(found, printed):
    """»af de 45 % i MiniAlexNets fc6 er 8 % tilbage« and »Jo flere billeder«: what the exercise is about."""
    shares = [int(share) for share in re.findall(r"fc6: (\d+) % tavse for alle af \d+ billeder", printed)]
    assert len(shares) == 4 and shares == sorted(shares, reverse=True)
    assert round(100 * found["svage og tavse"]["fc6"]["dead"]) == shares[-1] == 45
    assert "Døde i fc6, MiniAlexNet: 8 %, tvillingen: 12 %" in printed


def test_trained_filters_are_smoother_in_every_layer(printed):
    """»I de næste lag er de trænede også glattest, men forskellen er mindre.«"""
    pairs = re.findall(r"lag \d: trænet (\d,\d+), utrænet (\d,\d+)", printed)
    gains = [float(a.replace(",", ".")) - float(b.replace(",", ".")) for a, b in pairs]
    assert len(gains) == 5 and min(gains) > 0.05 and gains[0] > 2 * max(gains[1:])


def test_three_seeds_of_twins():
    """»holder påstanden« for kendte klasser, »kun et stykke vej« for andre: in the mean of the stored seeds."""
    measured = stored("neighbours")
    means = measured[measured.metric == "cosine"].groupby(["pair", "network", "layer"]).trained.mean()
    for name in ("alexnet", "standard"):
        assert means["horse cow", name, "fc7"] > 0.9 and means["horse cow", name, "pixels"] < 0.55
        assert 0.55 < means["rabbit bear", name, "fc7"] < 0.85 and means["rabbit bear", name, "pixels"] < 0.5


def test_the_wheel_wakes_its_unit(found):
    """»Med hjul vågner den, men næsten kun for cykler«"""
    counts = found["hjulprøven"]
    assert sum(without for without, _ in counts.values()) <= 2
    assert counts["bicycle"][1] >= 15 and counts["car"][1] + counts["bus"][1] <= 6


def test_the_channel_that_answers_most_to_the_car_fits_buses_better(printed):
    """»Finder den biler?« No: its IoU with buses is more than twice as high."""
    car, bus = (
        re.search(rf"kanal 112 i conv5, IoU med {word}: 0,(\d+)", printed)[1] for word in ("bil", "bus")
    )
    assert int(bus) > 2 * int(car) and "passer kanal 112 bedst på: bus" in printed


def test_neighbours_share_the_class_that_was_trained(found):
    known, unknown = found["præcision@5"].values()
    last = "sidste skjulte lag"
    assert abs(known["robust"]["pixler"] - 0.5) < 0.12  # »i pixler er naboerne et gæt«
    assert known["robust"][last] > 0.85 and known["almindeligt"][last] > 0.85  # »omkring ni af ti«
    for name in ("robust", "almindeligt"):
        assert 0.52 < unknown[name][last] < 0.85  # »bedre end et gæt, men langt fra sikre«
    assert known["tilfældigt"][last] < known["robust"][last] - 0.2
    # »har aldrig set kursets tegninger og kan alligevel kende begge par«
    known, others = found["præcision@5, foto-netværket"].values()
    assert known > 0.95 and others > unknown["almindeligt"][last] + 0.1


def test_a_photo_finds_drawings_of_the_same_thing(found, printed):
    """»Med netværket fra ImageNet er kaffens tre nærmeste tegnede kopper, når afstanden er cosinus«."""
    assert found["fotoets naboer"][:3] == ["kop"] * 3 and "gap cosinus: kop, kop, kop" in printed
    assert found["egen mappe"]["features"] > found["egen mappe"]["pixler"] + 0.3


def test_each_fault_costs(found):
    scores = dict(found["patienter"])
    assert scores.pop("sund") > max(scores.values()) + 0.1


def test_two_exercises_of_each_kind(text):
    for heading in ("Gæt først", "Find fejlen", "Skriv selv"):
        assert len(re.findall(f"### {heading} ·", text)) >= 2


@pytest.mark.parametrize(
    ("exercise", "answer", "message"),
    [
        (exercises.weakest_layer, "først", "en kant et sted"),
        (exercises.quiet_is_not_dead, "d", "netop tie"),
        (exercises.overlap, lambda a, b: float((a & b).sum() / (a.sum() + b.sum())), "tæller så to gange"),
        (exercises.overlap, lambda a, b: float((a == b).float().mean()), "begge er falske"),
        (
            exercises.precision_function,
            lambda labels, label, k: (labels == label).float().mean(),
            "k nærmeste",
        ),
        (exercises.precision_function, lambda labels, label, k: (labels == label).sum() / k, "deler med k"),
        (exercises.precision_function, lambda labels, label, k: (labels[1:k] == label).sum() / k, "nummer 0"),
        (exercises.overlap, lambda a, b: float(2 * (a & b).sum() / (a.sum() + b.sum())), "Dice"),
        (exercises.overlap, lambda a, b: float((a & b).sum()), "talt de fælles"),
        (exercises.overlap, lambda a, b: float((a & b).sum() / a.sum()), "ét af områderne"),
        (exercises.twin_in_the_way, 0.5, "taget én"),
        (exercises.patient_b, "støj", "det sunde netværks"),
    ],
)
def test_typical_mistakes_are_recognised(exercise, answer, message):
    verdict = judge(exercise, answer)
    assert verdict.status != "right" and message in verdict.text


def test_eighty_percent_is_as_good_as_point_eight():
    assert {judge(exercises.twin_in_the_way, each).status for each in (0.8, "0,8", "80 %", 4 / 5)} == {
        "right"
    }
