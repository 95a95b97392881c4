"""What is folded together in a lesson tells nothing too early, and nothing that is shown needs it."""

import ast

import pytest

from .conftest import code

WIDEST = 96  # characters of a line of code: what a laptop shows beside the table of contents
HEADINGS = ("# Kør mig først", "# Løsning", "# Nøgletal, som en samlet kørsel gemmer", "# Figuren")


@pytest.fixture
def own(cells) -> list[dict]:
    return code(cells)


def tags(cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def bound(source: str) -> set[str]:
    """The names that a source gives a value, arguments of its functions included."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return (
        names
        | {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        | {node.arg for node in nodes if isinstance(node, ast.arg)}
    )


def used(source: str) -> set[str]:
    nodes = ast.walk(ast.parse(source))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def test_the_line_that_is_seen_of_a_folded_cell_is_a_heading(own):
    folded = [cell for cell in own if cell["metadata"].get("jupyter", {}).get("source_hidden")]
    assert {"solution", "setup"} <= {tag for cell in folded for tag in tags(cell)}
    assert all(cell["source"].startswith(HEADINGS) for cell in folded)
    solutions = [cell["metadata"]["jupyter"] for cell in own if "solution" in tags(cell)]
    assert all(each == {"outputs_hidden": True, "source_hidden": True} for each in solutions)
    records = [cell for cell in own if "show.record(" in cell["source"]]
    assert all(cell in folded for cell in records)


def test_no_cell_needs_what_a_solution_made(own):
    """A student's edition has no solutions."""
    shown = [cell["source"] for cell in own if "solution" not in tags(cell)]
    made = set().union(*(bound(cell["source"]) for cell in own if "solution" in tags(cell)))
    assert not made & set().union(*map(used, shown)) - set().union(*map(bound, shown))


def test_no_line_of_code_is_wider_than_a_laptop(own):
    assert not [line for cell in own for line in cell["source"].splitlines() if len(line) > WIDEST]
