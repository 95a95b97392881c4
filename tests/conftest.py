"""What every test run needs: pictures instead of live widgets, and patience with a loaded machine."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

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
