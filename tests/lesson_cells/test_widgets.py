"""Widgets and their static twins: what is shown with a front end, and what without.

`WIDGETS` in the `test_widgets` of a lesson holds a call of each of its widgets; those calls are tried here.
"""

import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import ipywidgets
import pytest
from matplotlib.figure import Figure

from lesson_utils.errors import LessonError
from lesson_utils.show import explore
from lesson_utils.show.style import described

HERE = Path(__file__).parent
LESSONS = sorted(path.parent.name for path in (HERE.parents[1] / "lesson_cells").glob("*/widgets*"))
LISTS = (ipywidgets.Dropdown, ipywidgets.SelectionSlider)


def module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


TESTS = {lesson: module(f"{lesson}_widgets", HERE / lesson / "test_widgets.py") for lesson in LESSONS}
WIDGETS = [
    pytest.param(call, id=f"{lesson}.{name}")
    for lesson, tests in TESTS.items()
    for name, call in getattr(tests, "WIDGETS", {}).items()
]
CAMERAS = {"hold_up", "teach", "camera"}  # they are tried with a camera: tests/browser/test_camera.py
every_widget = pytest.mark.parametrize("widget", WIDGETS)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_widget_of_a_lesson_is_tried(lesson):
    """In `WIDGETS`; where a lesson's widgets work for seconds (05, 06) its own tests take their parts."""
    widgets = importlib.import_module(f"lesson_cells.{lesson}.widgets")
    public = {
        name
        for name, value in vars(widgets).items()
        if inspect.isfunction(value)
        and value.__module__.startswith(widgets.__name__)
        and not name.startswith("_")
        and inspect.signature(value).return_annotation is None  # it shows, and returns nothing
    }
    public -= CAMERAS
    assert public
    if hasattr(TESTS[lesson], "WIDGETS"):
        assert set(TESTS[lesson].WIDGETS) == public
    else:
        named = set(re.findall(r"[a-z]+", inspect.getsource(TESTS[lesson])))
        subjects = {name.split("_")[0] for name in public}  # `neighbour_browser`: its tests say `neighbours`
        assert not [word for word in subjects if not any(each.startswith(word) for each in named)]


def draw_number(number: int) -> Figure:
    if number == 3:
        raise LessonError("Tre <går> ikke.")
    if number == 5:
        raise KeyError("fem")
    return described(Figure(figsize=(1, 0.5)), f"Tallet {number}")


def explore_number() -> None:
    explore.explore(draw_number, {"number": explore.Slider("Tal", 1, 0, 5)}, [{"number": 2}, {"number": 3}])


@every_widget
def test_without_a_front_end_only_the_twin(widget, static):
    (bundle,) = static.shown(widget)
    assert "<details" not in bundle["text/html"]
    count = len(static.alt_texts(bundle["text/html"]))
    assert len(set(static.pictures(bundle["text/html"]))) == count and count in (2, 3)


def test_the_twins_do_not_even_import_ipywidgets(static):
    with patch.dict("sys.modules", {"ipywidgets": None}):
        assert len(static.shown(explore_number)) == 1
        with pytest.raises(ImportError), pytest.MonkeyPatch.context() as patched:
            patched.delenv("LESSON_STATIC")
            static.shown(explore_number)


@every_widget
def test_live_controls_are_labelled_and_the_twin_is_folded(widget, live):
    box, bundle = live.shown(widget)
    *controls, picture = live.inputs(box)
    assert len(controls) >= 3
    assert (
        "auto-fit" in box.layout.grid_template_columns
        and box.children[-1].layout.grid_area == "auto / 1 / auto / -1"
    )
    assert "max-height: var(--lesson-room" in picture.value and "max-height" not in bundle["text/html"]
    for control in controls:
        assert control.description
        assert int(control.style.description_width.removesuffix("ch")) >= len(control.description) + 2
    assert len(live.alt_texts(picture.value)) == 1
    assert re.match(
        "<details><summary>Samme figur for [23] faste indstillinger</summary>", bundle["text/html"]
    )
    assert len(live.pictures(bundle["text/html"])) in (2, 3)


@every_widget
def test_every_control_changes_the_picture(widget, live):
    *controls, picture = live.controls(widget)
    for control in controls:
        before = live.pictures(picture.value)
        if isinstance(control, ipywidgets.Checkbox):
            control.value = not control.value
        elif isinstance(control, LISTS):
            control.index = (control.index + 1) % len(control.options)
        else:
            control.value += control.step
        assert len(live.pictures(picture.value)) == 1 and live.pictures(picture.value) != before, (
            control.description
        )


@every_widget
@pytest.mark.parametrize("end", ["min", "max"])
def test_the_ends_of_the_sliders_give_a_picture(widget, end, live):
    *controls, picture = live.controls(widget)
    for control in controls:
        if isinstance(control, LISTS):
            control.index = len(control.options) - 1 if end == "max" else 0
        else:
            control.value = (
                end == "max" if isinstance(control, ipywidgets.Checkbox) else getattr(control, end)
            )
        assert len(live.pictures(picture.value)) == 1 and "Fejl:" not in picture.value


def test_an_error_is_one_sentence_in_place_of_the_picture(live):
    box, bundle = live.shown(explore_number)
    slider, picture = box.children
    assert live.alt_texts(picture.value) == ["Tallet 1"]
    slider.value = 3
    assert picture.value == '<p role="alert"><strong>Fejl:</strong> Tre &lt;går&gt; ikke.</p>'
    slider.value = 5
    assert "Fejl:</strong> Noget gik galt (KeyError: &#x27;fem&#x27;): vælg noget andet" in picture.value
    assert explore.WORKING not in picture.value
    slider.value = 4
    assert live.alt_texts(picture.value) == ["Tallet 4"]
    assert "Tal: 2" in bundle["text/html"] and "Tre &lt;går&gt; ikke." in bundle["text/html"]


def test_a_list_follows_the_choice_that_it_depends_on_and_draws_once(live):
    layers = {"a": {"x": "x", "y": "y"}, "b": {"y": "y", "z": "z"}}
    asked = []

    def draw(name: str, layer: str) -> Figure:
        asked.append((name, layer))
        return described(Figure(figsize=(1, 0.5)), f"{name} {layer}")

    controls = {
        "name": explore.Choice("Navn", "a", {"a": "A", "b": "B"}),
        "layer": explore.Choice("Lag", "x", layers.__getitem__, "name"),
    }
    (box, _twin) = live.shown(lambda: explore.explore(draw, controls, []))
    name, layer, picture = box.children
    said = []
    picture.observe(lambda change: said.append(change["new"]), "value")
    name.value = "b"
    assert [text.startswith(explore.WORKING) for text in said] == [True, False]  # it says that it is at work
    assert asked == [("a", "x"), ("b", "z")]  # x is gone: the last layer stands in
    layer.value = "y"
    name.value = "a"
    assert asked[2:] == [("b", "y"), ("a", "y")]  # y is there, too, and is kept
    assert live.alt_texts(picture.value) == ["a y"]
