"""Key figures in a notebook's outputs: how `show.record` writes them, and how a batch and the tests read them."""

import json
import math
from collections.abc import Mapping
from typing import Any

RECORD = "application/vnd.lesson.record+json"


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers of numpy and torch as Python's own, NaN and infinity as None.

    Raises TypeError for what is neither text, number, bool nor lists and dicts of these.
    """
    if hasattr(value, "tolist"):  # numpy and torch: scalars and arrays alike
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a record holds text, numbers, lists and dicts, not {type(value).__name__}")


def as_json(values: Any) -> bytes:
    """The bytes of a JSON file that any reader takes."""
    text = json.dumps(plain(values), ensure_ascii=False, indent=2, allow_nan=False)
    return f"{text}\n".encode("utf-8", "replace")  # a file's name may hold what is no letter


def records(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """All key figures in an executed notebook (an nbformat node or its dict), in order of the cells."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", []))
    entries = (output["data"][RECORD] for output in outputs if RECORD in output.get("data", {}))
    return {entry["name"]: plain(entry["value"]) for entry in entries}
