"""What layers answer, by names and by paths, in one pass and in a stream."""

import threading

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lesson_utils import device
from lesson_utils.activations import activations, extractor, stream
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet, googlenet, vgg
from lesson_utils.networks.imagenet import relative
from lesson_utils.samples import batches
from lesson_world import datasets

IMAGES = torch.rand(5, 3, 64, 64, generator=torch.Generator().manual_seed(0))


class Branching(nn.Module):
    """A user's own network, which looks at its values and so cannot be traced."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU(inplace=True)
        self.second = nn.Conv2d(4, 2, 3)
        self.calls = []

    def forward(self, images):
        features = self.relu(self.first(images))
        if features.mean() > 1e9:
            return features
        self.calls.append("second")
        return self.second(features)


@pytest.mark.parametrize("build", [alexnet.mini, vgg.mini, googlenet.mini])
def test_our_networks_answer_as_their_modules_do_one_by_one(build):
    network = build(7, seed=2).eval()
    found = activations(network, IMAGES, network.layer_names)
    with torch.no_grad():
        features = network.normalize(IMAGES)
        for name, layer in network.layers.named_children():
            features = layer(features)
            if name in found:
                torch.testing.assert_close(found[name], features, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["alexnet", "googlenet"])
def test_torchvisions_networks_answer_under_the_papers_names(name):
    """The relative, by the paper's names, and torchvision's own module with the same weights, by its paths."""
    torch.manual_seed(0)
    options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    theirs = getattr(device.torchvision().models, name)(weights=None, **options).eval()
    ours = relative(name).eval()
    from lesson_utils.networks.imagenet import adopt

    adopt(ours, theirs.state_dict())
    images = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    pairs = {"alexnet": {"conv4": "features.9", "conv4.pre": "features.8", "fc7": "classifier.5"}}
    pairs["googlenet"] = {"conv2": "conv3", "inception_4a": "inception4a", "inception_5b": "inception5b"}
    found = activations(ours, images, list(pairs[name]))
    mean, std = ours.mean, ours.std
    theirs_found = activations(theirs, (images - mean) / std, list(pairs[name].values()))
    for layer, path in pairs[name].items():
        torch.testing.assert_close(found[layer], theirs_found[path], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layers", [["conv3"], ["conv1", "conv5"], ["inception_4a"]])
def test_nothing_after_the_last_wanted_layer_runs(layers):
    network = (googlenet if layers[0].startswith("inc") else alexnet).mini(7).eval()
    ran = []
    for name, layer in network.layers.named_modules():
        if not list(layer.children()):
            layer.register_forward_hook(lambda *_, name=name: ran.append(name.split(".")[0]))
    activations(network, IMAGES, layers)
    names = [name for name, _ in network.layers.named_children()]
    assert set(ran) == set(names[: names.index(layers[-1]) + 1])


def test_a_network_that_cannot_be_traced_answers_and_is_stopped():
    network = Branching()
    found = activations(network, IMAGES, ["relu", "first"])
    assert network.calls == []
    assert torch.equal(found["first"], network.first(IMAGES)) and (found["first"] < 0).any()
    assert torch.equal(found["relu"], found["first"].relu())
    activations(network, IMAGES, ["second"])
    assert network.calls == ["second"]
    assert not network.first._forward_hooks


def test_layers_that_work_in_place_do_not_overwrite_what_was_asked_for():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.relu = nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True)
            self.last = nn.Conv2d(4, 4, 3)

        def forward(self, images):
            return F.relu(self.last(self.relu(self.conv(images))), inplace=True).sum_to_size(1)

    network = Functional()
    found = activations(network, IMAGES, ["conv", "relu", "last"])
    assert (found["conv"] < 0).any()
    assert torch.equal(found["relu"], found["conv"].relu())


def test_a_changed_network_answers_as_it_is_now():
    network = alexnet.mini(7).eval()
    before = activations(network, IMAGES, ["fc8"])["fc8"]
    network.layers.fc8.linear = nn.Linear(256, 3)
    assert activations(network, IMAGES, ["fc8"])["fc8"].shape == (5, 3)
    with torch.no_grad():
        network.layers.conv1.conv.weight.mul_(0)
    assert not torch.equal(activations(network, IMAGES, ["conv5"])["conv5"].mean(), before.mean())
    assert activations(network, IMAGES, ["conv1"])["conv1"].std((2, 3)).max() == 0
    network.double()  # buffers become other tensors
    assert activations(network, IMAGES.double(), ["fc8"])["fc8"].dtype == torch.float64


def test_an_extractor_answers_in_the_networks_mode():
    network = alexnet.mini(7)
    trained, evaluated = (
        extractor(network.train(mode), ["conv2"])(IMAGES)["conv2"] for mode in (True, False)
    )
    assert not torch.allclose(trained, evaluated)


def test_gradients_flow_through_an_extractor():
    network, images = alexnet.mini(7).eval(), IMAGES.clone().requires_grad_()
    extractor(network, ["conv3"])(images)["conv3"].sum().backward()
    assert images.grad.abs().sum() > 0
    assert not activations(network, images, ["conv3"])["conv3"].requires_grad


def test_a_stream_is_the_whole_in_pieces():
    network, samples = alexnet.mini(7).eval(), datasets.base(7, seed=4)
    whole = activations(network, samples.images, ["conv2", "fc7"])
    for source in (samples, samples.images, [samples.take(slice(0, 3)), samples.take(slice(3, 7))]):
        pieces = list(stream(network, source, ["conv2", "fc7"], batch_size=2))
        assert max(len(piece["fc7"]) for piece in pieces) == 2
        for layer in whole:
            joined = torch.cat([piece[layer] for piece in pieces])
            torch.testing.assert_close(joined, whole[layer], rtol=1e-4, atol=1e-5)


def test_two_threads_ask_one_network_and_get_their_own_answers():
    """As live work does in its thread while the student runs a cell."""
    network, inside, asked = alexnet.mini(7).eval(), threading.Event(), threading.Event()

    def wait(*_):
        if threading.current_thread() is other:
            inside.set()
            assert asked.wait(60)

    network.layers.conv2.register_forward_hook(wait)
    found = {}
    other = threading.Thread(
        target=lambda: found.update(activations(network, IMAGES[:2], ["conv1", "conv5"]))
    )
    other.start()
    assert inside.wait(60)
    try:
        mine = activations(network, IMAGES, ["conv3", "conv5"])[
            "conv5"
        ]  # past the layer that the other waits for
    finally:
        asked.set()
        other.join()
    assert len(mine) == 5 and len(found["conv1"]) == len(found["conv5"]) == 2


def test_bytes_are_scaled():
    network = alexnet.mini(7).eval()
    whole = (IMAGES * 255).round()
    (answer,) = stream(network, whole.to(torch.uint8), ["conv1"])
    torch.testing.assert_close(answer["conv1"], activations(network, whole / 255, ["conv1"])["conv1"])
    assert [len(batch) for batch in batches(IMAGES, 2)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("network", "layer", "said"),
    [
        (alexnet.mini(7), "conv6", "Mente du »conv5«|Mente du »conv"),
        (Branching(), "frist", "Branching har intet lag »frist«. Mente du »first«"),
        (Branching(), "zzz", "Lagene hedder first, relu og second"),
        (alexnet.mini(7), "pool1.pre", "ingen ReLU"),
    ],
)
def test_an_unknown_layer_is_said_with_the_nearest(network, layer, said):
    with pytest.raises(LessonError, match=said):
        activations(network, IMAGES, [layer])


def test_a_single_image_is_told_from_a_batch():
    with pytest.raises(LessonError, match=r"billede\[None\]"):
        activations(alexnet.mini(7).eval(), IMAGES[0], ["conv1"])


def test_a_module_without_one_answer_is_said():
    class Pair(Branching):
        def __init__(self):
            super().__init__()
            self.inner = Branching()
            self.split = Split()

        def forward(self, images):
            return self.split(images)[0]

    class Split(nn.Module):
        def forward(self, images):
            return images, images.mean().item()

    with pytest.raises(LessonError, match="ikke med én tensor"):
        activations(Pair(), IMAGES, ["split"])
