"""Work that is watched: its picture grows, a button stops it, and a new choice leaves the old work behind."""

import threading
import time
from unittest.mock import patch

import pytest
from matplotlib.figure import Figure

from lesson_utils.errors import LessonError
from lesson_utils.show import explore, live
from lesson_utils.show.explore import WORKING, Slider
from lesson_utils.show.style import described

CONTROLS = {"steps": Slider("Skridt", 3, 1, 2000)}


def picture_of(step: int) -> Figure:
    return described(Figure(figsize=(1, 0.5)), f"efter {step} skridt")


def count(watch: live.Watch, steps: int) -> Figure:
    """Steps of a hundredth of a second; the figure says how many were made."""
    if steps == 13:
        raise LessonError("13 skridt bringer uheld.")
    if steps == 14:
        raise RuntimeError("CUDA error:\n  out of memory")
    done = 0
    try:
        for step in range(steps):
            watch(step, steps, lambda done=done: picture_of(done))
            time.sleep(0.01)
            if steps == 1000 and step == 20:
                raise ValueError("shapes <differ>")
            if steps == 1001 and step == 20:
                raise LessonError("Billedet er væk.")
            done = step + 1
    except KeyboardInterrupt:
        pass
    return picture_of(done)


@pytest.fixture
def desk(monkeypatch):
    monkeypatch.setenv("LESSON_STATIC", "0")
    monkeypatch.setattr(live, "EVERY", 0.05)
    opened = live._Desk(count, CONTROLS)
    with patch("lesson_utils.show.live.show_widget"):
        opened.open()
    yield opened
    opened.watch.stop()
    opened.thread.join(10)


def until(true) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


def test_work_that_is_left_alone_finishes(desk):
    until(lambda: "Færdig" in desk.said.value)
    assert "efter 3 skridt" in desk.picture.value and desk.halt.disabled


def test_the_picture_grows_and_the_button_stops_it(desk):
    desk.inputs["steps"].value = 2000
    until(lambda: "efter 0 skridt" in desk.picture.value)
    assert not desk.halt.disabled
    until(lambda: "af 2000" in desk.said.value and "efter 0 skridt" not in desk.picture.value)
    desk.halt.click()
    until(lambda: "Stoppet" in desk.said.value)
    stopped = desk.picture.value
    assert "efter 2000 skridt" not in stopped and desk.halt.disabled
    desk.thread.join(5)
    assert not desk.thread.is_alive() and desk.picture.value == stopped


def test_a_new_choice_leaves_the_old_work_behind(desk):
    desk.inputs["steps"].value = 1999
    old = desk.thread
    desk.inputs["steps"].value = 2
    until(lambda: "Færdig" in desk.said.value)
    old.join(5)
    assert not old.is_alive() and "efter 2 skridt" in desk.picture.value
    assert threading.active_count() < 10


def test_begin_again_makes_the_same_once_more(desk):
    until(lambda: "Færdig" in desk.said.value)
    desk.said.value = ""
    desk.again.click()
    until(lambda: "Færdig" in desk.said.value)
    assert "efter 3 skridt" in desk.picture.value


def test_an_error_is_one_sentence(desk):
    desk.inputs["steps"].value = 13
    until(lambda: "Fejl:</strong> 13 skridt bringer uheld." in desk.picture.value)
    assert desk.halt.disabled


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (14, "Fejl:</strong> Noget gik galt (RuntimeError: CUDA error: out of memory): vælg noget andet"),
        (1000, "Fejl:</strong> Noget gik galt (ValueError: shapes &lt;differ&gt;): vælg noget andet"),
        (1001, "Fejl:</strong> Billedet er væk."),
    ],
)
def test_any_error_on_the_way_is_one_sentence_and_nothing_seems_to_go_on(desk, steps, sentence):
    desk.inputs["steps"].value = steps
    until(lambda: "Fejl:" in desk.picture.value)
    assert sentence in desk.picture.value
    assert desk.halt.disabled and "Skridt" not in desk.said.value
    desk.inputs["steps"].value = 2  # and the next choice is carried out
    until(lambda: "Færdig" in desk.said.value)
    assert "efter 2 skridt" in desk.picture.value


def test_without_a_front_end_only_the_twin(monkeypatch):
    monkeypatch.setenv("LESSON_STATIC", "1")
    with patch("lesson_utils.show.explore.display") as display:
        live.watch_live(count, CONTROLS, [{"steps": 2}, {"steps": 3}])
    (bundle,) = (call.args[0]["text/html"] for call in display.call_args_list)
    assert "Skridt: 2" in bundle and "efter 2 skridt" in bundle and "efter 3 skridt" in bundle


# The kernel's thread is never busy with a widget

SLOW = 0.4


@pytest.fixture
def browser(monkeypatch):
    """A slow figure under a slider: its box's two children, and what was drawn in which thread."""
    monkeypatch.setenv("LESSON_STATIC", "0")
    drawn = []

    def draw(number: int) -> Figure:
        drawn.append((number, threading.current_thread()))
        time.sleep(SLOW if len(drawn) > 1 else 0)
        return described(Figure(figsize=(1, 0.5)), f"Tallet {number}")

    with patch("lesson_utils.show.explore.show_widget") as shown:
        explore._display_live(draw, {"number": Slider("Tal", 1, 0, 90)})
    (box,) = shown.call_args.args
    return *box.children, drawn


def test_five_quick_changes_draw_the_last_and_nobody_waits(browser):
    slider, picture, drawn = browser
    assert "Tallet 1" in picture.value and drawn[0][1] is threading.main_thread()
    began = time.monotonic()
    for number in range(11, 16):
        slider.value = number
    assert time.monotonic() - began < SLOW / 2, "the kernel's messages wait for nothing"
    assert picture.value.startswith(WORKING) and picture.value.count(WORKING) == 1
    until(lambda: "Tallet 15" in picture.value)
    assert [number for number, _ in drawn] == [1, 15] and drawn[1][1] is not threading.main_thread()
    assert WORKING not in picture.value


def test_what_is_shown_is_what_the_controls_say(browser):
    slider, picture, drawn = browser
    slider.value = 20
    until(lambda: len(drawn) == 2)  # it is at work on 20
    seen = []
    picture.observe(lambda change: seen.append(change["new"]), "value")
    slider.value = 30
    until(lambda: "Tallet 30" in picture.value)
    assert not any("Tallet 20" in each for each in seen), "20 came too late to be shown"


def test_stop_is_obeyed_whatever_was_touched_before(desk, browser):
    slider, picture, _ = browser
    desk.inputs["steps"].value = 2000
    until(lambda: "af 2000" in desk.said.value)
    began = time.monotonic()
    slider.value = 40  # waits until the desk has done
    other = live._Desk(count, CONTROLS)
    other.begin()
    assert time.monotonic() - began < 0.3
    assert "Tallet 40" not in picture.value
    desk.halt.click()
    assert "Stopper" in desk.said.value and desk.halt.disabled
    until(lambda: "Stoppet" in desk.said.value)
    assert "efter 2000 skridt" not in desk.picture.value
    until(lambda: "Tallet 40" in picture.value and "Færdig" in other.said.value)
