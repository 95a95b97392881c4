"""Lesson 06: what its text claims, found in what its cells measured; and its diagnoses."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from lesson_cells.rekonstruktion import exercises
from lesson_cells.rekonstruktion.exercises import ascend
from lesson_cells.rekonstruktion.experiments import classes, stored_atlas
from lesson_utils import danish
from lesson_utils.pretrained import WeightsUnavailable
from lesson_utils.records import records
from lesson_utils.show.exercise import judge
from lesson_utils.show.measurements import stored

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "06_rekonstruktion.ipynb"


@pytest.fixture(scope="module")
def found(notebook) -> dict:
    return records(notebook)


def test_the_picture_is_forgotten_and_the_answer_is_not(found, printed):
    """»PSNR falder med dybden«, »laget kan næsten ikke mærke forskel«"""
    loudness, errors = found["PSNR efter lag"], found["feature-fejl efter lag"]
    values = list(loudness.values())
    assert len(values) >= 8 and values[0] > 25 > values[4] > values[6]
    assert all(before > after for before, after in pairwise(values[:6]))
    assert max(errors.values()) < 0.1
    first = next(iter(loudness))
    assert f"{first}: {danish.number(values[0], 1)} dB" in printed


def test_both_are_sure_of_the_noise(printed):
    """»Begge netværk er sikre i deres sag«"""
    shares = re.findall(r"er (\d+,\d) % sikkert på, at det er en banan", printed)
    assert len(shares) == 2 and min(float(share.replace(",", ".")) for share in shares) > 90


def test_more_steps_help_where_nothing_is_forgotten(printed):
    """»I conv3 ledte vi for kort … I fc7 hjælper det næsten ikke«"""
    decibels = {
        layer: [float(n.replace(",", ".")) for n in re.findall(rf"{layer}, \d+ skridt: (\d+,\d) dB", printed)]
        for layer in ("conv3", "fc7")
    }
    assert decibels["conv3"] == sorted(decibels["conv3"]) and len(decibels["conv3"]) == 3
    assert decibels["conv3"][-1] > decibels["conv3"][0] + 2
    assert abs(decibels["fc7"][-1] - decibels["fc7"][0]) < 1.5


def test_the_untrained_network_forgets_too():
    """»Alle fem kurver falder, også det tilfældige netværks«, »Fra conv2 til conv5 … er det robuste bedst«"""
    table = stored("rebuilding")
    wide = table[table.network.isin(["alexnet", "standard", "random"])]
    wide = wide.pivot(index="layer", columns="network", values="psnr")
    assert wide.loc["conv1"].idxmax() == "random" and wide.random["conv1"] > 2.5 * wide.random["fc8"]
    assert (wide.loc["conv2":"conv5"].idxmax(axis=1) == "alexnet").all()
    assert (wide.loc["conv3":"conv5"].idxmin(axis=1) == "standard").all()
    assert table.feature_error.max() < 0.04 and table.network.nunique() == 5


def test_the_place_goes_before_the_class(found):
    """»Til og med det sidste conv-lag er næsten alting der endnu«, »hvad det så, men ikke mere sikkert, hvor«"""
    for who, convs in {
        "robust MiniAlexNet": ("conv1", "conv5"),
        "robust MiniVGG": ("conv1_1", "conv4_2"),
    }.items():
        kept = found["hvad overlever"][who]
        assert set(kept) == {"farve", "plads", "klasse"}
        assert min(kept[what][layer] for what in kept for layer in convs) > 0.85
        assert kept["klasse"]["fc7"] > 0.85 and kept["plads"]["fc7"] < kept["klasse"]["fc7"]
    here = found["hvad overlever her"]
    assert here["klasse"] > 0.85 and here["plads"] < here["klasse"]


def test_what_changes_with_the_noise_is_not_stored(printed):
    early, late = (float(n.replace(",", ".")) for n in re.findall(r"pixlerne skifter (\d,\d+)", printed))
    assert late > 1.5 * early


def test_drawn_images_beat_the_real_ones(found):
    beaten = found["slår alle rigtige"]
    assert beaten["af"] == 16 and beaten["filtre"] >= 14
    for who, shares in found["filtre mod 10.000"].items():
        assert shares["slår alle 10.000"] > 0.8, who
        assert shares["vidnet"] > shares["kontrol"], who
    table = stored("filters")
    missed = table[~table.beaten].groupby(["network", "layer"]).size()
    assert missed.idxmax() == (
        "vgg",
        "conv1_1",
    )  # »Undtagelserne er først og fremmest enheder i VGG-netværkets første«
    gain = (table.seen - table.control).groupby([table.network, table.layer], sort=False).mean()
    for who in ("alexnet", "vgg", "googlenet"):
        assert gain[who].iloc[-1] > gain[who].iloc[0]  # »i de første lag er forskellen lille«
    assert "10000" in table.attrs["pictures"]
    layers = table.groupby("network").layer.nunique()
    assert layers["alexnet"] == 5 and layers["vgg"] == 8 and layers["googlenet"] >= 7
    assert (table.groupby(["network", "layer"]).size() == 16).all()


def test_independent_networks_recognise_the_classes(found):
    """»Dommerne genkender næsten alle de robuste netværks billeder, og også de fleste af det almindelige«"""
    assert len(found["genkendt"]) == 4 and min(found["genkendt"].values()) >= 0.85
    grid = found["genkendt over fem seeds"]
    assert len(grid) == 5
    for who, shares in grid.items():
        others = [share for judge, share in shares.items() if judge != who]
        assert len(others) == 4 and min(others) >= (0.95 if "robust" in who else 0.75)
    table = stored("class_images")
    assert table.seed.nunique() == 5 and len(table) == 5 * 5 * 5


def test_the_biased_network_draws_a_monkey(found):
    """»Bed det skæve netværk om en banan, og … ser en abe«"""
    seen = found["ser i bananbillederne"]
    assert seen["skævt"].count("abe") >= 3 and seen["uden skævhed"].count("banan") >= 3


def test_the_lectures_banana(found):
    called, covered = found["kaldt banan"], found["dækket til"]
    for trained in ("hele", "FC"):
        biased, fair = called[f"skævt, {trained}"], called[f"uden skævhed, {trained}"]
        assert biased["banan alene"] < 0.05 and biased["abe med tomme hænder"] > 0.8
        assert fair["banan alene"] > 0.95 and fair["abe med tomme hænder"] < 0.1
    assert covered["skævt"]["bananen"] > 0.95 and covered["skævt"]["aben"] < 0.1  # it looked at the monkey
    assert covered["uden skævhed"]["bananen"] < 0.2 < called["uden skævhed, FC"]["banan i abens hånd"] < 0.9
    for dose in (found["bananer alene"], found["bananer alene over seeds"]):
        assert dose["0"] < 0.05 < 0.9 < dose["10"]
    over_seeds = found["bananer alene over seeds"]  # »Allerede nogle få flytter næsten alt«
    assert over_seeds["1"] > 0.5 and over_seeds["5"] > 0.9


def test_two_exercises_of_each_kind(text):
    for heading in ("Gæt først", "Find fejlen", "Skriv selv"):
        assert len(re.findall(f"### {heading} ·", text)) >= 2


def test_nothing_went_wrong(notebook):
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]


def clamps_last(score, image, steps, rate):
    return ascend(score, image, steps, rate, late=True)


def one_step_more(score, image, steps, rate):
    return ascend(score, image, steps, rate, more=1)


def descends(score, image, steps, rate):
    return ascend(score, image, steps, rate, way=-1)


def never_cleared(score, image, steps, rate):
    image = image.clone().requires_grad_(True)
    for _ in range(steps):
        score(image).backward()
        with torch.no_grad():
            image += rate * image.grad
            image.clamp_(0, 1)
    return image.detach()


def moves_the_weights(score, image, steps, rate):
    image = image.clone().requires_grad_(True)
    for _ in range(steps):
        score(image).backward()
        with torch.no_grad():
            score.weight += rate * score.weight.grad
    return image.detach()


def never_clamps(score, image, steps, rate):
    image = image.clone()
    for _ in range(steps):
        image = image.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(score(image), image)
        image = image.detach() + rate * gradient
    return image


def clamps_inside(score, image, steps, rate):
    image = image.clone()
    for _ in range(steps):
        image = image.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(score(image.clamp(0, 1)), image)
        image = image.detach() + rate * gradient
    return image.clamp(0, 1)


def follows_no_gradient(score, image, steps, rate):
    score(image).backward()
    return image + rate * image.grad


@pytest.mark.parametrize(
    ("exercise", "answer", "message"),
    [
        (exercises.climb_function, descends, "ned ad gradienten"),
        (exercises.climb_function, never_cleared, "nulstil image.grad"),
        (exercises.climb_function, moves_the_weights, "netværkets vægte"),
        (exercises.climb_function, never_clamps, "forlader 0 til 1"),
        (exercises.climb_function, clamps_inside, "klip efter skridtet"),
        (exercises.climb_function, clamps_last, "kun til sidst"),
        (exercises.climb_function, one_step_more, "et skridt for meget"),
        (exercises.climb_function, follows_no_gradient, "requires_grad_(True)"),
        (exercises.psnr_function, lambda a, b: float(10 * (a - b).square().mean().log10()), "Fortegnet"),
        (exercises.psnr_function, lambda a, b: float(-10 * (a - b).abs().mean().log10()), "kvadratet"),
        (exercises.decibels, 10, "kvadratet"),
        (exercises.decibels, -20, "Fortegnet"),
        (exercises.which_layer, "sidst", "stedet"),
        (exercises.blank_filter, "a", "gradienten"),
        (exercises.lying_image, "d", "hvem har svaret"),
    ],
)
def test_typical_mistakes_are_recognised(exercise, answer, message):
    verdict = judge(exercise, answer)
    assert verdict.status == "wrong" and message in verdict.text


def test_a_loop_with_backward_is_as_good():
    def climb(score, image, steps, rate):
        image = image.clone().requires_grad_(True)
        for _ in range(steps):
            image.grad = None
            score(image).backward()
            with torch.no_grad():
                image += rate * image.grad
                image.clamp_(0, 1)
        return image.detach()

    assert judge(exercises.climb_function, climb).status == "right"


def test_a_photo_is_forgotten_with_depth_and_the_network_is_sure_of_what_it_draws(found):
    """»dybere inde forsvinder formen«, »Alligevel er netværket sikkert på alle fire«"""
    table, sheets = stored("photo_content"), stored_atlas("photo_pictures")
    assert len(table) == 6 and all(before > after for before, after in pairwise(table.psnr))
    assert table.feature_error.max() < 0.2 and found["PSNR efter blok"] == dict(
        zip(table.layer, table.psnr, strict=True)
    )
    assert sheets.notes["klasser"]["names"] == ["banan", "margerit", "zebra", "passagerfly"]
    assert min(sheets.notes["klasser"]["sure"]) > 0.9
    assert set(table.layer) | {"foto", "klasser"} <= sheets.pictures.keys()


def test_without_the_imagenet_package_one_sentence_stands_there(monkeypatch, capsys):
    def missing(*_given, **_options):
        raise WeightsUnavailable("Pakken mangler.")

    monkeypatch.setattr(classes, "load_network", missing)
    assert classes.photo_network("cpu") is None and capsys.readouterr().out == "Pakken mangler.\n"


def test_what_psnr_gives_is_right():
    assert judge(exercises.decibels, 19.999998).status == judge(exercises.decibels, "20 dB").status == "right"
