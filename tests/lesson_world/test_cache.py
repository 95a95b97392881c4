"""The store on disk: the same images, drawn once, never half, never out of date."""

import subprocess
import sys

import pytest
import torch

from lesson_world import cache, render

CLASSES = ["car", "tree"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))
    return tmp_path / "world"


@pytest.fixture
def drawn(monkeypatch):
    """How often images were drawn."""
    calls = []

    def counted(*arguments, **options):
        calls.append(1)
        return render(*arguments, **options)

    monkeypatch.setattr(cache, "render", counted)
    return calls


def test_stored_images_are_the_rendered_ones(folder):
    stored = cache.store(CLASSES, 1, 10, maps=True, size=16)
    fresh = render(CLASSES, 1, range(10), size=16)
    images = stored.pop("images")
    assert images.dtype == torch.uint8
    assert (images / 255 - fresh.images).abs().max() <= 0.5 / 255 + 1e-6
    assert all(torch.equal(values, getattr(fresh, name)) for name, values in stored.items())
    assert set(stored) == {"labels", "parts", "objects", "textures", "backgrounds"}


def test_the_second_time_nothing_is_drawn(folder, drawn):
    first, second = (cache.store(CLASSES, 1, 6, size=16) for _ in range(2))
    assert len(drawn) == 1
    assert torch.equal(first["images"], second["images"]) and torch.equal(first["labels"], second["labels"])
    assert len(list(folder.iterdir())) == 1


def test_another_question_is_another_file(folder, drawn, monkeypatch):
    cache.store(CLASSES, 1, 6, size=16)
    cache.store(CLASSES, 2, 6, size=16)
    cache.store(CLASSES, 1, 6, size=16, occlusion=0.5)
    monkeypatch.setattr(cache, "_code", lambda: "the code was changed")
    cache.store(CLASSES, 1, 6, size=16)
    assert len(drawn) == 4 == len(list(folder.iterdir()))


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty"])
def test_a_damaged_file_is_drawn_again(folder, drawn, damage):
    good = cache.store(CLASSES, 1, 6, size=16)
    (file,) = folder.iterdir()
    content = bytearray(file.read_bytes())
    if damage == "flipped":
        content[len(content) // 3] ^= 255
    file.write_bytes({"truncated": content[: len(content) // 2], "empty": b""}.get(damage, content))
    again = cache.store(CLASSES, 1, 6, size=16)
    assert len(drawn) == 2
    assert torch.equal(again["images"], good["images"])
    cache.store(CLASSES, 1, 6, size=16)
    assert len(drawn) == 2, "the file was not mended"


def test_two_processes_at_the_same_time(folder):
    code = (
        "from lesson_world.cache import store; import zlib;"
        f"print(zlib.crc32(store({CLASSES}, 1, 300, size=16)['images'].numpy().tobytes()))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = [process.communicate(timeout=60)[0] for process in both]
    assert all(process.returncode == 0 for process in both)
    assert answers[0] == answers[1] != ""
    assert [file.suffix for file in folder.iterdir()] == [".npz"]


def test_without_a_place_to_write_the_images_come_all_the_same(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert len(cache.store(CLASSES, 1, 4, size=16, directory=blocked)["images"]) == 4


def test_progress_is_told(folder):
    seen = []
    cache.store(CLASSES, 1, 300, size=8, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(256, 300), (300, 300)]
