"""The three faulty networks of lesson 05: each shows its own symptom, and only the sound one is well."""

import pytest

from lesson_cells.aktiveringer import faults


@pytest.fixture(scope="module")
def networks():
    return faults.train_all({"sund": faults.SOUND, **faults.PATIENTS}, seed=0)


@pytest.fixture(scope="module")
def exam():
    return faults.few_images(200, 2026)


def test_each_patient_shows_its_own_symptom(networks, exam):
    signs = faults.symptoms(networks, exam)
    dead, side, smooth = (signs[column] for column in signs)
    assert dead["A"] > 0.9 and dead.drop("A").max() < 0.6
    assert side["B"] == 4 and (side.drop("B") == 16).all()
    assert abs(smooth["C"]) < 0.1 and smooth.drop("C").min() > 0.4


def test_the_fault_costs_accuracy(networks, exam):
    scores = {name: faults.share_right(network, exam) for name, network in networks.items()}
    sound = scores.pop("sund")
    assert sound > 0.65 and max(scores.values()) < sound - 0.1
    assert scores["A"] == pytest.approx(1 / len(faults.KINDS), abs=0.02)  # a guess


def test_the_same_seed_gives_the_same_network(exam):
    few = faults.few_images(50, 1)
    a, b = (faults.train_small(faults.SOUND, few, epochs=1, seed=3) for _ in range(2))
    assert all((x == y).all() for x, y in zip(a.parameters(), b.parameters(), strict=True))
