import numpy as np
import pytest
import torch
from PIL import Image

from lesson_utils.errors import LessonError
from lesson_utils.images import PHOTOS, from_array, photo


def pixels(image):
    """A photo as it lies in a file: uint8 (H, W, 3)."""
    return (255 * image).round().byte().permute(1, 2, 0).numpy()


@pytest.fixture
def gradient():
    """Red grows to the right, green downwards; blue marks the upper left corner."""
    array = np.zeros((40, 60, 3), np.uint8)
    array[..., 0] = np.linspace(0, 255, 60)
    array[..., 1] = np.linspace(0, 255, 40)[:, None]
    array[:10, :10, 2] = 255
    return array


@pytest.mark.parametrize("name", PHOTOS)
def test_the_courses_own_photos(name):
    image = photo(name, 227)
    assert image.shape == (3, 227, 227)
    assert image.dtype == torch.float32
    assert image.min() >= 0
    assert 0.5 < image.max() <= 1


def test_no_name_is_the_cat():
    assert torch.equal(photo(), photo("kat"))


def test_a_file_is_read_as_it_is(tmp_path, gradient):
    Image.fromarray(gradient).save(tmp_path / "a.png")
    assert np.array_equal(pixels(photo(tmp_path / "a.png")), gradient)
    assert torch.equal(from_array(gradient), photo(str(tmp_path / "a.png")))


def test_grey_becomes_rgb(tmp_path, gradient):
    Image.fromarray(gradient).convert("L").save(tmp_path / "a.png")
    image = photo(tmp_path / "a.png")
    assert image.shape == (3, 40, 60)
    assert torch.equal(image[0], image[2])


def test_16_bit_grey_keeps_its_shades(tmp_path):
    Image.fromarray(np.linspace(0, 60_000, 256).astype(np.uint16).reshape(16, 16)).save(tmp_path / "a.png")
    assert len(photo(tmp_path / "a.png").unique()) > 200


def test_cmyk_becomes_rgb(tmp_path, gradient):
    Image.fromarray(gradient).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    image = photo(tmp_path / "a.jpg")
    assert (image - from_array(gradient)).abs().mean() < 0.05


def test_what_is_transparent_becomes_white(tmp_path, gradient):
    picture = Image.fromarray(gradient).convert("RGBA")
    picture.putalpha(
        Image.fromarray(np.where(np.arange(60) < 30, 255, 0).astype(np.uint8)[None].repeat(40, 0))
    )
    picture.save(tmp_path / "a.png")
    image = photo(tmp_path / "a.png")
    assert (image[:, :, 30:] == 1).all()
    assert torch.equal(image[:, :, :30], from_array(gradient)[:, :, :30])


def test_exif_turns_the_picture(tmp_path, gradient):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: turn a quarter to the right
    Image.fromarray(gradient).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(pixels(photo(tmp_path / "a.png")), np.rot90(gradient, -1))


def test_a_very_wide_picture_is_scaled_down(tmp_path):
    Image.new("RGB", (20_000, 300), "red").save(tmp_path / "a.jpg")
    assert photo(tmp_path / "a.jpg").shape[2] == 2048
    assert photo(tmp_path / "a.jpg", 64).shape == (3, 64, 64)


def test_the_middle_square_is_cut_out(tmp_path, gradient):
    Image.fromarray(gradient).save(tmp_path / "a.png")
    image = photo(tmp_path / "a.png", 40)
    assert torch.equal(image, from_array(gradient)[:, :, 10:50])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "findes ikke"),
        (b"", "er tom"),
        (b"ikke et billede", "er ikke et billede"),
        ("half", "er beskadiget"),
    ],
)
def test_what_is_no_picture_is_said(tmp_path, gradient, content, said):
    path = tmp_path / "a.jpg"
    if content == "half":
        Image.fromarray(gradient).resize((600, 400)).save(path)
        content = path.read_bytes()[:2000]
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LessonError, match=said):
        photo(path)


def test_a_folder_is_no_picture(tmp_path):
    with pytest.raises(LessonError, match="findes ikke"):
        photo(tmp_path)


def test_a_picture_larger_than_memory_allows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.new("RGB", (100, 100)).save(tmp_path / "a.png")
    with pytest.raises(LessonError, match="for stort"):
        photo(tmp_path / "a.png")
