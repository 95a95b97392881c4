"""The loupe in a real browser: from a name back to a pixel in each network, by mouse and keyboard.

The widget's module runs in a page of its own, and this process is its kernel: the same messages, without what
JupyterLab needs to start. One test opens it there, too.
"""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lesson_utils import images
from lesson_utils.explain import Explainer
from lesson_utils.show import loupe
from lesson_utils.weights import load_network

HERE = Path(loupe.__file__).parent
START = """async ([module, style]) => {
  document.head.append(Object.assign(document.createElement('style'), { textContent: style }));
  const file = URL.createObjectURL(new Blob([module], { type: 'text/javascript' }));
  const widget = (await import(file)).default;
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  window.sent = [], window.asked = 0;
  window.loupe = {
    on: (_name, heard) => { window.hear = heard; },
    off() {},
    async send(message) {
      window.asked += 1;
      const start = performance.now(), [told, buffers] = await window.kernel(message);
      window.hear(told, buffers.map(bytes));
      await new Promise(requestAnimationFrame);
      const size = buffers.reduce((sum, each) => sum + (each.length * 3) / 4, JSON.stringify(told).length);
      window.sent.push([performance.now() - start, size]);
    },
  };
  const el = document.body.appendChild(document.createElement('div'));
  widget.render({ model: window.loupe, el });
}"""
NETWORKS = {
    "alexnet": lambda: load_network("alexnet"),
    "vgg": lambda: load_network("vgg"),
    "googlenet": lambda: load_network("googlenet"),
    "imagenet": lambda: load_network("imagenet"),
}


class Page:
    """The loupe of one network in a page; `explainer` is what its kernel asks."""

    def __init__(self, browser: Any, explainer: Explainer, dark: bool = False):
        self.explainer, self.complaints = explainer, []
        self.page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="da-DK")
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._check(request.url))
        self.page.expose_function("kernel", self._answer)
        colours = (
            "background: #111; color: #eee; --jp-ui-font-color0: #eee; --jp-layout-color1: #1e1e1e"
            if dark
            else ""
        )
        light = "false" if dark else "true"
        self.page.set_content(
            f'<html lang="da"><body data-jp-theme-light="{light}" style="font-family: sans-serif; {colours}">'
        )
        module, style = ((HERE / f"loupe.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
        self.page.evaluate(START, [module, style])
        self.page.locator(".loupe-map").first.wait_for()

    def _check(self, url: str) -> None:
        if not url.startswith(("blob:", "data:", "about:")):
            self.complaints.append(f"left the machine: {url}")

    def _answer(self, message: dict) -> list:
        try:
            told, buffers = (
                loupe.whole(self.explainer)
                if message["kind"] == "open"
                else loupe.answer(self.explainer, message)
            )
        except Exception as error:
            told, buffers = {"kind": "failed", "said": loupe.told(error)}, []
        return [told, [base64.b64encode(each).decode() for each in buffers]]

    def answered(self, act: Callable[[], None]) -> str:
        """What the loupe says once it has answered to `act`."""
        before = self.page.evaluate("window.sent.length")
        act()
        self.page.wait_for_function(
            "before => window.sent.length > before && window.sent.length === window.asked", arg=before
        )
        return self.said()

    def press(self, key: str) -> str:
        return self.answered(lambda: self.page.keyboard.press(key))

    def said(self) -> str:
        return self.page.locator(".loupe-said").inner_text()

    def picture(self, name: str) -> None:
        if place := os.environ.get("LESSON_SHOTS"):  # for whoever wants to look at it
            self.page.screenshot(path=f"{place}/loupe_{name}.png")


@pytest.fixture(scope="module", params=NETWORKS)
def page(request, chromium) -> Iterator[Page]:
    network = NETWORKS[request.param]()
    opened = Page(chromium, Explainer(network, images.photo("kat", network.input_size)))
    opened.name = request.param
    yield opened
    opened.page.close()


def test_from_a_name_back_to_a_pixel_and_both_ways_along_the_trail(page):
    names = page.page.locator(".loupe-map", has_text="%")
    page.picture(f"{page.name}_whole")
    said = page.answered(names.first.click)
    assert said.startswith("softmax, »") and "%" in said
    seen = [said]
    while not said.startswith("foto"):
        pressed = page.page.locator(".loupe-input[aria-pressed=true]")
        said = page.answered(pressed.click)  # the chosen input once more: where does it come from?
        seen.append(said)
        if said.startswith(("conv2,", "conv2_1", "conv2_reduce", "block2a.d")):
            page.picture(f"{page.name}_number")
        if said.startswith(("conv5,", "conv4_2", "inception_4b.", "head")):
            page.picture(f"{page.name}_map")
        assert len(seen) < 80
    assert len(seen) > 10 and "række" in said
    back = page.page.get_by_role("button", name="Et skridt tilbage")
    forward = page.page.get_by_role("button", name="Et skridt frem")
    assert page.answered(back.click) == seen[-2]
    assert page.press("Backspace") == seen[-3]
    assert page.answered(forward.click) == seen[-2]
    page.page.get_by_role("button", name="hele netværket").click()
    assert page.said().endswith("vælg et feature map eller et navn.")
    assert page.complaints == []
