"""A lesson shows its code: what it is about stands in its cells as PyTorch, it imports few names, and fits slides.

A line is counted where its simple statement names `torch`, `nn` or `F`, or calls what only tensors, modules and
optimizers have (`METHODS`). A `def`, `class`, `for`, `with` or `if` counts whole where at least a third of its
simple statements do; else only those that do. Blank lines, comments and docstrings never count, nor cells that are
folded or hold parameters, imports, an exercise or its solution.
"""

import ast
import base64
import io
import re

import nbformat
import pytest
from PIL import Image

from lesson_utils.show import style

LEAST = {"00": 30, "01": 20, "02": 30, "03": 30, "04": 30, "05": 20, "06": 20}  # lines of PyTorch
NAMES = 12
LONGEST = {"02": 15, "03": 15, "04": 25}  # lines of one cell, function or class that builds a network
METHODS = {
    *("add_module", "backward", "zero_grad", "step", "requires_grad", "requires_grad_", "named_children"),
    *("parameters", "named_parameters", "state_dict", "load_state_dict", "register_forward_hook", "no_grad"),
    *("softmax", "log_softmax", "argmax", "amax", "topk", "detach", "clamp", "clamp_", "copy_", "unfold"),
}
LAYERS = {"Conv2d", "Linear", "MaxPool2d", "LocalResponseNorm", "Sequential"}
NOT_SHOWN = {"parameters", "setup", "exercise", "solution"}


@pytest.fixture
def cells(path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def shown(cells) -> list[str]:
    """The sources that a student sees and runs."""
    return [
        cell.source
        for cell in cells
        if not NOT_SHOWN & set(cell.metadata.get("tags", []))
        and not cell.metadata.get("jupyter", {}).get("source_hidden")
    ]


def code_lines(source: str, nodes: list[ast.stmt]) -> set[int]:
    """The numbers of the lines on which these statements stand, without blank lines, comments and docstrings."""
    text = source.splitlines()
    strings = {
        line
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and each.value.value is not ...
        for line in range(each.lineno, each.end_lineno + 1)
    }
    found = {line for node in nodes for line in range(node.lineno, node.end_lineno + 1)} - strings
    return {line for line in found if text[line - 1].strip() and not text[line - 1].lstrip().startswith("#")}


def is_torch(statement: ast.AST) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in ("torch", "nn", "F"))
        or (isinstance(node, ast.Attribute) and node.attr in METHODS)
        for node in ast.walk(statement)
    )


def simple(node: ast.stmt) -> list[ast.stmt]:
    """The simple statements inside a statement, docstrings left out; a simple one is its own."""
    inside = [each for each in ast.walk(node) if isinstance(each, ast.stmt) and not hasattr(each, "body")]
    return [
        each for each in inside if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]


def torch_lines(source: str) -> set[int]:
    def of(node: ast.stmt) -> set[int]:
        parts = simple(node)
        if parts and 3 * sum(map(is_torch, parts)) >= len(parts):
            return code_lines(source, [node])
        inside = [
            each
            for field in ("body", "orelse", "finalbody", "handlers")
            for each in getattr(node, field, [])
            if isinstance(each, ast.stmt)
        ]
        return set().union(*map(of, inside))

    return set().union(*map(of, ast.parse(source).body))


def imported(cells) -> set[str]:
    return {
        (alias.asname or alias.name).split(".")[0]
        for cell in cells
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def builders(number: str, sources: list[str]) -> list[set[int]]:
    """The code lines of what builds a network: whole cells in 02, the function `vgg` in 03, the classes in 04."""
    if number == "02":
        calls = [
            sum(
                isinstance(node, ast.Attribute) and node.attr in LAYERS
                for node in ast.walk(ast.parse(source))
            )
            for source in sources
        ]
        building = [source for source, count in zip(sources, calls, strict=True) if count >= 3]
        return [code_lines(source, ast.parse(source).body) for source in building]
    return [
        code_lines(source, [node])
        for source in sources
        for node in ast.walk(ast.parse(source))
        if (number == "03" and isinstance(node, ast.FunctionDef) and node.name == "vgg")
        or (number == "04" and isinstance(node, ast.ClassDef))
    ]


def test_the_lesson_shows_its_code(path, cells):
    """Lektion 00, 02, 03 og 04 viser mindst 30 linjer PyTorch, 01, 05 og 06 mindst 20."""
    count = sum(len(torch_lines(source)) for source in shown(cells))
    assert count >= LEAST.get(path.name[:2], 0), f"{count} lines"


def test_the_lesson_imports_few_names(cells):
    """Lektionen importerer højst 12 navne, dens egen mappes fire iberegnet."""
    names = imported(cells)
    assert len(names) <= NAMES, sorted(names)


def test_what_builds_a_network_fits_a_slide(path, cells):
    """En celle, der bygger et netværk, er højst 15 linjer i lektion 02 og 03; modulets klasse i 04 højst 25."""
    number = path.name[:2]
    if number in LONGEST:
        lengths = list(map(len, builders(number, shown(cells))))
        assert lengths and max(lengths) <= LONGEST[number], lengths


def test_every_figure_fits_a_slide(path, cells):
    """Ingen figur er højere end 6,4 tommer: ellers er der ikke plads til den på en slide."""
    for cell in cells:
        html = "".join("".join(o.get("data", {}).get("text/html", "")) for o in cell.get("outputs", []))
        for shown, picture in re.findall(r'width="(\d+)"[^>]*data:image/\w+;base64,([^"]+)', html):
            stored = Image.open(io.BytesIO(base64.b64decode(picture)))
            height = stored.height / stored.width * int(shown)
            assert height <= round(style.TALLEST * style.PIXELS_PER_INCH) + 1, cell.source


# The measure itself


def count(source: str) -> int:
    return len(torch_lines(source))


def test_padding_does_not_count():
    assert count("x = 1\nprint(x)\n\n# torch nn F\n'torch'") == 0
    assert count("def f():\n    'nn.Conv2d'\n\n    # torch\n    return 1") == 0
    assert count("print('torch')\ntorches = 3\nshow.figure(figures.nn(torches))") == 0
    padded = "def f(x):\n    a = 1\n    b = 2\n    c = 3\n    return torch.relu(x)"
    assert count(padded) == 1, "a quarter of the statements: only that one"


def test_blocks_count_whole_where_they_are_torch():
    step = "for x in batches:\n    loss = net(x)\n    loss.backward()\n    optimizer.step()"
    assert count(step) == 4
    assert (
        count(
            "class A(nn.Module):\n    '''Two\n    lines'''\n\n    def f(self, x):\n        return torch.relu(x)"
        )
        == 3
    )
    assert count("net = nn.Sequential(\n    nn.ReLU(),\n\n    # a comment\n    nn.ReLU(),\n)") == 4
    assert count("for x in y:\n    print(x)\n    print(x)\n    print(x)\n    z = torch.ones(x)") == 1


def test_names_are_counted_once_and_as_they_are_bound():
    cell = nbformat.v4.new_code_cell("import torch\nimport os.path\nfrom a import b, c as d\nimport torch")
    assert imported([cell]) == {"torch", "os", "b", "d"}
