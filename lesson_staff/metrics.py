"""The key figures of a lesson: what its cells kept with `record(name, value)`, read from an executed notebook."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lesson_utils.records import records


def write_metrics(notebook: Path, target: Path) -> None:
    """`metrics.json`: name -> value, in the order of the cells. The same run gives the same bytes."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    values = json.dumps(records(content), ensure_ascii=False, indent=2, allow_nan=False)
    target.write_text(values + "\n", encoding="utf-8")


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
