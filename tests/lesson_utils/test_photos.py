"""Photos as people have them: formats of phones, folders with what systems lay in them, and the cache."""

import io
import sys
import unicodedata

import numpy as np
import pytest
import torch
from PIL import Image

from lesson_utils import files, images, photos
from lesson_utils.errors import LessonError
from lesson_utils.networks import alexnet
from lesson_world import cache

pillow_heif = pytest.importorskip("pillow_heif")
pillow_heif.register_heif_opener()  # to write with; reading registers by itself
NFD = unicodedata.normalize("NFD", "blåbær")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path / "cache"))


def scene(colour=(200, 40, 40), size=(96, 64)):
    """A picture of one colour with a white upper left corner, by which one sees how it was turned."""
    picture = Image.new("RGB", size, colour)
    picture.paste("white", (0, 0, size[0] // 3, size[1] // 3))
    return picture


def encoded(picture, form, orientation=1):
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    picture.save(buffer, form, exif=exif.tobytes(), quality=95)
    return buffer.getvalue()


def exif_says(raw, orientation):
    """The same HEIC file, whose EXIF says another orientation."""
    mark = b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"
    assert raw.count(mark) == 1
    place = raw.index(mark) + len(mark)
    return raw[:place] + bytes([orientation]) + raw[place + 1 :]


def turned(picture, orientation):
    """As a camera stores what it saw, so that this EXIF orientation sets it right."""
    T = Image.Transpose
    undo = {1: None, 2: T.FLIP_LEFT_RIGHT, 3: T.ROTATE_180, 5: T.TRANSPOSE, 6: T.ROTATE_90, 8: T.ROTATE_270}
    return picture if undo[orientation] is None else picture.transpose(undo[orientation])


@pytest.mark.parametrize("orientation", [1, 2, 3, 5, 6, 8])
@pytest.mark.parametrize("said_in", ["both", "container", "exif", "avif", "jpeg"])
def test_turned_the_right_way_up_exactly_once(tmp_path, orientation, said_in):
    stored = turned(scene(), orientation)
    if said_in == "avif":
        raw = encoded(stored, "AVIF", orientation)
    elif said_in == "jpeg":
        raw = encoded(stored, "JPEG", orientation)
    elif said_in == "exif":
        raw = exif_says(encoded(stored, "HEIF"), orientation)
        assert b"irot" not in raw and b"imir" not in raw
    else:
        raw = encoded(stored, "HEIF", orientation)
        assert (b"irot" in raw or b"imir" in raw) == (orientation != 1)
        raw = raw if said_in == "both" else exif_says(raw, 1)
    (tmp_path / "a.jpg").write_bytes(raw)  # whatever the file is called
    found = images.photo(tmp_path / "a.jpg")
    assert found.shape == (3, 64, 96)
    assert found[:, :12, :24].min() > 0.8 and found[1:, 30:].max() < 0.5 and found[1:, :, 40:].max() < 0.5


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
@pytest.mark.parametrize("share", [0.5, 0.97])
def test_half_a_phone_photo_is_damaged(tmp_path, form, share):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 80, 3), np.uint8))
    raw = encoded(noise, form)
    (tmp_path / "a.heic").write_bytes(raw[: int(share * len(raw))])
    with pytest.raises(images.Unreadable, match="er beskadiget") as error:
        images.photo(tmp_path / "a.heic")
    assert error.value.reason == "beskadiget"


def test_without_pillow_heif_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "a.heic").write_bytes(encoded(scene(), "HEIF"))

    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(LessonError, match="installér »pillow-heif«"):
        images.photo(tmp_path / "a.heic")


def test_a_name_is_found_however_its_letters_are_composed(tmp_path):
    scene().save(tmp_path / f"{NFD}.png")
    assert images.photo(tmp_path / "blåbær.png").shape == (3, 64, 96)


def test_palette_alpha_and_moving_pictures(tmp_path):
    red = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    red.paste((0, 0, 255, 255), (0, 0, 10, 20))
    red.convert("P").save(tmp_path / "a.png")
    red.save(tmp_path / "a.gif", save_all=True, append_images=[Image.new("RGBA", (20, 20), "green")])
    red.save(tmp_path / "a.heic", "HEIF", quality=-1)
    for name in ("a.gif", "a.heic"):
        found = images.photo(tmp_path / name)
        assert found.shape == (3, 20, 20) and found[2].min() > 0.9 and found[0, :, 12:].min() > 0.9, name
    assert images.photo(tmp_path / "a.png").shape == (3, 20, 20)


@pytest.fixture
def phone(tmp_path):
    """Three classes in three formats, and what phones, Macs and Windows leave beside them."""
    root = tmp_path / "fotos fra æøå"
    names = ("Æbler", NFD, "øl")
    for name, form, colour in zip(
        names, ("HEIF", "PNG", "JPEG"), ((200, 0, 0), (0, 0, 200), (0, 160, 0)), strict=True
    ):
        (root / name).mkdir(parents=True)
        for number in range(4):
            shade = tuple(min(255, value + 10 * number) for value in colour)
            end = {"HEIF": "HEIC", "PNG": "png", "JPEG": "Jpg"}[form]
            (root / name / f"IMG_å{number}.{end}").write_bytes(encoded(scene(shade), form))
    for junk in (
        "Thumbs.db",
        "Æbler/desktop.ini",
        "øl/.DS_Store",
        "øl/._IMG_å0.Jpg",
        "__MACOSX/øl/._IMG_å0.Jpg",
        ".skjult/a.jpg",
        "Æbler/IMG_å0.MOV",
        "Æbler/IMG_å1.aae",
        "øl/IMG_å0.Jpg.json",
    ):
        (root / junk).parent.mkdir(parents=True, exist_ok=True)
        (root / junk).write_bytes(b"x")
    return root


def test_a_folder_from_a_phone_just_works(phone):
    found = photos.folder(phone, 32)
    assert found.class_names == ("blåbær", "æbler".capitalize(), "øl") and set(found.counts.values()) == {4}
    assert found.images.shape == (12, 3, 32, 32) and found.images.dtype == torch.uint8
    assert not found.skipped and found.skipped_line == ""
    colours = found.images[:, :, 20:].float().mean((2, 3)).argmax(1)
    assert colours.tolist() == [2] * 4 + [0] * 4 + [1] * 4
    assert torch.equal(found.images[5] / 255, images.photo(found.files[5], 32))


def test_what_is_skipped_is_told_once_in_one_line(phone):
    (phone / "løs.jpg").write_bytes(b"x")
    (phone / "øl" / "ferie.mp4").write_bytes(b"x")
    (phone / "øl" / "tom.jpg").touch()
    for number in range(5):
        (phone / "Æbler" / f"noter{number}.txt").write_text("x")
    for number, last in enumerate(("", "_COVER", "")):
        scene((0, number, 0)).save(phone / "øl" / f"0000{number}IMG_BURST2026112612000{last}.jpg")
    found = photos.folder(phone, 32)
    assert found.counts == {"blåbær": 4, "Æbler": 4, "øl": 5}
    assert found.skipped_line == (
        "10 filer blev sprunget over: uden for klassernes mapper (løs.jpg); "
        "ikke et billede (Æbler/noter0.txt, Æbler/noter1.txt, Æbler/noter2.txt og 2 til); "
        "serieoptagelse (øl/00000IMG_BURST2026112612000.jpg og øl/00002IMG_BURST2026112612000.jpg); "
        "film (øl/ferie.mp4); tom (øl/tom.jpg)."
    )
    assert "flere end 3 i klassen (" in photos.folder(phone, 32, most=3).skipped_line


def test_a_burst_without_a_cover_is_its_first_picture():
    names = [
        "a/IMG_1_BURST2.jpg",
        "a/IMG_1_BURST1.jpg",
        "a/IMG_2_BURST1.jpg",
        "b/IMG_1_BURST1.jpg",
        "a/burst.jpg",
    ]
    assert len({photos._burst(name) for name in names}) == 4


def test_a_folder_is_read_once_photo_by_photo(phone, monkeypatch):
    read, opened = images.read, []
    monkeypatch.setattr(photos, "read", lambda file, size: opened.append(file) or read(file, size))

    def stop_at_the_sixth(wanted):
        yield from wanted[:5]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        photos.folder(phone, 32, bar=stop_at_the_sixth)
    before = len(opened)
    assert before >= 5
    first = photos.folder(phone, 32)
    assert len(opened) == 12, "what was read before the interruption is not read again"
    again = photos.folder(phone, 32)
    assert len(opened) == 12 and torch.equal(first.images, again.images)
    photos.folder(phone, 48)
    assert len(opened) == 24


def test_features_are_asked_once_for_each_network_and_photo(phone, monkeypatch):
    ask, asked = photos.activations, []
    monkeypatch.setattr(photos, "activations", lambda *given: asked.append(len(given[1])) or ask(*given))
    monkeypatch.setattr(photos, "BATCH_SIZE", 5)
    network, other = (alexnet.mini(4, seed=seed).eval() for seed in (1, 2))
    found = photos.folder(phone, 64)

    def stop_after_the_first(starts):
        yield starts[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        photos.features(network, found.images, bar=stop_after_the_first)
    first = photos.features(network, found.images)
    assert asked == [5, 5, 2] and first.shape == (12, 256)
    assert torch.allclose(first, ask(network, found.images / 255, ["fc7"])["fc7"], atol=1e-5)
    assert torch.equal(photos.features(network, found.images.flip(0)), first.flip(0)) and len(asked) == 3
    assert not torch.equal(photos.features(other, found.images), first) and len(asked) == 6
    assert photos.features(network, found.images, "pool5").shape == (12, 2048) and len(asked) == 9


def test_a_damaged_or_missing_cache_costs_time_alone(phone, tmp_path, monkeypatch):
    first = photos.folder(phone, 32)
    kept = list((tmp_path / "cache" / "photos").iterdir())
    assert len(kept) == 12
    for file in kept:
        file.write_bytes(file.read_bytes()[:40])
    assert torch.equal(photos.folder(phone, 32).images, first.images)
    (tmp_path / "full").write_text("a file, where a folder should be made")
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path / "full"))
    assert torch.equal(photos.folder(phone, 32).images, first.images)


def test_folders_that_cannot_be_used(tmp_path):
    root = tmp_path / "fotos"
    with pytest.raises(LessonError, match="findes ikke"):
        photos.folder(root)
    (root / "a").mkdir(parents=True)
    with pytest.raises(LessonError, match="ingen billeder"):
        photos.folder(root)
    scene().save(root / "a" / "1.png")
    with pytest.raises(LessonError, match="kun klassen »a«"):
        photos.folder(root)


def test_both_houses_keep_their_files_in_one_place(monkeypatch):
    assert files.cache_directory() == cache.cache_directory()
    monkeypatch.delenv("LESSON_CACHE")
    assert files.cache_directory() == cache.cache_directory()
