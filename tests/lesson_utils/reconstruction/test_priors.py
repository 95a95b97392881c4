"""What is known of images beforehand, against closed forms."""

import pytest
import torch

from lesson_utils.reconstruction import Priors, total_variation
from lesson_utils.reconstruction.priors import blurred, resampled


def test_total_variation_of_known_images():
    ramp = torch.arange(5.0).mul(0.1).expand(1, 3, 4, 5)  # 0.1 more for each pixel to the right
    assert float(total_variation(ramp)) == pytest.approx(0.01)
    assert float(total_variation(ramp.transpose(2, 3))) == pytest.approx(0.01)
    chess = ((torch.arange(4)[:, None] + torch.arange(4)) % 2).float().expand(2, 3, 4, 4)
    assert total_variation(chess).tolist() == [2.0, 2.0]
    assert float(total_variation(torch.full((1, 3, 4, 4), 0.7))) == 0


def test_blur_keeps_the_mean_and_spreads_a_point_as_wide_as_asked():
    point = torch.zeros(1, 1, 41, 41)
    point[0, 0, 20, 20] = 1
    soft = blurred(point, 2.0)[0, 0]
    assert float(soft.sum()) == pytest.approx(1, abs=1e-5)
    across = torch.arange(41.0) - 20
    assert float((soft.sum(0) * across**2).sum()) == pytest.approx(4.0, rel=0.06)
    assert torch.allclose(blurred(torch.full((1, 3, 9, 9), 0.3), 1.5), torch.tensor(0.3))


def test_resampling_by_nothing_is_the_same_image_and_a_quarter_turn_is_exact():
    image = torch.rand(4, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(resampled(image, 1.0, 0.0), image, atol=1e-5)
    turned = resampled(image, 1.0, 90.0)
    assert min((turned - image.rot90(k, (2, 3))).abs().max() for k in (1, 3)) < 1e-4


def test_every_image_is_resampled_alike_whatever_their_number():
    images = torch.rand(6, 3, 12, 10, generator=torch.Generator().manual_seed(1))
    together = resampled(images, 1.1, 7.0)
    alone = torch.cat([resampled(image[None], 1.1, 7.0) for image in images])
    assert torch.allclose(together, alone, atol=1e-6)


def test_looks_move_by_whole_pixels_within_the_jitter():
    image = torch.arange(64.0).view(1, 1, 8, 8)
    draw, moves = torch.Generator().manual_seed(0), set()
    for _ in range(60):
        seen = Priors(jitter=2).augment(image, draw)
        down, right = divmod(int((seen[0, 0] == 0).nonzero()[0] @ torch.tensor([8, 1])), 8)
        moves |= {(down + 4) % 8 - 4, (right + 4) % 8 - 4}
    assert moves == {-2, -1, 0, 1, 2}


def test_looks_turn_and_zoom_to_both_sides():
    """Each look is drawn from four numbers: down, right, turn, zoom, in -1 … 1."""
    image = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(1))
    draw, same = torch.Generator().manual_seed(0), torch.Generator().manual_seed(0)
    for _ in range(12):
        down, right, turn, zoom = (2 * torch.rand(4, generator=same) - 1).tolist()
        moved = torch.roll(image, (round(3 * down), round(3 * right)), (2, 3))
        seen = Priors(jitter=3, scale=0.2, rotation=20).augment(image, draw)
        torch.testing.assert_close(seen, resampled(moved, 1 + 0.2 * zoom, 20 * turn))


def test_without_priors_nothing_is_done():
    image = torch.rand(2, 3, 6, 6)
    assert Priors().augment(image, torch.Generator()) is image
    assert Priors().softened(image, 0.5) is image
    assert Priors().penalty(image).tolist() == [0, 0]


def test_calm_returns_small_changes_to_the_ground_and_shortens_large_ones():
    ground = torch.full((1, 3, 1, 1), 0.5)
    image = ground + torch.tensor([0.3, 0.4, 0.0]).view(1, 3, 1, 1) * torch.tensor([1.0, 0.01])
    calm = Priors(calm=2.0).calmed(image, ground, rate=0.05)  # lengths 0.5 and 0.005, shortened by 0.1
    assert torch.allclose(calm[0, :, 0, 0], torch.tensor([0.74, 0.82, 0.5]))
    assert torch.allclose(calm[0, :, 0, 1], torch.tensor([0.5, 0.5, 0.5]))
