"""The camera's page by itself: in Chromium with a fake camera, and a kernel of a few lines of JavaScript.

What needs a real kernel is in `test_camera.py`. Here the errors are provoked, and a thousand answers counted.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lesson_cells.transfer.widgets.teach import _Teach
from lesson_utils.show.camera import Camera, Look

# `kernel` says what Python answers to a message; a test may put another function in its place, or make it silent.
KERNEL = """
window.sent = []; window.listeners = []; window.silent = false; window.widgetManager = {};
window.kernel = (message) => message.kind === "open"
  ? { kind: "said", things: [["kop", 0], ["pen", 0]], trained: false, said: "" }
  : message.kind === "there" ? message
  : !["frame", "file"].includes(message.kind) ? null
  : { kind: message.thing === undefined ? "answer" : "added", thing: message.thing,
      bars: [["kop", 0.75, "75 %"], ["pen", 0.25, "25 %"]], map: [[1, 0], [0, -1]] };
const model = {
  widget_manager: window.widgetManager,
  on: (_, listener) => window.listeners.push(listener),
  off: (_, listener) => { window.listeners = window.listeners.filter((each) => each !== listener); },
  send(message, _, buffers = []) {
    window.sent.push({ ...message, bytes: buffers.reduce((sum, each) => sum + each.byteLength, 0) });
    const answer = window.kernel(message, buffers);
    const shown = answer?.kind === "added" || "name" in message ? [window.png] : [];
    if (answer && !window.silent) setTimeout(() => window.listeners.forEach((each) => each(answer, shown)), 5);
  },
};
const canvas = new OffscreenCanvas(224, 224);
canvas.getContext("2d").fillRect(0, 0, 9, 9);
window.png = await (await canvas.convertToBlob()).arrayBuffer();
window.close = await widget.render({ model, el: document.querySelector("#here") });
window.ready = true;
"""
PAGE = "<!DOCTYPE html><meta charset=utf-8><style>{css}</style><div id=here></div>"
PAGE += "<script type=module>{code}</script>"


def source(widget: type[Camera]) -> str:
    return widget._esm.replace("export default { render };", "const widget = { render };") + KERNEL


PAGES = {"/look": source(Look), "/teach": source(_Teach)}


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.format(css=Camera._css, code=PAGES.get(self.path, "")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def opened(films: Any, address: str) -> Iterator[Any]:
    """`opened("look")` is that page, alive; what it complained of, and whom it called, must be nothing."""
    pages, wrong = [], []

    def open_one(name: str, here: str = address) -> Any:
        page = films.new_page(viewport={"width": 900, "height": 720}, locale="da-DK")
        pages.append(page)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: request.url.startswith(here) or wrong.append(request.url))
        page.goto(f"{here}/{name}")
        page.wait_for_function("() => window.ready", timeout=15_000)
        return page

    yield open_one
    for page in pages:
        page.close()
    assert wrong == []


STREAM = "() => document.querySelector('video').srcObject"
ANSWERS = "Number(document.querySelector('.lesson-answers').dataset.count ?? 0)"
TRACKS = """() => {
  window.tracks = [];
  const had = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await had(wish);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
}"""
LIVE = "() => window.tracks.filter((track) => track.readyState === 'live').length"


def start(page: Any) -> None:
    page.get_by_role("button", name="Start kameraet").click()
    page.wait_for_function(STREAM, timeout=10_000)


def said(page: Any, text: str) -> None:
    page.locator(".lesson-said", has_text=text).wait_for(timeout=10_000)


def heap(page: Any) -> tuple[float, float]:
    """Megabytes of JavaScript, and how many elements there are, when what is not used has been given back."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    found = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return found["JSHeapUsedSize"] / 1e6, found["Nodes"]


@pytest.mark.long
def test_a_thousand_answers_leave_nothing_behind(opened):
    page = opened("look")
    page.evaluate("() => { window.urls = 0; URL.createObjectURL = () => { window.urls += 1; return ''; }; }")
    start(page)
    page.wait_for_function(f"() => {ANSWERS} > 20", timeout=20_000)
    page.evaluate("() => { window.sent.length = 0; }")
    before, first = heap(page), page.evaluate(f"() => {ANSWERS}")
    page.wait_for_function(f"() => {ANSWERS} > {first + 500}", timeout=60_000)
    page.evaluate("() => { window.sent.length = 0; }")
    after = heap(page)
    assert after[0] - before[0] < 0.5 and after[1] - before[1] < 50, (before, after)
    assert page.evaluate("() => window.urls") == 0


def test_one_question_at_a_time_whatever_else_is_pressed(opened):
    """A second frame under way would be answered by a third, and so on: the queue that must not build up."""
    page = opened("teach")
    page.evaluate("""() => {
      window.flying = window.most = 0;
      const had = window.kernel;
      window.kernel = (message) => {
        if (message.kind === "train") return { kind: "failed", of: "train", said: "Tag mindst to billeder." };
        if (message.kind === "frame") window.most = Math.max(window.most, ++window.flying);
        return had(message);
      };
      window.listeners.unshift((message) => { if (message.kind === "added") window.flying -= 1; });
    }""")
    start(page)
    page.get_by_role("button", name="Hold for at tage billeder").first.dispatch_event("pointerdown")
    for _ in range(3):
        page.locator(".lesson-start").dispatch_event("click")  # stop, and start while an answer is under way
        page.locator(".lesson-start").dispatch_event("click")
        page.wait_for_function(STREAM, timeout=10_000)
    page.get_by_role("button", name="Træn").dispatch_event("click")
    said(page, "Tag mindst")
    before = page.locator(".lesson-thumbs button").count()
    page.wait_for_function(f"() => document.querySelectorAll('.lesson-thumbs button').length > {before + 5}")
    assert page.evaluate("() => window.most") == 1
    page.evaluate("() => document.querySelector('.lesson-hold').dispatchEvent(new Event('pointerup'))")


def test_no_lamp_stays_on(opened):
    page = opened("look")
    page.evaluate(TRACKS)
    button = page.locator(".lesson-start")
    button.dblclick()  # a second press while the first one is still asking for the camera
    page.wait_for_function(f"() => ({LIVE})() === 1", timeout=10_000)
    button.click()
    assert page.evaluate(LIVE) == 0
    start(page)
    page.evaluate("() => window.tracks.at(-1).dispatchEvent(new Event('ended'))")
    said(page, "Kameraet blev taget fra")
    start(page)
    page.evaluate("() => document.querySelector('#here').classList.add('jupyter-widgets-disconnected')")
    said(page, "Kernen er genstartet eller stoppet: kør cellen igen.")
    assert page.evaluate(LIVE) == 0
    button.click()
    page.wait_for_timeout(300)
    assert page.evaluate(LIVE) == 0, "nobody would listen"
    page.evaluate("() => document.querySelector('#here').classList.remove('jupyter-widgets-disconnected')")
    start(page)
    page.evaluate("() => { window.widgetManager.kernel = { status: 'autorestarting' }; }")
    said(page, "Kernen er genstartet")
    page.evaluate("() => { window.widgetManager.kernel = { status: 'idle' }; }")
    button.click()
    page.wait_for_timeout(300)
    assert page.evaluate(LIVE) == 0, "the new kernel knows nothing of this page"
    page = opened("look")
    page.evaluate(TRACKS)
    start(page)
    page.evaluate("() => window.close()")
    assert page.evaluate(LIVE) == 0


@pytest.mark.parametrize("name", ["look", "teach"])
def test_a_kernel_that_says_nothing_is_waited_for_and_then_given_up(opened, name):
    """On the teaching page nothing is asked before a button is held: it asks whether Python is there."""
    page = opened(name)
    page.clock.install()
    page.evaluate(TRACKS)
    start(page)
    page.evaluate("() => { window.silent = true; }")
    for _ in range(3):
        page.clock.run_for(3_000)
    page.wait_for_timeout(200)  # the picture of a frame is made outside the clock
    page.clock.run_for(4_000)
    said(page, "Venter på svar: en anden celle regner.")
    assert page.evaluate(LIVE) == 1
    page.clock.run_for(31_000)
    said(page, "Python har ikke svaret i et halvt minut. Er kernen genstartet, så kør cellen igen.")
    assert page.evaluate(LIVE) == 0


def test_a_page_that_nobody_saw_goes_on_when_it_is_seen_again(opened):
    page = opened("look")
    start(page)
    page.wait_for_function(f"() => {ANSWERS} > 3", timeout=15_000)
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); }"
    page.evaluate(hide, True)
    page.wait_for_timeout(300)
    before = page.evaluate(f"() => {ANSWERS}")
    page.wait_for_timeout(600)
    assert page.evaluate(f"() => {ANSWERS}") == before, "no question while nobody looks"
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    page.wait_for_timeout(500)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    page.evaluate(hide, False)
    page.wait_for_function(f"() => {ANSWERS} > {before + 3}", timeout=15_000)


def test_an_address_that_is_not_secure_is_told(opened, address):
    page = opened("look", address.replace("127.0.0.1", "kursus.test"))
    assert not page.evaluate("() => window.isSecureContext")
    page.get_by_role("button", name="Start kameraet").click()
    said(page, "Kameraet virker kun på en sikker adresse: åbn JupyterLab på http://localhost eller https.")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x"}
    )
    page.locator(".lesson-answers li", has_text="kop").wait_for(timeout=5_000)


def drop(page: Any, selector: str, *paths: Any) -> None:
    """Drag files or folders in from outside the browser, and let go over an element."""
    box = page.locator(selector).first.bounding_box()
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 20, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


def sent_files(page: Any) -> list[dict[str, Any]]:
    return page.evaluate("() => window.sent.filter((each) => each.kind === 'file')")


def test_photos_are_chosen_dragged_in_and_taken_from_a_folder(opened, tmp_path):
    for folder in ("ske", "gaffel"):
        (tmp_path / "ting" / folder).mkdir(parents=True)
        for number in range(2):
            (tmp_path / "ting" / folder / f"{number}.jpg").write_bytes(b"foto")
    (tmp_path / "ting" / "ske" / "noter.txt").write_text("ikke et foto")
    page = opened("teach")
    page.evaluate("""() => {
      const had = window.kernel, names = ["kop", "pen", "ske", "gaffel"];
      window.kernel = (message) => message.folder
        ? { kind: "added", thing: names.indexOf(message.folder), names } : had(message);
    }""")
    row = ".lesson-thing:nth-child(2)"
    drop(page, row, tmp_path / "ting" / "ske" / "0.jpg", tmp_path / "ting" / "ske" / "1.jpg")
    page.locator(f"{row} .lesson-count", has_text="2 billeder").wait_for(timeout=10_000)
    drop(page, row, tmp_path / "ting" / "gaffel")
    page.locator(f"{row} .lesson-count", has_text="4 billeder").wait_for(timeout=10_000)
    assert {each["thing"] for each in sent_files(page)} == {1} and all(
        each["bytes"] == 4 for each in sent_files(page)
    )
    drop(page, ".lesson-view", tmp_path / "ting")
    for thing in (2, 3):
        count = page.locator(".lesson-thing").nth(thing).locator(".lesson-count", has_text="2 billeder")
        count.wait_for(timeout=10_000)
    names = page.locator(".lesson-thing input[type=text]").evaluate_all(
        "all => all.map((each) => each.value)"
    )
    assert names == ["kop", "pen", "ske", "gaffel"]
    page.locator("input[webkitdirectory]").set_input_files(tmp_path / "ting")
    for thing in (2, 3):
        count = page.locator(".lesson-thing").nth(thing).locator(".lesson-count", has_text="4 billeder")
        count.wait_for(timeout=10_000)
    assert sorted(each.get("folder", "") for each in sent_files(page)[4:]) == 4 * ["gaffel"] + 4 * ["ske"]
    page.locator(f"{row} input[type=file]").set_input_files(tmp_path / "ting" / "ske" / "0.jpg")
    page.locator(f"{row} .lesson-count", has_text="5 billeder").wait_for(timeout=10_000)


def test_files_that_are_no_photos_are_skipped_in_one_sentence_that_stays(opened, tmp_path):
    page = opened("look")
    page.evaluate("""() => {
      const had = window.kernel;
      window.kernel = (message) => message.name?.startsWith("brudt")
        ? { kind: "failed", of: "file", said: `»${message.name}« kan ikke læses.` } : had(message);
    }""")
    paths = [tmp_path / name for name in ("brudt1.jpg", "brudt2.jpg", "godt.jpg")]
    for path in paths:
        path.write_bytes(b"foto")
    start(page)
    drop(page, ".lesson-view", *paths)
    page.locator(".lesson-answers li", has_text="kop").wait_for(timeout=10_000)
    page.wait_for_timeout(300)
    assert (
        page.locator(".lesson-said").inner_text() == "2 filer er sprunget over. »brudt2.jpg« kan ikke læses."
    )
    assert page.evaluate(STREAM) is None and page.locator(".lesson-still").is_visible(), (
        "the camera makes way"
    )
    start(page)
    assert not page.locator(".lesson-still").is_visible()
    page.get_by_role("button", name="Stop kameraet").click()
    many = [tmp_path / f"{k}.jpg" for k in range(2)]
    for path in many:
        path.write_bytes(b"foto")
    began = page.evaluate("() => performance.now()")
    before = page.evaluate(f"() => {ANSWERS}")
    page.locator("input[type=file]").first.set_input_files(many)
    page.wait_for_function(f"() => {ANSWERS} === {before + 2}", timeout=10_000)
    assert page.evaluate("() => performance.now()") - began > 1_400, "each of several photos can be seen"


def test_a_clickers_keys_go_on_to_the_slides_and_letters_do_not(opened):
    page = opened("teach")
    page.evaluate(
        "() => { window.keys = []; window.addEventListener('keydown', (event) => window.keys.push(event.key)); }"
    )
    page.get_by_label("Navn på ting 1").focus()
    for key in ("d", "PageDown", "Escape", "PageUp"):
        page.keyboard.press(key)
    assert page.evaluate("() => window.keys") == ["PageDown", "PageUp"]


def test_the_page_is_taught_with_the_keyboard_alone(opened):
    page = opened("teach")
    page.locator("#here").evaluate("here => here.querySelector('button').focus()")
    page.keyboard.press("Space")
    page.wait_for_function(STREAM, timeout=10_000)
    page.locator(".lesson-hold").nth(1).focus()
    page.keyboard.down("Space")
    three = "() => document.querySelectorAll('.lesson-thumbs')[1].children.length >= 3"
    page.wait_for_function(three, timeout=10_000)
    page.keyboard.up("Space")
    page.wait_for_timeout(300)
    count = page.evaluate("() => window.sent.filter((each) => each.kind === 'frame').length")
    page.locator(".lesson-thing").nth(1).locator(".lesson-count", has_text=f"{count} billeder").wait_for()
    page.wait_for_timeout(300)
    assert page.locator(".lesson-thumbs button").count() == count, "it takes none after the key is let go"
    page.locator(".lesson-thumbs button").evaluate_all("all => all.slice(3).forEach((each) => each.click())")
    assert page.locator(".lesson-thumbs [tabindex='0']").count() == 1, "Tab does not stop at each picture"
    page.locator(".lesson-thumbs button").last.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("() => document.activeElement.nextSibling?.nextSibling === null"), "the last but one"
    for left in (2, 1, 0):
        page.keyboard.press("Enter")
        gone = "left => document.querySelectorAll('.lesson-thumbs button').length === left"
        page.wait_for_function(gone, arg=left, timeout=5_000)
    assert page.evaluate("() => document.activeElement.className") == "lesson-hold", (
        "the next key has a place"
    )
    page.locator(".lesson-start").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(STREAM) is None
    page.locator(".lesson-hold").first.focus()
    page.keyboard.press("Space")
    said(page, "Start kameraet først, eller vælg fotos.")


def test_the_mouse_teaches_one_thing_after_the_other(opened):
    """The second button is pressed before the first one loses the keyboard."""
    page = opened("teach")
    start(page)
    for thing in (0, 1, 0):
        row = page.locator(".lesson-thing").nth(thing)
        before = row.locator(".lesson-thumbs button").count()
        row.locator(".lesson-hold").hover()
        page.mouse.down()
        page.wait_for_function(
            "([thing, before]) => document.querySelectorAll('.lesson-thumbs')[thing].children.length > before + 1",
            arg=[thing, before],
            timeout=5_000,
        )
        page.mouse.up()
        page.wait_for_timeout(300)
