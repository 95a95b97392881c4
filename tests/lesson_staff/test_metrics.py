"""The key figures of the lessons: every lesson keeps some, under names that a sweep can compare."""

import ast
import json
import math

import nbformat
import numpy as np
import pytest
import torch

from lesson_staff.catalogue import LESSONS
from lesson_staff.parameters import read_parameters
from lesson_staff.report import flat
from lesson_utils.records import RECORD, as_json, records

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)


def test_a_figure_that_is_no_number_leaves_metrics_that_are_json():
    """An older course wrote NaN into the notebook itself."""
    outputs = [nbformat.v4.new_output("display_data", {RECORD: {"name": "tab", "value": math.nan}})]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])
    assert as_json(records(notebook)) == b'{\n  "tab": null\n}\n'
    odd = {
        "bf16": torch.tensor(0.5, dtype=torch.bfloat16),
        "uendelig": np.float64("inf"),
        "navn": "b\udcf8.jpg",
    }
    assert json.loads(as_json(odd)) == {"bf16": 0.5, "uendelig": None, "navn": "b?.jpg"}
    for wrong in (1j, object(), {"a": b"x"}):
        with pytest.raises(TypeError, match="a record holds text, numbers, lists and dicts"):
            as_json({"a": wrong})


def test_single_figures_by_name():
    assert flat({"a": {"b": 1, "c": [2, 3]}, "d": 4}) == {"a: b": 1, "a: c: 1": 2, "a: c: 2": 3, "d": 4}


@every_lesson
def test_every_lesson_keeps_key_figures(lesson):
    figures = flat(records(nbformat.read(lesson.notebook, as_version=4)))
    numbers = [value for value in figures.values() if isinstance(value, int | float)]
    assert numbers and all(map(math.isfinite, numbers))


@every_lesson
def test_a_figure_has_the_same_name_whatever_the_parameters_are(lesson):
    """Else each run of a sweep would have a column of its own."""
    parameters = set(read_parameters(lesson.notebook))
    cells = nbformat.read(lesson.notebook, as_version=4).cells
    for cell in (cell for cell in cells if cell.cell_type == "code" and "record(" in cell.source):
        for call in ast.walk(ast.parse(cell.source)):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "record":
                found = {
                    name.id
                    for part in ast.walk(call.args[0])
                    if isinstance(part, ast.FormattedValue)
                    for name in ast.walk(part)
                    if isinstance(name, ast.Name)
                }
                assert not found & parameters, cell.source
