"""The camera in a real JupyterLab: Chromium's own fake camera shows JPEG files one after another."""

import os
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from PIL import Image

LOOK = """
from lesson_utils.show.camera import Answer, Look

def answer(image):
    red, _, blue = image.mean((1, 2)).tolist()
    return Answer(dict(sorted({"rød": red, "blå": blue}.items(), key=lambda each: -each[1])), image[0, ::32, ::32])

Look(answer)
"""
TEACH = """
from lesson_cells.transfer.widgets import Things, teach
from lesson_utils.weights import load_network

teach(Things(load_network("googlenet")))
"""


CELLS = [LOOK, LOOK.replace("rød", "rubin"), "print(6 * 7)", TEACH]


@pytest.fixture(scope="module")
def lesson(films, lab) -> Iterator[Any]:
    """A notebook of these cells, open in the browser, for all tests of this file."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.folder / "camera.ipynb")
    page = lab.opened(films, "camera.ipynb")
    yield page
    page.page.close()


def the_button(output: Any) -> Any:
    return output.get_by_role("button", name="kameraet")


def wait_for_name(output: Any, name: str) -> None:
    output.locator(".lesson-answers li").first.filter(has_text=name).wait_for(timeout=90_000)


def test_what_is_held_up_is_answered_live_and_kept_nowhere(lesson, lab, tmp_path):
    first = lesson.run(0)
    said = first.locator(".lesson-said")
    assert the_button(first).inner_text() == "Start kameraet" and not first.locator("li").count()
    the_button(first).click()
    for name in ("rød", "blå", "rød"):
        wait_for_name(first, name)
    assert first.locator(".lesson-answers li").count() == 2
    assert "%" in first.locator(".lesson-answers li").first.inner_text()
    painted = "canvas => canvas.getContext('2d').getImageData(112, 112, 1, 1).data[3] > 0"
    assert first.locator(".lesson-overlay").evaluate(painted), "the map lies over the picture"
    assert "42" in lesson.run(2).inner_text(), "another cell gets its turn"

    second = lesson.run(1)
    the_button(second).click()
    wait_for_name(second, "rubin")
    assert said.inner_text() == "Kameraet er startet i en anden celle."
    assert the_button(first).inner_text() == "Start kameraet"
    off = "video => video.srcObject === null"
    assert first.locator("video").evaluate(off)
    the_button(second).click()
    assert second.locator("video").evaluate(off)
    lesson.page.wait_for_timeout(700)
    count = second.locator(".lesson-answers").get_attribute("data-count")
    lesson.page.wait_for_timeout(700)
    assert second.locator(".lesson-answers").get_attribute("data-count") == count, "nothing is asked any more"

    photo, broken = tmp_path / "æble.jpg", tmp_path / "brudt.jpg"
    Image.new("RGB", (400, 300), (20, 20, 220)).save(photo)
    broken.write_bytes(b"intet foto")
    second.locator("input[type=file]").set_input_files([photo])
    wait_for_name(second, "blå")
    shown = "canvas => !canvas.hidden && canvas.getContext('2d').getImageData(9, 9, 1, 1).data[2] > 150"
    assert second.locator(".lesson-still").evaluate(shown)
    second.locator("input[type=file]").set_input_files([broken])
    second.locator(".lesson-said", has_text="brudt.jpg").wait_for(timeout=15_000)

    assert lesson.complaints == []


def test_a_cell_that_is_run_again_turns_its_camera_off(lesson):
    output = lesson.run(0)
    the_button(output).click()
    wait_for_name(output, "rød")
    lesson.page.evaluate("() => { window.track = document.querySelector('video').srcObject.getTracks()[0] }")
    output = lesson.run(0)
    lesson.page.wait_for_function("() => window.track.readyState === 'ended'", timeout=5_000)
    assert the_button(output).inner_text() == "Start kameraet"


RED_NOW = """red => {
  const video = document.querySelector('.lesson-hold').closest('.lesson-camera').querySelector('video');
  const context = document.createElement('canvas').getContext('2d');
  context.drawImage(video, 0, 0, 9, 9);
  const [r, g, b] = context.getImageData(4, 4, 1, 1).data;
  return red ? r > b + 99 : b > r + 99;
}"""


TWO = """thing => document.querySelectorAll('.lesson-thing')[thing]
  .querySelectorAll('.lesson-thumbs button').length > 1"""
SAVE_ALL = """async () => {
  await window.jupyterapp.commands.execute('@jupyter-widgets/jupyterlab-manager:saveWidgetState');
  await window.jupyterapp.commands.execute('docmanager:save');
}"""


@pytest.mark.long
def test_two_things_are_taught_and_told_apart(lesson, lab):
    output = lesson.run(3)
    the_button(output).click()
    for thing, name in enumerate(("rød", "blå")):
        output.get_by_label(f"Navn på ting {thing + 1}").fill(name)
        hold = output.get_by_role("button", name="Hold for at tage billeder").nth(thing)
        lesson.page.wait_for_function(RED_NOW, arg=thing != 0, timeout=20_000)
        lesson.page.wait_for_function(RED_NOW, arg=thing == 0, timeout=20_000)  # it has just begun
        hold.dispatch_event("pointerdown")
        lesson.page.wait_for_function(TWO, arg=thing, timeout=20_000)
        hold.dispatch_event("pointerup")
    lesson.page.wait_for_timeout(1_000)  # the last picture is under way
    before = output.locator(".lesson-thumbs button").count()
    output.get_by_role("button", name="Fjern billedet").first.click()
    assert output.locator(".lesson-thumbs button").count() == before - 1
    output.get_by_role("button", name="Træn").click()
    output.locator(".lesson-said", has_text="Trænet på").wait_for(timeout=20_000)
    for name in ("rød", "blå", "rød"):
        wait_for_name(output, name)
    if place := os.environ.get("LESSON_SHOTS"):  # for whoever wants to look at it
        lesson.page.screenshot(path=f"{place}/camera.png")
    output.get_by_role("button", name="Gem").click()
    output.locator(".lesson-said", has_text="er gemt i").wait_for(timeout=20_000)
    the_button(output).click()
    saved = lab.folder / "mine_ting"
    assert (saved / "hoved.safetensors").exists()
    kept = len(list(saved.glob("*/*.png")))  # the same picture twice is one file
    output = lesson.run(3)
    output.get_by_role("button", name="Hent", exact=True).click()
    output.locator(".lesson-said", has_text=f"{kept} billeder er hentet").wait_for(timeout=90_000)
    assert output.locator(".lesson-thumbs button").count() == kept >= 2
    assert lesson.complaints == []

    lesson.page.evaluate(SAVE_ALL)
    text = (lab.folder / "camera.ipynb").read_text(encoding="utf-8")
    assert "widget-view" in text and "lesson-camera" in text, "the widgets' state is saved, too"
    for each in (text, lab.log.read_text()):
        assert "/9j/" not in each and "iVBOR" not in each, "no picture, as base64, anywhere"
    assert {path.name for path in lab.folder.iterdir()} <= {"camera.ipynb", ".ipynb_checkpoints", "mine_ting"}


@pytest.mark.long
def test_a_kernel_that_is_restarted_turns_the_lamp_off_and_the_cell_works_again(lesson):
    output = lesson.run(0)
    the_button(output).click()
    wait_for_name(output, "rød")
    lesson.page.evaluate("() => { window.track = document.querySelector('video').srcObject.getTracks()[0] }")
    lesson.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
    )
    output.locator(".lesson-said", has_text="Kernen er genstartet eller stoppet: kør cellen igen.").wait_for(
        timeout=60_000
    )
    assert lesson.page.evaluate("() => window.track.readyState") == "ended"
    output = lesson.run(0)
    the_button(output).click()
    wait_for_name(output, "rød")
    the_button(output).click()


REASONS = {
    "NotFoundError": "Der er intet kamera: vælg eller træk fotos hertil i stedet.",
    "NotAllowedError": "Browseren må ikke bruge kameraet: giv lov ved adresselinjen",
    "NotReadableError": "Et andet program bruger kameraet",
    "AbortError": "Kameraet kunne ikke startes (AbortError)",
}
FAIL = "name => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name) } }"


def test_a_camera_that_cannot_be_had_is_told_in_one_sentence(lesson):
    output = lesson.run(0)
    said = output.locator(".lesson-said")
    for name, sentence in REASONS.items():
        lesson.page.evaluate(FAIL, name)
        the_button(output).click()
        said.filter(has_text=sentence).wait_for(timeout=10_000)
        assert the_button(output).inner_text() == "Start kameraet"
    lesson.page.evaluate("() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    the_button(output).click()
    said.filter(has_text="kun på en sikker adresse").wait_for(timeout=10_000)
