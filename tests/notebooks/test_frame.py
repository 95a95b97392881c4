"""What frames a lesson: its first and last cells, its parameters, its tests, how it is shown."""

import ast
import re
from types import SimpleNamespace

import pytest

from lesson_staff import minutes
from lesson_staff.catalogue import FOLDERS, REPOSITORY, read_lesson
from lesson_staff.parameters import read_parameters
from lesson_utils.errors import LessonError
from lesson_utils.parameters import check

from .conftest import tagged

PLAIN_TYPES = re.compile(r"(str|int|float|bool)|list\[(str|int|float|bool)\]")


def test_opens_with_title_goals_and_time(cells):
    """Første celle har titel, læringsmål og tid."""
    first = cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "Læringsmål" in first.source
    assert re.search(r"\d+\s+min", first.source)


def test_the_time_is_worked_out(lesson, cells):
    """Tiden er regnet ud af ord, kodelinjer og opgaver (`python -m lesson_staff.minutes`), og over 60 minutter er
    der en pause."""
    assert abs(lesson.minutes - sum(map(minutes.cell_minutes, cells))) < 7.5, "python -m lesson_staff.minutes"
    assert f"**Tid:** ca. {lesson.minutes} minutter" in cells[0].source
    assert ("med en pause efter afsnit" in cells[0].source) == (lesson.minutes > minutes.PAUSE)


def test_something_to_answer_every_ten_minutes(cells):
    """Der er højst ti minutter fra en opgave til den næste."""
    assert minutes.longest_wait(cells) <= 10


def test_closes_with_summary_and_sources(cells):
    """Lektionen slutter med »Opsummering« og »Kilder«."""
    headings = [
        (k, line.lstrip("# ").strip())
        for k, cell in enumerate(cells)
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    assert [text for _, text in headings[-2:]] == ["Opsummering", "Kilder"]
    assert headings[-2][0] >= len(cells) - 4


def test_every_cell_says_what_it_is_in_a_slide_show(cells):
    """Hver celle har en Slide Type."""
    kinds = {"slide", "subslide", "fragment", "skip", "notes", "-"}
    missing = [
        k for k, cell in enumerate(cells) if cell.metadata.get("slideshow", {}).get("slide_type") not in kinds
    ]
    assert not missing


def test_one_cell_of_plain_documented_parameters(path, cells):
    """Én celle er mærket `parameters`, og hver linje er `navn: type = værdi  # hjælpetekst`."""
    (position,) = tagged(cells, "parameters")
    cell = cells[position]
    names = []
    for line in cell.source.splitlines():
        if not line.strip() or line.strip().startswith("#"):
            continue
        (statement,) = ast.parse(line).body
        assert isinstance(statement, ast.AnnAssign), line
        assert PLAIN_TYPES.fullmatch(ast.unparse(statement.annotation)), line
        names.append(statement.target.id)
    found = read_parameters(path)
    assert list(found) == names, "papermill sees other parameters than the cell has"
    for parameter in found.values():
        assert len(parameter.help) > 3, f"{parameter.name} has no help"
        assert ast.literal_eval(repr(parameter.default)) == parameter.default
        kind = parameter.type.partition("[")[0]
        assert type(parameter.default).__name__ == kind, f"{parameter.name} is no {kind}"


def test_the_setup_is_folded_and_checks_the_parameters(path, cells):
    """Cellen mærket `setup` er foldet sammen under »Kør mig først« og slutter med at kontrollere parametrene."""
    (position,) = tagged(cells, "setup")
    assert position > tagged(cells, "parameters")[0]
    assert cells[position].metadata.get("jupyter", {}).get("source_hidden")
    first, *_, last = cells[position].source.splitlines()
    assert first.startswith("# Kør mig først") and last == "show.check_parameters(exercises, globals())"


WRONG = {
    "depth": ("16", "skriv et helt tal", 12, "vælg mellem 11, 13, 16 og 19"),
    "seed": (None, "skriv et helt tal", -1, "vælg 0 eller mere"),
    "fresh_seed": ([1], "skriv et helt tal", -1, "vælg 4 eller mere"),
    "seeds": (2.5, "skriv et helt tal", 0, "vælg fra 1 til 20"),
    "steps": (True, "skriv et helt tal", 0, "vælg fra"),
    "images_per_class": (float("nan"), "skriv et helt tal", 0, "vælg fra 1 til 500"),
    "network": (None, "skriv en tekst", "resnet", "vælg mellem"),
    "photo_encoder": (3, "skriv en tekst", "paper:vgg16", "vælg mellem"),
    "photo_network": ([], "skriv en tekst", "kat", "vælg mellem"),
    "module": (4, "skriv en tekst", "inception_9z", "vælg mellem inception_3a"),
    "device": (0, "skriv en tekst", "gpu", "vælg mellem auto, cpu, cuda og mps"),
    "photo": (None, "skriv en tekst"),
    "image_folder": (("a",), "skriv en tekst"),
}


def test_a_parameter_typed_in_the_notebook_is_checked_there(room, cells):
    """En værdi, som lektionen ikke tager, giver én sætning i cellen mærket `setup`."""
    described = FOLDERS / room / "lesson.toml"
    number, exercises = read_lesson(described).number, SimpleNamespace(__file__=str(described))
    typed: dict = {}
    exec(cells[tagged(cells, "parameters")[0]].source, typed)
    check(exercises, typed)
    for name in typed.keys() & WRONG.keys():
        given = iter(WRONG[name])
        for value, advice in zip(given, given, strict=True):
            with pytest.raises(LessonError) as said:
                check(exercises, typed | {name: value})
            shown = f'"{value}"' if isinstance(value, str) and "tal" in advice else value
            (sentence,) = str(said.value).splitlines()
            assert sentence.startswith(f"»{name}« kan ikke være »{shown}« i lektion {number}: {advice}")
    assert typed.keys() - {"__builtins__", "__annotations__"} <= WRONG.keys()


def test_the_lesson_has_tests_of_its_own(room):
    """Lektionens mappe i `lesson_cells/` har tests i en mappe af samme navn i `tests/lesson_cells/`."""
    folder = REPOSITORY / "tests" / "lesson_cells" / room
    assert any("def test_" in file.read_text(encoding="utf-8") for file in folder.glob("test_*.py"))
