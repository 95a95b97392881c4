"""Which names a cell takes from the cells above, which it binds for those below, and whose values it may change.

All is read from the source alone. Where that leaves a doubt, a cell is needed: a call whose answer is thrown away
may change what it is given, and a name whatever it was made from.
"""

import ast
import copy
import re
import symtable
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

DEFINITIONS = ast.FunctionDef | ast.ClassDef
IMPORTS = ast.Import | ast.ImportFrom
LOOPS = ast.For | ast.While
SEVERAL = ast.Tuple | ast.List
OWN_SCOPE = ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
NEW_VALUES = (
    ast.BinOp | ast.Compare | ast.UnaryOp | ast.JoinedStr
)  # share nothing with what they are made from
PLAIN = {"device", "dtype", "shape"}  # nor do these attributes with their owner
CHANGES = re.compile(
    r".*_|register.*|backward|eval|load_state_dict|pop|popitem|setdefault|step|train|zero_grad"
)
HARMLESS = re.compile(r"print|(show|widgets)\..*|torch\.manual_seed")
EVERYTHING = "*"  # bound by what can't be known: a magic command, or `from … import *`


def bound(node: ast.AST, in_loop: bool = False) -> Iterator[tuple[str, bool]]:
    """(name, whether inside a loop) of all that a cell binds for the cells after it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DEFINITIONS):
            yield child.name, in_loop
        elif isinstance(child, IMPORTS):
            yield from (((each.asname or each.name).split(".")[0], in_loop) for each in child.names)
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id, in_loop
        elif isinstance(child, ast.ExceptHandler) and child.name:
            yield child.name, True
            yield from bound(child, in_loop)
        elif not isinstance(child, OWN_SCOPE):
            yield from bound(child, in_loop or isinstance(child, LOOPS))


def read(node: ast.AST) -> set[str]:
    """The lesson's names that a cell, or a part of one, reads, in its functions too."""

    def inside(table: symtable.SymbolTable) -> Iterator[str]:
        ours = (each for each in table.get_symbols() if table.get_type() == "module" or each.is_global())
        yield from (each.get_name() for each in ours if each.is_referenced())
        for child in table.get_children():
            yield from inside(child)

    parts = node.body if isinstance(node, ast.Module) else [node]
    added = (
        each for part in parts if not isinstance(part, DEFINITIONS) for each in _all(part, ast.AugAssign)
    )
    added_to = {each.target.id for each in added if isinstance(each.target, ast.Name)}
    return added_to | set(inside(symtable.symtable(ast.unparse(node), "cell", "exec")))


def taken(statements: Sequence[ast.stmt], own: frozenset[str] = frozenset()) -> set[str]:
    """The names that a cell reads before it has surely bound them itself; `own` are bound already."""
    found: set[str] = set()
    for each in statements:
        if isinstance(each, LOOPS | ast.If | ast.With):
            head = copy.copy(each)
            head.body, head.orelse = [ast.Pass()], []
            found |= read(head) - own
            found |= taken(each.body, own | _names(head)) | taken(getattr(each, "orelse", []), own)
            own |= _names(each) if isinstance(each, ast.With) else set()
        else:
            found |= read(each) - own
            own |= _names(each)
    return found


def changed(node: ast.AST, made_from: Mapping[str, set[str]] | None = None) -> set[str]:
    """The names whose values a cell may change in place, also by other names for them or their parts.

    Args:
        node: the cell, or a part of it.
        made_from: the names that other cells have made a name's value from.
    """
    put_into, acted_on = set(), set()
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute | ast.Subscript) and not isinstance(each.ctx, ast.Load):
            put_into |= _held(each.value)
        elif isinstance(each, ast.AugAssign):
            put_into |= _held(each.target)
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            acted_on |= _held(each.func.value) if CHANGES.fullmatch(each.func.attr) else set()
        elif isinstance(each, ast.Expr) and isinstance(each.value, ast.Call):
            acted_on |= set() if HARMLESS.fullmatch(ast.unparse(each.value.func)) else _held(each.value)
    of, within = _links(ast.walk(node))
    for name, others in (made_from or {}).items():
        of[name] |= others
    both = {name: of[name] | within[name] for name in {*of, *within}}
    return _reached(put_into, of) | _reached(acted_on, both)


def needs(sources: Mapping[str, str], alone: Container[str] = ()) -> dict[str, list[str]]:
    """For each cell the ids of those above it that must have run before it, in their order.

    Args:
        sources: the code of each cell by its id, in the order of the notebook.
        alone: the ids of the cells that no other cell needs.
    """
    cells = {key: _parsed(source) for key, source in sources.items()}
    takes = {key: taken(cell.body) | {EVERYTHING} for key, cell in cells.items()}
    parts = [each for cell in cells.values() for each in cell.body]
    does = {each.name: changed(each) & read(each) for each in parts if isinstance(each, DEFINITIONS)}
    made_from, _ = _links(each for each in parts if isinstance(each, ast.Assign))
    plain = {name for cell in cells.values() for name in _plain(cell)}
    gives: dict[str, set[str]] = {}
    for key, cell in cells.items():
        rest = ast.Module([each for each in cell.body if not isinstance(each, DEFINITIONS)], [])
        through = (does.get(name, set()) for name in takes[key])
        changes = changed(rest, made_from) | _reached(set().union(*through), made_from)
        gives[key] = set() if key in alone else _names(*cell.body) | (changes - plain)
        gives[key] |= {EVERYTHING} if "get_ipython" in takes[key] else set()
    made: dict[str, list[str]] = {}
    for place, key in enumerate(sources):
        above, wanted, found = [*sources][:place], set(takes[key]), set()
        while more := [each for each in above if each not in found and gives[each] & wanted]:
            found.update(more)
            wanted.update(*(takes[each] for each in more))
        made[key] = [each for each in above if each in found]
    return made


def imports(sources: Iterable[str]) -> str:
    """The imports of cells, as a program of their own."""
    return "\n".join(ast.unparse(each) for source in sources for each in _all(_parsed(source), IMPORTS))


def _parsed(source: str) -> ast.Module:
    """A cell, its magic commands as calls; an empty one in place of a cell that is no Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.Module([], [])


def _plain(cell: ast.Module) -> Iterator[str]:
    """The names of modules, numbers and words: nothing changes these in place."""
    yield from _names(*_all(cell, IMPORTS))
    for each in cell.body:
        if isinstance(each, ast.Assign | ast.AnnAssign) and isinstance(each.value, ast.Constant):
            yield from _names(each)


def _all(node: ast.AST, kind: type) -> list:
    return [each for each in ast.walk(node) if isinstance(each, kind)]


def _names(*statements: ast.stmt) -> set[str]:
    return {name for name, _ in bound(ast.Module([*statements], []))}


def _reached(names: set[str], links: Mapping[str, set[str]]) -> set[str]:
    found = set(names)
    while more := set().union(*(links.get(name, set()) for name in found)) - found:
        found |= more
    return found


def _links(nodes: Iterable[ast.AST]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each name those that its value was made from, and those whose values were put into it."""
    of, within = defaultdict(set), defaultdict(set)
    for each in nodes:
        for target, value in _given(each):
            for name in _held(target):
                (of if isinstance(target, ast.Name) else within)[name] |= _held(value)
    return of, within


def _given(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(target, value) wherever a value gets a name or a place."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.For | ast.comprehension):
        pairs = [(node.target, node.iter)]
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value:
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.withitem) and node.optional_vars:
        pairs = [(node.optional_vars, node.context_expr)]
    else:
        pairs = []
    for target, value in pairs:
        if isinstance(target, SEVERAL) and isinstance(value, SEVERAL) and len(target.elts) == len(value.elts):
            yield from zip(target.elts, value.elts, strict=True)
        elif isinstance(target, SEVERAL):
            yield from ((part, value) for part in _all(target, ast.Name) if isinstance(part.ctx, ast.Store))
        else:
            yield target, value


def _held(value: ast.AST) -> set[str]:
    """The names whose values this one may be, hold, or be a part of."""
    if isinstance(value, ast.Name):
        return {value.id}
    if isinstance(value, NEW_VALUES) or (isinstance(value, ast.Attribute) and value.attr in PLAIN):
        return set()
    function = value.func if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else None
    return set().union(*(_held(part) for part in ast.iter_child_nodes(value) if part is not function))
