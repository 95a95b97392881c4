"""A network at several moments of its training: packed in 8 bits, and put back."""

import shutil

import pytest
import torch

from lesson_staff.publishing import snapshot_steps
from lesson_utils import snapshots, weights
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet
from lesson_utils.robustness import accuracy
from lesson_world import datasets


def test_a_snapshot_put_back_leaves_the_fc_layers():
    earlier, later = alexnet.mini(3, seed=5), alexnet.mini(3, seed=6)
    fc = later.layers.fc6.linear.weight.clone()
    snapshots.take(earlier, 0, 0.0).put_into(later)
    assert torch.equal(later.layers.conv3.conv.weight, earlier.layers.conv3.conv.weight)
    assert torch.equal(later.layers.fc6.linear.weight, fc)


def test_moments_lie_evenly_in_the_logarithm_and_leave_out_the_end():
    assert snapshot_steps(1540) == [0, 8, 17, 36, 76, 162, 343, 726]


def test_the_course_ships_a_training_from_chance_to_the_trained_network():
    moments = snapshots.of("alexnet")
    steps = [moment.step for moment in moments]
    assert steps == sorted(set(steps)) and steps[0] == 0 and len(steps) == 9
    assert moments[0].accuracy < 0.15 and moments[-1].accuracy > 0.94
    trained = weights.load_network("alexnet")
    fresh = datasets.base(110, seed=31)
    before = accuracy(trained, fresh.images, fresh.labels)
    moments[-2].put_into(trained)
    near = accuracy(trained, fresh.images, fresh.labels)
    moments[0].put_into(trained)
    assert accuracy(trained, fresh.images, fresh.labels) < near < before + 0.01


def test_what_is_wrong_is_said(tmp_path, monkeypatch):
    with pytest.raises(
        LessonError, match="»standard« har ingen øjebliksbilleder fra træningen: vælg alexnet"
    ):
        snapshots.of("standard")
    shutil.copytree(weights.EMBEDDED, tmp_path / "weights")
    monkeypatch.setattr(snapshots, "EMBEDDED", tmp_path / "weights")
    file = tmp_path / "weights" / "alexnet-snapshots.safetensors"
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(LessonError, match="kontrolsummen er forkert"):
        snapshots.of("alexnet")
