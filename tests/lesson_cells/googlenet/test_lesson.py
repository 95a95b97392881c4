"""Lesson 04: every number that its text names, computed here and found there; and its diagnoses."""

import math
import re
from pathlib import Path

import pytest
import torch

from lesson_cells.googlenet import exercises, experiments
from lesson_utils import danish, images, selectivity
from lesson_utils.activations import activations
from lesson_utils.networks import alexnet, conv_cost, googlenet, layer_table, random_twin
from lesson_utils.networks.families import PAPERS
from lesson_utils.networks.imagenet import relative
from lesson_utils.show.exercise import judge
from lesson_utils.show.measurements import stored
from lesson_utils.weights import load_network
from lesson_world import datasets

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "04_googlenet.ipynb"


def parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.fixture(scope="module")
def layers():
    return layer_table(googlenet(auxiliary=False, device="meta"))


def test_depth_and_totals(layers, text, printed):
    depth = layers["kind"].map({"conv": 1, "inception": 2, "fc": 1}).sum()
    assert depth == 22 and "22 lag" in text and "det andet: 22" in printed
    assert layers["parameters"].sum() == parameters(googlenet(auxiliary=False, device="meta")) == 6_998_552
    assert parameters(googlenet(device="meta")) == 13_378_280
    assert "6.998.552" in text and "6.998.552" in printed and "13.378.280" in printed
    assert (layers["kind"] == "inception").sum() == 9 and "ni **inception-moduler**" in text


def test_not_twelve_times_fewer(text, printed):
    alex = parameters(alexnet(device="meta"))
    assert danish.number(alex / 6_998_552, 1) == "8,7" and "8,7 gange" in text and "8,7 gange" in printed
    table = sum(weights for weights, _ in experiments.PRINTED.values()) * 1024
    assert danish.number(alex / table, 1) == "8,8" and "8,8 gange" in printed
    assert danish.number(alex / 12 / 1e6, 1) == "5,1" and "5,1 millioner" in text and "5,1 mio." in printed


def test_the_lectures_bottleneck(text, printed):
    direct = conv_cost(480, 48, 5, 14, 14)
    first, second = conv_cost(480, 16, 1, 14, 14), conv_cost(16, 48, 5, 14, 14)
    assert direct == (576_000, 112_896_000)
    assert (first.multiply_adds, second.multiply_adds) == (1_505_280, 3_763_200)
    through = first.multiply_adds + second.multiply_adds
    assert through == 5_268_480 and first.weights + second.weights == 26_880
    for number in (112_896_000, 1_505_280, 3_763_200, 5_268_480, 576_000, 26_880):
        assert danish.number(number) in printed
    assert danish.number(direct.multiply_adds / through, 1) == "21,4"
    assert danish.number(direct.weights / (first.weights + second.weights), 1) == "21,4"
    for words in ("112,9 millioner mod 5,27 millioner", "21,4 gange færre", "576.000 til 26.880"):
        assert words in text


def test_where_the_bottleneck_stops_paying(text, printed):
    costs = [14 * 14 * width * (480 + 25 * 48) for width in range(1, 481)]
    assert costs[15] == 5_268_480 and costs[341] < 112_896_000 < costs[342]
    assert "Til og med 342 kanaler" in text and "betaler sig: 342" in printed
    assert danish.number(costs[0]) == "329.280" and "329.280" in printed


def test_what_the_bottleneck_keeps(text, printed):
    network = googlenet(auxiliary=False).eval()
    photos = torch.stack([images.photo(name, 224) for name in images.PHOTOS])
    features = activations(network, photos, ["pool3"])["pool3"]
    assert features.shape == (3, 480, 14, 14)
    untrained, trained = experiments.kept_variance(features), stored("channel_variance")["kept"]
    for width in (16, 64, 128):
        shares = danish.percent(untrained[width - 1], 0), danish.percent(trained[width - 1], 0)
        assert f"{width} kanaler kan bevare {shares[0]} (utrænet), {shares[1]} (trænet)" in printed
    assert untrained[15] > 0.85 and 0.45 < trained[15] < 0.55
    assert "kun omkring halvdelen i det trænede" in text


def test_the_module_that_is_drawn(layers, printed):
    assert layers.loc["inception_3a", ["channels", "height"]].to_list() == [256, 28]
    naive = sum(conv_cost(192, width, k, 28, 28).multiply_adds for width, k in ((64, 1), (128, 3), (32, 5)))
    assert danish.short(naive) == "303,5 mio." and "303,5 mio." in printed
    assert danish.short(int(layers.loc["inception_3a", "multiply_adds"])) == "128,0 mio."
    assert 64 + 128 + 32 + 192 == 416 and "maxpool: 416" in printed


def test_torchvisions_relative(text, printed):
    cousin = relative("googlenet", device="meta")
    assert cousin.layers.inception_3a.conv5x5.conv.kernel_size == (3, 3) and "5x5-grenen: 3 3" in printed
    assert parameters(cousin) == 6_624_904 and "6.624.904" in printed
    assert any(isinstance(part, torch.nn.BatchNorm2d) for part in cousin.modules())
    assert "filtre på 3x3, hvor artiklen har 5x5" in text


def test_table_1(text, printed):
    table = experiments.paper_table(googlenet(auxiliary=False, device="meta"))
    assert 64 * 64 + 3 * 3 * 64 * 192 == 114_688 == 112 * 1024 and "= 114.688" in text
    off = table[["weights_off", "multiply_adds_off"]]
    far = off[(off.abs() >= 0.01).any(axis=1)]
    assert list(far.index) == ["conv1", "inception_4c", "inception_4d", "inception_5a", "inception_5b", "fc"]
    for name, row in far.iterrows():
        assert re.search(f"{name} +artiklens vægte +{danish.percent(row['weights_off'])}", printed)
    assert abs(table.loc[["inception_4d", "inception_5b"], "multiply_adds_off"]).max() < 0.005
    assert (table.loc[["inception_4d", "inception_5b"], "weights_off"] < -0.005).all()
    assert abs(off.loc["inception_5a"].diff().iloc[-1]) < 0.006  # »begge kolonner afviger lige meget«
    assert danish.short(463 * 1024 * 196) == "92,9 mio." and "92,9 mio." in printed
    assert danish.short(int(table.loc["inception_4c", "weights"]) * 196) == "99,9 mio."
    assert table.loc["fc", "multiply_adds_m"] == 1.024 and "1,024 M" in text
    steps = 7 * 7 * 3 * 8 + 3 * 8 * 64
    assert f"{steps / 1024:.1f}" == "2.6" and danish.short(steps * 112 * 112) == "34,0 mio."
    assert "2.712 vægte og 34,0 mio." in printed
    conv1 = table.loc["conv1"]
    assert (round(conv1["weights_k"], 1), round(conv1["multiply_adds_m"])) == (9.2, 118)
    assert "2,7K og 34M" in text and "9,2K og 118M" in text


def test_gap(layers, text, printed):
    assert layers.loc["inception_5b", ["channels", "height"]].to_list() == [1024, 7]
    assert layers.loc["gap", "parameters"] == 0 and layers.loc["fc", "parameters"] == 1_025_000
    without = 7 * 7 * 1024 * 1000 + 1000
    assert danish.number(without) in printed and danish.number(without / 1e6, 1) == "50,2"
    assert "50,2 millioner" in text and "1.025.000" in text and without > 7 * 6_998_552
    assert "over syv gange" in text


def test_auxiliary_classifiers(text, printed):
    heads = {name: parameters(head) for name, head in googlenet(device="meta").auxiliary.items()}
    assert heads == {"inception_4a": 3_188_840, "inception_4d": 3_190_888}
    assert sum(heads.values()) == 13_378_280 - 6_998_552
    for name, count in heads.items():
        assert f"efter {name}: {danish.number(count)} parametre" in printed
    assert "0.3" in text


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        (exercises.one_filter, 1, "glemt kanalerne"),
        (exercises.one_filter, 481, "bias-leddet"),
        (exercises.conv1x1, lambda f, w, b: torch.einsum("kc,chw->khw", w, f), "glemt bias-leddene"),
        (exercises.conv1x1, lambda f, w, b: w @ f.flatten(1) + b[:, None], "Fold pixlerne ud"),
        (exercises.saving, 30, "kun talt 5x5-foldningen"),
        (exercises.saving, "75", "kun talt 1x1-foldningen"),
        (exercises.saving, 0.0467, "delt omvendt"),
        (exercises.bottleneck_price, lambda s, c, w, o, k: s * s * o * k * k * w, "kun talt den anden"),
        (exercises.bottleneck_price, lambda s, c, w, o, k: s * s * c * w, "kun talt 1x1"),
        (exercises.bottleneck_price, lambda s, c, w, o, k: c * w + k * k * w * o, "antallet af vægte"),
        (exercises.bottleneck_price, lambda s, c, w, o, k: s * (c * w + k * k * w * o), "ikke size"),
        (
            exercises.bottleneck_price,
            lambda s, c, w, o, k: s * s * (c * w + k * w * o),
            "både højde og bredde",
        ),
        (
            exercises.bottleneck_price,
            lambda s, c, w, o, k: s * s * (c * w + k * k * c * o),
            "flaskehalsens kanaler",
        ),
        (exercises.output_channels, lambda a, b, c, d, e, f: a + c + e, "glemt grenen med maxpool"),
        (exercises.output_channels, lambda *widths: sum(widths), "når aldrig ud"),
        (exercises.paper_k, 1000, "112.000"),
        (exercises.gap_weights, 1_025_000, "laget efter GAP"),
        (exercises.last_layer, 1_024_000, "glemt bias-leddene"),
        (exercises.last_layer, 0, "GAP selv"),
        (exercises.last_layer, 50_176_000, "uden GAP"),
        (exercises.touched_layers, "alle lag", "gradienten nul"),
    ],
)
def test_a_likely_mistake_is_recognised(exercise, answer, words):
    verdict = judge(exercise, answer)
    assert verdict.status == "wrong" and words in verdict.text


@pytest.mark.parametrize("guess", [21, 21.4, "21,4", 21.43, 112_896_000 / 5_268_480])
def test_a_good_guess_is_right(guess):
    assert judge(exercises.saving, guess).status == "right"


def test_what_the_auxiliary_classifiers_did(text, printed):
    measured = stored("auxiliary_gradients")
    narrow, full = measured[measured["divisor"] == 8], measured[measured["divisor"] == 1]
    assert narrow["seed"].nunique() == 5 and set(narrow["step"]) == {0, 200}
    gain, whole = experiments.gain(narrow).loc["conv1"], experiments.gain(full).loc["conv1"]
    losses = experiments.losses(narrow)
    medians = losses.groupby(level=["start", "step"]).median()
    for start, title in (("0.01", "fast 0,01"), ("xavier", "Xavier"), ("he", "He")):
        times = (gain[start, 0], gain[start, 200], whole[start, 0])
        before, after, wide = (danish.number(float(f"{x:.2g}")) for x in times)
        assert (
            f"{title:9} conv1: {before:>5} gange før, {after:>5} efter; fuld bredde, før: {wide}" in printed
        )
        without, helped = (danish.number(medians.loc[(start, 200), way], 2) for way in (False, True))
        assert f"{title:9} tab efter 200 skridt: {without} uden, {helped} med hjælp" in printed
    assert 750 < gain["0.01", 0] < 850 and "omkring 800 gange" in text
    assert f"{gain['xavier', 0]:.1f}" == "2.6" and "2,6 gange så stor før træning" in text
    assert f"{gain['he', 0]:.1f}" == "1.2" and "1,2 gange så stor" in text
    spread = losses.loc["he", 200].max() - losses.loc["he", 200].min()
    assert abs(medians.loc["he", 200].diff().iloc[-1]) < spread.min(), "»mindre end spredningen mellem seeds«"
    guessing = math.log(10)
    assert f"{guessing:.3f}" == "2.303" and "ln 10 = 2,303" in text
    started = (losses < 2.2).groupby(level=["start", "step"]).sum()
    assert started.loc["0.01", 200].to_list() == [0, 0] and "intet af netværkene kommer i gang" in text
    assert started.loc["xavier", 200].to_list() == [1, 1] and "Kun ét af de fem netværk kommer i gang" in text
    assert started.loc["he", 200].to_list() == [5, 5] and "Alle fem lærer både uden og med hjælp" in text


def test_the_trained_heads_answer_what_the_text_says(text, printed):
    network, world = load_network("googlenet"), datasets.base(440, seed=datasets.TEST)
    shares = experiments.head_accuracies(network, world)
    for name, share in shares.items():
        place = "netværkets eget svar (4 moduler)" if name == "fc" else f"efter {name} (3 moduler)"
        assert f"{place}: {danish.percent(share)} af 440 billeder" in printed
    assert abs(shares["fc"] - shares["inception_4a"]) < 0.02
    assert "næsten lige så godt som netværket selv" in text
    assert "gennemsnittet af kortet plus bias-leddet er svaret: True" in printed


def test_the_evidence_lies_on_the_thing():
    """»De lyseste ligger på tingen«: the brightest field shows more of the thing than fields do on average."""
    network, world = load_network("googlenet"), datasets.base(88, seed=datasets.TEST)
    shares = torch.nn.functional.adaptive_avg_pool2d((world.objects > 0).float()[:, None], 4).flatten(1)
    with torch.no_grad():
        maps = network.layers[:-3](network.normalize(world.images))
        evidence = torch.einsum("nchw,nc->nhw", maps, network.layers.fc.linear.weight[world.labels])
    brightest = shares.gather(1, evidence.flatten(1).argmax(1, keepdim=True))
    assert brightest.mean() > 1.3 * shares.mean()


def test_each_branch_prefers_faces_more_after_training(printed):
    network, world = load_network("googlenet"), datasets.base(440, seed=datasets.TEST)
    ends = [f"inception_3b.{branch}" for branch in ("conv1x1", "conv3x3", "conv5x5", "pool_proj")]
    said = []
    for each in (network, random_twin(network, 0)):
        found = selectivity.telling_maps(each, world.images[0], 0, world, ends)
        times = [one.times for one in found.values()]
        said.append(f"{danish.number(min(times), 1)} til {danish.number(max(times), 1)}")
    for name, times in zip(("trænet", "utrænet"), said, strict=True):
        assert f"{name}: {times} gange så stærkt på ansigter som normalt" in printed


def test_what_became_of_the_ideas(text, printed):
    def share(network):  # every convolution by itself, not by the layer table's rows
        costs = {True: 0, False: 0}

        def add(module, _inputs, output):
            costs[getattr(module, "kernel_size", 0) == (1, 1)] += output[0].numel() * module.weight[0].numel()

        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
                module.register_forward_hook(add)
        network.eval()(torch.empty(1, 3, network.input_size, network.input_size, device="meta"))
        return costs[True] / sum(costs.values())

    four = experiments.compared(share)
    assert list(four.index) == ["AlexNet", "VGG-16", "GoogLeNet", "EfficientNet-Lite0"]
    assert four["FC-lag"].to_list() == [3, 3, 1, 1] and "har tre FC-lag" in text
    assert [round(each) for each in four["% i 1x1"]] == [0, 0, 23, 88]
    assert "88 % af EfficientNet-Lite0's" in text and "I GoogLeNet er det 23 %" in text
    small = four.loc["EfficientNet-Lite0"]
    assert small["mio. parametre"] == 4.652008 and small["top-1"] == four["top-1"].max() == 75.1
    costs = ["mio. parametre", "mio. multiply-adds", "ms"]
    ratio = (four[costs] / small[costs].astype(float)).map(danish.rounded)
    for name, (weights, arithmetic, time) in ratio.drop(index=small.name).iterrows():
        said = f"{name:9} mod Lite0: parametre {weights}, multiply-adds {arithmetic}, tid {time} gange"
        assert said in printed
    assert ratio.loc["AlexNet", "mio. parametre"] == "13" and "13 gange færre parametre end AlexNet" in text
    assert ratio.loc["VGG-16"].to_list()[1:] == ["40", "14"]
    assert "40 gange så mange multiply-adds som EfficientNet-Lite0, men tager kun 14 gange" in text
    for name in ("alexnet", "vgg16"):
        table = layer_table(PAPERS[name](device="meta"))
        assert table.parameters[table.kind == "fc"].sum() > table.parameters.sum() / 2


def test_the_cats_two_classes_come_from_the_same_places(text):
    network, cat = load_network("imagenet"), images.photo("", 224)[None]
    pair = network(cat)[0].topk(2).indices
    assert [network.class_names[k] for k in pair] == ["ægyptisk mau", "tigerstribet kat"]
    maps = experiments.evidence(network, cat, pair)
    assert torch.corrcoef(maps.flatten(1))[0, 1] > 0.95
    places = maps.flatten(1).argmax(1)
    assert ((places % 7 > 0) & (places % 7 < 6) & (places >= 7) & (places < 42)).all(), "not at the edge"
    assert "to racer af kat som de bedste" in text
