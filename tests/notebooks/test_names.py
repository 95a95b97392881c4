"""Cells can be run again and out of order: no name means one thing here and another there.

A loop's names, and what is bound inside a loop, are bound anew before they are used, so several cells may use
them, as long as no other cell reads them or binds them outside a loop. So with the names in the loupe's code,
which a student pastes anywhere.

A section stands on the set-up and on the sections that it names: what an earlier section made is often its point,
and who begins in the middle runs those first. `test_again.py` runs them so.
"""

import ast
import builtins
import re
from collections import defaultdict
from types import SimpleNamespace

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


def in_sections(cells) -> dict[int, list]:
    """The cells of each numbered section, without recap and sources; 0 is what stands before the first."""
    found, number = defaultdict(list), 0
    for cell in cells:
        if heading := re.match(r"## (?:(\d+) · )?", cell.source):
            if not heading[1]:
                break
            number = int(heading[1])
        found[number].append(cell)
    return found


def needs(cells) -> dict[int, set[int]]:
    """The earlier sections whose names each section reads, and whatever those need in turn."""
    home: dict[str, int] = {}
    found: dict[int, set[int]] = {}
    for section, inside in in_sections(cells).items():
        direct = set()
        for cell in code(inside):
            tree = ast.parse(cell.source)
            own = {name for name, _ in bound(tree)}
            direct |= {home.get(name, 0) for name in read(tree) - own - {EVERY_ANSWER}} - {0, section}
            home |= {name: section for name in own - home.keys()}
        found[section] = direct.union(*(found[each] for each in direct))
    return found


def said_to_need(cell) -> set[int]:
    """The sections that a section's first cell names: `*Bygger på afsnit 1 og 2.*`"""
    said = re.search(r"\*Bygger på afsnit ([\d, og]+)\.\*", cell.source)
    return set(map(int, re.findall(r"\d+", said[1]))) if said else set()


def test_a_section_says_what_it_builds_on(cells):
    """Et afsnit, der bruger navne fra andre afsnit, begynder med at sige hvilke: »Bygger på afsnit 1 og 2.«"""
    first = {section: inside[0] for section, inside in in_sections(cells).items() if section}
    assert {section: said_to_need(cell) for section, cell in first.items()} == {
        section: found for section, found in needs(cells).items() if section
    }


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
    said = ["import torch", "## 1 · A", "a = torch.ones(1)", "## 2 · B\n\n*Bygger på afsnit 1.* …", "b = a"]
    said += ["## 3 · C", "for a in b: c = a", "## Opsummering", "d = c"]
    cells = [SimpleNamespace(source=each, cell_type=["code", "markdown"]["#" in each]) for each in said]
    assert needs(cells) == {0: set(), 1: set(), 2: {1}, 3: {1, 2}}
    assert [said_to_need(inside[0]) for inside in in_sections(cells).values()] == [set(), set(), {1}, set()]
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
