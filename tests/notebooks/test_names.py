"""Cells can be run again and out of order: no name means one thing here and another there.

A loop's names, and what is bound inside a loop, are bound anew before they are used, so several cells may use
them, as long as no other cell reads them or binds them outside a loop. So with the names in the loupe's code,
which a student pastes anywhere.
"""

import ast
import builtins
import re
from collections import defaultdict

from lesson_staff.catalogue import REPOSITORY
from lesson_staff.names import bound, read

from .conftest import code

EVERY_ANSWER = "svar"  # each exercise has its own, filled in by the student
GIVEN = {*dir(builtins), "__name__"}


def pasted() -> set[str]:
    """The names that the loupe's code binds."""
    source = (REPOSITORY / "lesson_utils" / "explain" / "explainer.py").read_text(encoding="utf-8")
    texts = (each.value for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Constant))
    lines = (re.match(r"([a-z_]+(?:, [a-z_]+)*) = ", text) for text in texts if isinstance(text, str))
    return {name for line in lines if line for name in line[1].split(", ")}


def clashes(sources: list[str], loupe: bool = False) -> list[str]:
    """The names that two cells bind, or that one binds in a loop and another reads."""
    cells = [dict(sorted(bound(ast.parse(each)), key=lambda pair: -pair[1])) for each in sources]
    cells += [dict.fromkeys(pasted(), True)] if loupe else []
    binders = defaultdict(list)
    for k, cell in enumerate(cells):
        for name in cell:
            binders[name].append(k)
    reads = [read(ast.parse(each)) for each in sources]
    return sorted(
        name
        for name, where in binders.items()
        if len(where) > 1 and name != EVERY_ANSWER and not name.startswith("_")
        if not all(cells[k][name] for k in where)
        or any(name in reads[k] for k in range(len(sources)) if k not in where)
    )


def test_a_name_means_one_thing(cells):
    """Et navn står for én ting i hele lektionen, så celler kan køres igen; kun en løkkes navne må gå igen."""
    loupe = any("loupe" in cell.metadata.get("tags", []) for cell in cells)
    assert clashes([cell.source for cell in code(cells)], loupe) == []


def test_names_are_bound_before_they_are_read(cells):
    """En celle bruger kun navne, som den selv eller en celle før den har bundet."""
    known = set(GIVEN)
    for cell in code(cells):
        tree = ast.parse(cell.source)
        known |= {name for name, _ in bound(tree)}
        assert read(tree) <= known, cell.id


def test_what_would_go_wrong_is_seen():
    assert clashes(["a = 1", "def a(): ...", "print(a)"]) == ["a"]
    assert clashes(["a = 1", "for a in (1, 2): print(a)"]) == ["a"]
    assert clashes(["for a in (1, 2): b = a", "for b in (1, 2): a = b"]) == []
    assert clashes(["for a in (1, 2): b = a", "for b in (1, 2): a = b", "[c for c in b]"]) == ["b"]
    assert clashes(["with one() as a: b, *c = a", "if one: c = 1"]) == ["c"]
    assert clashes(["a = 1\na += 1\nb = [a for a in a]", "svar = ...", "svar = ..."]) == []
    assert {"x", "patch", "total", "norm", "logits"} <= pasted()
    assert clashes(["total = 1"], loupe=True) == ["total"] and clashes(["total = 1"]) == []
    inside = read(ast.parse("def f(a):\n    return a + b + g(lambda c: c + d)"))
    assert inside >= {"b", "g", "d"} and not {"a", "c"} & inside
