"""Each lesson in a real JupyterLab: its widgets answer to the keyboard, and nothing calls home.

Only the cells are run that the widgets need: those tagged `parameters`, `setup`, `widget-data` and `widget`.
"""

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
NEEDED = {"parameters", "setup", "widget-data", "widget", "camera"}

LAPTOP = {"width": 1280, "height": 800}
# from the first control's top to the picture's bottom, and the height of what is seen of the notebook
TOGETHER = """widget => {
  const parts = [...widget.querySelectorAll('.widget-gridbox > *')].map(part => part.getBoundingClientRect());
  const seen = widget.closest('.jp-WindowedPanel-outer').getBoundingClientRect();
  return [Math.max(...parts.map(part => part.bottom)) - Math.min(...parts.map(part => part.top)), seen.height];
}"""
CUT_OFF = "labels => labels.filter(l => l.scrollWidth > l.clientWidth).map(l => l.textContent)"


def needed_cells(path: Path) -> list[tuple[int, set[str]]]:
    """(number, tags) of the cells that the widgets need, in their order."""
    cells = nbformat.read(path, as_version=4).cells
    tagged = [(number, set(cell.metadata.get("tags", []))) for number, cell in enumerate(cells)]
    return [(number, tags) for number, tags in tagged if tags & NEEDED]


def move(control: Any) -> None:
    """One step with the keyboard; at the right end a slider goes back."""
    if control.get_attribute("role") == "slider":
        at_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
        control.press("ArrowLeft" if at_end else "ArrowRight")
    elif control.evaluate("control => control.tagName") == "SELECT":
        # An open list belongs to the browser's own window, which no test can reach.
        control.select_option(index=control.evaluate("list => (list.selectedIndex + 1) % list.length"))
    else:
        control.press("Space")


@pytest.mark.long  # six minutes for the seven on two slow cores
@pytest.mark.timeout(480)  # a lesson has up to six widgets, and each of them works after each click
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_widgets_answer_to_the_keyboard(path, browser, lab):
    """En celle mærket `widget` virker, når kun `parameters`, `setup` og `widget-data` er kørt."""
    cells = needed_cells(path)
    if not any("widget" in tags for _, tags in cells):
        pytest.skip("the lesson has no widget")
    shutil.copy(path, lab.folder)  # a copy: Lab saves by itself
    lesson = lab.opened(browser, path.name)
    lesson.page.set_viewport_size(LAPTOP)
    for number, tags in cells:
        outputs = lesson.run(number)
        if "widget" in tags:
            check_widget(lesson, outputs)
        if "camera" in tags:  # more in test_camera.py
            outputs.get_by_role("button", name="Start kameraet").wait_for(timeout=60_000)
    assert lesson.complaints == []
    lesson.page.close()


def check_widget(lesson: Any, outputs: Any) -> None:
    picture = outputs.locator(".widget-html-content img")
    picture.wait_for(timeout=30_000)
    assert picture.get_attribute("alt")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 500")
    height, room = outputs.first.evaluate(TOGETHER)
    assert height <= room, "a laptop shows the controls and the picture at once"
    controls = outputs.locator(".noUi-handle, input[type=checkbox], select")
    labels = outputs.locator(".widget-label:visible, .widget-checkbox span:visible")
    assert controls.count()
    assert labels.count() >= controls.count()
    assert labels.evaluate_all(CUT_OFF) == [], "labels are cut off"
    for control in controls.all():
        assert lesson.changes(picture, lambda control=control: move(control)), "the picture stayed"
    check_stop(lesson, outputs)
    twin = outputs.locator("details")
    assert not twin.locator("img").first.is_visible()
    twin.locator("summary").press("Enter")
    assert twin.locator("img").first.is_visible()


def check_stop(lesson: Any, outputs: Any) -> None:
    """A widget with a stop button: it stops work that has begun, and the picture stays as it is then."""
    stop = outputs.get_by_role("button", name="Stop")
    if not stop.count():
        return
    steps = outputs.locator(".noUi-handle").last
    steps.press("End")  # as many steps as there are: time enough to press the button
    stop.click()
    status = outputs.locator("[role=status]")
    status.filter(has_text="Stoppet").wait_for(timeout=30_000)
    picture = outputs.locator(".widget-html-content img")
    before = picture.get_attribute("src")
    lesson.page.wait_for_timeout(1500)
    assert picture.get_attribute("src") == before and not stop.is_enabled()
