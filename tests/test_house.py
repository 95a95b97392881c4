"""Who may know whom (pyproject.toml: `tool.importlinter`), names, and what a first import may cost."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(ROOT.glob("lesson_*/**/*.py"))


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_who_may_know_whom(capsys):
    kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0
    assert kept, capsys.readouterr().out


@pytest.mark.parametrize(
    "file", [file for file in FILES if "figures" in file.stem + file.parent.name], ids=module_of
)
def test_a_figure_is_made_of_its_data_alone(file: Path):
    text = file.read_text(encoding="utf-8")
    assert "pyplot" not in text, "pyplot keeps global state"
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "open" not in calls, "a figure reads no file"


def test_no_file_is_called_by_a_name_that_says_nothing():
    empty_words = {"utils", "helpers", "common", "misc", "manager"}
    assert not [file for file in FILES if empty_words & set(file.stem.split("_"))]


def modules_after(statement: str) -> set[str]:
    """The modules that a fresh Python holds after `statement`."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(told.stdout.splitlines()[-1]))


def test_the_package_itself_costs_nothing():
    assert not {"torch", "torchvision", "numpy", "pandas", "matplotlib"} & modules_after(
        "import lesson_utils"
    )


def test_the_library_leaves_torchvision_until_it_is_used():
    """torchvision costs most of another `import torch`."""
    loaded = modules_after("import lesson_utils.networks, lesson_utils.images, lesson_utils.weights")
    assert "torch" in loaded
    assert "torchvision" not in loaded


def test_the_commands_start_without_torch():
    names = [
        module_of(file)
        for file in FILES
        if file.parent.name == "lesson_staff" and file.stem not in ("recipes", "publishing", "training")
    ]
    assert not {"torch", "torchvision"} & modules_after(f"import {', '.join(names)}")
