"""Lesson 02: every number that its text names, computed here and found there; and its diagnoses."""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from lesson_cells.alexnet import exercises
from lesson_utils import danish, device, images, selectivity
from lesson_utils.activations import activations
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet, layer_table, output_size, random_twin
from lesson_utils.show.exercise import judge
from lesson_utils.weights import load_network
from lesson_world import datasets

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "02_alexnet.ipynb"


@pytest.fixture(scope="module")
def layers():
    return layer_table(alexnet(device="meta"))


@pytest.fixture(scope="module")
def weighted(layers):
    return layers[layers["parameters"] > 0]


def test_eight_of_thirteen_rows_have_weights(text, printed, layers, weighted):
    assert (len(layers), len(weighted)) == (13, 8)
    assert "»Det består af otte lag«" in text
    assert "lag med vægte: 8 · parametre: 60.965.224" in printed


def test_the_pipeline_shrinks_and_thickens_as_the_text_says(text, layers):
    assert "fra 227x227 til 6x6, mens kanalerne går fra 3 til 256" in text
    assert layers.loc["pool5", ["height", "width", "channels"]].tolist() == [6, 6, 256]


def test_only_227_fits(text, printed):
    values = {size: (size - 11) / 4 + 1 for size in (224, 227, 277)}
    assert values == {224: 54.25, 227: 55, 277: 67.5}
    for size, value in values.items():
        assert f"({size} − 11) / 4 + 1 = {danish.number(value)}" in printed
    assert [size for size in values if _fits(size)] == [227]
    assert "Kun 227 giver et helt tal" in text and "67,5 for 277" in text


def test_pytorch_rounds_down_silently_and_fc6_notices(text, printed):
    conv1 = nn.Conv2d(3, 96, 11, 4, device="meta")
    sizes = [conv1(torch.empty(1, 3, size, size, device="meta")).shape[-1] for size in (224, 227, 277)]
    assert sizes == [54, 55, 67]
    assert all(f"{size} → {out}" in printed for size, out in zip((224, 227, 277), sizes, strict=True))
    assert "(1x6400 and 9216x4096)" in printed and "får 6.400 tal, men har vægte til 9.216" in text


def test_no_padding_saves_224():
    assert not any(_fits(224, padding) for padding in range(12))


def test_neighbouring_filters_share_seven_columns(text):
    first, second = set(range(11)), set(range(4, 15))
    assert len(first & second) == 7
    assert "deler 7 af 11 kolonner" in text


def test_numbers_of_the_photo_on_its_way(printed):
    network = alexnet(seed=0).eval()
    picture = images.photo("", network.input_size)
    counts = {"foto": picture.numel()}
    counts |= {name: a.numel() for name, a in activations(network, picture[None], ["pool5", "fc8"]).items()}
    assert counts == {"foto": 154_587, "pool5": 9_216, "fc8": 1_000}
    assert all(
        re.search(f"{name} .*= +{danish.number(count)} tal", printed) for name, count in counts.items()
    )


def test_the_strong_neighbour(text, printed):
    before = torch.full((1, 11, 1, 1), 40.0)
    before[0, 5] = 300
    after = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)(before).flatten().tolist()
    assert [danish.number(after[k], 1) for k in (5, 6, 8)] == ["47,6", "6,3", "18,5"]
    assert "ender på 6,3, mens kanalerne længere væk bliver over 18" in text
    ratio = after[5] / after[6]
    assert ratio == pytest.approx(300 / 40), "all five are divided by the same number"
    assert judge(exercises.strong_neighbour, ratio).status == "right"
    assert "kanal 6: 300 → 47,6" in printed


def test_the_papers_norm_by_hand_is_pytorchs_with_five_times_alpha(run_cells, printed):
    signals = 300 * torch.rand(2, 12, 4, 4, generator=torch.Generator().manual_seed(1))
    by_hand = run_cells("cell-060", torch=torch)["paper_norm"](signals)
    assert torch.allclose(nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)(signals), by_hand)
    assert not torch.allclose(nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2)(signals), by_hand)
    assert "alpha=0.0005, beta=0.75, k=2): det samme" in printed
    assert "alpha=0.0001, beta=0.75, k=2): noget andet" in printed


def test_the_network_written_out_is_the_papers(run_cells, layers):
    with torch.device("meta"):
        network = run_cells("cell-convs", "cell-fc", nn=nn)["alexnet"]
    assert sum(parameter.numel() for parameter in network.parameters()) == 60_965_224
    assert layer_table(network, 227).set_index(layers.index).equals(layers)
    norms = [layer for layer in network if isinstance(layer, nn.LocalResponseNorm)]
    assert [(n.size, n.alpha, n.beta, n.k) for n in norms] == [(5, 5e-4, 0.75, 2)] * 2
    assert sum(isinstance(layer, nn.Dropout) for layer in network) == 2


def test_normalised_values_in_either_order(text):
    counts = []
    for order in ("paper", "caffenet"):
        rows = layer_table(alexnet(order=order, device="meta")).query("kind == 'norm'")
        counts.append(int((rows["channels"] * rows["height"] * rows["width"]).sum()))
    assert counts == [477_024, 113_248]
    assert danish.number(counts[0] / counts[1], 1) == "4,2"
    assert "113.248 værdier at normalisere i stedet for 477.024: under en fjerdedel" in text


@pytest.mark.parametrize("size", [55, 27, 13])
def test_both_pools_give_the_same_size_and_only_one_sees_everything(size):
    assert output_size(size, 3, 2) == output_size(size, 2, 2, rounding="floor")
    with pytest.raises(LessonError):
        output_size(size, 2, 2)


def test_dropout_keeps_the_mean(notebook, printed):
    names: dict = {"torch": torch}
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == "cell-078")
    exec("".join(cell["source"]).split("\n\n\n")[0], names)
    torch.manual_seed(0)
    for values in (names["drop"](torch.ones(1000, 4096)), nn.Dropout(0.5)(torch.ones(1000, 4096))):
        assert (values > 0).float().mean().item() == pytest.approx(0.5, abs=5e-4)
        assert values.mean().item() == pytest.approx(1, abs=5e-3)
    for name, on in (("træning, vores", "50,0 %"), ("træning, PyTorch", "50,0 %"), ("brug", "100,0 %")):
        assert f"{name}: {on} tændt, middelværdi 1,00" in printed


def test_parameters_sit_in_fc_and_arithmetic_in_conv(text, printed, weighted):
    sums = weighted.groupby("kind")[["parameters", "multiply_adds"]].sum()
    assert sums.sum().tolist() == [60_965_224, 724_406_816]
    shares = sums / sums.sum()
    assert danish.percent(shares.loc["fc", "parameters"]) == "96,2 %"
    assert danish.percent(shares.loc["conv", "multiply_adds"]) == "91,9 %"
    assert "96,2 % af de 60.965.224 parametre" in text and "91,9 % af de 724 millioner" in text
    assert "724.406.816 multiply-adds: 91,9 % i conv-lag" in printed
    assert weighted["parameters"].idxmax() == exercises.most_parameters.answer


def test_groups_halve_conv2(text, printed):
    counts = [sum(p.numel() for p in nn.Conv2d(96, 256, 5, groups=g).parameters()) for g in (1, 2)]
    assert counts == [614_656, 307_456]
    assert "fra 614.656 til 307.456 parametre" in text
    assert "groups=2: 307.456 parametre, 223.948.800 multiply-adds, 48 kanaler pr. filter" in printed


def test_torchvisions_alexnet_is_another(text, printed):
    with torch.device("meta"):
        other = device.torchvision().models.alexnet()
    assert sum(parameter.numel() for parameter in other.parameters()) == 61_100_840
    assert other.features[0].out_channels == 64
    assert not any(
        isinstance(m, nn.LocalResponseNorm) or getattr(m, "groups", 1) > 1 for m in other.modules()
    )
    assert "med 61.100.840 parametre. Den har 64 filtre i første lag" in text
    assert "224 med padding 2: 55,25, rundet ned til 55" in printed


def test_the_norm_hardly_changes_the_photo(printed):
    network = alexnet(seed=0).eval()
    found = activations(network, images.photo("", 227)[None], ["conv1", "norm1"])
    factor = (found["norm1"] / found["conv1"])[found["conv1"] > 0]
    assert 0.59 < factor.min() <= factor.max() < 0.5947
    assert "normaliseret: største aktivering 7,6, ganges med 0,593 til 0,595" in printed


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (lambda n, k, s, p: (n + 2 * p - k) // s + 1, "runder ned"),
        (lambda n, k, s, p: round((n + 2 * p - k) / s + 1), "runder af"),
        (lambda n, k, s, p: (n + 2 * p - k) / s, "lægge 1 til"),
        (lambda n, k, s, p: (n + 2 * p - k + 1) / s, "før du dividerer"),
        (lambda n, k, s, p: (n + 2 * p - k) / s / s + 1, "to gange"),
        (lambda n, k, s, p: (n + p - k) / s + 1, "på den ene side"),
        (lambda n, k, s, p: (n - k) / s + 1, "glemt padding"),
        (lambda n, k, s, p: n + 2 * p - k + 1, "glemt skridtlængden"),
        (lambda n, k, s, p: (n + 2 * p) / s + 1, "filterets størrelse"),
    ],
)
def test_output_size_slips_are_recognised(function, word):
    verdict = judge(exercises.output_size_function, function)
    assert verdict.status == "wrong" and word in verdict.text


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (lambda c, f, k, g: f * k * k * c // g, "glemt bias"),
        (lambda c, f, k, g: f * k * k * c // g + 1, "for hele laget"),
        (lambda c, f, k, g: f * c // g * (k * k + 1), "pr. kanal"),
        (lambda c, f, k, g: f * (k * k + 1), "glemt kanalerne"),
        (lambda c, f, k, g: f * (k * c // g + 1), "kvadratisk"),
        (lambda c, f, k, g: k * k * c // g + 1, "ét filter"),
        (lambda c, f, k, g: f * (k * k * c + 1), "Med 2 grupper ser hvert filter kun halvdelen"),
        (lambda c, f, k, g: f * k * k * c // g + f // g, "deler ikke bias"),
        (lambda c, f, k, g: f // g * (k * k * c // g + 1), "to gange"),
        (lambda c, f, k, g: f * (k * k * c * g + 1), "mindre, ikke større"),
    ],
)
def test_parameter_slips_are_recognised(function, word):
    verdict = judge(exercises.conv_parameters_function, function)
    assert verdict.status == "wrong" and word in verdict.text


def _fits(size: int, padding: int = 0) -> bool:
    try:
        return bool(output_size(size, 11, 4, padding))
    except LessonError:
        return False


def test_training_makes_the_last_channels_choosy(text, printed):
    mini, world = load_network("alexnet"), datasets.base(220, seed=datasets.TEST)
    pair = {"trænet": mini, "utrænet": random_twin(mini, 0)}
    choosy = selectivity.selectivity(pair, world, ["conv1", "conv5"])
    for layer in choosy.index:
        trained, untrained = (danish.number(choosy.loc[layer, name], 1) for name in pair)
        assert f"{layer}: trænet {trained}, utrænet {untrained}" in printed
    assert f"utrænede tvilling ligger fladt omkring {untrained}" in text
