"""What takes a network and images takes images of the CPU to a network on a card, and answers as on the CPU."""

import pytest
import torch

from lesson_staff.training import Recipe, accuracy, train
from lesson_utils import device, snapshots, weights
from lesson_utils.activations import activations
from lesson_utils.networks import alexnet, fast, googlenet, layer_table, random_twin, sights, vgg
from lesson_utils.networks.families import MINIS
from lesson_utils.robustness import perturb, robust_accuracy


@pytest.fixture
def pictures(monkeypatch):
    """24 images and labels; and the CPU computes in float32, as the stand-in does."""
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    generator = torch.Generator().manual_seed(0)
    return torch.rand(24, 3, 64, 64, generator=generator), torch.arange(24) % 4


def tensors(network):
    return [tensor.cpu() for tensor in network.state_dict().values()]


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(tensors(a), tensors(b), strict=True))


def test_the_stand_in_refuses_what_a_card_refuses(card):
    here = torch.rand(3)
    there = here.to(card)
    assert there.device == card and (there * 2).device == card and there.cpu().device.type == "cpu"
    for wrong in (
        lambda: there + here,
        lambda: torch.cat([there, here]),
        lambda: here[there > 0],
        there.numpy,
        lambda: torch.randn(3, device=card, generator=torch.Generator()),
    ):
        with pytest.raises((RuntimeError, TypeError)):
            wrong()
    assert torch.equal((there + 1).cpu(), here + 1)
    assert there[torch.tensor([0])].device == card


@pytest.mark.parametrize("build", MINIS.values(), ids=MINIS)
def test_a_seed_gives_the_same_weights_everywhere(card, build):
    assert build(4, seed=3, device=card).device == card
    assert same(build(4, seed=3, device=card), build(4, seed=3))
    assert same(random_twin(build(4, device=card), seed=2), random_twin(build(4), seed=2))


def test_networks_are_loaded_to_the_card(card, tmp_path, pictures):
    assert device.choose() == torch.device(card.type)
    names = ["alexnet", "paper:alexnet", str(weights.EMBEDDED / "vgg.safetensors")]
    for name in names:
        assert weights.load_network(name, device="mps").device == card
    loaded = weights.load_network("alexnet", device="auto")
    torch.testing.assert_close(loaded(pictures[0]).cpu(), weights.load_network("alexnet")(pictures[0]))


def test_measures_agree(card, pictures):
    images, labels = pictures
    on_card, on_cpu = alexnet.mini(4, device=card).eval(), alexnet.mini(4).eval()  # no dropout by chance
    assert accuracy(on_card, *pictures) == accuracy(on_cpu, *pictures)
    assert accuracy(on_card, images.to(card), labels.to(card)) == accuracy(on_cpu, *pictures)
    assert robust_accuracy(on_card, *pictures, epsilon=1.0, steps=2) == robust_accuracy(
        on_cpu, *pictures, epsilon=1.0, steps=2
    )
    worse = [
        perturb(network, *pictures, 1.0, 1, torch.Generator().manual_seed(0)) for network in (on_card, on_cpu)
    ]
    assert worse[0].device == card
    torch.testing.assert_close(worse[0].cpu(), worse[1])


def test_the_imagenet_network_answers_alike(card, pictures, monkeypatch):
    monkeypatch.setattr(fast, "ONEDNN", False)  # the stand-in cannot look into oneDNN's own tensors
    on_card, on_cpu = (weights.load_network("imagenet", device=place) for place in (card, "cpu"))
    assert fast.fast(on_cpu) and not fast.fast(on_card)
    for layer in ("gap", "block2a.expand.pre"):
        here, there = (activations(each, pictures[0][:2], [layer])[layer] for each in (on_cpu, on_card))
        torch.testing.assert_close(there, here, rtol=1e-3, atol=1e-4)


def test_training_gives_the_same_network(card, pictures, tmp_path):
    images, labels = (255 * pictures[0]).byte(), pictures[1]
    recipe = Recipe(epochs=1, batch_size=8, learning_rate=0.01, epsilon=0.5, averaging=0.5)
    trained = []
    for place in (card, "cpu"):
        network, taken = vgg.mini(4, device=place), []

        def note(step, network=network, taken=taken):
            taken.append(snapshots.take(network, step, 0.0))

        checkpoint = tmp_path / f"{place}.safetensors"
        result = train(
            network, images, labels, recipe, (images, labels), checkpoint, None, note, [0, recipe.steps(24)]
        )
        assert result.finished
        train(vgg.mini(4, device=place), images, labels, recipe, checkpoint=checkpoint)  # read back
        snapshots.save(taken, tmp_path / "moments.safetensors")
        snapshots.load(tmp_path / "moments.safetensors")[0].put_into(network)
        taken[-1].put_into(network)
        trained.append(network)
    for a, b in zip(*map(tensors, trained), strict=True):
        torch.testing.assert_close(a, b)


def test_tables_and_sights_are_of_any_device(card):
    network = googlenet.mini(4, device=card)
    assert layer_table(network).equals(layer_table(googlenet.mini(4)))
    assert sights(network, ["layers.conv2"]) == sights(googlenet.mini(4), ["layers.conv2"])
