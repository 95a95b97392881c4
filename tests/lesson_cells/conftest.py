"""A lesson as its test reads it: its prose, what its cells printed, and what its widgets display."""

import json
import re
from collections.abc import Callable
from unittest.mock import patch

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


class FrontEnd:
    """What a widget's cell displays, taken apart."""

    @staticmethod
    def shown(widget: Callable[[], None]) -> list:
        """All that is displayed, in order."""
        found: list = []
        keep = {"side_effect": lambda each, **_options: found.append(each)}
        with (
            patch("lesson_utils.show.explore.display", **keep),
            patch("lesson_utils.show.explore.show_widget", **keep),
        ):
            assert widget() is None
        return found

    def controls(self, widget: Callable[[], None]) -> list:
        """A live widget's controls, and last its picture (without drawing the twin)."""
        with patch("lesson_utils.show.explore._twin", return_value=""):
            return self.inputs(self.shown(widget)[0])

    @staticmethod
    def inputs(box) -> list:
        """What stands in a widget's box; of a list of photos with its button, the list."""
        return [getattr(child, "children", [child])[0] for child in box.children]

    @staticmethod
    def pictures(html: str) -> list[str]:
        return re.findall(r'src="(data:image/[a-z]+;[^"]*)"', html)

    @staticmethod
    def alt_texts(html: str) -> list[str]:
        return re.findall(r'<img alt="([^"]+)"', html)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> FrontEnd:
    """JupyterLab: widgets can be moved; their work is done when the control has moved (else: `test_live`)."""
    monkeypatch.delenv("LESSON_STATIC", raising=False)
    monkeypatch.setattr("lesson_utils.show.work.Latest.ask", lambda self: self.carry_out(lambda: True))
    return FrontEnd()


@pytest.fixture
def static(monkeypatch: pytest.MonkeyPatch) -> FrontEnd:
    """No front end: pictures alone."""
    monkeypatch.setenv("LESSON_STATIC", "1")
    return FrontEnd()


@pytest.fixture(scope="module")
def run_cells(notebook: dict) -> Callable[..., dict]:
    """Runs cells of the notebook, given by their ids, and hands back the names that they leave."""

    def run(*ids: str, **names: object) -> dict:
        sources = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
        for cell in ids:
            exec(sources[cell], names)
        return names

    return run
