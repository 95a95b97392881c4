"""What lesson 05 asks of a network: closed forms, and parts that are known."""

import pytest
import torch
from torch.nn import functional as F

from lesson_cells.aktiveringer import experiments
from lesson_utils import snapshots
from lesson_utils.activations import activations
from lesson_utils.dissection import dissect
from lesson_utils.images import PHOTOS, photo
from lesson_utils.neighbours import nearest
from lesson_utils.networks import alexnet
from lesson_utils.robustness import accuracy
from lesson_utils.weights import load_network
from lesson_world import datasets


def test_smoothness_of_filters_that_one_can_work_out():
    board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(4, 4).expand(1, 3, 8, 8)
    stripes = torch.tensor([1.0, -1.0]).repeat(4).expand(1, 3, 8, 8)  # alike downwards, opposite sideways
    noise = torch.randn(200, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    assert experiments.smoothness(torch.ones(2, 3, 5, 5)).tolist() == pytest.approx([1, 1])
    assert experiments.smoothness(board).item() == pytest.approx(-1)
    assert experiments.smoothness(stripes).item() == pytest.approx(0, abs=1e-6)
    assert experiments.smoothness(noise).mean().abs() < 0.02
    assert torch.allclose(experiments.smoothness(noise), experiments.smoothness(7 * noise), atol=1e-6)


def test_trained_first_filters_are_smooth_and_fresh_ones_are_not():
    filters = experiments.first_filters({"trained": load_network("alexnet"), "fresh": alexnet.mini(22)})
    trained, fresh = (experiments.smoothness(found).mean() for found in filters.values())
    assert trained > 0.5 > abs(fresh) + 0.4


def test_the_first_layer_turns_most_and_all_end_alike():
    alike = experiments.similarity_to_trained("alexnet")
    assert alike.iloc[-1, :5].tolist() == pytest.approx([1] * 5, abs=1e-4)
    assert alike.iloc[0, 0] < 0.3 < alike.iloc[0, 1:5].min() and alike.accuracy.iloc[-1] > 0.9


def test_a_moment_is_another_network_and_leaves_the_trained_one():
    network = load_network("alexnet")
    weight = network.layers.conv1.conv.weight
    before, first = weight.clone(), snapshots.of("alexnet")[0]
    earlier = experiments.network_at(network, first)
    assert torch.equal(earlier.layers.conv1.conv.weight, first.tensors["layers.conv1.conv.weight"])
    assert torch.equal(weight, before) and not earlier.training


def test_a_wheel_wakes_the_unit_that_looks_for_wheels():
    network = load_network("alexnet")
    found = dissect(network, datasets.base(110, seed=5), ["conv4"])
    layer, unit = experiments.best_detector(found, "wheel")
    _, maps = experiments.without_and_with(network, layer, "wheel", ["car", "bus"], seed=5, count=30)
    without, with_wheel = (maps[:, :, unit].amax((2, 3)) > found[layer].thresholds[unit]).sum(1).tolist()
    assert maps.shape[:2] == (2, 30) and with_wheel > without


def test_a_map_keeps_two_heaps_apart():
    heaps = torch.randn(40, 20, generator=torch.Generator().manual_seed(0))
    heaps[20:] += 20
    flat = experiments.embed_tsne(heaps)
    gap = (flat[:20].mean(0) - flat[20:].mean(0)).norm()
    assert flat.shape == (40, 2) and gap > 2 * flat[:20].std(0).norm()


@pytest.fixture
def folder_in_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))


def test_a_photo_that_is_in_the_set_is_its_own_nearest_neighbour(folder_in_cache):
    network, samples = load_network("alexnet"), datasets.base(44, seed=3)
    shown = experiments.photo_set("", network, samples)
    found = experiments.photo_neighbours(network, shown.images[7], shown, ["pixels", "fc7"])
    assert list(found) == ["pixler,\neuklidisk", "pixler,\ncosinus", "fc7,\neuklidisk", "fc7,\ncosinus"]
    assert all(near.rows[0, 0] == 7 and near.distances[0, 0] < 1e-3 for near in found.values())
    assert shown.class_names[shown.labels[7]] == samples.danish_names[7]
    assert experiments.precision(network, shown, "fc7", 1) > experiments.precision(
        network, shown, "pixels", 1
    )


def test_few_images_have_as_many_neighbours_as_there_are(folder_in_cache):
    network, samples = load_network("alexnet"), datasets.base(3, seed=3)
    assert experiments.precision(network, experiments.photo_set("", network, samples), "pixels") == 0


def test_the_courses_photos_are_searched_whole_and_in_pieces():
    network = load_network("alexnet")
    found, size = experiments.searched("", network), network.input_size
    assert found.shape == (len(PHOTOS) * (1 + 4), 3, size, size)
    assert torch.allclose(found[0], photo(sorted(PHOTOS)[0], size))
    second = photo(sorted(PHOTOS)[0], 2 * size)
    assert torch.equal(found[4], second[:, size:, size:]) and torch.equal(found[2], second[:, :size, size:])


def test_a_network_says_what_it_calls_an_image():
    network, samples = load_network("alexnet"), datasets.base(22, seed=3)
    assert experiments.named(network, samples.images[9], 2).startswith("MiniAlexNet svarer bil (")
    assert not experiments.knows_photos(network)


def test_channels_answer_in_the_image_and_elsewhere():
    network, samples = load_network("alexnet"), datasets.base(44, seed=3)
    found = experiments.channels_elsewhere(network, samples.images[9], "conv5", samples.images, count=2)
    answers = activations(network, samples.images[9][None], ["conv5"])["conv5"][0]
    best = int(answers.flatten(1).amax(1).argmax())
    assert next(iter(found)) == best and torch.equal(found[best][0], answers[best])
    assert found[best][1].shape == (6, 3, 32, 32)


def test_the_last_maps_of_each_network_are_named_after_their_layer():
    networks = {"A": load_network("alexnet"), "G": load_network("googlenet")}
    maps = experiments.last_maps(networks, torch.rand(3, 64, 64))
    assert {name: tuple(found.shape[1:]) for name, found in maps.items()} == {
        "A\nconv5": (8, 8),
        "G\n4b": (4, 4),
    }


@pytest.fixture(scope="module")
def patients():
    return experiments.train_patients()


@pytest.fixture(scope="module")
def exam():
    return experiments.few_images(200, 2026)


def test_each_patient_shows_its_own_symptom(patients, exam):
    signs = experiments.symptoms(patients, exam)
    dead, side, smooth = (signs[column] for column in signs)
    assert dead["A"] > 0.9 and dead.drop("A").max() < 0.6
    assert side["B"] == 4 and (side.drop("B") == 16).all()
    assert abs(smooth["C"]) < 0.1 and smooth.drop("C").min() > 0.4


def test_the_fault_costs_accuracy(patients, exam):
    scores = {name: accuracy(each, exam.images, exam.labels) for name, each in patients.items()}
    sound = scores.pop("sund")
    assert sound > 0.65 and max(scores.values()) < sound - 0.1
    assert scores["A"] == pytest.approx(1 / len(experiments.CLASSES), abs=0.02)  # a guess


def test_the_same_seed_gives_the_same_network(exam):
    few = experiments.few_images(50, 1)
    a, b = (experiments.train_small(few, epochs=1, seed=3) for _ in range(2))
    assert all((x == y).all() for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_the_students_random_numbers_go_on_as_if_nothing_had_been_trained():
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    experiments.train_small(experiments.few_images(50, 1), epochs=1)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_small_networks_normalise_their_images_themselves():
    network = experiments.small_network()
    assert network.normalize(torch.full((1, 3, 32, 32), 0.5)).abs().max() == 0


# What the lesson writes in plain PyTorch is what the library does


def test_a_forward_hook_sees_what_activations_gives():
    network, answers = load_network("vgg"), {}
    hook = network.layers.conv2_1.register_forward_hook(lambda *call: answers.update(conv2_1=call[2]))
    images = datasets.base(2, seed=4).images
    with torch.no_grad():
        network(images)
    hook.remove()
    assert torch.allclose(activations(network, images, ["conv2_1"])["conv2_1"], answers["conv2_1"], atol=1e-5)


def test_the_iou_of_a_unit_by_hand():
    network, samples = load_network("alexnet"), datasets.base(66, seed=4)
    found = dissect(network, samples, ["conv5"])["conv5"]
    (unit,) = found.units_for("bus", 1, "object")
    answer = activations(network, samples.images, ["conv5"])["conv5"][:, [unit]]
    sees = F.interpolate(answer, size=(64, 64), mode="bilinear")[:, 0] > answer.flatten().quantile(0.99)
    mask = samples.objects == samples.object_names.index("bus")
    iou = float((sees & mask).sum() / (sees | mask).sum())
    assert experiments.iou_with(found, unit, "object", "bus") == pytest.approx(iou, abs=0.02) and iou > 0.15


def test_the_nearest_neighbours_by_hand():
    vectors = torch.randn(30, 8, generator=torch.Generator().manual_seed(1))
    directions = F.normalize(vectors)
    closest = (directions @ directions.T).fill_diagonal_(-1).topk(5)
    near = nearest(vectors, torch.zeros(30), 5)
    assert torch.equal(closest.indices, near.rows)
    assert torch.allclose(1 - closest.values, near.distances, atol=1e-5)


def test_a_network_on_a_card_is_asked_about_images_of_the_cpu(card):
    network, samples = load_network("alexnet", device=card), datasets.base(22, seed=4)
    found = dissect(network, samples, ["conv4"])
    rows = experiments.best_units(network, samples, found["conv4"], count=2)
    assert all(pieces.device.type == masks.device.type == "cpu" for pieces, masks in rows.values())
    filters = experiments.first_filters({"trained": network})["trained"]
    assert filters.device.type == "cpu" and experiments.smoothness(filters).mean() > 0.5
    shown = experiments.photo_set("", network, samples)
    assert len(experiments.photo_neighbours(network, samples.images[0], shown, ["fc7"])) == 2
