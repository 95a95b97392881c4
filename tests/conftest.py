"""What every test run needs: pictures instead of live widgets, and patience with a loaded machine."""

import functools
import os
import runpy
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from lesson_utils import images

os.environ["LESSON_STATIC"] = "1"  # also for kernels that nbval starts
# A run started in the background inherits a Ctrl-C that is ignored; the tests that press it need it to arrive.
signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
CHROMIUM += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-first-run"]
OUTPUT_PATIENCE = 60.0  # seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """nbval gives the kernel five seconds to deliver a cell's outputs, which two busy cores can exceed."""
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = OUTPUT_PATIENCE


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    """A headless Chromium (playwright's `Browser`); without one the test is skipped, with the reason.

    It lives for one module: playwright keeps an event loop running, which nbval's kernels would meet.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=Path(executable), headless=True, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def breaches() -> Callable[..., list[str]]:
    """`breaches(page)`: what axe-core finds on a page, in the parts that the selector names; none is [].

    The contrast of all words is a matter of seconds on a long page: `contrast=False` leaves it out.
    """
    package = pytest.importorskip("axe_playwright_python", reason="the extra »browser« is not installed")
    engine = Path(package.__file__).with_name("axe.min.js").read_text(encoding="utf-8")

    def found(page: Any, selector: str = "html", contrast: bool = True) -> list[str]:
        page.evaluate(f"{engine}; 0")
        asked = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
        look = "([where, asked]) => axe.run({include: [[where]]}, asked)"
        violations = page.evaluate(look, [selector, asked])["violations"]
        return [f"{each['id']}: {node['html'][:120]}" for each in violations for node in each["nodes"]]

    return found


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """The device of a stand-in for a GPU, which refuses to mix its tensors with the CPU's: see its file."""
    stand_in = runpy.run_path(Path(__file__).parent / "lesson_utils" / "standin.py")["StandIn"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(
        torch.backends.mps, "is_available", functools.cache(lambda: True)
    )  # torch._dynamo unwraps it
    with stand_in():
        yield stand_in.device


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real photos, 12 of each of five classes: crops of scikit-learn's two and of the course's three, which are
    scikit-image's; and files that are no photos, or no longer."""
    sample = pytest.importorskip("sklearn.datasets").load_sample_image
    folder = tmp_path_factory.mktemp("fotos")
    own = [np.asarray(Image.open(images.PHOTOS[name]).convert("RGB")) for name in ("kat", "kaffe", "raket")]
    sources = [sample("china.jpg"), sample("flower.jpg"), *own]
    generator = np.random.default_rng(0)
    for name, picture in zip(("kina", "blomst", "kat", "kaffe", "raket"), sources, strict=True):
        (folder / name).mkdir()
        side = min(picture.shape[:2]) * 3 // 4
        for number in range(12):
            top, left = (int(generator.integers(0, length - side)) for length in picture.shape[:2])
            crop = Image.fromarray(picture[top : top + side, left : left + side])
            crop.resize((96, 96)).save(folder / name / f"{number:02}.jpg")
    (folder / "kat" / "noter.txt").write_text("ikke et billede")
    (folder / "kat" / ".skjult").write_text("")
    (folder / "kaffe" / "tom.jpg").touch()
    whole = (folder / "kat" / "00.jpg").read_bytes()
    (folder / "kat" / "afbrudt.jpg").write_bytes(whole[: len(whole) // 2])
    return folder
