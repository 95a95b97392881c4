"""The report of a batch's folder: a gallery for people, tables for pandas. It reads whole folders only, and can be
made again at any time, also while the batch is running."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lesson_staff.order import write_under
from lesson_staff.pages import (
    COVER,
    TEMPLATES,
    duration,
    mathjax_parts,
    read_json,
    replace_file,
    shown,
    verdict,
)
from lesson_staff.plan import RunResult, short_value, told
from lesson_staff.store import NO_BATCH, kept, read_plan
from lesson_utils.errors import LessonError
from lesson_utils.records import as_json, plain

Metrics = dict[str, dict[str, object]]  # of each run by its name: its key figures by theirs
FACTS = ("peak_memory_mb", "device", "threads", "attempts")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for one begins so
PANELS = 12  # figures of one lesson: more would hide the ones that matter
NO_PARQUET = "results.parquet blev ikke skrevet: pakken pyarrow mangler. results.csv har de samme tal."


def write_report(folder: Path) -> tuple[Path, str]:
    """Write `index.html`, `summary.json`, `results.csv` and `results.parquet`.

    Returns the index and a Danish sentence on what could not be written ("" if nothing). Raises LessonError if
    the folder holds no batch.
    """
    results, asked = kept(folder), [entry["name"] for entry in read_plan(folder)]
    if not results and not asked:
        raise LessonError(NO_BATCH.format(folder))
    metrics = {result.name: metrics_of(folder / result.name / "metrics.json") for result in results}
    missing = [name for name in asked if name not in metrics]
    summary = {
        "passed": not missing and all(result.passed for result in results),
        "seconds": round(sum(result.seconds for result in results), 1),
        "missing": missing,
        "runs": [result.as_json() for result in results],
    }
    write_under(folder, mathjax_parts())
    replace_file(folder / "summary.json", as_json(summary))
    lack = write_tables(folder, results, metrics)
    index = folder / "index.html"
    replace_file(index, render(folder, results, metrics, missing).encode("utf-8"))
    return index, lack


def metrics_of(file: Path) -> dict[str, object]:
    """A run's key figures, each by one name; none if it did not come so far."""
    with suppress(ValueError, RecursionError):  # one that is missing or damaged, too
        return flat(plain(read_json(file)))
    return {}


def flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Every single figure by name: `{"a": {"b": 1, "c": [2, 3]}}` -> `a: b`, `a: c: 1`, `a: c: 2`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{above}: {name}" if above else str(name)
        if isinstance(value, list):
            value = {str(position): each for position, each in enumerate(value, start=1)}
        found |= flat(value, path) if isinstance(value, Mapping) else {path: value}
    return found


def table_row(result: RunResult, figures: Mapping[str, object]) -> dict[str, object]:
    """What a run was, how it went, `parameter.<name>`, `metric.<name>`."""
    parameters = {
        f"parameter.{name}": json.dumps(value) if isinstance(value, list) else value
        for name, value in result.parameters.items()
    }
    return (
        {"run": result.name, "lesson": result.number, "title": result.title, "passed": result.passed}
        | {"reason": result.reason, "seconds": round(result.seconds, 1)}
        | {name: result.facts.get(name) for name in FACTS}
        | parameters
        | {f"metric.{name}": value for name, value in figures.items()}
    )


def write_tables(folder: Path, results: Sequence[RunResult], metrics: Metrics) -> str:
    """`results.csv`, and `results.parquet` where pyarrow is; returns the sentence that says if it is not."""
    import pandas as pd

    table = pd.DataFrame([table_row(result, metrics[result.name]) for result in results])
    safe = table.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell)
    replace_file(folder / "results.csv", safe.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    for name in table:  # parquet knows no column of several types
        if table[name].dropna().map(type).nunique() > 1:
            table[name] = table[name].map(str, na_action="ignore")
    try:
        replace_file(folder / "results.parquet", table.to_parquet(None, index=False, engine="pyarrow"))
    except ImportError:
        (folder / "results.parquet").unlink(missing_ok=True)  # one of an earlier report would be out of date
        return NO_PARQUET
    return ""


def lesson_parts(results: Sequence[RunResult], metrics: Metrics) -> list[dict]:
    """For each lesson with key figures: its runs, their figures' names, what was varied, and pictures of that."""
    parts = []
    for lesson in sorted({(result.number, result.title) for result in results}):
        runs = [run for run in results if (run.number, run.title) == lesson and metrics[run.name]]
        names = list(dict.fromkeys(name for result in runs for name in metrics[result.name]))
        parameters = dict.fromkeys(name for result in runs for name in result.parameters)
        swept = [name for name in parameters if len({repr(run.parameters.get(name)) for run in runs}) > 1]
        part = {"runs": runs, "names": names, "swept": swept}
        parts += [part | {"pictures": panels(runs, metrics, swept, names)}] if runs else []
    return parts


def panels(runs: Sequence[RunResult], metrics: Metrics, swept: list[str], names: list[str]) -> list[str]:
    """An `<img>` for each swept parameter and each figure that varies: which setting gave what."""
    from lesson_staff.sweep_figure import setting_effect
    from lesson_utils.show.display import image_tag

    values = {
        name: {run.name: metrics[run.name][name] for run in runs if is_number(metrics[run.name].get(name))}
        for name in sorted(names, key=lambda name: name.count(": "))  # before the parts of tables
    }
    varying = [name for name in values if len(set(values[name].values())) > 1]
    settings = [name for name in swept if name != "seed"] or swept
    found = []
    for parameter, name in [(parameter, name) for name in varying for parameter in settings][:PANELS]:
        labels = [run.parameters[parameter] for run in runs if run.name in values[name]]
        labels = labels if all(map(is_number, labels)) else [shown(label) for label in labels]
        found.append(image_tag(setting_effect(labels, list(values[name].values()), parameter, name)))
    return found


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def figure(value: object) -> str:
    """A key figure as a table shows it."""
    if value is None:
        return "–"
    return shown(round(value, 3) if isinstance(value, float) and abs(value) >= 1 else value)


def render(folder: Path, results: Sequence[RunResult], metrics: Metrics, missing: Sequence[str]) -> str:
    """The page; it links to what there is in the folder."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def link(result: RunResult, name: str) -> str:
        return f"{quote(result.name)}/{quote(name)}" if (folder / result.name / name).is_file() else ""

    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"duration": duration, "figure": figure, "shown": shown, "told": told}
    began = min((result.facts.get("started", 0) for result in results), default=0)
    return environment.get_template("report.html.j2").render(
        started=f"{datetime.fromtimestamp(began):%d.%m.%Y kl. %H.%M}" if began else "",
        verdict=verdict(results),
        results=results,
        metrics=metrics,
        missing=missing,
        lessons=lesson_parts(results, metrics),
        parquet=(folder / "results.parquet").is_file(),
        link=link,
        told_all=lambda run: "\n".join(
            f"{name}={short_value(value)}" for name, value in run.parameters.items()
        ),
        cover=COVER,
    )
