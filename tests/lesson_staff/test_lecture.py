"""The seven lessons as a lecture: what stands on a slide and what stands together, in all of it and in its core."""

import re

import nbformat
import pytest

from lesson_staff.catalogue import LESSONS
from lesson_staff.slides import (
    DEFINES,
    asks,
    for_a_show,
    html_of,
    lecture,
    shows,
    slide_type,
    slides_of,
    tags,
)

# What only somebody at the lesson's own page can do.
AT_THE_KEYS = re.compile(
    r"[Ss]kyder|[Pp]røv selv|\bTræk |træk (i skyd|dem ind|langsomt)|[Ss]kru på|\bklik|Gå på opdagelse|[Kk]ør (nu )?cellen|[Kk]ameraet|"
    r"\bVælg (et|en|selv|fotos)\b(?! mellem)|Slå .* til og fra"
)
POINTS = re.compile(r"ovenfor|nedenfor|herover|herunder|[Ss]om vi så|[Ff]iguren før|fra før\b|før figuren")
SECTION = re.compile(r"afsnit (\d+)(?!\.?\d|, | i artiklen)")
SHORT = 300  # letters: a text that leaves room for a picture


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.notebook.stem)
def lesson(request):
    return request.param


def show_of(lesson, core: bool = False) -> list[list]:
    """What is seen, slide by slide: its cells without the notes."""
    made = for_a_show(nbformat.read(lesson.notebook, as_version=4), core)
    return [[cell for cell in slide if slide_type(cell) != "notes"] for slide in slides_of(made.cells)]


def words(slide) -> str:
    """Its texts, without the headings."""
    texts = [cell.source for cell in slide if cell.cell_type == "markdown"]
    return re.sub(r"^#+ .*$", "", "\n".join(texts), flags=re.MULTILINE).strip()


def name(slide) -> str:
    return slide[0].get("id", "") + ": " + (slide[0].source.splitlines() or [""])[0]


@pytest.mark.parametrize("core", [False, True], ids=["whole", "core"])
def test_what_stands_on_a_slide(lesson, core):
    slides = show_of(lesson, core)
    wrong = []
    for slide, after in zip(slides, [*slides[1:], []], strict=True):
        text, last = words(slide), slide[-1]
        only_words = all(cell.cell_type == "markdown" for cell in slide)
        if only_words and not asks(slide) and len(text) < SHORT and after and shows(after[0]):
            wrong.append(f"{name(slide)}: stands alone, and its picture on the next")
        if last.cell_type == "markdown" and last.source.rstrip().endswith(":"):
            wrong.append(f"{name(slide)}: ends on a colon")
        if not text and only_words:
            wrong.append(f"{name(slide)}: a heading alone")
        wrong += [f"{name(slide)}: »{found[0]}«" for found in AT_THE_KEYS.finditer(text)]
        for cell in slide:
            if cell.cell_type != "code":
                continue
            hidden = cell.metadata.get("transient", {}).get("remove_source")
            if not hidden and not ("code" in tags(cell) or DEFINES.search(cell.source)):
                wrong.append(f"{name(slide)}: {cell.source}")
            if not hidden and re.search(r"record\(|show\.source", cell.source):
                wrong.append(f"{name(slide)}: keeps its accounts")
            outputs = "".join(each.get("text", "") + html_of(each) for each in cell.outputs)
            if "Målt den" in outputs or "JupyterLab" in outputs:
                wrong.append(f"{name(slide)}: how it was measured")
            if "widget" in tags(cell) and outputs.count("<img ") > 2:
                wrong.append(f"{name(slide)}: more than two pictures of a widget")
    assert wrong == []


def test_a_question_has_its_answer_in_the_note(lesson):
    """Before anything else, and the same as the lesson's own solution where that is one word or letter."""
    made = for_a_show(nbformat.read(lesson.notebook, as_version=4)).cells
    for slide in filter(asks, slides_of(made)):
        notes = [cell.source for cell in slide if slide_type(cell) == "notes"]
        assert notes[0].startswith("**Til underviseren.** Svar: "), slide[0].source


def test_the_core_holds_together(lesson):
    """16 to 22 slides from the title to the recap, and nothing that points at what is left out."""
    slides, wrong = show_of(lesson, core=True), []
    assert 16 <= len(slides) <= 22
    assert slides[0][0].source.startswith("# ") and slides[-1][0].source.startswith("## Opsummering")
    headings = re.findall(
        r"^## (\d+) ·", "\n".join(cell.source for slide in slides for cell in slide), re.MULTILINE
    )
    for slide in slides:
        text = words(slide)
        if any(map(shows, slide)) and len(text) < 60:
            wrong.append(f"{name(slide)}: a picture without its text")
        wrong += [f"{name(slide)}: »{found[0]}«" for found in POINTS.finditer(text)]
        missing = [found[0] for found in SECTION.finditer(text) if found[1] not in headings]
        wrong += [f"{name(slide)}: {found} is left out" for found in missing]
    assert wrong == []
    assert 25 <= lecture(lesson.notebook, core=True)["minutes"] <= 45


def test_every_lesson_ends_with_its_sources_in_a_cell_of_their_own(lesson):
    last = nbformat.read(lesson.notebook, as_version=4).cells[-1]
    assert last.source.startswith("## Kilder\n") and slide_type(last) == "skip"
