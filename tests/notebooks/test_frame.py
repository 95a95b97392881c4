"""What frames a lesson: its first and last cells, its parameters, its tests, how it is shown."""

import ast
import re

from lesson_staff.catalogue import LESSONS, REPOSITORY
from lesson_staff.parameters import read_parameters

from .conftest import tagged

PLAIN_TYPES = re.compile(r"(str|int|float|bool)|list\[(str|int|float|bool)\]")


def test_opens_with_title_goals_and_time(cells):
    """Første celle har titel, læringsmål og tid."""
    first = cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "Læringsmål" in first.source
    assert re.search(r"\d+\s+min", first.source)


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


def test_the_lesson_has_tests_of_its_own(path):
    """Lektionens mappe i `lesson_cells/` har tests i en mappe af samme navn i `tests/lesson_cells/`."""
    (lesson,) = (each for each in LESSONS if each.notebook == path)
    folder = REPOSITORY / "tests" / "lesson_cells" / lesson.folder
    assert any("def test_" in file.read_text(encoding="utf-8") for file in folder.glob("test_*.py"))
