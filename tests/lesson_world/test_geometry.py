"""Angles, distances and colours against known values."""

import colorsys
import math

import pytest
import torch

from lesson_world.backgrounds import pixels
from lesson_world.colours import hsv
from lesson_world.geometry import Plane, angle, common_part, cosine, fold, melt, sine, union, without


def at(*points: tuple[float, float]) -> Plane:
    x, y = torch.tensor(points).T
    return Plane(x.view(1, 1, -1), y.view(1, 1, -1))


def test_sine_and_cosine_agree_with_the_library():
    turns = torch.linspace(-3, 3, 10_001)
    assert torch.allclose(sine(turns), torch.sin(turns * 2 * math.pi), atol=1e-5)
    assert torch.allclose(cosine(turns), torch.cos(turns * 2 * math.pi), atol=1e-5)


def test_angle_agrees_with_the_library_in_all_directions():
    true = torch.linspace(-0.499, 0.499, 1000)
    found = angle(3 * torch.cos(true * 2 * math.pi), 3 * torch.sin(true * 2 * math.pi))
    assert torch.allclose(found, true, atol=2e-5)


def test_values_do_not_depend_on_the_place_in_the_batch():
    values = torch.linspace(-2, 2, 1003)
    for function in (sine, cosine, lambda x: angle(x, x * x - 1)):
        one_by_one = torch.cat([function(value.view(1)) for value in values[-40:]])
        assert torch.equal(function(values)[-40:], one_by_one)


def test_fold_repeats_a_ray():
    for corner in range(6):
        turn = corner / 6 * 2 * math.pi
        along, across = fold(torch.tensor(2 * math.cos(turn)), torch.tensor(2 * math.sin(turn)), 6)
        assert along.item() == pytest.approx(2, abs=1e-3) and across.item() == pytest.approx(0, abs=1e-3)


def test_distances_of_shapes():
    plane = at((0.0, 0.0), (1.0, 0.0), (0.0, 2.0), (3.0, 4.0))
    assert plane.circle(0, 0, 1).flatten().tolist() == pytest.approx([-1, 0, 1, 4])
    assert plane.ring(0, 0, 1, 0.5).flatten().tolist() == pytest.approx([0.5, -0.5, 0.5, 3.5])
    assert plane.box(0, 0, 2, 1).flatten().tolist() == pytest.approx([-1, -1, 1, math.hypot(1, 3)])
    assert plane.line(0, 0, 3, 0, 0.5).flatten().tolist() == pytest.approx([-0.5, -0.5, 1.5, 3.5], abs=1e-5)
    strokes = union(plane.line(0, 0, 1, 0, 0.5, 0.2), plane.line(1, 0, 3, 4, 0.2))
    assert torch.equal(plane.path((0, 0, 0.5), (1, 0, 0.2), (3, 4, 0.2)), strokes)
    edge = at((0.7, 0.0), (0.0, 0.3), (0.0, 0.0))
    assert edge.ellipse(0, 0, 0.7, 0.3).flatten().tolist()[:2] == pytest.approx([0, 0], abs=1e-6)
    assert edge.ellipse(0, 0, 0.7, 0.3).flatten()[2] < 0


def test_polygons_may_run_either_way_round():
    plane, corners = pixels(32), ((-0.5, 0.5), (0.5, 0.5), (0.0, -0.6))
    there, back = plane.polygon(*corners), plane.polygon(*corners[::-1])
    assert torch.allclose(there, back, atol=1e-6)
    area = (there < 0).float().mean() * 4
    assert area == pytest.approx(0.55, abs=0.02)


def test_regular_polygon_has_its_corner_where_it_should():
    corner = at((0.0, -0.8), (0.0, 0.4), (0.0, -0.85), (0.0, 0.45))
    distance = corner.regular(0, 0, 0.8, 3, -90).flatten()  # a triangle on its base
    assert distance[:2].tolist() == pytest.approx([0, 0], abs=1e-3)
    assert (distance[2:] > 0).all()


def test_moved_turns_clockwise_and_scales():
    plane = at((1.0, 2.0)).moved(1.0, 1.0, degrees=90, scale=2.0)
    assert (plane.x.item(), plane.y.item()) == pytest.approx((0.5, 0.0), abs=1e-6)


def test_combinations():
    plane = pixels(48)
    left, right = plane.circle(-0.3, 0, 0.5), plane.circle(0.3, 0, 0.5)
    both, either = common_part(left, right) < 0, union(left, right) < 0
    assert torch.equal(both, (left < 0) & (right < 0))
    assert torch.equal(either, (left < 0) | (right < 0))
    assert torch.equal(without(left, right) < 0, (left < 0) & (right > 0))
    assert ((melt(left, right, 0.2) < 0) | ~either).all()


def test_hsv_agrees_with_the_standard_library():
    values = torch.rand(200, 3, generator=torch.Generator().manual_seed(0))
    ours = hsv(*(values[:, i, None, None] for i in range(3)))[:, :, 0, 0]
    theirs = torch.tensor([colorsys.hsv_to_rgb(*row) for row in values.tolist()])
    assert torch.allclose(ours, theirs, atol=1e-5)
