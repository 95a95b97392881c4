"""The report of a batch's folder: a gallery for people, tables for pandas, made from what lies there.

It can be made again at any time, also while the batch is running: it reads whole folders only.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lesson_staff.pages import COVER, TEMPLATES, copy_mathjax, duration, replace_file, shown, verdict
from lesson_staff.plan import RunResult, told
from lesson_staff.store import NO_BATCH, kept, read_plan
from lesson_utils.errors import LessonError
from lesson_utils.records import as_json

Metrics = dict[str, dict[str, object]]  # of each run by its name: its key figures by theirs
FACTS = ("peak_memory_mb", "device", "threads", "host", "attempts")
PANELS = 12  # figures of one lesson: more would hide the ones that matter
NO_PARQUET = "results.parquet blev ikke skrevet: pakken pyarrow mangler. results.csv har de samme tal."


def write_report(folder: Path) -> tuple[Path, str]:
    """Write `index.html`, `summary.json`, `results.csv` and `results.parquet`.

    Returns the index and a Danish sentence on what could not be written ("" if nothing). Raises LessonError if
    the folder holds no batch.
    """
    results = kept(folder) if folder.is_dir() else []
    entries = read_plan(folder)
    if not results and not entries:
        raise LessonError(NO_BATCH.format(folder))
    metrics = {result.name: metrics_of(folder, result) for result in results}
    there = {result.name for result in results}
    missing = [entry["name"] for entry in entries if entry["name"] not in there]
    copy_mathjax(folder)
    replace_file(folder / "summary.json", as_json(summary(results, missing)))
    lack = write_tables(folder, results, metrics)
    index = folder / "index.html"
    replace_file(index, render(folder, results, metrics, missing).encode("utf-8"))
    return index, lack


def metrics_of(folder: Path, result: RunResult) -> dict[str, object]:
    """A run's key figures, each by one name; none if it did not come so far."""
    path = folder / result.name / "metrics.json"
    return flat(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Every single figure by name: `{"a": {"b": 1, "c": [2, 3]}}` -> `a: b`, `a: c: 1`, `a: c: 2`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{above}: {name}" if above else str(name)
        if isinstance(value, list):
            value = {str(position): each for position, each in enumerate(value, start=1)}
        found |= flat(value, path) if isinstance(value, Mapping) else {path: value}
    return found


def summary(results: Sequence[RunResult], missing: Sequence[str]) -> dict[str, object]:
    """The batch as plain values, for machines."""
    return {
        "passed": not missing and all(result.passed for result in results),
        "seconds": round(sum(result.seconds for result in results), 1),
        "missing": list(missing),
        "runs": [result.as_json() for result in sorted(results, key=lambda result: result.name)],
    }


def rows(results: Sequence[RunResult], metrics: Metrics) -> list[dict[str, object]]:
    """A row per run: what it was, how it went, `parameter.<name>`, `metric.<name>`."""
    return [
        {"run": result.name, "lesson": result.number}
        | {name: getattr(result, name) for name in ("title", "passed", "reason")}
        | {"seconds": round(result.seconds, 1)}
        | {name: result.facts.get(name) for name in FACTS}
        | {f"parameter.{name}": _cell(value) for name, value in result.parameters.items()}
        | {f"metric.{name}": value for name, value in metrics[result.name].items()}
        for result in sorted(results, key=lambda result: result.name)
    ]


def _cell(value: object) -> object:
    return json.dumps(value) if isinstance(value, list) else value


def write_tables(folder: Path, results: Sequence[RunResult], metrics: Metrics) -> str:
    """`results.csv`, and `results.parquet` where pyarrow is; returns the sentence that says if it is not."""
    import pandas as pd

    table = pd.DataFrame(rows(results, metrics))
    replace_file(folder / "results.csv", table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    for name in [
        name for name in table if table[name].dtype == object
    ]:  # parquet knows no column of several types
        if table[name].dropna().map(type).nunique() > 1:
            table[name] = table[name].map(lambda value: None if value is None else str(value))
    try:
        replace_file(folder / "results.parquet", table.to_parquet(None, index=False, engine="pyarrow"))
    except ImportError:
        (folder / "results.parquet").unlink(missing_ok=True)  # one of an earlier report would be out of date
        return NO_PARQUET
    return ""


def varied(results: Sequence[RunResult]) -> list[str]:
    """The parameters that differ among these runs of one lesson, in the notebook's order."""
    names = dict.fromkeys(name for result in results for name in result.parameters)
    return [name for name in names if len({repr(result.parameters.get(name)) for result in results}) > 1]


def lesson_parts(results: Sequence[RunResult], metrics: Metrics) -> list[dict]:
    """For each lesson with key figures: its table, and a picture per swept parameter and figure."""
    parts = []
    for number in sorted({result.number for result in results}):
        own = sorted((r for r in results if r.number == number and metrics[r.name]), key=lambda r: r.name)
        if not own:
            continue
        names = list(dict.fromkeys(name for result in own for name in metrics[result.name]))
        swept = varied(own)
        table = [
            {
                "link": page_of(result),
                "label": told(result.changed) or result.label,
                "settings": [shown(result.parameters.get(name)) for name in swept],
                "figures": [_figure(metrics[result.name].get(name)) for name in names],
            }
            for result in own
        ]
        part = {"heading": f"{number} {own[0].title}", "swept": swept, "names": names, "rows": table}
        parts.append(part | {"single": len(own) == 1, "pictures": panels(own, metrics, swept, names)})
    return parts


def _figure(value: object) -> str:
    if value is None:
        return "–"
    return shown(round(value, 3) if isinstance(value, float) and abs(value) >= 1 else value)


def panels(
    results: Sequence[RunResult], metrics: Metrics, swept: Sequence[str], names: Sequence[str]
) -> list[str]:
    """An `<img>` for each swept parameter and each figure that varies: which setting gave what."""
    from lesson_staff.sweep_figure import setting_effect
    from lesson_utils.show.display import image_tag

    def values_of(name: str) -> dict[str, float]:
        found = {result.name: metrics[result.name].get(name) for result in results}
        return {run: value for run, value in found.items() if _is_number(value)}

    settings = [name for name in swept if name != "seed"] or list(swept)
    plain_first = sorted(names, key=lambda name: name.count(": "))  # before the parts of tables
    varying = [name for name in plain_first if len(set(values_of(name).values())) > 1]
    found = []
    for parameter, name in [(parameter, name) for name in varying for parameter in settings][:PANELS]:
        values = values_of(name)
        labels = [result.parameters[parameter] for result in results if result.name in values]
        if not all(map(_is_number, labels)):
            labels = [shown(label) for label in labels]
        found.append(image_tag(setting_effect(labels, list(values.values()), parameter, name)))
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def page_of(result: RunResult) -> str:
    """Where a run's page lies, seen from the report."""
    return f"{quote(result.name)}/{quote(_stem(result))}.html"


def _stem(result: RunResult) -> str:
    """The notebook's own name: the run's, up to its first parameter."""
    return result.facts.get("stem") or result.name


def card(folder: Path, result: RunResult) -> dict[str, object]:
    """What the gallery shows of one run."""

    def link(name: str) -> str:
        return f"{quote(result.name)}/{quote(name)}" if (folder / result.name / name).is_file() else ""

    time, memory = duration(result.seconds), result.facts.get("peak_memory_mb")
    used = [("hukommelse", f"{shown(memory)} MB")] if memory else []
    where = [(name, result.facts.get(name)) for name in ("device", "threads", "host")]
    return {
        "label": f"{result.number} {result.title}",
        "summary": " · ".join([time, *(value for _, value in used)]),
        "passed": result.passed,
        "reason": result.reason,
        "traceback": result.traceback,
        "facts": [("tid", time), *used, *((name, value) for name, value in where if value)],
        "changed": [(name, shown(value)) for name, value in result.changed.items()],
        "parameters": [(name, shown(value)) for name, value in result.parameters.items()],
        "page": link(f"{_stem(result)}.html"),
        "notebook": link(f"{_stem(result)}.ipynb"),
        "log": link("log.txt"),
        "picture": link(COVER),
        "picture_text": result.picture_text or f"Figur fra lektionen {result.title}",
    }


def render(folder: Path, results: Sequence[RunResult], metrics: Metrics, missing: Sequence[str]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    lessons = lesson_parts(results, metrics)
    began = min((result.facts.get("started", 0) for result in results), default=0)
    return environment.get_template("report.html.j2").render(
        started=f"{datetime.fromtimestamp(began):%d.%m.%Y kl. %H.%M}" if began else "",
        verdict=verdict(results),
        duration=duration(sum(result.seconds for result in results)),
        missing=missing,
        failed=[card(folder, result) for result in results if not result.passed],
        passed=[card(folder, result) for result in results if result.passed],
        lessons=lessons,
        swept=any(lesson["pictures"] for lesson in lessons),
        parquet=(folder / "results.parquet").is_file(),
    )
