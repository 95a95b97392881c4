"""Lesson 03: every number that its text names, computed here and found there; and its diagnoses."""

import json
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from lesson_cells.vgg import exercises, experiments
from lesson_utils import danish, selectivity
from lesson_utils.networks import alexnet, conv_cost, layer_table, random_twin, vgg
from lesson_utils.show.exercise import judge
from lesson_utils.weights import embedded, load_network
from lesson_world import datasets

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "03_vgg.ipynb"
DEPTHS = {11: 132_863_336, 13: 133_047_848, 16: 138_357_544, 19: 143_667_240}


@pytest.fixture(scope="module")
def tables():
    return {depth: layer_table(vgg(depth, device="meta")) for depth in DEPTHS}


@pytest.fixture(scope="module")
def alex():
    return layer_table(alexnet(device="meta"))


def test_totals_and_the_largest_layer(tables, alex, text, printed):
    assert {depth: table.parameters.sum() for depth, table in tables.items()} == DEPTHS
    assert alex.parameters.sum() == 60_965_224
    for total in DEPTHS.values():
        assert danish.number(total) in printed
    for number in (138_357_544, 60_965_224, 102_764_544):
        assert danish.number(number) in text
    fc6 = tables[16].parameters["fc6"]
    assert fc6 == 7 * 7 * 512 * 4096 + 4096 == 102_764_544
    assert danish.percent(fc6 / DEPTHS[16]) == "74,3 %" and "74,3 %" in printed
    assert "tre fjerdedele" in text
    assert alex.parameters["fc6"] == 4096 * (6 * 6 * 256 + 1) and "6 · 6 · 256" in text


def test_from_vgg11_to_vgg19(tables, text, printed):
    assert danish.percent(DEPTHS[19] / DEPTHS[11] - 1) == "8,1 %"
    ratio = tables[19].multiply_adds.sum() / tables[11].multiply_adds.sum()
    assert danish.number(ratio, 1) == "2,6"
    layers = {depth: (table.kind == "conv").sum() for depth, table in tables.items()}
    assert layers == {11: 8, 13: 10, 16: 13, 19: 16}  # »otte lag mere«
    assert "otte lag mere. Det giver kun 8,1 % flere parametre, men 2,6 gange" in text and "+8,1 %" in printed


def test_small_filters_save_what_the_text_says(text, printed):
    for n, share in ((2, "28 %"), (3, "45 %")):
        assert danish.percent(1 - 9 * n / (2 * n + 1) ** 2, 0) == share and share in printed
    assert danish.percent(49 / 27 - 1, 0) == "81 %" and "81 %" in text
    one, two = conv_cost(256, 256, 5, 56, 56), conv_cost(256, 256, 3, 56, 56)
    assert danish.number(one.multiply_adds) == "5.138.022.400" and "5.138.022.400" in printed
    assert danish.number(2 * two.multiply_adds) == "3.699.376.128" and "3.699.376.128" in printed


def test_activations_lie_early_and_parameters_late(tables, printed):
    blocks = experiments.by_block(tables[16])
    assert blocks.activations.sum() == 15_087_080 and "15.087.080 tal, 60 MB" in printed
    assert danish.percent(blocks.activations.iloc[:2].sum() / blocks.activations.sum(), 0) == "72 %"
    assert "72 % af aktiveringerne" in printed
    assert danish.number(4 * 64 * 15_087_080 / 1e6, 0) == "3.862" and "3.862 MB" in printed
    conv = blocks.parameters[blocks.index.str.startswith("blok")].sum()
    assert conv == 14_714_688 and "14.714.688" in printed
    assert list(blocks.index) == [*(f"blok {k}" for k in range(1, 6)), "fc6", "fc7", "fc8"]
    assert blocks.parameters.sum() == DEPTHS[16]


def test_what_gap_leaves(tables, printed):
    left = {depth: table[table.kind == "conv"].parameters.sum() + 513_000 for depth, table in tables.items()}
    assert max(left.values()) < 60_965_224  # »langt færre parametre end AlexNet«, at every depth
    assert left[16] == 15_227_688 and "15.227.688, 11,0 % af 138.357.544" in printed


def test_the_effective_field(tables, printed, run_cells):
    layers = tables[16].loc[:"conv5_3"]
    gradient_of_middle = run_cells("cell-015", torch=torch, nn=nn)["gradient_of_middle"]
    size = experiments.image_size_for(layers)
    gradient = gradient_of_middle(experiments.one_channel_twin(layers), size)
    half = experiments.width_of_share(gradient, 0.5)
    assert int((gradient > 0).sum()) == 196**2
    assert (half, danish.percent(half**2 / 196**2)) == (58, "8,8 %")
    assert "58 x 58 pixler, 8,8 % af feltet" in printed


def test_five_three_one_and_the_gradient_are_in_the_outputs(printed):
    assert "5 → 3 → 1" in printed
    ways = [line.replace("·", "").split() for line in printed.splitlines() if line.startswith("· · · ")]
    assert [len(row) for row in ways] == [0] * 3 + [5] * 5 + [0] * 3 and ways[5] == ["3", "6", "9", "6", "3"]


def test_the_whole_network_as_convolutions(printed):
    assert "samme svar: True" in printed and "(1, 1000, 3, 5)" in printed
    assert danish.number(288 * 352 / 224**2, 1) == "2,0" and "ét kort: 2,0 gange" in printed


def test_nothing_of_the_lesson_went_wrong(text):
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert all("slide_type" in cell["metadata"].get("slideshow", {}) for cell in notebook["cells"])
    for heading in ("Gæt først", "Find fejlen", "Skriv selv"):
        assert len(re.findall(f"### {heading} ·", text)) >= 2


def parameters(layers: nn.Module) -> int:
    return sum(parameter.numel() for parameter in layers.parameters())


def test_the_first_arithmetic_exercise_is_what_pytorch_counts():
    small = nn.Sequential(*(nn.Conv2d(64, 64, 3) for _ in range(2)))
    counts = parameters(nn.Conv2d(64, 64, 5)), parameters(small)
    assert judge(exercises.with_channels_and_bias, counts).status == "right"


@pytest.mark.parametrize(
    ("exercise", "answer", "message"),
    [
        (exercises.three_small_filters, 9, "lagt filtrenes størrelser sammen"),
        (exercises.three_small_filters, 27, "ganget"),
        (exercises.with_channels_and_bias, (25, 18), "ét par af kanaler"),
        (exercises.with_channels_and_bias, (102_400, 73_728), "glemt bias"),
        (exercises.with_channels_and_bias, (25 * 64, 18 * 64), "64 én gang"),
        (exercises.with_channels_and_bias, (102_464, 36_928), "det ene af de to"),
        (exercises.times_alexnet, 0.44, "omvendte vej"),
        (exercises.times_alexnet, 77_392_320, "trukket fra"),
        (exercises.times_alexnet, 14_714_688 / 2_334_080, "kun talt conv-lagene"),
        (exercises.places_of_the_map, (2, 4), "lægge 1 til"),
        (exercises.grows_or_shrinks, "svinder", "Regn faktoren ud"),
        (exercises.memory_block, "fc", "parametrene"),
    ],
)
def test_likely_wrong_answers_are_recognised(exercise, answer, message):
    verdict = judge(exercise, answer)
    assert verdict.status == "wrong" and message in verdict.text


def stride_too_early(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        field += (kernel - 1) * jump
    return field


def stride_of_the_last_layer(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        field, jump = field + (kernel - 1) * jump, stride
    return field


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers), "glemmer hoppet"),
        (lambda layers: sum(kernel for kernel, _ in layers), "lægger filtrenes størrelser sammen"),
        (lambda layers: 1 + sum(kernel for kernel, _ in layers), "k − 1"),
        (stride_too_early, "for tidligt"),
        (stride_of_the_last_layer, "kun den sidste skridtlængde"),
        (lambda layers: 3, "kun med ét af lagene"),
    ],
)
def test_likely_wrong_fields_are_recognised(function, message):
    verdict = judge(exercises.field_of_stack, function)
    assert verdict.status == "wrong" and message in verdict.text


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda n, C: 9 * n, "glemt kanalerne"),
        (lambda n, C: n * (9 + 1), "glemt kanalerne"),
        (lambda n, C: 9 * n * C * C, "glemt bias"),
        (lambda n, C: n * (9 * C * C + 1), "ét bias-led for hvert lag"),
        (lambda n, C: n * 9 * C * C + C, "bias-leddene med i ét"),
        (lambda n, C: n * (9 * C + C), "C gange C"),
        (lambda n, C: (9 * C + 1) * C, "gange med antallet af lag"),
        (lambda n, C: n * (3 * C + 1) * C, "9 vægte"),
        (lambda n, C: n * (25 * C + 1) * C, "5x5"),
    ],
)
def test_likely_wrong_counts_are_recognised(function, message):
    verdict = judge(exercises.parameters_of_stack, function)
    assert verdict.status == "wrong" and message in verdict.text


def test_the_trained_mini_beside_minialexnet(text, notebook):
    tables = {name: layer_table(load_network(name)) for name in ("alexnet", "vgg")}
    small, large = tables["alexnet"], tables["vgg"]
    assert (large.kind == "conv").sum() - (small.kind == "conv").sum() == 3
    assert abs(large.parameters.sum() / small.parameters.sum() - 2 / 3) < 0.02
    assert f"{large.multiply_adds.sum() / small.multiply_adds.sum():.1f}" == "1.6"
    shares = [embedded()[name]["test"]["accuracy"] for name in tables]
    assert abs(shares[0] - shares[1]) < 0.01
    assert "tre conv-lag mere, men kun to tredjedele af parametrene" in text
    assert "regnearbejdet 1,6 gange så stort" in text and "under ét procentpoint" in text


def test_training_makes_the_late_layers_choosy(text, printed):
    network, world = load_network("vgg"), datasets.base(220, seed=datasets.TEST)
    convs = [name for name in network.layer_names if name.startswith("conv")]
    choosy = selectivity.selectivity({"a": network, "b": random_twin(network, 0)}, world, convs)
    ahead = choosy.a - choosy.b
    assert (ahead.iloc[:4].abs() < 0.1).all() and (ahead.iloc[4:] > 0.15).all()
    last = [danish.number(value, 1) for value in choosy.iloc[-1]]
    assert f"conv4_2: trænet {last[0]}, utrænet {last[1]}" in printed
    assert f"{last[0]} gange så stærkt på sin yndlingsklasse som på alle klasser, mod {last[1]}" in text
