"""The loupe's arithmetic: 500 numbers drawn a run are what torch computes, and their parts add up to them."""

import random
import re

import pytest
import torch
import torchvision
from torch import nn

from lesson_utils.errors import LessonError
from lesson_utils.explain import Explainer, Explanation, explain
from lesson_utils.explain.graph import RELUS
from lesson_utils.networks import alexnet, efficientnet, googlenet, vgg

KINDS = {"input", "conv", "fc", "maxpool", "mean", "lrn", "concat", "add", "softmax", "evidence"}


def stirred(network: nn.Module, seed: int) -> nn.Module:
    """Biases and statistics that are not zero and one, so that forgetting one of them is seen."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        names = {"bias": (-0.3, 0.3)} if isinstance(module, nn.Conv2d | nn.Linear) else {}
        if isinstance(module, nn.BatchNorm2d):
            names = {
                "bias": (-0.5, 0.5),
                "weight": (0.5, 1.5),
                "running_mean": (-0.3, 0.3),
                "running_var": (0.5, 2),
            }
        for name, ends in names.items():
            if getattr(module, name) is not None:
                nn.init.uniform_(getattr(module, name), *ends, generator=generator)
    return network.eval()


# the lecture's three in small, two of them in full size (VGG's has no other kind), the later one, a foreign one
NETWORKS = {
    "MiniAlexNet": lambda: alexnet.mini(5),
    "MiniVGG": lambda: vgg.mini(5),
    "MiniGoogLeNet": lambda: googlenet.mini(5),
    "AlexNet": lambda: alexnet(classes=10),
    "GoogLeNet": googlenet,
    "EfficientNet-Lite0": efficientnet,
    "ResNet-18": torchvision.models.resnet18,
}
DRAWN = 500 // len(NETWORKS) + 1


@pytest.fixture(scope="module")
def seed() -> int:
    return random.SystemRandom().randrange(10**6)  # another draw each run; pytest shows it where a test fails


@pytest.fixture(scope="module", params=NETWORKS)
def explainer(request, seed) -> Explainer:
    network = stirred(NETWORKS[request.param](), seed)
    side = getattr(network, "input_size", 96)
    image = torch.rand(3, side, side, generator=torch.Generator().manual_seed(seed))
    return Explainer(network, image)


def draw(explainer: Explainer, draws: random.Random, name: str = "") -> Explanation:
    """A layer, a channel and a place, of which a third lie at the edge."""
    layer = explainer.find(name or draws.choice(list(explainer.layers)))
    channels, *sides = explainer.maps(layer).shape
    place = tuple(draws.choice([0, side - 1, draws.randrange(side)]) for side in sides)
    return explainer.explain(layer.name, draws.randrange(channels), place)


def shown_alike(a: float, b: float) -> bool:
    """To the digits shown, three behind the comma or four in all: at most one in the last."""
    return abs(a - b) <= max(1.01e-3, 5e-4 * abs(b))


def test_a_number_is_what_torch_computes_and_its_parts_add_up(explainer, seed):
    draws, network, image = random.Random(seed), explainer.network, explainer.image
    kept, hooks, normalised = {}, [], getattr(network, "normalize", lambda images: images)
    modules = dict(network.named_modules())
    for (
        name
    ) in explainer.layers:  # torch's own answers, by hooks on the modules: another way than the loupe's
        path = next((path for path in (f"layers.{name}", name) if path in modules), None)
        if path and (
            path.startswith("layers.") or path.endswith(("pool", "fc")) or re.fullmatch(r"layer\d.\d", path)
        ):
            hook = lambda _m, _i, answer, name=name: kept.update({name: answer[0].clone()})  # noqa: E731
            hooks.append(modules[path].register_forward_hook(hook))
    with torch.no_grad():
        kept["softmax"] = network(image)[0].softmax(0)
    [hook.remove() for hook in hooks]
    kept["foto"] = normalised(image)[0]
    assert len(kept) > 10
    compared = 0
    for _ in range(DRAWN):
        found = draw(explainer, draws)
        if found.layer in kept:
            compared += 1
            torchs = kept[found.layer][found.channel]
            assert shown_alike(found.value, float(torchs[found.place] if torchs.dim() else torchs)), found
        check_parts(found)
    assert compared > DRAWN / 4


def check_parts(found: Explanation) -> None:
    about = f"{found.layer} {found.channel} {found.place}"
    value = found.total
    if found.weights is not None:
        assert torch.allclose(found.contributions, found.products.sum((1, 2))), about
        assert not found.patches[:, ~found.inside].any(), about
    for step in found.steps:
        if step.factor is not None:
            assert shown_alike(step.factor * value + step.term, step.value), (about, step)
        elif step.name in RELUS.values():
            assert step.value == min(max(value, 0), 6 if step.name == "ReLU6" else torch.inf), about
        value = step.value
    assert shown_alike(value, found.value), about
    if found.kind == "maxpool":
        assert found.patches[(0, *found.heaviest(0))] == found.value, about
    if found.kind in ("lrn", "softmax"):
        assert found.contributions.min() >= 0 and len(found.inputs) == len(found.contributions), about
    top, left, bottom, right = found.field
    assert 0 <= top < bottom and 0 <= left < right, about


def test_the_code_of_every_kind_gives_its_number(explainer, seed):
    draws, kinds = random.Random(seed), {}
    for name, layer in explainer.layers.items():
        kinds.setdefault(layer.kind, []).append(name)
    for kind, names in kinds.items():
        found = draw(explainer, draws, draws.choice(names))
        *lines, last = found.code.splitlines()
        if last.startswith("# Koden"):
            assert kind in ("concat", "add") and not hasattr(explainer.network, "layers")
            continue
        assert 2 <= len(lines) + 1 <= 6
        names = {"torch": torch, "network": explainer.network, "image": explainer.image[0]}
        exec("\n".join(lines), names)
        assert shown_alike(eval(last, names), found.value), found.code
    assert set(kinds) <= KINDS


def test_one_step_back_is_the_number_that_was_weighed(explainer, seed):
    """From a name to a pixel: in each step the heaviest input is, one layer back, the same number."""
    draws = random.Random(seed)
    found, layers = draw(explainer, draws, "softmax"), 0
    while found.kind != "input":
        (best,) = found.contributions.abs().argsort(descending=True)[:1].tolist()
        row, column = found.heaviest(best)
        weighed, (layer, channel) = float(found.patches[best, row, column]), found.inputs[best]
        place = found.corner[0] + row, found.corner[1] + column
        found, layers = explainer.explain(layer, channel, place), layers + 1
        assert shown_alike(found.value, weighed)
    assert layers > 8 and found.layer == "foto"


def test_padding_groups_and_branches_where_they_are_known():
    network = stirred(alexnet(), 1)
    image = torch.rand(3, 227, 227, generator=torch.Generator().manual_seed(1))
    corner = explain(network, image, "conv2", 200, (0, 0))
    assert corner.corner == (-2, -2) and corner.inside.sum() == 9
    assert {channel for _, channel in corner.inputs} == set(range(48, 96)), (
        "the second group sees the second half"
    )
    assert corner.field == (0, 0, 35, 35)
    assert explain(network, image, "norm1", 0, (3, 4)).inputs == (("conv1", 0), ("conv1", 1), ("conv1", 2))
    pool = explain(network, image[None], "pool1", 5, (1, 2))
    assert pool.patches.shape == (1, 3, 3) and pool.corner == (2, 4), "its windows overlap"
    branches = googlenet.mini(5).eval()
    ends = [explain(branches, image[:, :64, :64], "inception_3a", k).inputs[0] for k in (0, 31, 32, 80, 111)]
    names = ["conv1x1", "conv1x1", "conv3x3", "conv5x5", "pool_proj"]
    assert ends == [(f"inception_3a.{name}", k) for name, k in zip(names, (0, 31, 0, 0, 15), strict=True)]


def test_nothing_is_computed_that_is_not_looked_at():
    network, ran = alexnet.mini(5).train(), []
    explainer = Explainer(network, torch.rand(3, 64, 64))
    for name, row in network.layers.named_children():
        for module in row.modules():
            module.register_forward_hook(lambda *_, name=name: ran.append(name))
    explainer.explain("pool1", 0)
    assert set(ran) == {"conv1", "pool1"} and network.training
    ran.clear()
    explainer.explain("conv2", 0)
    explainer.explain("conv1", 3)
    assert set(ran) == {"conv2"}


def test_float32_whatever_the_network_is(card):
    small = stirred(googlenet.mini(5), 2)
    image = torch.rand(3, 64, 64)
    known = explain(small, image, "inception_4b", 70, (1, 2)).value
    assert explain(small.to(card), image.to(card), "inception_4b", 70, (1, 2)).value == pytest.approx(
        known, abs=1e-5
    )
    assert explain(small.cpu().double(), image.double(), "fc", 1).patches.dtype == torch.float32


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (("conv9", 0), "Netværket har intet lag »conv9«. Mente du »conv"),
        (("conv1", 48), "»conv1« har ingen kanal 48: vælg fra 0 til 47."),
        (("conv1", 0, (0, 32)), "»conv1« har ingen kolonne 32: vælg fra 0 til 31."),
    ],
)
def test_what_is_not_there_is_one_sentence(ask, sentence):
    with pytest.raises(LessonError, match=re.escape(sentence)):
        explain(alexnet.mini(5), torch.rand(3, 64, 64), *ask)


def test_a_kind_that_cannot_be_taken_apart_says_so_and_a_batch_is_no_image():
    foreign = nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU(), nn.Conv2d(4, 2, 3)).eval()
    with pytest.raises(LessonError, match=re.escape("Luppen kan ikke skille »1« ad")) as caught:
        explain(foreign, torch.rand(3, 8, 8), "1", 0)
    assert str(caught.value).endswith("Se på laget før, »0«.")
    assert explain(foreign, torch.rand(3, 8, 8), "2", 1).inputs == tuple(("1", k) for k in range(4))
    spread = nn.Sequential(nn.Conv2d(3, 4, 3, dilation=2)).eval()
    with pytest.raises(LessonError, match=re.escape("Luppen kan ikke skille »0« ad")):
        explain(spread, torch.rand(3, 8, 8), "0", 0)
    with pytest.raises(LessonError, match="ét billede ad gangen"):
        explain(foreign, torch.rand(2, 3, 8, 8), "0", 0)
