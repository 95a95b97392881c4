"""`make lab` as a student meets it: no question, the headings at the left, the course's kernel."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import KERNEL_READY, PLACES, REPOSITORY, RUN_CELL

pytestmark = pytest.mark.long

TOKEN = "abc"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `lesson lab`, used for the first time by someone who never used Jupyter."""
    home, mine = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("mine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {place: str(home / place.lower()) for place in PLACES}
    environment |= {"JUPYTER_TOKEN": TOKEN, "JUPYTER_PORT": str(port), "PYTHONPATH": str(REPOSITORY)}
    del environment["JUPYTERLAB_WORKSPACES_DIR"]  # the command's own
    config = Path(environment["JUPYTER_CONFIG_DIR"])
    config.mkdir()
    (config / "jupyter_lab_config.json").write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    command = [sys.executable, "-m", "lesson_staff.cli", "lab", "--no-browser", "--out", str(mine)]
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            assert server.poll() is None, (home / "lab.log").read_text()
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/lab?token={TOKEN}"
    finally:
        os.killpg(server.pid, signal.SIGINT)
        try:
            assert server.wait(timeout=20) == 0, "Ctrl-C ends it without a question"
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


@pytest.mark.browser
@pytest.mark.timeout(480)
def test_a_tidy_room(address, browser, breaches):
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="da-DK")
    page.goto(address)
    page.wait_for_function(KERNEL_READY, timeout=90_000)
    headings = page.locator(".jp-TableOfContents:visible .jp-tocItem")
    headings.nth(5).wait_for(timeout=20_000)
    assert "00" in headings.first.inner_text()
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0, "a question"
    first = page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.widgets.findIndex(cell => cell.model.type === 'code')"
    )
    page.evaluate(RUN_CELL, first)
    page.evaluate(
        """async () => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          notebook.activeCell.model.sharedModel.setSource('import sys; print(sys.executable)');
        }"""
    )
    page.evaluate(RUN_CELL, first)
    printed = page.locator(".jp-NotebookPanel:visible .jp-OutputArea-output pre").first.inner_text()
    assert printed.strip() == sys.executable, "the course's kernel"
    for ours in (".jp-RenderedMarkdown", ".jp-OutputArea-output"):
        assert breaches(page, f".jp-NotebookPanel {ours}") == []
    if place := os.environ.get("LESSON_SHOTS"):  # for whoever wants to look at it
        page.screenshot(path=f"{place}/lab.png")
    page.close()
