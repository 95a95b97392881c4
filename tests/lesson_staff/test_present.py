"""A lesson presented live: in a real JupyterLab, with a clicker's keys, and without touching the course."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from lesson_staff import present as present_module
from lesson_staff.catalogue import REPOSITORY, find
from lesson_staff.cli import answer
from lesson_staff.present import for_the_screen, prepare, server_command
from lesson_staff.slides import for_a_show
from lesson_staff.teaching import handout

READY = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
  return session?.session?.kernel && session.kernelDisplayStatus === 'idle';
}"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets"
MODEL = "window.jupyterapp.shell.currentWidget.content.activeCell.model"
SOURCES = f"{CELLS}.map(cell => cell.model.type + cell.model.sharedModel.getSource())"
BEGINNINGS = (
    ".filter(c => ['slide', 'subslide'].includes(c.model.getMetadata('slideshow')?.slide_type)).length"
)
WITHIN = """part => {
  const {top, bottom} = part.getBoundingClientRect();
  return top >= 0 && bottom > top && bottom <= innerHeight;
}"""
TOKEN = "abc"
# What there is to see as soon as the cell says that it waits: the line at the bottom, and the server's word.
WATCH = f"""() => {{
  const cell = {CELLS}[{ACTIVE}].node, place = document.querySelector(".lesson-place");
  window.meanwhile = [];
  new MutationObserver(async (_, observer) => {{
    if (!cell.textContent.includes("Kører først celle 1 af ")) return;
    observer.disconnect();
    const asked = fetch("/api/kernels?token={TOKEN}"), marks = new Set();
    for (let k = 0; k < 30; k++) {{
      marks.add(getComputedStyle(place, "::before").content);
      await new Promise(done => setTimeout(done, 10));
    }}
    window.meanwhile = [[...marks].find(mark => mark !== "none"), (await (await asked).json())[0].execution_state];
  }}).observe(cell, {{childList: true, subtree: true}});
}}"""
STARTED = r"Stop med Ctrl-C\. .* http://127\.0\.0\.1:\d+/lab/tree/02_alexnet\.ipynb\?token=\w+\n"


def test_the_lesson_is_a_copy_and_the_users_settings_are_left_alone(course, tmp_path, monkeypatch):
    notebooks = course(one=["# NBVAL_CHECK_OUTPUT\nprint(1)"])
    before = (notebooks / "01_one.ipynb").read_bytes()
    monkeypatch.setenv("LESSON_STATIC", "1")
    notebook, surroundings = prepare(find(["1"])[0], tmp_path / "show")
    assert notebook.parent == tmp_path / "show"
    assert (notebooks / "01_one.ipynb").read_bytes() == before
    sources = [cell.source for cell in nbformat.read(notebook, as_version=4).cells]
    assert sources[-1] == "print(1)" and len(sources) == 5
    for place in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        assert Path(surroundings[place]).is_relative_to(tmp_path / "show")
    assert "LESSON_STATIC" not in surroundings, "the widgets are to live"
    assert surroundings["OMP_WAIT_POLICY"] == "PASSIVE", "two lessons at once stay quick"
    assert surroundings["PYTHONPATH"].split(os.pathsep)[0] == str(REPOSITORY)


def test_code_is_folded_where_it_made_a_picture_and_a_widget_shows_one():
    picture = nbformat.v4.new_output("display_data", {"text/html": '<img alt="a"><b>x</b><img alt="b">'})
    drawn = nbformat.v4.new_code_cell("show(x)", outputs=[picture])
    widget = nbformat.v4.new_code_cell("widgets.x()", outputs=[picture], metadata={"tags": ["widget"]})
    counted = nbformat.v4.new_code_cell("print(1)")
    made = for_the_screen(nbformat.v4.new_notebook(cells=[drawn, widget, counted])).cells
    assert [each.metadata.get("jupyter", {}).get("source_hidden", False) for each in made] == [
        True, True, False,
    ]  # fmt: skip
    assert made[0].outputs[0].data["text/html"].count("<img") == 2
    assert made[1].outputs[0].data["text/html"] == '<img alt="a">'
    assert widget.outputs[0].data["text/html"].count("<img") == 2, "the lesson itself is as it was"


def test_a_lesson_that_jupyterlab_saved_with_live_widgets():
    """A view without a picture, with a printed line beside it; the state of the widgets in the metadata."""
    view = nbformat.v4.new_output(
        "display_data",
        {"application/vnd.jupyter.widget-view+json": {"model_id": "a1"}, "text/plain": "VBox(children=())"},
    )
    said = nbformat.v4.new_output("stream", text="Regner ...\n")
    failed = nbformat.v4.new_output("error", ename="ValueError", evalue="nej", traceback=[])
    cell = nbformat.v4.new_code_cell(
        "widgets.x()",
        outputs=[said, view, failed],
        metadata={"tags": ["widget"], "slideshow": {"slide_type": "slide"}},
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"a1": {}}}}
    for made in (for_the_screen(notebook), for_a_show(notebook), handout(notebook, with_solutions=True)):
        assert made.cells[0].outputs == [said, failed] and "widgets" not in made.metadata
        nbformat.validate(made)
    assert handout(notebook).cells[0].outputs == []
    assert len(cell.outputs) == 3, "the lesson itself is as it was"


def test_the_server_listens_to_this_machine_only(tmp_path):
    command = server_command(tmp_path / "01_one.ipynb")
    assert "--ServerApp.ip=127.0.0.1" in command
    assert not [part for part in command if "token" in part], "Jupyter draws one itself"


def test_without_the_extension_the_way_to_it_is_said(course, monkeypatch, capsys):
    course(one=[])
    monkeypatch.setattr(present_module, "find_spec", lambda name: None)
    assert answer(["present", "1"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("Fejl: Det kræver pakken jupyterlab-slideshow") and complaint.count("\n") == 1


def test_an_unknown_lesson_is_said(capsys):
    assert answer(["present", "42"]) == 2
    assert "Der er ingen lektion 42" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_the_terminal_shows_the_address_alone_and_ctrl_c_ends_it_without_a_question():
    command = [sys.executable, "-m", "lesson_staff.cli", "present", "02", "--no-browser"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    show = subprocess.Popen(command, **pipes, text=True, start_new_session=True)
    try:
        line = show.stdout.readline()  # or a complaint
        assert re.fullmatch(STARTED, line), line + show.communicate(timeout=5)[0]
        time.sleep(0.5)
        os.killpg(show.pid, signal.SIGINT)  # as a terminal does: to both
        assert show.communicate(timeout=30)[0].count("\n") < 2, "the server says at most that it stops"
        assert show.returncode == 0
    finally:
        if show.poll() is None:
            os.killpg(show.pid, signal.SIGKILL)


@pytest.fixture
def live(tmp_path) -> Iterator[str]:
    """The address of JupyterLab presenting lesson 02."""
    notebook, surroundings = prepare(find(["2"])[0], tmp_path / "show")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    options += [f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True"]
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            server_command(notebook, *options), env=surroundings, stdout=log, stderr=log
        )
    try:
        for _ in range(600):
            if server.poll() is not None:
                pytest.fail((tmp_path / "lab.log").read_text())
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/lab/tree/{notebook.name}?token={TOKEN}&reset"
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_the_deck_opens_a_clicker_moves_it_and_cells_run(live, chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 720}, locale="da-DK")
    left: list[str] = []
    here = live.split("/lab")[0]
    page.on("request", lambda request: left.append(request.url) if away(request.url, here) else None)
    page.goto(live, timeout=90_000)
    ready(page)
    page.wait_for_function("document.activeElement.closest('.jp-Notebook')", timeout=30_000)
    assert page.evaluate(ACTIVE) == 0
    words = page.locator(".jp-MarkdownCell.jp-mod-active p").first
    assert size_of(words) >= 24
    for clutter in ("#jp-menu-panel", "#jp-bottom-panel .jp-StatusBar-Widget", ".jp-cell-toolbar"):
        assert page.locator(f"{clutter}:visible").count() == 0, clutter

    page.keyboard.press("PageDown")
    page.wait_for_function(f"{ACTIVE} > 0", timeout=20_000)
    second = page.evaluate(ACTIVE)
    page.keyboard.press("PageDown")
    page.wait_for_function(f"{ACTIVE} > {second}", timeout=20_000)
    page.keyboard.press("PageUp")
    page.wait_for_function(f"{ACTIVE} == {second}", timeout=20_000)

    no_key_edits_the_lesson(page)
    a_late_cell_shows_that_it_waits_for_others(page)
    the_same_slide_is_there_again_after_a_reload(page)
    clicks_move_the_slides_while_a_slider_has_the_keyboard(page)
    the_show_ends_at_the_second_escape(page)
    assert left == []
    page.close()


def ready(page) -> None:
    page.wait_for_selector(".jp-Deck .jp-Notebook .jp-Cell.jp-mod-active", timeout=90_000)
    page.wait_for_function(READY, timeout=90_000)
    page.locator(".lesson-place.lesson-on").wait_for(timeout=30_000)


def size_of(words) -> float:
    return words.evaluate("words => parseFloat(getComputedStyle(words).fontSize)")


def no_key_edits_the_lesson(page) -> None:
    sources = page.evaluate(SOURCES)
    for key in ("b", "x", ".", "a", "a", "x", "m", "y", "z", "d", "d", "0", "0", "Delete", "M", "Enter"):
        page.keyboard.press(key)
        black = page.locator(".lesson-black").is_visible()
        assert black == (key in "b."), key
        assert page.locator(".jp-Dialog, .jp-mod-editMode").count() == 0, key
    assert page.evaluate(SOURCES) == sources and page.evaluate(ACTIVE) == 0, "0 is the beginning"
    page.keyboard.press("h")
    assert "sort skærm" in page.locator(".lesson-hint").inner_text()


def a_late_cell_shows_that_it_waits_for_others(page) -> None:
    page.keyboard.press("5")
    page.wait_for_function(f"{ACTIVE} > 0")
    begins = page.evaluate(f"{CELLS}.slice(0, {ACTIVE} + 1)" + BEGINNINGS)
    total = page.evaluate(CELLS + BEGINNINGS)
    assert 1 < begins < total
    section = page.locator(".lesson-place").inner_text()
    assert section.startswith(f"{begins} / {total} · 5 · Local response norm")
    for _ in range(20):
        if page.evaluate(f"{MODEL}.type === 'code' && {MODEL}.sharedModel.getSource().includes('figures.')"):
            break
        page.keyboard.press("PageDown")
        page.wait_for_timeout(300)
    page.evaluate(f"{MODEL}.outputs.clear()")
    page.evaluate(WATCH)
    page.keyboard.press("Control+Enter")  # without the cell of imports, which no slide shows
    page.wait_for_function(f"{MODEL}.executionCount === 1 && {MODEL}.outputs.length > 0", timeout=60_000)
    page.locator(".lesson-runs").wait_for(state="detached")
    page.wait_for_function("window.meanwhile.length")
    assert page.evaluate("window.meanwhile") == ['"[*] kører · "', "busy"]
    shown = page.evaluate(f"{MODEL}.outputs.toJSON()")
    assert "error" not in [each["output_type"] for each in shown], shown
    assert "Kører først" not in str(shown)


def the_same_slide_is_there_again_after_a_reload(page) -> None:
    words, before = page.locator(".jp-MarkdownCell p").first, page.evaluate(ACTIVE)
    small = size_of(words)
    for _ in range(7):
        page.keyboard.press("+")
    assert size_of(words) > 1.8 * small
    cell = page.locator(".jp-Cell.jp-mod-active")
    page.wait_for_function(
        "cell => cell.getBoundingClientRect().height <= innerHeight", arg=cell.element_handle()
    )
    page.reload(timeout=90_000)
    ready(page)
    page.wait_for_function(f"{ACTIVE} === {before}", timeout=20_000)
    assert size_of(words) > 1.8 * small
    for _ in range(7):
        page.keyboard.press("-")
    assert size_of(words) == pytest.approx(small, rel=0.01)


def clicks_move_the_slides_while_a_slider_has_the_keyboard(page) -> None:
    widget = page.evaluate(f"{CELLS}.findIndex(cell => cell.model.getMetadata('tags')?.includes('widget'))")
    page.evaluate(f"window.jupyterapp.shell.currentWidget.content.activeCellIndex = {widget}")
    page.keyboard.press("Control+Enter")
    slider = page.locator(".noUi-handle:visible").first
    slider.wait_for(timeout=60_000)
    picture = page.locator(".jp-Cell.jp-mod-active .widget-html img")
    picture.wait_for()
    page.wait_for_function(WITHIN, arg=picture.element_handle())
    slider.focus()
    before = slider.get_attribute("aria-valuenow")
    slider.press("ArrowRight")
    page.wait_for_function(
        f"document.querySelector('.noUi-handle').getAttribute('aria-valuenow') !== '{before}'"
    )
    assert slider.is_visible() and page.evaluate(WITHIN, slider.element_handle())
    page.keyboard.press("PageDown")
    page.wait_for_function(f"{ACTIVE} > {widget}", timeout=20_000)


def the_show_ends_at_the_second_escape(page) -> None:
    page.keyboard.press("Escape")
    assert page.get_by_text("Tryk Esc igen").is_visible() and page.locator(".jp-Deck").count()
    page.keyboard.press("Escape")
    page.locator(".jp-Deck").wait_for(state="detached")
    assert not page.locator(".lesson-place").is_visible()


def away(address: str, here: str) -> bool:
    return not address.startswith((here, "data:", "blob:", "about:"))
