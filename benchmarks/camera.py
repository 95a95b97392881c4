"""The camera in a cell, for half an hour -> data/measurements/camera_memory.csv, camera_speed.csv.

    python benchmarks/camera.py        (about 35 minutes; it needs Chromium and playwright)
    python benchmarks/camera.py speed  (only this table, two minutes; or `memory`)

A real JupyterLab as `lesson present` starts it, and Chromium with a fake camera that shows two of the course's
photos in turn. Speed: answers a second with the evidence map, as slides and not, and while the slides change; what
another cell waits; what a press on »Træn« takes with 8 things of 40 pictures. Memory, each minute: the page's
JavaScript after its garbage is collected, the process that draws it, and the kernel, with 0.3 s after each answer.
"""

import io
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import psutil
from PIL import Image

from lesson_staff.catalogue import own_lesson
from lesson_staff.present import prepare, server_command
from lesson_utils.images import PHOTOS

TOKEN = "abc"
FAST = """
import time
from lesson_cells.motivation.widgets import _named
from lesson_utils import weights
from lesson_utils.show.camera import Look
expert = weights.load_network("imagenet", otherwise="googlenet")
Look(lambda image: _named(expert, image))
"""
SLOW = "Look(lambda image: time.sleep(0.3) or _named(expert, image))"
OTHER = "print(6 * 7)"
TEACH = """
import torch
from lesson_cells.transfer.widgets import Things, teach
things = Things(expert, [f"ting {k}" for k in range(1, 9)])
for thing in range(8):
    for _ in range(40):
        picture = (torch.rand(3, 224, 224) * 255).byte()
        things._pictures[thing].append((picture, torch.rand(1280) + 3 * (torch.arange(1280) % 8 == thing)))
teach(things)
"""
IDLE = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
  return session?.isReady && session.session?.kernel && session.kernelDisplayStatus === 'idle';
}"""
RUN = """async number => {
  const notebook = window.jupyterapp.shell.currentWidget.content, began = performance.now();
  notebook.deselectAll();
  notebook.activeCellIndex = number;
  await window.jupyterapp.commands.execute('notebook:run-cell');
  return (performance.now() - began) / 1000;
}"""
# From the press on »Træn« to the first answer: the bars are there when the page draws next.
TRAIN = """page => new Promise(done => {
  const began = performance.now(), list = page.querySelector('.lesson-answers');
  new MutationObserver(() => done((performance.now() - began) / 1000)).observe(list, { childList: true });
  [...page.querySelectorAll('button')].find(each => each.textContent === 'Træn').click();
})"""


def film(path: Path, seconds: int = 4) -> Path:
    """A camera's film: two of the course's photos in turn, each for so long."""
    with path.open("wb") as out:
        for name in ("kaffe", "kat"):
            file = io.BytesIO()
            Image.open(PHOTOS[name]).convert("RGB").resize((640, 480)).save(file, "JPEG")
            out.write(30 * seconds * file.getvalue())
    return path


class Show:
    """A notebook of these cells in JupyterLab as `lesson present` starts it, in a Chromium with a fake camera."""

    def __init__(self, page: Any, server: psutil.Popen) -> None:
        self.page, self.server = page, server
        self.session = page.context.new_cdp_session(page)

    def run(self, number: int) -> float:
        """Run a cell (the first is the title); the seconds until it is done."""
        return self.page.evaluate(RUN, number)

    def deck(self, on: bool) -> None:
        self.page.evaluate(f"() => window.jupyterapp.commands.execute('deck:{'start' if on else 'stop'}')")

    def output(self, number: int) -> Any:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number).locator(".lesson-camera")

    def press(self, output: Any) -> None:
        """The camera's button, as a mouse would, wherever the page is."""
        output.locator(".lesson-start").evaluate("button => button.click()")

    def answers(self, output: Any) -> int:
        return int(output.locator(".lesson-answers").get_attribute("data-count") or 0)

    def memory(self) -> dict[str, float]:
        """Megabytes of the page's JavaScript without garbage, of the process that draws it, of the kernel."""
        self.session.send("Performance.enable")
        self.session.send("HeapProfiler.collectGarbage")
        metrics = {
            each["name"]: each["value"] for each in self.session.send("Performance.getMetrics")["metrics"]
        }
        kernels = [
            each for each in self.server.children(True) if "ipykernel_launcher" in " ".join(each.cmdline())
        ]
        drawing = [each for each in psutil.Process().children(True) if "--type=renderer" in each.cmdline()]
        sizes = {"kernel": kernels, "renderer": drawing}
        resident = {
            name: sum(each.memory_info().rss for each in found) / 1e6 for name, found in sizes.items()
        }
        return {"javascript": metrics["JSHeapUsedSize"] / 1e6, "nodes": metrics["Nodes"]} | resident


@contextmanager
def show(cells: list[str], folder: Path, moving: Path) -> Iterator[Show]:
    """See `Show`; `moving` is the film that its camera shows."""
    from playwright.sync_api import sync_playwright

    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    made = [
        nbformat.v4.new_code_cell(each, metadata={"slideshow": {"slide_type": "slide"}}) for each in cells
    ]
    made.insert(0, nbformat.v4.new_markdown_cell("# Kameraet", metadata=made[0].metadata))
    path = folder / "camera.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=spec), path)
    notebook, surroundings = prepare(own_lesson(str(path)), folder / "show")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    options += [f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True"]
    with (folder / "lab.log").open("w") as log:
        command = server_command(notebook, *options)
        server = psutil.Popen(command, env=surroundings, stdout=log, stderr=subprocess.STDOUT)
    chrome = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream"]
    chrome += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={moving}"]
    try:
        for _ in range(1800):
            with socket.socket() as knock:
                if server.poll() is not None or knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=chrome)
            page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="da-DK")
            page.goto(f"http://127.0.0.1:{port}/lab/tree/{notebook.name}?token={TOKEN}&reset", timeout=90_000)
            page.wait_for_function(IDLE, timeout=90_000)
            yield Show(page, server)
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def per_second(shown: Show, output: Any, seconds: float = 20, meanwhile: Any = None) -> float:
    """Answers a second, after the first one."""
    output.locator(".lesson-answers li").first.wait_for(state="attached", timeout=60_000)
    before, began = shown.answers(output), time.monotonic()
    while time.monotonic() - began < seconds:
        if meanwhile:
            meanwhile()
        shown.page.wait_for_timeout(1000)
    return (shown.answers(output) - before) / (time.monotonic() - began)


def speed(shown: Show) -> pd.DataFrame:
    """See the module; rows `what`, `value`."""
    found = {}
    shown.run(1)
    look = shown.output(1)
    for name, on in (("slides", True), ("notebook", False)):
        shown.deck(on)
        shown.press(look)
        found[f"answers a second, {name}"] = per_second(shown, look)
        shown.press(look)
    shown.press(look)
    waits = [shown.run(3) for _ in range(20)]
    found["seconds another cell waits, median"] = statistics.median(waits)
    found["seconds another cell waits, longest"] = max(waits)
    shown.deck(True)
    turns = iter(1000 * ["down", "up"])
    change = "direction => window.jupyterapp.commands.execute('deck:go', { direction })"
    found["answers a second, while slides change"] = per_second(
        shown, look, 20, lambda: shown.page.evaluate(change, next(turns))
    )
    shown.deck(False)
    shown.press(look)
    found["seconds another cell takes, camera off"] = statistics.median([shown.run(3) for _ in range(20)])
    shown.run(4)
    teach = shown.output(4)
    teach.locator(".lesson-thumbs button").nth(319).wait_for(timeout=60_000)
    shown.press(teach)
    shown.page.wait_for_timeout(2000)
    found["seconds from »Træn« to the first answer"] = teach.evaluate(TRAIN)
    shown.press(teach)
    return pd.DataFrame({"what": list(found), "value": list(found.values())})


def memory(shown: Show, minutes: int = 30) -> pd.DataFrame:
    """Each minute: answers so far, and `Show.memory`."""
    shown.deck(False)
    shown.run(1)
    shown.run(2)
    look, rows = shown.output(2), []
    shown.press(look)
    for minute in range(minutes + 1):
        shown.page.wait_for_timeout(1000 * (60 if minute else 10))
        rows.append({"minute": minute, "answers": shown.answers(look)} | shown.memory())
        print(rows[-1], flush=True)
    shown.press(look)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    import torch

    from lesson_utils.show.measurements import store

    parts, made = sys.argv[1:] or ["speed", "memory"], {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with show([FAST, SLOW, OTHER, TEACH], folder, film(folder / "film.mjpeg")) as shown:
            chrome, busy = shown.page.context.browser.version, psutil.getloadavg()[0]
            if "speed" in parts:
                made["camera_speed"] = speed(shown)
                print(made["camera_speed"].round(3).to_string(index=False))
            if "memory" in parts:
                made["camera_memory"] = memory(shown)
    threads, cores = torch.get_num_threads(), psutil.cpu_count()
    about = {
        "made by": "python benchmarks/camera.py",
        "date": date.today(),
        "recipe": f"EfficientNet-Lite0, {threads} threads, {cores} cores, load {busy:.0f}, fake camera",
        "versions": f"Python {sys.version.split()[0]}, torch {torch.__version__}, Chromium {chrome}",
        "seeds": "none",
    }
    for name, table in made.items():
        store(name, table, about)
