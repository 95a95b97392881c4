import hashlib
import shutil
from functools import partial

import pytest
import torch
from safetensors.torch import save_file

from lesson_staff.recipes import PLANS
from lesson_utils import danish, weights
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet, googlenet, vgg
from lesson_utils.networks.families import PAPERS
from lesson_utils.networks.imagenet import danish_classes, relative
from lesson_utils.networks.network import build
from lesson_utils.networks.vgg import table
from lesson_utils.pretrained import WeightsUnavailable
from lesson_utils.robustness import accuracy
from lesson_utils.weights import load_file, load_network, tensor_names
from lesson_world.banana import alone


@pytest.fixture
def saved(tmp_path):
    """A MiniGoogLeNet with other weights than a fresh one, in half precision on disk."""
    network = googlenet.mini(6, seed=9)
    path = tmp_path / "mini.safetensors"
    save_file({name: tensor.half() for name, tensor in tensor_names(network).items()}, path)
    return network, path


def test_tensors_are_named_as_the_papers_name_layers():
    names = tensor_names(googlenet(device="meta"))
    assert {"conv1.weight", "conv2_reduce.bias", "inception_3a.conv5x5.weight", "fc.bias"} <= names.keys()
    assert "auxiliary.inception_4a.fc1.weight" in names
    assert "conv1_1.norm.running_var" in tensor_names(vgg.mini(2))


def test_a_file_fills_the_network(saved):
    source, path = saved
    target = googlenet.mini(6)
    assert "mini.safetensors" in load_file(target, path)
    for name, tensor in tensor_names(target).items():
        torch.testing.assert_close(tensor, tensor_names(source)[name], atol=1e-3, rtol=1e-3)


def test_a_file_finds_its_network(saved):
    source, path = saved
    network = load_network(str(path))
    assert network.name == "MiniGoogLeNet"
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(network(images), source.eval()(images), atol=2e-2, rtol=2e-2)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("depth", [1, 2])
def test_a_file_finds_its_depth_among_networks_that_hold_one_another(tmp_path, monkeypatch, order, depth):
    def builder(repeats):
        rows = table((8, 8), (repeats, 1), 16, 0.0)
        return partial(build, f"depth {repeats}", rows, input_size=16)

    networks = {str(repeats): builder(repeats) for repeats in (1, 2)}
    monkeypatch.setattr(weights, "PAPERS", dict([*networks.items()][::order]))
    monkeypatch.setattr(weights, "MINIS", {})
    save_file(tensor_names(networks[str(depth)](classes=3)), tmp_path / "file.safetensors")
    assert load_network(str(tmp_path / "file.safetensors")).name == f"depth {depth}"


def test_missing_auxiliary_classifiers_are_left_out_and_that_is_said(saved):
    source, path = saved
    save_file({n: t for n, t in tensor_names(source).items() if not n.startswith("auxiliary")}, path)
    target = googlenet.mini(6)
    assert "Hjælpeklassifikatorerne mangler i filen og er udeladt" in load_file(target, path)
    assert torch.is_tensor(target.train()(torch.rand(2, 3, 64, 64)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("conv1.weight"), "conv1.weight mangler"),
        (lambda t: t.update(extra=torch.zeros(1)), "extra er til overs"),
        (lambda t: t.update({"fc.bias": torch.zeros(7)}), "fc.bias har en anden form"),
        (lambda t: t.pop("auxiliary.inception_4a.fc1.bias"), "auxiliary.inception_4a.fc1.bias mangler"),
    ],
)
def test_what_does_not_fit_is_named_and_the_network_stays_as_it_was(saved, change, said):
    source, path = saved
    tensors = {name: tensor.clone() for name, tensor in tensor_names(source).items()}
    change(tensors)
    save_file(tensors, path)
    target = googlenet.mini(6)
    before = {name: tensor.clone() for name, tensor in target.state_dict().items()}
    with pytest.raises(LessonError, match=said):
        load_file(target, path)
    assert all(torch.equal(before[name], tensor) for name, tensor in target.state_dict().items())


def test_damaged_and_missing_files_are_said(saved, tmp_path):
    _, path = saved
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(LessonError, match="afbrudt eller beskadiget"):
        load_file(googlenet.mini(6), path)
    with pytest.raises(LessonError, match="findes ikke"):
        load_network(str(tmp_path / "none.safetensors"))
    save_file({"foo": torch.zeros(2)}, path)
    with pytest.raises(LessonError, match="hører ikke til noget netværk"):
        load_network(str(path))


def test_unknown_names_are_said():
    with pytest.raises(LessonError, match="Mente du »alexnet«"):
        load_network("alexnett")
    with pytest.raises(LessonError, match="ingen ImageNet-udgave af »resnet50«"):
        load_network("imagenet:resnet50")


def test_a_papers_network_says_that_it_is_untrained():
    network = load_network("paper:alexnet", seed=4)
    assert "ikke trænet" in network.origin
    assert not network.training
    assert torch.equal(network.layers.conv1.conv.weight, alexnet(seed=4).layers.conv1.conv.weight)


# torchvision's files: a stand-in for its server is a file beside the test


@pytest.fixture
def server(tmp_path, monkeypatch):
    """torchvision's GoogLeNet, published at a file:// address with its hash in its name, and an empty cache."""
    import torchvision

    network = relative("googlenet")
    state = {
        f"tv.{name}": tensor for name, tensor in network.state_dict().items() if name.startswith("layers.")
    }
    state["aux1.conv.conv.weight"] = torch.zeros(1)
    plain = tmp_path / "plain.pth"
    torch.save(state, plain)
    digest = hashlib.sha256(plain.read_bytes()).hexdigest()[:8]
    published = plain.rename(tmp_path / f"googlenet-{digest}.pth")
    stub = type("Weights", (), {"url": published.as_uri()})
    monkeypatch.setattr(torchvision.models, "get_model_weights", lambda _: type("All", (), {"DEFAULT": stub}))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return network, published, tmp_path / "hub" / "checkpoints" / published.name


def test_imagenet_weights_are_fetched_checked_and_kept(server):
    source, published, cached = server
    network = load_network("imagenet:googlenet")
    assert cached.exists()
    assert network.class_names == danish_classes()
    assert torch.equal(network.layers.conv1.conv.weight, source.layers.conv1.conv.weight)
    published.unlink()  # the second time nothing is fetched
    load_network("imagenet:googlenet")


def test_a_damaged_file_in_the_cache_is_not_loaded(server):
    _, published, cached = server
    cached.parent.mkdir(parents=True)
    cached.write_bytes(published.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsUnavailable, match="er beskadiget: slet den"):
        load_network("imagenet:googlenet")


def test_a_damaged_download_is_not_kept(server):
    _, published, cached = server
    published.write_bytes(b"noget andet")
    with pytest.raises(WeightsUnavailable, match="beskadiget undervejs"):
        load_network("imagenet:googlenet")
    assert not cached.exists()


def test_without_a_network_the_lesson_goes_on_with_what_it_has(server):
    _, published, cached = server
    published.unlink()
    with pytest.raises(WeightsUnavailable, match="slut computeren til nettet"):
        load_network("imagenet:googlenet")
    network = load_network("imagenet:googlenet", otherwise="paper:googlenet")
    assert network.name == "GoogLeNet"
    assert "Lektionen går videre med GoogLeNet" in network.origin
    assert not cached.exists()


def test_names_of_the_builders_agree():
    assert PAPERS["vgg13"](device="meta").name == "VGG-13"


# the course's own networks


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A copy of the course's weights that a test may damage."""
    shutil.copytree(weights.EMBEDDED, tmp_path / "weights")
    monkeypatch.setattr(weights, "EMBEDDED", tmp_path / "weights")
    return tmp_path / "weights"


@pytest.mark.parametrize("name", weights.embedded())
def test_an_embedded_network_is_as_good_as_its_manifest_says(name):
    """On freshly drawn images, within three standard errors of the binomial on both sides of the comparison."""
    entry, network = weights.embedded()[name], load_network(name)
    expected, n = entry["test"]["accuracy"], 440
    measured = accuracy(network, *PLANS[name].subject.draw(20_000, n, None))
    spread = max(expected * (1 - expected), 0.01) * (1 / n + 1 / entry["test"]["images"])
    assert measured >= expected - 3 * spread**0.5
    assert f"rigtige på {danish.number(entry['test']['images'])} nye billeder" in network.origin
    assert network.class_names == tuple(alone(english).danish for english in PLANS[name].subject.classes)


def test_damaged_missing_and_newer_weights_are_said(shipped):
    file, manifest = shipped / "alexnet.safetensors", shipped / "manifest.json"
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(LessonError, match="kontrolsum er forkert"):
        load_network("alexnet")
    file.unlink()
    with pytest.raises(LessonError, match="mangler: hent kurset igen"):
        load_network("alexnet")
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace('"format": 1', '"format": 2'), encoding="utf-8"
    )
    with pytest.raises(LessonError, match="format 2"):
        load_network("alexnet")
    manifest.write_text("{")
    with pytest.raises(LessonError, match="beskadiget: hent kurset igen"):
        load_network("alexnet")


def test_the_embedded_weights_stay_small():
    sizes = [file.stat().st_size for file in weights.EMBEDDED.glob("*.safetensors")]
    assert max(sizes) <= 5e6 and sum(sizes) <= 25e6


def test_the_worlds_networks_answer_with_its_22_classes():
    assert weights.world_network("vgg").class_names[:2] == ("ansigt", "abe")
    for name in ("banana-biased", "paper:alexnet"):
        with pytest.raises(
            LessonError, match=f"»{name}« svarer ikke med kursets 22 klasser: vælg mellem alexnet,"
        ):
            weights.world_network(name)
