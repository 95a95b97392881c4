"""Lesson 06: what its text claims, found in what its cells measured; and its diagnoses."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from lesson_utils import danish
from lesson_utils.classroom.display import records
from lesson_utils.classroom.exercises import judge
from lesson_utils.classroom.exercises import reconstruction as exercises
from lesson_utils.classroom.exercises.reconstruction import ascend

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "06_rekonstruktion.ipynb"


def test_the_picture_is_forgotten_and_the_answer_is_not(notebook, printed):
    """»PSNR falder med dybden«, »laget kan næsten ikke mærke forskel«"""
    loudness, errors = (records(notebook)[f"{name} efter lag"] for name in ("PSNR", "feature-fejl"))
    values = list(loudness.values())
    assert len(values) >= 8 and values[0] > 25 > values[4] > values[6]
    assert all(before > after for before, after in pairwise(values[:6]))
    assert max(errors.values()) < 0.1
    first = next(iter(loudness))
    assert f"{first}: {danish.number(values[0], 1)} dB" in printed


def test_both_are_sure_of_the_noise(printed):
    """»Begge netværk er sikre i deres sag«"""
    shares = re.findall(r"trænet: (\d+,\d) % sikker på banan", printed)
    assert len(shares) == 2 and min(float(share.replace(",", ".")) for share in shares) > 90


def test_place_and_colour_go_before_the_class(notebook):
    kept = records(notebook)["hvad overlever"]
    assert set(kept) == {"farve", "plads", "klasse"}
    first, *_, fc7 = kept["klasse"]
    for each in kept.values():
        assert each[first] > 0.9 and each["conv5"] > 0.85  # »I conv5 er alting der endnu«
    assert kept["klasse"][fc7] > 0.85 > kept["plads"][fc7]
    assert kept["farve"][fc7] <= kept["klasse"][fc7]


def test_a_random_network_rebuilds_better_from_the_first_layer_only(notebook):
    found = records(notebook)["PSNR efter netværk"]
    random, robust = found["tilfældigt"], found["robust"]
    assert random["conv1"] > robust["conv1"] + 3 and random["conv3"] < robust["conv3"]


def test_what_changes_with_the_noise_is_not_stored(printed):
    early, late = (float(n.replace(",", ".")) for n in re.findall(r"pixlerne skifter (\d,\d+)", printed))
    assert late > 2 * early


def test_drawn_images_beat_the_real_ones(notebook):
    beaten = records(notebook)["slår alle rigtige"]
    assert beaten["filtre"] >= 0.7 * beaten["af"]


def test_independent_networks_recognise_the_classes(notebook):
    """»Dommerne kender næsten alle billederne, også dem fra det almindelige netværk«"""
    found = records(notebook)["genkendt"]
    for source, outsider in (
        ("fra det robuste", "et almindeligt trænet"),
        ("fra det almindelige", "et robust trænet"),
    ):
        assert min(found[source]["et GoogLeNet"], found[source][outsider]) >= 0.9


def test_the_lectures_banana(notebook):
    called = records(notebook)["kaldt banan"]
    biased, fair = called["skævt"], called["uden skævhed"]
    assert biased["banan alene"] < 0.05 and biased["abe med tomme hænder"] > 0.8
    assert fair["banan alene"] > 0.95 and fair["abe med tomme hænder"] < 0.1
    covered = records(notebook)["dækket til"]
    assert covered["skævt"]["bananen"] > 0.95 and covered["skævt"]["aben"] < 0.1  # it looked at the monkey
    assert covered["uden skævhed"]["bananen"] < 0.2 < fair["banan i abens hånd"] < 0.9
    dose = records(notebook)["bananer alene"]
    assert dose["0"] < 0.05 < 0.8 < dose["2"] <= dose["20"]


def test_two_exercises_of_each_kind(text):
    for heading in ("Gæt først", "Find fejlen", "Skriv selv"):
        assert len(re.findall(f"### {heading} ·", text)) >= 2


def test_nothing_went_wrong(notebook):
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]


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
