"""Lesson 00: every number that its text names, computed here and found there; and its diagnoses."""

import json
import re
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_cells.motivation import exercises, experiments
from lesson_utils import danish, images, pretrained, show
from lesson_utils.networks import alexnet, googlenet, vgg
from lesson_utils.networks.imagenet import danish_classes
from lesson_utils.records import records
from lesson_utils.shares import uncertain
from lesson_utils.show.exercise import judge
from lesson_utils.weights import danish_names, embedded
from lesson_world import datasets, render

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "00_motivation.ipynb"


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_what_a_filter_saves(text, printed):
    dense, conv = (3 * 224 * 224 + 1) * 96, parameters(nn.Conv2d(3, 96, 11))
    assert (dense, conv) == (14_450_784, 34_944)
    assert conv == parameters(alexnet(device="meta").layers.conv1)  # »AlexNets første lag«
    assert f"{danish.number(conv)} parametre mod {danish.number(dense)}" in text
    assert "224 x 224: fuldt forbundet 14.450.784, foldning 34.944" in printed
    assert danish.number(dense / conv, 0) == "414" and "414 gange" in printed


def test_an_eighth_of_the_parameters(text, printed):
    dense = 3 * 32 * 32 * 64 + 64 + 64 * 8 + 8
    conv = sum(n * (k + 1) for n, k in ((16, 3 * 25), (32, 16 * 9), (64, 32 * 9), (8, 64)))
    assert (dense, conv) == (197_192, 24_872) and round(dense / conv) == 8
    for count in (dense, conv):
        assert danish.number(count) in printed
    assert "en ottendedel så mange parametre" in text and "forhold: 7,9" in printed


def test_training_begins_again_each_time_its_cell_is_run(run_cells):
    samples = render(["car", "cup"], 0, range(8), size=32)
    given = {"torch": torch, "nn": nn, "show": show, "seed": 0, "kinds": samples.class_names}
    names = run_cells("cell-045", "cell-047", training_set=samples, **given)
    names["rivals"] = {"fuldt forbundet": names["dense"], "ConvNet": names["convnet"]}
    for name in names["rivals"]:
        first = names["train"](name, 1e-3, epochs=3)
        assert first == names["train"](name, 1e-3, epochs=3) and len(set(first)) == 3


def test_the_convnet_wins_on_new_images(notebook):
    shares = records(notebook)["første træning, nye billeder"]
    assert shares["ConvNet"] > shares["fuldt forbundet"] + 0.08 and shares["fuldt forbundet"] > 1 / 8


def test_the_trained_network_on_images_that_it_never_saw(notebook, printed):
    share = records(notebook)["nøjagtighed på nye billeder"]
    assert share > 0.85
    assert f"{round(440 * share)} af 440 nye billeder er rigtige: {uncertain(share, 440)}" in printed
    assert len(datasets.BASE) == 22 and "et tilfældigt gæt: 4,5 %" in printed


def test_halves_put_together_and_the_encoder_reused(notebook, printed):
    assert "sat sammen igen svarer de to halvdele som hele netværket: True" in printed
    assert "12.288 tal ind, 2.048 features" in printed
    shares = records(notebook)["ny decoder"]
    assert shares["trænet encoder"] > shares["tilfældig encoder"] + 0.05 > 1 / 14
    assert len(datasets.TARGET) == 14 and not set(datasets.TARGET) & set(datasets.BASE)


def test_answers_move_along(printed):
    assert "conv1:  0 pixler → 0 (0)  8 pixler → 4 (4)  12 pixler → 6 (6)  16 pixler → 8 (8)" in printed
    assert "conv2:  0 pixler → 0 (0)  8 pixler → 2 (2)  12 pixler → 3 (3)  16 pixler → 4 (4)" in printed


def test_parts_belong_to_the_deep_layers(notebook):
    """»mindst i det første lag og størst i et af de to sidste«"""
    found = records(notebook)["enighed om en del"]
    ahead = {layer: share - found["tilfældigt"][layer] for layer, share in found["trænet"].items()}
    first, *_, before, last = ahead.values()
    assert max(before, last) == max(ahead.values()) > first + 0.05 and first == min(ahead.values())


def test_the_class_images_are_recognised(printed):
    """By the network itself, by another architecture and by one that was trained otherwise."""
    recognised = dict(re.findall(r"(.+) genkender (\d) af 8 klassebilleder", printed))
    others = {"et MiniVGG", "et MiniGoogLeNet", "et almindeligt trænet MiniAlexNet"}
    assert set(recognised) == others | {"netværket selv"}
    assert min(map(int, recognised.values())) >= 7


def test_imagenet_has_a_thousand_classes(text, printed):
    fc8 = parameters(alexnet(device="meta").layers.fc8)
    assert fc8 == 4_097_000 == (4096 + 1) * 1_000 == 10 * exercises.hundred_classes.answer
    assert len(danish_classes()) == 1_000 and "én af 1.000 **klasser**" in text
    assert "trænet på ImageNets 1,3 millioner fotos i 1.000 klasser" in printed


def test_imagenet_has_espresso_and_no_rockets():
    """»ImageNet har en klasse for espresso, men ingen for rumraketter«"""
    assert "espresso" in danish_classes() and not [name for name in danish_classes() if "raket" in name]
    assert not [
        name for name in danish_classes() if name in ("ansigt", "hånd")
    ]  # »ingen klasse for ansigter«
    known = {*danish_classes(), *danish_names(datasets.BASE)}
    assert not [name for names in experiments.FITTING.values() for name in names if name not in known]


def test_which_drawings_are_known_is_told(notebook, printed):
    fits = records(notebook)["tegninger med et navn, der passer"]
    most, least = max(fits, key=fits.get), min(fits, key=fits.get)
    assert f"Flest navne, der passer: {most}. Færrest: {least}." in printed


def test_a_networks_training_time_is_told(printed):
    minutes = round(embedded()["standard"]["training_seconds"] / 60)
    assert f"trænet i billedverdenen på {minutes} minutter (2 kerner)" in printed


def test_the_three_networks(text, printed):
    counts = {
        "AlexNet": parameters(alexnet(device="meta")),
        "VGG-16": parameters(vgg(16, device="meta")),
        "GoogLeNet": parameters(googlenet(auxiliary=False, device="meta")),
    }
    assert counts == {"AlexNet": 60_965_224, "VGG-16": 138_357_544, "GoogLeNet": 6_998_552}
    for name, count in counts.items():
        assert f"{name}: {danish.number(count)} parametre" in printed
    rows = re.findall(r"\| (\S+) \| \d{4} \| \d+ \| ([\d,]+) % \|", text)
    errors = {name: float(error.replace(",", ".")) for name, error in rows}
    assert min(counts, key=counts.get) == min(errors, key=errors.get) == "GoogLeNet"


def test_the_total_is_not_told_before_it_is_asked_for(notebook):
    """»Én enhed, der ser det hele« asks for the 150.528 numbers of a photo."""
    told = "".join(json.dumps(cell, ensure_ascii=False) for cell in notebook["cells"])
    asked = told.index("Én enhed, der ser det hele")
    assert "150.528" not in told[:asked] and "150.528" not in told[asked : told.index('"solution"', asked)]


def test_two_exercises_of_each_kind(text):
    for heading in ("Gæt først", "Find fejlen", "Skriv selv"):
        assert len(re.findall(f"### {heading} ·", text)) >= 2


def convolve(image: Tensor, kernel: Tensor) -> Tensor:
    return F.conv2d(image.float()[None, None], kernel.float()[None, None])[0, 0]


def max_pool(answers: Tensor, **options) -> Tensor:
    return F.max_pool2d(answers.float()[None], 2, **options)[0]


def test_torchs_own_functions_solve_the_exercises():
    assert judge(exercises.convolve_function, convolve).status == "right"
    assert judge(exercises.max_pool_function, max_pool).status == "right"


def averaged(answers):
    return F.avg_pool2d(answers[None], 2)[0]


@pytest.mark.parametrize(
    ("exercise", "answer", "message"),
    [
        (exercises.weights_of_one_unit, 224 * 224, "tre tal: rød, grøn og blå"),
        (exercises.weights_of_one_unit, 150_529, "bias-leddet"),
        (exercises.moves_along, 12, "skridtlængde 1"),
        (exercises.moves_along, 24, "Den anden vej"),
        (exercises.hundred_classes, 409_600, "bias-led"),
        (exercises.fewest_parameters, "AlexNet", "færrest lag"),
        (exercises.handpicked, "a", "samme fire enheder"),
        (exercises.honest_accuracy, "a", "hvilke billeder"),
        (exercises.convolve_function, lambda i, k: convolve(i, k.flip(0, 1)), "vender filteret"),
        (exercises.convolve_function, lambda i, k: convolve(i, k) / k.numel(), "gennemsnittet"),
        (exercises.convolve_function, lambda i, k: convolve(i, k)[:-1, :-1], "mangler rækker"),
        (exercises.max_pool_function, averaged, "gennemsnittet"),
        (exercises.max_pool_function, lambda a: a.max(), "hele feature map'et"),
        (exercises.max_pool_function, lambda a: max_pool(a, stride=1), "overlapper"),
    ],
)
def test_typical_mistakes_are_recognised(exercise, answer, message):
    verdict = judge(exercise, answer)
    assert verdict.status != "right" and message in verdict.text


def test_nothing_went_wrong(notebook):
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]


def test_without_the_package_a_network_of_the_world_answers_with_its_reason(
    notebook, monkeypatch, tmp_path, capsys
):
    """Section 1 with a phone's photo, where the ImageNet network is not installed."""
    pytest.importorskip("pillow_heif").register_heif_opener()
    Image.open(images.PHOTOS["kat"]).resize((90, 60)).save(tmp_path / "blåbær.HEIC", "HEIF")
    monkeypatch.setenv("LESSON_STATIC", "1")
    monkeypatch.setattr(pretrained, "IMAGENET", ("a_package_that_is_missing", "file"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    until = next(place for place, source in enumerate(cells) if source.startswith("widgets.what_it_sees"))
    room: dict[str, object] = {}
    for source in [cells[0], f"photo = {str(tmp_path / 'blåbær.HEIC')!r}", *cells[1 : until + 1]]:
        exec(source, room)
    said = capsys.readouterr().out
    assert said.count("installér") == 1 and "Lektionen går videre med" in said
