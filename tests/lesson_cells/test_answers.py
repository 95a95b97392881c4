"""Answers that students have given to the exercises: a right one passes, a wrong one is told what went wrong."""

import importlib
import linecache
import math
import tomllib
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lesson_utils.show.exercise import judge

TABLE = tomllib.loads(Path(__file__).with_name("answers.toml").read_text(encoding="utf-8"))
NAMES = {"torch": torch, "nn": nn, "F": F, "np": np, "math": math}
FILES = (f"<answer {number}>" for number in count())


def answer_of(cell: str):
    """What the cell makes, with its lines where Python looks for them, as in a notebook."""
    names, file = dict(NAMES), next(FILES)
    linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
    if cell.startswith("def "):
        exec(compile(cell, file, "exec"), names)
        return list(names.values())[-1]
    return eval(compile(cell, file, "eval"), names)


@pytest.mark.parametrize(("room", "name"), [(room, name) for room in TABLE for name in TABLE[room]])
def test_the_verdict_on_an_answer(room, name, capsys):
    exercise = getattr(importlib.import_module(f"lesson_cells.{room}.exercises"), name)
    rows = TABLE[room][name]
    assert len(rows["right"]) >= 2 and len(rows["wrong"]) >= 2
    for cell in rows["right"]:
        verdict = judge(exercise, answer_of(cell))
        assert verdict.status == "right", f"{cell}\n{verdict.text}"
    for cell, words in rows["wrong"]:
        verdict = judge(exercise, answer_of(cell))
        assert verdict.status == "wrong" and words in verdict.text, f"{cell}\n{verdict.text}"


def test_there_are_several_hundred():
    assert (
        sum(len(answers) for room in TABLE.values() for rows in room.values() for answers in rows.values())
        > 500
    )
