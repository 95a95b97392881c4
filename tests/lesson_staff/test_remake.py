"""Outputs made again: nothing but outputs changes, and nothing of this machine gets in."""

import json
from pathlib import Path

import nbformat
import pytest

from lesson_staff import pages
from lesson_staff.catalogue import find
from lesson_staff.plan import plan
from lesson_staff.remake import remake

OUTPUTS = """
import sys
for number in range(3): print(number, flush=True)
print("/".join(["", "et", "sted", "data", "x"]))
"""


def test_outputs_are_new_and_all_else_is_as_it_was(course, monkeypatch):
    folder = course(one=[OUTPUTS], broken=["1 / 0"])
    monkeypatch.setattr(pages, "REPOSITORY", Path("/et/sted"))
    before = {path.name: nbformat.read(path, as_version=4) for path in folder.iterdir()}
    broken_before = (folder / "02_broken.ipynb").read_bytes()
    results = {result.title: result for result in remake(plan(find(), {}))}
    assert results["One"].passed and not results["Broken"].passed
    assert (folder / "02_broken.ipynb").read_bytes() == broken_before, "a failed lesson is left alone"

    text = (folder / "01_one.ipynb").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    for unwanted in ("papermill", "start_time", 'execution":', "/et/sted", '"version"'):
        assert unwanted not in text
    after = nbformat.reads(text, as_version=4)
    assert [cell.id for cell in after.cells] == [f"cell-{k:03d}" for k in range(5)]
    for old, new in zip(before["01_one.ipynb"].cells, after.cells, strict=True):
        assert (old.source, old.metadata) == (new.source, new.metadata)
    (stream,) = after.cells[-1].outputs
    assert stream.text == "0\n1\n2\ndata/x\n"
    assert [cell.execution_count for cell in after.cells if cell.cell_type == "code"] == [1, 2, 3, 4]
    assert json.loads(text)["nbformat_minor"] == 5

    assert [result.passed for result in remake(plan(find(["1"]), {}))] == [True]
    assert (folder / "01_one.ipynb").read_text(encoding="utf-8") == text, "a second time changes nothing"

    monkeypatch.setattr("lesson_staff.remake.os.access", lambda place, mode: False)
    with pytest.raises(PermissionError):
        next(remake(plan(find(["1"]), {}), tell=lambda *_: pytest.fail("a lesson that nobody could keep")))
