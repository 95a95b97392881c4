"""Cells can be run again, and a section alone: what they print, display and keep is the same as in order."""

import re
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image
from traitlets.config import Config

from lesson_utils.records import RECORD
from lesson_utils.show.exercise import ANSWERED

from .conftest import code
from .test_names import in_sections, needs

SECONDS = re.compile(r"\d+(,\d+)?(?= sekund)")  # no two runs take the same time


def run(cells, times: int = 1) -> Iterator[tuple[str, list]]:
    """(the cell's id, what it tells) for each time that each cell is run, in a session of its own."""
    InteractiveShell.clear_instance()
    ANSWERED.clear()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    for cell in (cell for cell in code(cells) for _ in range(times)):
        with capture_output() as captured:
            result = shell.run_cell(cell.source, store_history=True)
        shown = [each.data for each in captured.outputs]
        kept = [data[RECORD] for data in shown if RECORD in data]
        words = [captured.stdout, *(data.get("text/plain", "") for data in shown)]
        yield cell.id, [repr(result.error_in_exec), kept, [SECONDS.sub("…", text) for text in words]]
    InteractiveShell.clear_instance()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_cells_can_be_run_again_and_a_section_alone(cells, monkeypatch):
    """En celle, der køres to gange, og et afsnit, der køres lige efter dem, det bygger på, giver de samme tal."""
    # the words of a figure do, and widgets have tests of their own
    monkeypatch.setattr("lesson_utils.show.display.pixels", lambda figure: Image.new("RGB", (9, 9)))
    monkeypatch.setattr("lesson_utils.show.explore._twin", lambda *given: "")
    in_order, sections, wrong = dict(run(cells)), in_sections(cells), []
    assert not [cell for cell, told in in_order.items() if told[0] != "None"]
    wrong += [f"{cell}, run twice in a row: {told}" for cell, told in run(cells, 2) if told != in_order[cell]]
    for section, before in needs(cells).items():
        alone = [cell for k in sorted({0, *before, section}) for cell in sections[k]]
        if alone != cells[: len(alone)]:  # else it has been run so above
            told_alone = run(alone)
            wrong += [
                f"{cell}, section {section}: {told}" for cell, told in told_alone if told != in_order[cell]
            ]
    assert not wrong, "\n".join(wrong)
