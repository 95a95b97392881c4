"""The pages of a run, as HTML and in a browser that sees every request."""

import json
from datetime import datetime
from html.parser import HTMLParser

import nbformat
import pytest

from lesson_staff.batch import run_all
from lesson_staff.catalogue import find
from lesson_staff.pages import cover, duration, shown, verdict
from lesson_staff.plan import RunResult, plan
from lesson_staff.report import render, write_report


def result(name: str = "02_alexnet", **changes) -> RunResult:
    return RunResult(
        **{"name": name, "number": name[:2], "title": name[3:], "parameters": {}, "seconds": 3.0} | changes
    )


@pytest.mark.parametrize(
    "seconds, text",
    [(5.34, "5,3 s"), (34.4, "34 s"), (59.7, "1 min. 0 s"), (72, "1 min. 12 s"), (7530, "2 t. 5 min.")],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_verdict_counts():
    assert verdict([result()]) == "1 kørsel gennemført"
    assert verdict([result(), result("03_vgg", reason="Nej.")]) == "1 af 2 kørsler fejlede"


def test_values_as_a_reader_sees_them():
    assert [shown(value) for value in ("", "kat", True, 0.5, 1000)] == ["–", "kat", "ja", "0,5", "1.000"]


def test_index_escapes_what_a_lesson_says(tmp_path):
    failed = result(reason="<b>x</b> & y", facts={"started": datetime(2026, 11, 24, 7, 5).timestamp()})
    html = render(tmp_path, [failed], {failed.name: {}}, [])
    assert "&lt;b&gt;x&lt;/b&gt; &amp; y" in html
    assert "24.11.2026 kl. 07.05" in html
    assert 'href="02_alexnet.html"' not in html, "no link to a page that isn't there"


def test_cover_prefers_the_tagged_cell():
    def cell(alt: str, *tags: str):
        output = nbformat.v4.new_output(
            "display_data", {"text/html": f'<img alt="{alt}" src="data:image/png;base64,eA==">'}
        )
        return nbformat.v4.new_code_cell("", outputs=[output], metadata={"tags": list(tags)})

    notebook = nbformat.v4.new_notebook(cells=[cell("første"), cell("forside", "cover")])
    assert cover(notebook) == (b"x", "forside")
    del notebook.cells[1]
    assert cover(notebook) == (b"x", "første")


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in ("script", "img", "iframe") and values.get("src"):
            self.loaded.append(values["src"])
        if tag == "link":
            self.loaded.append(values.get("href", ""))


WIDE = "tal = " + " + ".join(f"experiments.measured_fields(layer_{k})" for k in range(9))
HINT = "<details><summary>Hint</summary>\n\nEt tip.</details>"
PROSE = ["Tekst.\n\n## Næste", HINT, "<details><summary>Til underviseren</summary>\n\nSvar: c.</details>"]


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """One run of two tiny lessons, one of which fails, with all its pages."""
    from lesson_staff import catalogue

    from .conftest import make_course

    with pytest.MonkeyPatch.context() as patch:
        folder = make_course(
            tmp_path_factory.mktemp("course"),
            patch,
            one=[f"# NBVAL_CHECK_OUTPUT\nprint(17)  # {WIDE}"],
            two=["1 / 0"],
        )
        lesson = nbformat.read(folder / "01_one.ipynb", as_version=4)
        lesson.cells[3].source = "# Løsning\nprint('✓ Rigtigt: ' + 'løst')"
        lesson.cells += [nbformat.v4.new_markdown_cell(source) for source in PROSE]
        lesson.cells[-1].metadata["slideshow"] = {"slide_type": "notes"}
        nbformat.write(lesson, folder / "01_one.ipynb")
        out = folder.parent / "out"
        out.mkdir()
        list(run_all(plan(find(), {}), out))
        write_report(out)
        assert folder == catalogue.NOTEBOOKS
    return out


def test_a_page_loads_nothing_from_elsewhere(batch):
    for page in [*batch.glob("*.html"), *batch.glob("*/*.html")]:
        links = Links()
        links.feed(page.read_text(encoding="utf-8"))
        for address in links.loaded:
            assert not address.startswith(("http:", "https:", "//")), address
            if not address.startswith("data:"):
                assert (page.parent / address.partition("?")[0]).is_file(), address


def test_a_page_that_is_shared_gives_no_answer_away(batch):
    """A solution and what it says are folded together; notes for the teacher are not there."""
    html = (batch / "01_one" / "01_one.html").read_text(encoding="utf-8")
    before, after = html.split("<summary>Løsning</summary>")
    inside, outside = after.split("</details>", 1)
    assert "✓ Rigtigt: løst" in inside and "løst" not in before + outside
    assert before.count("<details") == 1
    assert "Til underviseren" not in html and "Svar: c" not in html
    assert "NBVAL" not in html, "a mark for the tests is nothing for a reader"


@pytest.mark.browser
def test_pages_work_in_a_browser_without_a_network(batch, chromium, breaches):
    """Formulas are set, pictures are there, nothing leaves the machine, nothing is wider than a phone."""
    for scheme in ("light", "dark"):
        context = chromium.new_context(
            viewport={"width": 390, "height": 844}, color_scheme=scheme, offline=True
        )
        page = context.new_page()
        requests: list[str] = []
        failed: list[str] = []
        page.on("request", lambda request, seen=requests: seen.append(request.url))
        page.on("requestfailed", lambda request, seen=failed: seen.append(request.url))
        page.goto((batch / "index.html").as_uri())
        assert page.locator(".card").count() == 2
        assert page.locator(".card img").evaluate_all("all => all.every(i => i.naturalWidth > 0 && i.alt)")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(json.loads(f"[{ground[4:-1]}]")) < 384) == (scheme == "dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

        assert breaches(page) == []
        page.get_by_role("link", name="01 One").click()
        page.wait_for_selector(".MathJax_Display .MathJax", state="visible")
        page.wait_for_function("window.MathJax.Hub.queue.pending === 0 && !window.MathJax.Hub.queue.running")
        assert page.locator(".MathJax").count() == 2
        assert page.locator(".MathJax_Error, .merror").count() == 0
        assert page.locator(".MathJax_Display").bounding_box()["height"] > 40, "a sum with limits is tall"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert {address.split(":")[0] for address in requests} <= {"file", "data", "about"}
        # MathJax asks for a font at about:blank to see whether fonts load at all.
        assert [address for address in failed if address != "about:blank"] == []
        assert breaches(page) == []
        page.set_viewport_size({"width": 660, "height": 900})  # a sheet of A4 within its margins
        page.emulate_media(media="print")
        assert page.locator("summary").count() == 2 and not page.locator("summary:visible").count()
        cut = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 60))"
        assert page.locator("main pre, main .jp-Cell, main img").evaluate_all(cut) == []
        kept = "cell => [getComputedStyle(cell).breakAfter, getComputedStyle(cell.querySelector('h2')).breakAfter]"
        assert page.locator(".jp-MarkdownCell", has_text="Næste").evaluate(kept) == ["avoid", "avoid"]
        context.close()
