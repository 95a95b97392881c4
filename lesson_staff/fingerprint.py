"""What a stored result was made by: the code and the data that a notebook or a benchmark reaches.

`data/outputs.json` keeps, for each lesson with stored outputs and each stored table, a short hash of every file
behind it. A change of comments, docstrings or blank lines changes no result, and no hash.

    python -m lesson_staff.fingerprint transfer …   the tables were measured again, or what changed moves no number
"""

import ast
import hashlib
import io
import json
import re
import sys
import tokenize
from functools import cache
from pathlib import Path

from lesson_staff.catalogue import NOTEBOOKS, REPOSITORY
from lesson_utils.errors import LessonError

STORED = REPOSITORY / "data" / "outputs.json"
TABLES = REPOSITORY / "data" / "measurements"
DATA = ("*.toml", "*.csv", "photos/*", "weights/*", "measurements/*")  # what is read, below data/
DRAWING = re.compile(r"/show/|figures|widgets|exercises")  # a table holds numbers, not how they are drawn


def of_lesson(notebook: Path) -> str:
    """One short hash of a lesson and of all that its results depend on."""
    return _short(json.dumps(reached(notebook), sort_keys=True).encode())


def reached(source: Path) -> dict[str, str]:
    """The files behind a notebook or a script, itself included: a short hash of each, by its path."""
    files, names, waiting = {}, set(), [source]
    while waiting:
        file = waiting.pop()
        if file not in files:
            code = "" if file.suffix == ".toml" else _code(file)
            files[file] = _short(_essence(code) if code else file.read_bytes())
            names |= _words(code)
            waiting += _imported(code, tuple(_name(file).split("/")[:-1]), REPOSITORY)
    for file in (file for place in DATA for file in STORED.parent.glob(place)):
        if {file.stem, file.name} & names or file.parent.name == "photos":
            files[file] = _file_hash(file, file.stat().st_mtime_ns)
    return {_name(file): digest for file, digest in sorted(files.items()) if file.is_file()}


def behind(result: str) -> dict[str, str]:
    """What stands behind a stored result now: a notebook's outputs, or a table's rows."""
    path = REPOSITORY / result
    if path.suffix == ".ipynb":
        return reached(path)
    script = next(word for word in command(path).split() if word.endswith(".py"))
    found = reached(REPOSITORY / script)
    return {name: digest for name, digest in found.items() if not DRAWING.search(name) and name != result}


def command(table: Path) -> str:
    """The command that makes a table, as its first line tells: `python benchmarks/transfer.py`."""
    return table.read_text(encoding="utf-8").split("\n")[0].removeprefix("# made by: ").split(" (")[0]


def results() -> list[str]:
    """Every stored result of the course, by its path: the lessons, and the tables in data/measurements."""
    return [_name(path) for path in (*sorted(NOTEBOOKS.glob("*.ipynb")), *sorted(TABLES.glob("*.csv")))]


def older_than(result: str) -> list[str]:
    """The files that were changed, or came or went, since the result was stored; `[result]` if it never was."""
    then, now = _stored().get(result), behind(result)
    if then is None:
        return [result]
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def keep(result: str) -> None:
    """Note that the result was stored with the code and data that stand here now."""
    stored = _stored() | {result: behind(result)}
    text = json.dumps({name: stored[name] for name in results() if name in stored}, indent=1)
    STORED.write_text(text + "\n", encoding="utf-8")


def _stored() -> dict[str, dict[str, str]]:
    return json.loads(STORED.read_text(encoding="utf-8")) if STORED.is_file() else {}


def _name(file: Path) -> str:
    return file.relative_to(REPOSITORY).as_posix() if file.is_relative_to(REPOSITORY) else file.name


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


@cache
def _file_hash(file: Path, _changed: int) -> str:
    return _short(file.read_bytes())


def _code(source: Path) -> str:
    text = source.read_text(encoding="utf-8")
    if source.suffix != ".ipynb":
        return text
    cells = ("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
    return "\n".join(filter(_is_python, cells))


def _is_python(code: str) -> bool:
    """Not so a teacher's cell with `%%time` or `!ls`; it imports nothing of ours."""
    try:
        return bool(ast.parse(code))
    except (SyntaxError, ValueError):
        return False


@cache
def _essence(code: str) -> bytes:
    """The code without what changes no result: comments, docstrings, blank lines."""
    lines = code.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return "\n".join(filter(None, (line.rstrip() for line in lines))).encode()


@cache
def _words(code: str) -> set[str]:
    """All texts in the code: a file in data/ is read by its name."""
    nodes = ast.walk(ast.parse(code))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@cache
def _imported(code: str, package: tuple[str, ...], root: Path) -> set[Path]:
    """What the imports of the code read of the four houses: files, their tables, and each package's `__init__`."""
    modules = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            modules += [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            base = above + tuple(node.module.split(".") if node.module else ())
            modules += [base, *((*base, alias.name) for alias in node.names)]
    ours = {parts for parts in modules if parts and parts[0].startswith("lesson_")}
    places = {root.joinpath(*parts[: k + 1]) for parts in ours for k in range(len(parts))}
    found = {place.with_suffix(ending) for place in places for ending in (".py", ".toml")}
    return {file for file in found | {place / "__init__.py" for place in places} if file.is_file()}


def main(tables: list[str]) -> None:
    for name in tables:
        if not (TABLES / f"{name}.csv").is_file():
            raise LessonError(
                f"Kurset har ingen måling »{name}«: skriv navnet på en fil i data/measurements."
            )
        keep(_name(TABLES / f"{name}.csv"))


if __name__ == "__main__":
    main(sys.argv[1:])
