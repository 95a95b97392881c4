"""What holds for every network of the course: names, normalisation, seeds, tracing, bad input."""

import copy
import pickle

import pytest
import torch
from torchvision.models.feature_extraction import create_feature_extractor

from lesson_utils.activations import activations
from lesson_utils.errors import LessonError
from lesson_utils.networks import (
    alexnet,
    efficientnet,
    evenly_spaced,
    googlenet,
    layer_table,
    random_twin,
    vgg,
)
from lesson_utils.networks.families import FAMILIES, MINIS

SMALL = MINIS | {"efficientnet": efficientnet}  # which takes images of 64x64 as they are


@pytest.fixture(scope="module", params=SMALL)
def network(request):
    return SMALL[request.param](5).eval()


def test_every_layer_can_be_captured_by_its_name(network):
    images = torch.rand(2, 3, 64, 64)
    answers = activations(network, images, network.layer_names)
    assert list(answers) == network.layer_names
    with torch.no_grad():
        torch.testing.assert_close(answers[network.layer_names[-1]], network(images), rtol=1e-4, atol=1e-4)


def test_a_name_means_after_relu_and_pre_before_it(network):
    for layer in network.layer_names:
        if not getattr(network.layers.get_submodule(layer), "before_relu", []):
            continue
        found = activations(network, torch.rand(2, 3, 64, 64), [layer, f"{layer}.pre"])
        assert (found[f"{layer}.pre"] < 0).any()
        most = 6 if network.name == "EfficientNet-Lite0" else None
        torch.testing.assert_close(found[layer], found[f"{layer}.pre"].clamp(0, most))


def test_an_inception_modules_branch_has_a_name_of_its_own():
    network = googlenet.mini(5).eval()
    found = activations(network, torch.rand(1, 3, 64, 64), ["inception_3a", "inception_3a.conv5x5"])
    torch.testing.assert_close(found["inception_3a"][:, 80:96], found["inception_3a.conv5x5"])


def test_nothing_behind_the_wanted_layer_runs():
    network = alexnet.mini(5).eval()
    extractor = create_feature_extractor(network, {network.locate("conv2")[0]: "conv2"})
    assert not any("conv3" in name or "fc" in name for name, _ in extractor.named_parameters())


def test_an_unknown_layer_names_the_nearest():
    with pytest.raises(LessonError, match="Mente du »inception_4a«"):
        googlenet.mini(5).locate("inception4a")
    with pytest.raises(LessonError, match="har ingen ReLU"):
        alexnet.mini(5).locate("pool1.pre")


def test_the_network_normalises_by_itself(network):
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(network(images), network.layers((images - network.mean) / network.std))


def test_paper_networks_normalise_with_imagenets_mean_and_std():
    network = alexnet()
    torch.testing.assert_close(network.mean.flatten(), torch.tensor([0.485, 0.456, 0.406]))
    torch.testing.assert_close(network.std.flatten(), torch.tensor([0.229, 0.224, 0.225]))


@pytest.mark.parametrize("build", MINIS.values())
def test_weights_depend_on_the_seed_alone(build):
    torch.manual_seed(1)
    first = build(5, seed=3).state_dict()
    torch.manual_seed(2)
    again, other = build(5, seed=3).state_dict(), build(5, seed=4).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_building_leaves_the_global_random_numbers_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    alexnet.mini(5)
    assert torch.equal(torch.rand(3), expected)


def test_first_weights_have_the_spread_of_he_2015():
    for name, weight in alexnet.mini(5).named_parameters():
        if weight.dim() > 1 and weight.numel() > 5000:
            assert weight.std().item() == pytest.approx((2 / weight[0].numel()) ** 0.5, rel=0.05), name


def test_signals_keep_their_size_through_the_papers_depth():
    spread = [
        a.std()
        for a in activations(vgg(11).eval(), torch.rand(1, 3, 224, 224), ["conv1_1", "conv5_2"]).values()
    ]
    assert 0.2 < spread[1] / spread[0] < 5


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (torch.rand(3, 64, 64), r"billede\[None\]"),
        (torch.rand(1, 1, 64, 64), "forventer .* formen"),
        (torch.zeros(1, 3, 64, 64, dtype=torch.uint8), "forventer kommatal mellem 0 og 1"),
        (torch.rand(1, 3, 96, 96), "lag forventer .* input_size"),
    ],
)
def test_wrong_input_is_said_in_danish(images, said):
    with pytest.raises(LessonError, match=said):
        alexnet.mini(5).eval()(images)


def test_moves_to_another_device_as_a_whole():
    network = vgg.mini(5).to("meta")
    assert network.device.type == "meta"
    assert network(torch.empty(1, 3, 64, 64, device="meta")).shape == (1, 5)


def test_the_twin_has_the_shape_and_none_of_the_weights():
    network = alexnet.mini(5, seed=1)
    twin = random_twin(network, seed=4)
    assert twin.layer_names == network.layer_names
    assert not torch.equal(twin.layers.conv1.conv.weight, network.layers.conv1.conv.weight)
    assert torch.equal(twin.layers.conv1.conv.weight, random_twin(network, seed=4).layers.conv1.conv.weight)


def test_evenly_spaced_from_the_first_to_the_last():
    assert evenly_spaced(list("abcdefg"), 3) == ["a", "d", "g"]
    assert evenly_spaced("ab", 5) == ["a", "b"] and evenly_spaced([], 3) == []


def test_layers_with_feature_maps_end_before_the_fc_layers():
    assert alexnet.mini(22).map_layers == ["conv1", "conv2", "conv3", "conv4", "conv5"]
    assert googlenet.mini(22).map_layers[-1] == "inception_4b"


# the field's tools


@pytest.mark.parametrize("build", SMALL.values(), ids=SMALL)
def test_copies_and_files_of_a_network_answer_alike(build):
    network, images = build(5).eval(), torch.rand(2, 3, 64, 64)
    expected = network(images)
    for other in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert torch.equal(other(images), expected)
        assert other.layer_names == network.layer_names
        assert other.locate(f"{other.layer_names[0]}.pre") == network.locate(f"{network.layer_names[0]}.pre")


@pytest.mark.parametrize("build", SMALL.values(), ids=SMALL)
def test_exported_compiled_and_cut_networks_answer_alike(build):
    network, images = build(5).eval(), torch.rand(2, 3, 64, 64)
    expected = network(images)
    exported = torch.export.export(network, (images,)).module()
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    for other in (exported, compiled, torch.fx.symbolic_trace(network)):
        torch.testing.assert_close(other(images), expected)
    first = network.layer_names[0]
    cut = create_feature_extractor(network, [f"layers.{first}"])
    assert torch.equal(
        cut(images)[f"layers.{first}"], activations(network, images, [first], exact=True)[first]
    )


def test_functional_calls_over_images_and_over_networks():
    images = torch.rand(2, 3, 64, 64)
    networks = [vgg.mini(5, seed=seed).eval() for seed in range(2)]
    one_by_one = torch.func.vmap(lambda image: networks[0](image[None])[0])(images)
    torch.testing.assert_close(one_by_one, networks[0](images))
    bare = copy.deepcopy(networks[0]).to("meta")
    weights, statistics = torch.func.stack_module_state(networks)
    together = torch.func.vmap(lambda *state: torch.func.functional_call(bare, state, (images,)))
    expected = torch.stack([network(images) for network in networks])
    torch.testing.assert_close(together(weights, statistics), expected)


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float64])
def test_a_network_takes_images_in_its_own_precision(precision):
    network = googlenet.mini(5).eval()
    answer = copy.deepcopy(network).to(precision)(torch.ones(1, 3, 64, 64) / 3)
    assert answer.dtype == precision
    torch.testing.assert_close(answer.float(), network(torch.ones(1, 3, 64, 64) / 3), atol=0.1, rtol=0.1)


def test_every_family_gives_networks_by_its_names():
    for family in FAMILIES.values():
        for build in filter(None, [family.mini, *family.papers.values()]):
            assert layer_table(build(classes=7, device="meta"))["channels"].iloc[-1] == 7
        for build in family.papers.values():
            assert build(classes=7, device="meta").layer_names == build(device="meta").layer_names
        for name, build in family.relatives.items():
            assert build(device="meta").name.endswith("(torchvision)"), name
