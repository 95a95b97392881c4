"""The cases of an exercise know the right function from every one that is a slip away from it."""

import ast
import copy
import importlib
import json
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from lesson_staff.catalogue import find
from lesson_utils.show import attempt
from lesson_utils.show.exercise import judge

SLIPS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.In: (ast.NotIn,),
}


def slips(tree: ast.Module) -> Iterator[str]:
    """The source with one operator, number or argument changed, or with half of a calculation left out."""
    names = {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)}
    for place, node in enumerate(ast.walk(tree)):
        changes: list[tuple[str, object]] = []
        if isinstance(node, ast.BinOp | ast.AugAssign):
            changes += [("op", slip()) for slip in SLIPS.get(type(node.op), ())]
        if isinstance(node, ast.Compare):
            changes += [("ops", [slip()]) for slip in SLIPS.get(type(node.ops[0]), ())]
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            changes += [("value", node.value + 1), ("value", node.value - 1)]
        if isinstance(node, ast.Name) and node.id in names:
            changes += [("id", other) for other in sorted(names - {node.id})]
        if isinstance(node, ast.BinOp):
            changes += [("left", ast.Constant(None)), ("right", ast.Constant(None))]
        for field, value in changes:
            twin = copy.deepcopy(tree)
            changed = list(ast.walk(twin))[place]
            setattr(changed, field, value)
            yield ast.unparse(Halves().visit(twin))


class Halves(ast.NodeTransformer):
    """A calculation with None is its other half."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        for gone, kept in ((node.left, node.right), (node.right, node.left)):
            if isinstance(gone, ast.Constant) and gone.value is None:
                return kept
        return node


def solutions() -> list:
    """(exercise, source, the function's name) for every solution that is a function."""
    found = []
    for lesson in find():
        cells = json.loads(lesson.notebook.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            source, _, confirmed = "".join(cell["source"]).rpartition("show.confirm(exercises.")
            if "solution" in cell["metadata"].get("tags", []) and "def " in source:
                key, function = confirmed.strip(" )\n").split(", ")
                module = importlib.import_module(f"lesson_cells.{lesson.folder}.exercises")
                found.append(
                    pytest.param(getattr(module, key), source, function, id=f"{lesson.number}.{key}")
                )
    return found


@pytest.mark.parametrize(("exercise", "source", "function"), solutions())
def test_no_slip_passes_for_the_solution(exercise, source, function, monkeypatch):
    monkeypatch.setattr(attempt, "PATIENCE", 1.0)

    def verdict(text: str) -> str:
        names = {"torch": torch, "nn": nn, "F": nn.functional}
        exec(text, names)
        return judge(exercise, names[function]).status

    right = ast.unparse(ast.parse(source))
    assert verdict(right) == "right"
    wrong = set(slips(ast.parse(source))) - {right}
    passed = [text for text in wrong if verdict(text) == "right"]
    assert not passed, "\n\n".join(passed)
