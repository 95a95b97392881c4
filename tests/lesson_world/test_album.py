"""An album gives what `render` gives, a piece at a time, and the second time from disk."""

import pytest
import torch

from lesson_world import cache, render
from lesson_world.cache import Album
from lesson_world.samples import TENSORS

CLASSES = ["cat", "car", "banana"]


@pytest.fixture
def small(monkeypatch, tmp_path):
    monkeypatch.setattr(cache, "PIECE", 4)
    return Album(CLASSES, 5, 10, {"size": 32}, tmp_path)


def test_the_pieces_are_what_is_drawn(small):
    pieces = list(small)
    assert [len(piece) for piece in pieces] == [4, 4, 2] and len(small) == 10
    drawn = render(CLASSES, 5, range(10), size=32)
    for name in TENSORS:
        found = torch.cat([getattr(piece, name) for piece in pieces])
        if name == "images":
            assert (found - drawn.images).abs().max() <= 0.5 / 255 + 1e-6
        else:
            assert torch.equal(found, getattr(drawn, name))
    assert pieces[0].class_names == CLASSES and pieces[0].danish_names == drawn.danish_names


def test_the_second_walk_draws_nothing(small, monkeypatch):
    first = list(small)
    monkeypatch.setattr(cache, "render", lambda *_, **__: pytest.fail("drawn again"))
    for before, after in zip(first, small, strict=True):
        assert torch.equal(before.images, after.images) and torch.equal(before.parts, after.parts)


def test_rows_in_any_order(small):
    whole = torch.cat([piece.images for piece in small])
    rows = torch.tensor([9, 0, 5, 0, 2])
    taken = small.take(rows)
    assert torch.equal(taken.images, whole[rows])
    assert taken.labels.tolist() == [0, 0, 2, 0, 2]
