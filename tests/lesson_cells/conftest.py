"""A lesson as its test reads it: `NOTEBOOK` of the test's module, its prose and what its cells printed."""

import json
from collections.abc import Callable

import pytest


@pytest.fixture(scope="module")
def notebook(request: pytest.FixtureRequest) -> dict:
    return json.loads(request.module.NOTEBOOK.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def text(notebook: dict) -> str:
    """The markdown of all cells, line breaks and repeated spaces made one space."""
    sources = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    return " ".join(" ".join(sources).split())


@pytest.fixture(scope="module")
def printed(notebook: dict) -> str:
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", []))
    return "\n".join("".join(output.get("text", "")) for output in outputs)


@pytest.fixture(scope="module")
def run_cells(notebook: dict) -> Callable[..., dict]:
    """Runs cells of the notebook, given by their ids, and hands back the names that they leave."""

    def run(*ids: str, **names: object) -> dict:
        sources = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
        for cell in ids:
            exec(sources[cell], names)
        return names

    return run
