"""CONTRIBUTING.md tells all that the tests demand of every lesson."""

import ast
from pathlib import Path

from lesson_staff.catalogue import REPOSITORY

TESTS = Path(__file__).parents[1]
PLACES = [
    *sorted((TESTS / "notebooks").glob("test_*.py")),
    TESTS / "lesson_staff" / "test_slides.py",
    TESTS / "browser" / "test_lessons.py",
]


def test_contributing_tells_every_demand():
    told = " ".join((REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    assert not [demand for demand in demands(*PLACES) if demand not in told]


def demands(*files: Path) -> list[str]:
    """The first line of each test that asks something of every lesson: one that ends in a Danish full stop."""
    functions = [
        each
        for file in files
        if file.is_file()
        for each in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    ]
    asked = [
        each for each in functions if {"path", "cells", "lesson", "room"} & {a.arg for a in each.args.args}
    ]
    return [" ".join((ast.get_docstring(each) or each.name).split("\n\n")[0].split()) for each in asked]
