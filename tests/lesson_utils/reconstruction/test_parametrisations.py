"""The two ways to write an image down."""

import pytest
import torch

from lesson_utils.reconstruction import Fourier, Pixels
from lesson_utils.reconstruction.parametrisations import noise


def test_noise_depends_on_its_own_seed_alone():
    several = noise([3, 4, 3], (3, 5, 5))
    assert torch.equal(several[0], several[2]) and torch.equal(several[1:2], noise([4], (3, 5, 5)))
    assert not torch.equal(several[0], several[1])


def test_pixels_begin_with_the_noise_they_are_asked_for():
    image = Pixels(brightness=0.4, contrast=0.05).begin([0], 64, 64)
    assert float(image.mean()) == pytest.approx(0.4, abs=0.002)
    assert float(image.std()) == pytest.approx(0.05, rel=0.03)
    soft = Pixels(brightness=0.4, contrast=0.05, softness=3).begin([0], 64, 64)
    assert float(soft.std()) == pytest.approx(0.05, rel=0.2)
    neighbours = [(x[..., 1:] - x[..., :-1]).std() for x in (soft, image)]
    assert neighbours[0] < neighbours[1] / 3


def test_pixels_are_cut_off_and_not_squeezed():
    image = torch.tensor([-1.0, 0.25, 2.0])
    Pixels().confine(image)
    assert image.tolist() == [0.0, 0.25, 1.0]


@pytest.mark.parametrize("size", [(16, 16), (15, 21)])
def test_fourier_gives_back_the_image_whose_waves_it_is_given(size):
    """Round trip: the waves of a picture, divided by their weights, are that picture again."""
    height, width = size
    way = Fourier(saturation=4.0)
    picture = 0.1 + 0.8 * torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))
    from lesson_utils.reconstruction.parametrisations import PHOTO_COLOURS

    colours = torch.tensor(PHOTO_COLOURS)
    colours = way.saturation * colours / colours.norm(dim=0).max()
    plane = torch.einsum("ij,njhw->nihw", torch.linalg.inv(colours), picture.logit())
    waves = torch.view_as_real(torch.fft.rfft2(plane, norm="ortho"))
    written = waves / way._weights(height, width, waves.device)
    assert torch.allclose(way.image(written, height, width), picture, atol=1e-4)


def test_fourier_begins_grey_and_stays_within_bounds():
    way = Fourier()
    assert torch.allclose(way.image(torch.zeros(1, 3, 8, 5, 2), 8, 8), torch.tensor(0.5))
    loud = way.image(50 * way.begin([0], 8, 8) / way.contrast, 8, 8)
    assert loud.min() >= 0 and loud.max() <= 1


def test_pixels_may_begin_as_a_picture():
    picture = torch.rand(3, 6, 7)
    assert torch.equal(Pixels(contrast=0.0, start=picture).begin([0, 1], 6, 7), picture.expand(2, 3, 6, 7))
    noisy = Pixels(contrast=0.1, start=picture[None]).begin([0], 6, 7)
    assert 0.03 < (noisy - picture).std() < 0.11


@pytest.mark.parametrize("decay", [0.0, 1.0, 2.0])
def test_an_even_step_in_waves_is_mostly_soft(decay):
    """White noise in waves has the spectrum of photos: amplitude one over frequency (to the power `decay`)."""
    way = Fourier(contrast=0.01, decay=decay)
    image = way.image(way.begin(range(20), 64, 64), 64, 64) - 0.5
    power = torch.fft.rfft2(image).abs().square().mean((0, 1))
    ratio = power[0, 4] / power[0, 16]
    assert float(ratio) == pytest.approx(16.0**decay, rel=0.6)


def test_a_picture_of_bytes_is_a_beginning_too():
    picture = torch.randint(0, 256, (3, 4, 5), dtype=torch.uint8)
    assert torch.equal(Pixels(contrast=0.0, start=picture).begin([0], 4, 5)[0], picture / 255)
