"""The key figures of a lesson: what its cells kept with `record(name, value)`, read from an executed notebook."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RECORD = (
    "application/vnd.lesson.record+json"  # as `classroom.display` names it, which would import matplotlib
)


def write_metrics(notebook: Path, target: Path) -> None:
    """`metrics.json`: name -> value, in the order of the cells. The same run gives the same bytes."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    outputs = (output for cell in content["cells"] for output in cell.get("outputs", []))
    entries = (output["data"][RECORD] for output in outputs if RECORD in output.get("data", {}))
    values = {entry["name"]: entry["value"] for entry in entries}
    target.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every single figure by name: `{"a": {"b": 1, "c": [2, 3]}}` -> `a: b`, `a: c: 1`, `a: c: 2`."""
    return dict(_leaves(values))


def _leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        path = f"{above}: {name}" if above else str(name)
        if isinstance(value, list):
            value = {str(position): each for position, each in enumerate(value, start=1)}
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        else:
            yield path, value
