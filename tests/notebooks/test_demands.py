"""What every lesson has to be. The first line of each test is the demand, as CONTRIBUTING.md tells it.

`lesson check 04` says the same sentences. Demands grow with what the lesson holds; padding meets none of them.
"""

import ast
import json
import re
import statistics
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from lesson_staff.catalogue import LESSONS, NOTEBOOKS, REPOSITORY
from lesson_staff.parameters import read_parameters
from lesson_staff.teaching import slide_type

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
LARGEST = 1_500_000  # bytes
PLAIN_TYPES = re.compile(r"(str|int|float|bool)|list\[(str|int|float|bool)\]")
ABSOLUTE_PATH = re.compile(
    r"(?<![\w.:/<])/(?:home|Users|root|tmp|work|opt|usr|var|mnt|srv|private)/\w|\b[A-Z]:\\\\?\w"
)
TIME_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
ADDRESS = re.compile(r"\b0x[0-9a-f]{8,}\b")
DATA_URI = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")

NOTE = re.compile(r"<details>\n<summary>Til underviseren</summary>\n\n(.{80,900})\n\n</details>", re.DOTALL)
MISTAKES = re.compile(r"[Tt]ypisk|[Mm]ange|[Dd]e fleste|hyppigste|[Ff]ejl")

pytestmark = pytest.mark.skipif(not PATHS, reason="notebooks/ is still empty")


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def cells(path) -> list[nbformat.NotebookNode]:
    return nbformat.read(path, as_version=4).cells


def code(cells) -> list[nbformat.NotebookNode]:
    return [cell for cell in cells if cell.cell_type == "code"]


def tagged(cells, tag: str) -> list[int]:
    return [k for k, cell in enumerate(cells) if tag in cell.metadata.get("tags", [])]


def sections(cells) -> list[tuple[str, list]]:
    """(heading, cells) of each `## ` section but the recap and the sources."""
    starts = [
        (k, match[1])
        for k, cell in enumerate(cells)
        if cell.cell_type == "markdown" and (match := re.match(r"## (.+)", cell.source))
    ]
    ends = [k for k, _ in starts[1:]] + [len(cells)]
    found = [(title, cells[k:end]) for (k, title), end in zip(starts, ends, strict=True)]
    return [(title, inside) for title, inside in found if title not in ("Opsummering", "Kilder")]


def texts(output) -> list[str]:
    """What an output says in words; pictures are left out."""
    said = [output.get("text", ""), *output.get("data", {}).values()]
    return [DATA_URI.sub("", each if isinstance(each, str) else json.dumps(each)) for each in said]


def lines(cell) -> int:
    return sum(1 for line in cell.source.splitlines() if line.strip())


class Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.alt_texts: list[str] = []

    def handle_starttag(self, tag, attributes) -> None:
        if tag == "img":
            self.alt_texts.append(dict(attributes).get("alt") or "")


def alt_texts(cell) -> list[str]:
    found = Images()
    for output in cell.outputs:
        found.feed(output.get("data", {}).get("text/html", ""))
    return found.alt_texts


# What stands first and last


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


# Parameters


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


# Outputs


def test_all_cells_were_run_in_order(cells):
    """Resultaterne er gemt, og cellerne er kørt i rækkefølge (`make notebooks`)."""
    counts = [cell.execution_count for cell in code(cells) if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1)), "run »make notebooks« and commit"
    assert any(cell.outputs for cell in code(cells))


def test_no_error_and_no_warning(cells):
    """Ingen celle viser en fejl eller en advarsel."""
    for cell in code(cells):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", output.get("text")
            assert not any("Warning" in text for text in texts(output)), texts(output)


def test_nothing_of_the_machine(path, cells):
    """Intet i notebooken røber maskinen: ingen stier, tidspunkter eller adresser."""
    for cell in cells:
        for text in [cell.source, *(text for output in cell.get("outputs", []) for text in texts(output))]:
            for pattern in (ABSOLUTE_PATH, TIME_STAMP, ADDRESS):
                found = pattern.search(text)
                assert not found, (
                    f"{found.group()} in {text[max(0, found.start() - 60) : found.end() + 60]!r}"
                )
        assert not {"papermill", "execution"} & set(cell.metadata), cell.metadata
    metadata = nbformat.read(path, as_version=4).metadata
    assert set(metadata) == {"kernelspec", "language_info"}
    assert metadata.kernelspec.name == "python3"
    assert "version" not in metadata.language_info


def test_small_enough_to_commit(path):
    """Notebooken fylder højst 1,5 MB."""
    assert path.stat().st_size <= LARGEST


def test_every_picture_has_an_alt_text(cells):
    """Hver figur bliver vist med `show.figure` og har en alt-tekst."""
    for cell in code(cells):
        assert all(text.strip() for text in alt_texts(cell)), cell.source
        for output in cell.outputs:
            kinds = {kind for kind in output.get("data", {}) if kind.startswith("image/")}
            assert not kinds, f"{kinds} carries no alt text: use show.figure"


def test_no_widget_state(cells):
    """Gemte resultater viser en widgets statiske udgave, aldrig den levende."""
    for cell in code(cells):
        for output in cell.outputs:
            assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})


def test_checked_outputs_are_numbers_not_pictures(cells):
    """Mindst én celle begynder med `# NBVAL_CHECK_OUTPUT`, og en sådan celle viser tal og ingen billeder."""
    checked = [
        cell for cell in code(cells) if re.search(r"^\s*#\s*NBVAL_CHECK_OUTPUT", cell.source, re.MULTILINE)
    ]
    assert checked
    for cell in checked:
        assert cell.source.startswith("# NBVAL_CHECK_OUTPUT"), "nbval's mark stands first"
        assert cell.outputs, f"nothing to check: {cell.source}"
        assert not alt_texts(cell)
        assert not any("image/png" in output.get("data", {}) for output in cell.outputs)


# Code


def test_code_cells_are_short(cells):
    """Kodeceller er korte: medianen er højst 6 linjer, og ni af ti er under 20."""
    lengths = [lines(cell) for cell in code(cells)]
    assert statistics.median(lengths) <= 6
    assert sum(length < 20 for length in lengths) >= 0.9 * len(lengths)


# Exercises


def test_exercises_come_with_check_hint_and_solution_in_order(cells):
    """En opgave er fem celler: opgaven, `show.check`, hint, løsningen (foldet sammen) og `show.confirm`."""
    starts = tagged(cells, "exercise")
    assert starts
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        assert "..." in cells[start].source, "the answer is left open"
        assert re.match(r"(#.*\n)*show\.check\(", cells[start + 1].source), cells[start].source
        hint = cells[start + 2]
        assert hint.cell_type == "markdown" and hint.source.lstrip().startswith("<details>"), cells[
            start
        ].source
        solutions = [k for k in tagged(cells, "solution") if start < k < end]
        assert solutions, f"no solution to {cells[start].source!r}"
        assert solutions[0] > start + 2
        for k in solutions:
            assert cells[k].metadata.get("jupyter", {}).get("source_hidden") is True
        rest = [cell.source for cell in cells[solutions[0] : end] if cell.cell_type == "code"]
        assert any(re.search(r"^show\.confirm\(", source, re.MULTILINE) for source in rest)


def test_exercises_at_three_levels(cells):
    """Fra tre opgaver af findes alle tre slags: Gæt først, Find fejlen og Skriv selv."""
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = [level for level in ("Gæt først", "Find fejlen", "Skriv selv") if level in prose]
    assert len(found) >= min(3, len(tagged(cells, "exercise"))), f"only {found}"


def test_nothing_is_said_twice(cells):
    """Intet står to gange: hver tekst, note og opgave er en ny."""
    prose = [" ".join(cell.source.split()) for cell in cells if cell.cell_type == "markdown"]
    asked = [cell.source for cell in code(cells) if cell.source.startswith("show.check(")]
    twice = [text for text, count in Counter(prose + asked).items() if count > 1]
    assert not twice, twice[0][:100]


def test_each_section_shows_something(cells):
    """Hvert afsnit (`## 1 · …`) viser noget, der er regnet ud: en figur, en tabel eller et tal."""
    for title, inside in sections(cells):
        shown = [cell for cell in code(inside) if cell.outputs and not cell.source.startswith("show.c")]
        assert shown, f"»{title}« shows nothing"


# For the teacher


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


def test_the_lesson_has_tests_of_its_own(path):
    """Lektionens mappe i `lesson_cells/` har tests i en mappe af samme navn i `tests/lesson_cells/`."""
    (lesson,) = (each for each in LESSONS if each.notebook == path)
    folder = REPOSITORY / "tests" / "lesson_cells" / lesson.folder
    assert any("def test_" in file.read_text(encoding="utf-8") for file in folder.glob("test_*.py"))


def test_contributing_tells_every_demand():
    told = " ".join((REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    assert not [demand for demand in demands(*ELSEWHERE, Path(__file__)) if demand not in told]


ELSEWHERE = [
    Path(__file__).with_name("test_shown_code.py"),
    Path(__file__).parents[1] / "lesson_staff" / "test_slides.py",
    Path(__file__).parents[1] / "browser" / "test_lessons.py",
]


def demands(*files: Path) -> list[str]:
    """The first line of each test that asks something of every lesson: one that ends in a Danish full stop."""
    functions = [
        each
        for file in files
        if file.is_file()
        for each in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    ]
    asked = [each for each in functions if {"path", "cells", "lesson"} & {a.arg for a in each.args.args}]
    return [" ".join((ast.get_docstring(each) or each.name).split("\n\n")[0].split()) for each in asked]
