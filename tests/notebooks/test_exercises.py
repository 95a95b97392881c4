"""What a lesson asks of a student: short cells, exercises of five cells, and something seen in each section."""

import importlib
import re
import statistics
from collections import Counter

from lesson_utils import danish

from .conftest import code, sections, tagged


def lines(cell) -> int:
    return sum(1 for line in cell.source.splitlines() if line.strip())


def test_code_cells_are_short(cells):
    """Kodeceller er korte: medianen er højst 6 linjer, og ni af ti er under 20."""
    lengths = [lines(cell) for cell in code(cells)]
    assert statistics.median(lengths) <= 6
    assert sum(length < 20 for length in lengths) >= 0.9 * len(lengths)


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


def test_an_answer_is_not_seen_before_it_is_asked_for(room, cells):
    """Intet svar ses, før der er spurgt: løsningens første linje er en kommentar, og dens resultat er foldet."""
    for k in tagged(cells, "solution"):
        assert cells[k].source.startswith("#"), f"JupyterLab shows {cells[k].source.splitlines()[0]!r}"
        assert cells[k].metadata["jupyter"].get("outputs_hidden") is True, cells[k].source
    exercises = importlib.import_module(f"lesson_cells.{room}.exercises")
    for start in tagged(cells, "exercise"):
        asked = re.findall(r"show\.check\(exercises\.(\w+)", cells[start + 1].source)
        question, hint = cells[start - 1].source, cells[start + 2].source
        above = [shown_by(cell) for cell in cells[: start - 1]]
        for name in asked:
            for form in forms(getattr(exercises, name).answer):
                seen = re.compile(rf"(?<![\d.,]){re.escape(form)}(?!\d|[.,]\d)")
                if not seen.search(question):
                    told = [text[-200:] for text in (*above, hint) if seen.search(text)]
                    assert not told, f"{name}: {form} stands in {told}"


def forms(answer) -> list[str]:
    """How a number may be printed, where it is none that stands everywhere."""
    if isinstance(answer, bool) or not isinstance(answer, int | float) or (answer % 1 == 0 and answer < 100):
        return []
    return [f"{answer:.6g}".replace(".", ","), danish.number(answer)] + [str(answer)] * isinstance(
        answer, int
    )


def shown_by(cell) -> str:
    """What a cell prints, or says where it is no note to the teacher."""
    if cell.cell_type == "code":
        return "".join(output.get("text", "") for output in cell.outputs)
    return "" if cell.metadata.get("slideshow", {}).get("slide_type") == "notes" else cell.source


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
