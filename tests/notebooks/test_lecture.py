"""A lesson as a lecture: what stands on a slide, and what together, in all of it and in its core."""

import re

import nbformat
import pytest

from lesson_staff.present import for_the_screen
from lesson_staff.slides import (
    BEGINS,
    DEFINES,
    asks,
    for_a_show,
    has_core,
    html_of,
    lecture,
    shows,
    slide_type,
    slides_of,
    tags,
)

# What only somebody at the lesson's own page can do.
AT_THE_KEYS = re.compile(
    r"[Ss]kyder|[Pp]røv selv|\bTræk |træk (i skyd|dem ind|langsomt)|[Ss]kru på|\bklik|Gå på opdagelse|[Kk]ameraet|"
    r"[Kk]ør (nu )?cellen|\bVælg (et|en|selv|fotos)\b(?! mellem)|Slå .* til og fra"
)
POINTS = re.compile(r"ovenfor|nedenfor|herover|herunder|[Ss]om vi så|[Ff]iguren før|fra før\b|før figuren")
SECTION = re.compile(r"afsnit (\d+)(?!\.?\d|, | i artiklen)")
ROOM = 300  # letters: a text that leaves room for a picture
LITERAL = re.compile(r'show\.confirm\([\w.]+, "([^"]+)"\)')


def show_of(path, core: bool = False) -> list[list[nbformat.NotebookNode]]:
    """What is seen, slide by slide: its cells without the notes."""
    made = for_a_show(nbformat.read(path, as_version=4), core)
    return [[cell for cell in slide if slide_type(cell) != "notes"] for slide in slides_of(made.cells)]


def words(slide) -> str:
    """Its texts, without the headings."""
    texts = (cell.source for cell in slide if cell.cell_type == "markdown")
    return re.sub(r"(?m)^#+ .*$", "", "\n".join(texts)).strip()


def faults(slide, after) -> list[str]:
    """What is wrong with a slide, seen together with the next one."""
    text, wrong = words(slide), []
    only_words = all(cell.cell_type == "markdown" for cell in slide)
    if only_words and not asks(slide) and len(text) < ROOM and after and shows(after[0]):
        wrong.append("its picture is on the next")
    if slide[-1].cell_type == "markdown" and slide[-1].source.rstrip().endswith(":"):
        wrong.append("ends on a colon")
    if only_words and not text:
        wrong.append("a heading alone")
    wrong += [f"»{found[0]}«" for found in AT_THE_KEYS.finditer(text)]
    for cell in (cell for cell in slide if cell.cell_type == "code"):
        hidden = cell.metadata.get("transient", {}).get("remove_source")
        point = ("code" in tags(cell) or DEFINES.search(cell.source)) and "record(" not in cell.source
        if not hidden and not point:
            wrong.append(cell.source)
        outputs = "".join(each.get("text", "") + html_of(each) for each in cell.outputs)
        if re.search("Målt den|JupyterLab", outputs) or (
            "widget" in tags(cell) and outputs.count("<img ") > 2
        ):
            wrong.append(f"shows {cell.source}")
    return wrong


@pytest.mark.parametrize("core", [False, True], ids=["whole", "core"])
def test_a_slide_makes_sense_by_itself(path, core):
    """En slide giver mening for sig selv: en linje står med sit billede, og kun kode, der definerer noget eller er
    tagget `code`, bliver vist. Hvordan man bruger en widget, står i en celle tagget `live`."""
    if core and not has_core(nbformat.read(path, as_version=4).cells):
        pytest.skip("no core")
    slides = show_of(path, core)
    pairs = zip(slides, [*slides[1:], []], strict=True)
    assert [
        each for each in ((slide[0].source, faults(slide, after)) for slide, after in pairs) if each[1]
    ] == []


def test_the_note_at_a_question_begins_with_the_answer(cells):
    """Noten ved et spørgsmål begynder med svaret: »Svar: …«."""
    for slide in filter(asks, slides_of(cells)):
        (note, *_) = (cell.source.partition("\n\n")[2] for cell in slide if slide_type(cell) == "notes")
        assert note.startswith("Svar: "), slide[0].source
        for literal in (LITERAL.search(cell.source) for cell in slide if "solution" in tags(cell)):
            assert not literal or literal[1] in note.partition(". ")[0], note


def test_the_core_holds_together(path):
    """En lektions kerne (tagget `core`) er 16 til 22 slides fra titel til opsummering: hvert billede har sin
    tekst, og intet peger på det, der er ladt ude."""
    if not has_core(nbformat.read(path, as_version=4).cells):
        pytest.skip("no core")
    slides, wrong = show_of(path, core=True), []
    told = lecture(path, core=True)
    screen = for_the_screen(nbformat.read(path, as_version=4), core=True).cells
    assert 16 <= sum(slide_type(cell) in BEGINS for cell in screen) <= 22
    assert 16 <= told["slides"] <= 22 and 25 <= told["minutes"] <= 40
    assert slides[0][0].source.startswith("# ") and slides[-1][0].source.startswith("## Opsummering")
    whole = "\n".join(cell.source for slide in slides for cell in slide)
    for slide in slides:
        text = words(slide)
        seen = text + "".join(each.get("text", "") for cell in slide for each in cell.get("outputs", []))
        wrong += [f"»{found[0]}« in {seen}" for found in POINTS.finditer(seen)]
        wrong += [found[0] for found in SECTION.finditer(text) if f"\n## {found[1]} · " not in whole]
        if any(map(shows, slide)) and len(text) < 60:
            wrong.append(f"a picture without its text: {slide[0].source}")
    assert wrong == []
