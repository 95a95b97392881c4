"""A JupyterLab of its own and a headless Chromium, for tests that need a real front end."""

import io
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

RED, BLUE = (220, 20, 20), (20, 20, 220)
REPOSITORY = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: as root and in containers Chromium has none. The rest keeps it from calling home.
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Each of Jupyter's places, so that neither the user's settings nor their kernels are touched.
PLACES = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)


# The kernel is ready when the session says so. The indicator in the toolbar shows `idle` before there is a
# kernel at all, and running a cell then asks the user to choose one.
KERNEL_READY = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
  return session?.isReady && session.session?.kernel && session.kernelDisplayStatus === 'idle';
}"""
# Each cell is made the active one and run as with Ctrl+Enter; the command is done when the cell is.
RUN_CELL = """async (number) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.deselectAll();
  notebook.activeCellIndex = number;
  await window.jupyterapp.commands.execute('notebook:run-cell');
}"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its secret, and the folder whose notebooks it shows."""

    address: str
    token: str
    folder: Path
    log: Path

    def notebook_address(self, name: str) -> str:
        return f"{self.address}/lab/tree/{name}?token={self.token}&reset"

    def opened(self, browser: Any, name: str) -> "Lesson":
        """A notebook of the folder, open in a browser."""
        return Lesson(browser, self, name)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on this machine only, on an empty folder; kernels find the repository's library."""
    state, folder = tmp_path_factory.mktemp("lab-state"), tmp_path_factory.mktemp("lab")
    environment = os.environ | {place: str(state / place.lower()) for place in PLACES}
    environment |= {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    environment.pop("LESSON_STATIC", None)  # the widgets must live
    _write_settings(Path(environment["JUPYTERLAB_SETTINGS_DIR"]))
    port, token = _free_port(), secrets.token_hex(16)
    options = [
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}",
        "--allow-root",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",
    ]
    log = state / "lab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("lab_server.py")), *options],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_up(server, f"http://127.0.0.1:{port}", token, log)
        yield Lab(f"http://127.0.0.1:{port}", token, folder, log)
    finally:
        server.stdin.close()  # see lab_server.py
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def jpeg(colour: tuple[int, int, int], size: tuple[int, int] = (640, 480)) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((size[1], size[0], 3), colour, dtype=np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Chromium whose camera shows four seconds of red, then four of blue, and which asks nobody.

    The name `kursus.test` leads here: an address that is not secure.
    """
    film = tmp_path_factory.mktemp("film") / "film.mjpeg"
    film.write_bytes(120 * jpeg(RED) + 120 * jpeg(BLUE))
    options = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    options += [
        f"--use-file-for-fake-video-capture={film}",
        "--host-resolver-rules=MAP kursus.test 127.0.0.1",
    ]
    yield from _chromium([*BROWSER_OPTIONS, *options])


# Not for the whole session: playwright keeps an event loop running, and other tests want their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's or the user's own Chromium; without one, or without playwright, the test is skipped."""
    yield from _chromium(BROWSER_OPTIONS)


def _chromium(options: list[str]) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip(f"no browser found: {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=executable, headless=True, args=options)
        yield started
        started.close()


class Lesson:
    """A notebook open in the browser, and what went wrong meanwhile."""

    def __init__(self, browser: Any, lab: Lab, name: str) -> None:
        self.complaints: list[str] = []  # errors in the console, requests that failed or left the machine
        self.own = (lab.address, lab.address.replace("http", "ws", 1), "data:", "blob:")
        self.page = browser.new_page(viewport={"width": 1280, "height": 1000}, locale="da-DK")
        self.page.on("console", lambda line: self._complain(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("requestfailed", lambda request: self._complain(f"failed: {request.url}"))
        self.page.on("request", lambda request: self._check_address(request.url))
        self.page.on("websocket", lambda socket: self._check_address(socket.url))
        self.page.goto(lab.notebook_address(name), timeout=90_000)
        self.page.wait_for_function(KERNEL_READY, timeout=120_000)

    def _complain(self, text: str) -> None:
        self.complaints.append(text)

    def _check_address(self, url: str) -> None:
        if not url.startswith(self.own):
            self.complaints.append(f"left the machine: {url}")

    def run(self, number: int) -> Any:
        """Run one cell and return its outputs."""
        self.page.evaluate(RUN_CELL, number)
        cell = self.page.locator(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell").nth(number)
        errors = cell.locator(
            "[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText[data-mime-type*=error]"
        )
        assert errors.all_inner_texts() == []
        return cell.locator(".jp-OutputArea-output")

    def changes(self, picture: Any, act: Callable[[], None]) -> bool:
        """Whether `act` makes another picture of this one, within half a minute: the first may take long."""
        before = picture.get_attribute("src")
        act()
        for _ in range(300):
            if picture.get_attribute("src") != before:
                return True
            self.page.wait_for_timeout(100)
        return False


def _write_settings(settings: Path) -> None:
    """No question about news on the first start; all cells in the page, also those out of sight."""
    answers = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, answer in answers.items():
        path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(answer))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(server: subprocess.Popen, address: str, token: str, log: Path) -> None:
    request = urllib.request.Request(f"{address}/api/status", headers={"Authorization": f"token {token}"})
    end = time.monotonic() + 180  # two busy cores can take more than a minute
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(request, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
