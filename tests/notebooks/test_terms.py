"""One word for each thing, in what a lesson says and in what its figures and exercises say."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from lesson_staff.catalogue import FOLDERS, LESSONS

TERMS = tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))["term"]
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|»[^»«]*«|\]\([^)]*\)|https?://\S+|<[^>]*>|\$[^$]*\$", re.DOTALL)


def prose(text: str) -> str:
    return " ".join(NOT_PROSE.sub(" … ", text).split())


def sentences_in(module: Path) -> Iterator[str]:
    """What the code of a lesson says in Danish: its strings of several words, but the docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    english = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        said = node.value if isinstance(node, ast.Constant) and node not in english else ""
        if isinstance(said, str) and " " in said.strip():
            yield said


def found(text: str) -> list[str]:
    said = prose(text)
    matches = [(term, match) for term in TERMS for match in re.finditer(term["form"], said)]
    return [
        f"»{said[max(0, match.start() - 40) : match.end() + 30]}«: {term['say']}" for term, match in matches
    ]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_a_lesson_has_one_word_for_each_thing(lesson):
    """Hver ting har ét ord, i tekst, figurer og opgaver: `tests/notebooks/terms.toml` siger hvilket."""
    cells = nbformat.read(lesson.notebook, as_version=4).cells
    told = [cell.source for cell in cells if cell.cell_type == "markdown"]
    for module in (FOLDERS / lesson.folder).rglob("*.py"):
        told += sentences_in(module)
    clashes = [clash for text in told for clash in found(text)]
    assert not clashes, "\n".join(clashes)


def test_the_forms_are_known_when_they_are_met():
    wrong = ["Vælg en anden seed.", "Den er 3 gange større.", "Der er 4096 tal.", "et dataset", "hvert trin"]
    assert [bool(found(text)) for text in wrong] == [True] * len(wrong)
    right = [
        "Vælg et andet seed i 2012.",
        "Den er 3 gange så stor: 4.096.",
        "»et dataset«",
        "`trin`",
        "et lag (layer)",
    ]
    assert [found(text) for text in right] == [[]] * len(right)
