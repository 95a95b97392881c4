"""What a lesson holds for the teacher: notes, and slides that show no answer too early."""

import re

from lesson_staff.slides import slide_type

from .conftest import sections, tagged

NOTE = re.compile(r"<details>\n<summary>Til underviseren</summary>\n\n(.{80,900})\n\n</details>", re.DOTALL)
MISTAKES = re.compile(r"[Tt]ypisk|[Mm]ange|[Dd]e fleste|hyppigste|[Ff]ejl")


def test_each_section_has_a_note_for_the_teacher(cells):
    """Hvert afsnit har mindst én note »Til underviseren«: hvad man kan spørge om, og hvad der går galt."""
    notes = [NOTE.fullmatch(cell.source) for cell in cells if slide_type(cell) == "notes"]
    assert all(notes), "folded, and neither empty nor a lecture"
    said = [note[1] for note in notes]
    assert sum("»" in text and "?" in text for text in said) >= len(said) / 2
    assert sum(bool(MISTAKES.search(text)) for text in said) >= len(said) / 2
    for title, inside in sections(cells):
        assert any(slide_type(cell) == "notes" for cell in inside), f"»{title}« has no note"


def test_set_up_and_solutions_are_on_no_slide(cells):
    """Parametre, imports og løsninger er ikke med på slides (Slide Type `skip`)."""
    for cell in cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & {"parameters", "setup", "solution"} or cell.source.startswith("show.confirm("):
            assert slide_type(cell) == "skip", cell.source


def test_an_answer_is_not_on_the_slide_of_its_question(cells):
    """Et svar står på en ny slide efter sit spørgsmål."""
    shown = [
        each
        for each in cells
        if slide_type(each) not in ("skip", "notes") and not each.source.startswith("show.check(")
    ]
    for k in tagged(shown, "exercise"):
        assert slide_type(shown[k + 1]) in ("slide", "subslide"), shown[k].source
