"""Slides: what is on them, and that each of them fits the screen in a browser without a network."""

import re
import shutil

import nbformat
import pytest

from lesson_staff import teaching
from lesson_staff.catalogue import LESSONS
from lesson_staff.cli import answer
from lesson_staff.present import for_the_screen
from lesson_staff.slides import for_a_show, has_core, slide_type
from lesson_staff.teaching import make_slides

# For each slide with all its fragments shown: what sticks out, and how far text and figures were shrunk.
MEASURE = """() => leaves().map(slide => {
  const at = Reveal.getIndices(slide);
  Reveal.slide(at.h, at.v, 99);
  const box = document.querySelector('.reveal').getBoundingClientRect();
  const content = [...slide.querySelectorAll('.jp-Cell, img, table, pre, p, li, .MathJax_Display')]
    .filter(e => !e.closest('aside') && e.getClientRects().length);
  const out = content.filter(e => {
    const r = e.getBoundingClientRect();
    return r.right > box.right + 1 || r.bottom > box.bottom + 1 || r.left < -1 || r.top < -1
      || e.scrollWidth > e.clientWidth + 2 && e.matches('pre');
  });
  return {name: `${at.h}.${at.v} ${slide.textContent.trim().slice(0, 40)}`, text: Number(slide.dataset.text),
          figure: Number(slide.dataset.figure || 1), out: out.map(e => e.tagName),
          empty: content.length === 0, colon: /:$/.test(content.at(-1)?.textContent.trim()),
          noted: [...slide.querySelectorAll('aside.notes')].some(notes => notes.parentElement === slide)};
})"""

# The least way from anything on a printed page to its edge, in pixels of 1280 x 720.
MARGINS = """() => Math.min(...[...document.querySelectorAll('.pdf-page')].flatMap(page => {
  const paper = page.getBoundingClientRect();
  const seen = [...page.querySelectorAll('img, table, pre, p, li, h1, h2, h3')]
    .filter(e => !e.closest('aside') && e.getClientRects().length).map(e => e.getBoundingClientRect());
  return seen.flatMap(
    r => [r.left - paper.left, r.top - paper.top, paper.right - r.right, paper.bottom - r.bottom]);
}))"""

WIDTH, HEIGHT = 1280, 720  # what a projector shows

# The letters of a figure are 18 pixels high (13 pt) where it is shown as it is: 16 on a slide, at the least.
LEAST_FIGURE = 0.87


def cell(source: str, kind: str, *tags: str, said: str = "", code: bool = False) -> nbformat.NotebookNode:
    about = {"slideshow": {"slide_type": kind}, "tags": list(tags)}
    if not (code or said):
        return nbformat.v4.new_markdown_cell(source, metadata=about)
    picture = said.startswith("<") and nbformat.v4.new_output("display_data", {"text/html": said})
    outputs = [picture or nbformat.v4.new_output("stream", text=said)] * bool(said)
    return nbformat.v4.new_code_cell(source, outputs=outputs, metadata=about)


def seen(made: nbformat.NotebookNode) -> list[tuple[str, str]]:
    return [(each.source, slide_type(each)) for each in made.cells if not each.source.startswith("**Tid.**")]


def test_a_show_has_no_room_for_what_only_a_reader_can_do():
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell("# Titel\n\n**Tid:** ca. 5 minutter. **Du har\nbrug for:** lidt.", "slide"),
            cell("seed: int = 0", "skip", "parameters", code=True),
            cell("svar = ...", "subslide", "exercise", code=True),
            cell("show.check(opgaver.x, svar)", "fragment", said="Ikke besvaret endnu"),
            cell("*Bygger på afsnit 1 og 2.*\nOg svaret er ...", "fragment"),
            cell("# NBVAL_CHECK_OUTPUT\nprint(1)", "fragment", said="1"),
            cell("pair = 1, 2", "fragment", code=True),
            cell("net = build()  # fmt: skip", "fragment", "code", code=True),
            cell("@decorated\ndef loss(x):\n    return x", "fragment", code=True),
            cell("show(figure)", "fragment", said='<img alt="To">'),
            cell("### Prøv\nTræk i skyderen.", "subslide", "live"),
            cell("widgets.x()", "fragment", "widget", said='<img alt="Tre">'),
            cell("<details><summary>Til underviseren</summary>\n\nSpørg.\n\n</details>", "notes"),
        ]
    )
    made = for_a_show(notebook)
    assert seen(made) == [
        ("# Titel", "slide"),
        ("Og svaret er ...", "subslide"),
        ("print(1)", "fragment"),
        ("net = build()", "fragment"),
        ("@decorated\ndef loss(x):\n    return x", "fragment"),
        ("show(figure)", "fragment"),
        ("### Prøv", "subslide"),
        ("widgets.x()", "fragment"),
        ("**Til underviseren.** Spørg.", "notes"),
    ]
    hidden = [each.source for each in made.cells if each.metadata.get("transient", {}).get("remove_source")]
    assert hidden == ["print(1)", "show(figure)", "widgets.x()"], "they show what came of them"
    assert len(notebook.cells) == 13 and "skyderen" in notebook.cells[10].source, "the lesson is as it was"


def test_a_picture_of_any_kind_shares_the_slide_of_the_words_before_it():
    plain = cell("plt.show()", "subslide", code=True)
    plain.outputs = [nbformat.v4.new_output("display_data", {"image/png": "aaaa"})]
    question = cell("### Gæt først · X\nHvor mange?", "subslide")
    shown = cell("show(answer)", "subslide", said="<img >")
    made = for_a_show(nbformat.v4.new_notebook(cells=[cell("Se her", "slide"), plain, question, shown]))
    assert [kind for _, kind in seen(made)] == ["slide", "fragment", "subslide", "subslide"]
    assert made.cells[1].metadata["transient"]["remove_source"]
    told = [each.source for each in made.cells if slide_type(each) == "notes"]
    assert told == [f"**Tid.** Ca. {time} min." for time in ("1,5", "2,5", "1,5")]


def test_two_stills_of_a_widget_are_shown_and_how_it_was_measured_is_a_note():
    stills = "".join(f"<p><strong>Lag: 1 · Skridt: {n}</strong></p><img alt='{n}'>" for n in (0, 76, 1540))
    measured = (
        "rigtige: 3 %. Målt den 24.11.2026 med »python benchmarks/x.py«, seeds 0, 1. Det tog 2 minutter."
    )
    camera = "<p>Her er det fotos. Kør cellen i JupyterLab, så er det dit kamera.</p>"
    alone = "Målt den 1.2.2026 med »x«, seed 5 (0 to 4); the full one (0)."
    cells = [cell("# T", "slide"), cell("a()", "-", said=stills), cell("b()", "-", said=measured)]
    cells += [cell("c()", "-", "camera", said=camera), cell("d()", "-", said=alone)]
    made = for_a_show(nbformat.v4.new_notebook(cells=cells)).cells
    (two, counted), notes = [each.outputs[0] for each in made[1:3]], [each.source for each in made[3:]]
    beside = "".join(f"<div><p>Skridt: {n}</p><img alt='{n}'></div>" for n in (0, 76))
    assert two.data["text/html"] == f'<div class="stills">{beside}</div>'
    assert counted.text == "rigtige: 3 %. Det tog 2 minutter."
    source = "Målt den 24.11.2026 med »python benchmarks/x.py«, seeds 0, 1."
    assert notes == [source, alone, "**Tid.** Ca. 1,5 min."]


def test_the_core_is_shown_alone(course, tmp_path, monkeypatch, capsys):
    cells = [
        cell("# Titel", "slide", "core"),
        cell("## 1 · Ekstra", "slide"),
        cell("og mere", "fragment"),
        cell("Spørg om det", "notes"),
        cell("def extra(): ...", "slide", code=True),
        cell("print(2)", "fragment", "core", said="2"),
        cell("### Gæt først · Hvad?", "subslide", "core"),
        cell("svar = ...", "fragment", "exercise", code=True),
        cell("Svar: 3", "notes"),
        cell("def other(): ...", "subslide", code=True),
        cell("svaret er 3", "fragment", "core"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    assert seen(for_a_show(notebook, core=True)) == [
        ("# Titel", "slide"),
        ("print(2)", "fragment"),  # its slide's beginning is left out
        ("### Gæt først · Hvad?", "subslide"),
        ("Svar: 3", "notes"),
        ("svaret er 3", "subslide"),  # never on the slide of its question
    ]
    told = [each.source for each in for_a_show(notebook).cells if each.source.startswith("**Tid.**")]
    assert ["springes over" in each for each in told] == [False, True, False, False, False]
    kinds = [slide_type(each) for each in for_the_screen(notebook, core=True).cells]
    assert kinds == [
        "slide", "skip", "skip", "skip", "skip", "fragment", "subslide", "fragment", "notes", "skip", "subslide",
    ]  # fmt: skip
    course(one=[])
    monkeypatch.chdir(tmp_path)
    assert answer(["slides", "1", "--core"]) == 2
    assert "Fejl: Lektionen har ingen kerne" in capsys.readouterr().err


def test_the_command_writes_all_that_a_show_needs(course, tmp_path, monkeypatch, capsys):
    course(one=[])
    monkeypatch.chdir(tmp_path)
    assert answer(["slides", "1"]) == 0
    assert "01 One: slides/01_one.html" in capsys.readouterr().out
    html = (tmp_path / "slides" / "01_one.html").read_text(encoding="utf-8")
    for address in ("http://unpkg", "https://unpkg", "cdnjs", "jsdelivr", "require("):
        assert address not in html
    for part in (
        "reveal/dist/reveal.js",
        "reveal/plugin/notes/notes.js",
        "reveal/LICENSE",
        "mathjax/MathJax.js",
    ):
        assert (tmp_path / "slides" / part).is_file()


def test_without_reveal_the_way_to_it_is_said(course, tmp_path, monkeypatch, capsys):
    course(one=[])
    monkeypatch.setattr(teaching, "find_spec", lambda name: None)
    assert answer(["slides", "--out", str(tmp_path / "x")]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("Fejl: Slides kræver pakken sphinx-revealjs") and complaint.count("\n") == 1


@pytest.fixture(scope="module")
def shows(tmp_path_factory):
    """All lessons as slides, with the outputs that are committed, on a stick of their own."""
    folder = tmp_path_factory.mktemp("made")
    make_slides(list(LESSONS), folder)
    make_slides([each for each in LESSONS if has_core(cells_of(each))], folder, core=True)
    stick = tmp_path_factory.mktemp("usb") / "Mine slides"
    shutil.move(folder, stick)
    return stick


@pytest.mark.browser
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_no_slide_overflows(lesson, shows, chromium):
    """Alt på en slide er synligt på 1280x720 og stort nok til bageste række."""
    overflows(lesson, shows, chromium)


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_no_slide_of_a_core_overflows(lesson, shows, chromium):
    """Kernen fylder højst 22 slides, som den bliver vist."""
    if has_core(cells_of(lesson)):
        assert overflows(lesson, shows, chromium, core=True) <= 22


def cells_of(lesson) -> list[nbformat.NotebookNode]:
    return nbformat.read(lesson.notebook, as_version=4).cells


def overflows(lesson, shows, chromium, core=False) -> int:
    made = for_a_show(nbformat.read(lesson.notebook, as_version=4), core)
    context = chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if away(request.url) else None)
    # MathJax asks for a font at about:blank to see whether fonts load at all.
    page.on("requestfailed", lambda r: complaints.append(r.url) if r.url != "about:blank" else None)
    page.goto((shows / f"{lesson.notebook.stem}{'_kerne' * core}.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()", timeout=90_000)
    measured = page.evaluate(MEASURE)
    context.close()
    assert complaints == []
    marked = [each for each in made.cells if slide_type(each) in ("slide", "subslide")]
    assert len(measured) >= len(marked)  # what does not fit on one slide is spread over two
    assert [(slide["name"], slide["out"]) for slide in measured if slide["out"]] == []
    assert [slide["name"] for slide in measured if slide["empty"]] == []
    assert [slide["name"] for slide in measured if slide["text"] < 0.75] == [], "too small for the back row"
    assert [slide["name"] for slide in measured if slide["figure"] < LEAST_FIGURE] == []
    assert [slide["name"] for slide in measured if slide["colon"]] == [], "what it announces is on the next"
    assert all(slide["noted"] for slide in measured), "also before a fragment is shown"
    return len(measured)


def away(address: str) -> bool:
    return not address.startswith(("file:", "data:", "about:", "blob:"))


@pytest.mark.browser
def test_a_clicker_moves_the_slides_and_notes_open(shows, chromium, breaches):
    context = chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT}, offline=True)
    page = context.new_page()
    page.goto((shows / f"{LESSONS[2].notebook.stem}.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()", timeout=90_000)
    page.keyboard.press("PageDown")
    assert page.evaluate("Reveal.getIndices().h") == 1
    page.keyboard.press("PageUp")
    assert page.evaluate("Reveal.getIndices().h") == 0
    assert page.evaluate("document.querySelectorAll('aside.notes').length") >= 3
    assert breaches(page) == []
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.wait_for_selector("#speaker-controls, .speaker-controls", timeout=20_000)
    context.close()


@pytest.mark.browser
def test_a_show_prints_one_slide_on_each_page(shows, chromium):
    address = (shows / f"{LESSONS[3].notebook.stem}.html").as_uri()
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(address)
    page.wait_for_function("window.Reveal && Reveal.isReady()", timeout=90_000)
    slides = page.evaluate("leaves().length")
    page.goto(address + "?print-pdf")
    page.wait_for_selector("html.print-pdf .pdf-page", timeout=90_000)
    page.wait_for_timeout(500)
    assert page.evaluate(MARGINS) >= 20, "a printer cuts off 4 to 5 mm"
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    assert len(re.findall(rb"/Type ?/Page[^s]", paper)) == slides
