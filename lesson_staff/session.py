"""`lesson run` from its first word to its last: check, run, write the folder, tell."""

import json
import shlex
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path

from lesson_staff import output
from lesson_staff.batch import Scheduler, SchedulerLost, ThisMachine, run_all, runs_at_a_time
from lesson_staff.catalogue import find, whole
from lesson_staff.options import Request
from lesson_staff.pages import duration, relative, verdict
from lesson_staff.parameters import Wrong
from lesson_staff.plan import Run, RunResult, merged_rows, plan
from lesson_staff.report import write_report
from lesson_staff.store import (
    PARTS,
    alone_in,
    batch_folder,
    finished,
    free_folder,
    latest,
    outdated,
    planned,
    write_plan,
)
from lesson_staff.sweep import checked_settings, settings_from
from lesson_staff.terminal import Display, Terminal, print_summary
from lesson_utils.danish import plural
from lesson_utils.errors import LessonError
from lesson_utils.records import as_json

PASSED, FAILED, INTERRUPTED = 0, 1, 130
STOPPED = "Afbrudt"


def runs_asked_for(request: Request) -> list[Run]:
    """The plan. Raises WrongParameters with a sentence for everything that is wrong; nothing has started then."""
    wrong, lessons, settings = Wrong(), whole(), [{}]
    with wrong:
        lessons = find(request.lessons)
    with wrong:
        settings = settings_from(*request.sources)
    # what needs no torch is looked at first: a wrong word is answered at once
    chosen = bool(request.lessons)
    if lessons:
        with wrong:
            plan(
                lessons,
                *(each | ({"device": "auto"} if "device" in each else {}) for each in settings),
                chosen=chosen,
            )
    wrong.tell()
    return plan(lessons, *checked_settings(settings, not request.scheduler), chosen=chosen)


def cluster_for(request: Request, runs: list[Run], say: Callable) -> Scheduler | None:
    """The cluster that is asked for, if one is. Raises LessonError if it does not answer, or lacks a device."""
    if not (request.scheduler or request.local_cluster):
        return None
    if request.scheduler and request.local_cluster:
        raise LessonError("Vælg én klynge: enten --scheduler eller --local-cluster.")
    if request.scheduler and request.jobs:
        raise LessonError(
            "Udelad --jobs sammen med --scheduler: klyngen kører så mange, som den har tråde til."
        )
    from lesson_staff.cluster import Cluster

    devices = {str(run.changed["device"]) for run in runs if "device" in run.changed}
    cluster = Cluster(request.scheduler, request.jobs, devices)
    if cluster.dashboard:
        say(f"Følg kørslen i dask: {cluster.dashboard}")
    return cluster


def plan_and_folder(request: Request) -> tuple[list[Run], list[str], Callable[[], Path]]:
    """What to run, sentences on what can't or is asked for twice, and a function that finds or makes the folder:
    nothing is made before all is checked."""
    if request.keep not in PARTS:
        raise LessonError(f"--keep kan ikke være »{request.keep}«: skriv {', '.join(PARTS)}.")
    if request.resume and not (request.lessons or any(request.sources)):
        folder = Path(request.out).expanduser().absolute() if request.out else latest()
        return *planned(folder, not request.scheduler), lambda: folder
    runs = runs_asked_for(request)
    find_folder = latest if request.resume and not request.out else partial(batch_folder, request.out, now())
    return runs, merged_rows(runs), find_folder


def now() -> datetime:
    return datetime.now().astimezone()


def dry_run(request: Request, runs: list[Run], say: Callable) -> int:
    """Tell what would run; nothing is made."""
    folder = free_folder(request.out) if request.out else None
    folder = latest() if request.resume and not folder else folder
    done = {} if request.redo or not folder else finished(folder, runs)
    if request.as_json:
        rows = [
            {"name": run.name, "lesson": run.lesson.number, "changed": dict(run.changed)}
            | {"seconds": run.lesson.seconds, "done": run.name in done}
            for run in runs
        ]
        output.say(as_json({"folder": folder and str(folder), "runs": rows}).decode("utf-8").rstrip("\n"))
        return PASSED
    waiting = [run for run in runs if run.name not in done]
    for run in runs:
        say(f"{run.label}  {'er gennemført' if run.name in done else f'ca. {duration(run.lesson.seconds)}'}")
    if folder and not request.redo and (changed := outdated(folder, waiting)):
        say(changed)
    say(first_line(request, waiting, folder))
    return PASSED


def first_line(request: Request, waiting: list[Run], folder: Path | None, slots: int = 0) -> str:
    """`4 kørsler, 2 ad gangen, i mappen vgg: ca. 3 min. 0 s.`, by the times that the lessons have taken."""
    slots = slots or min(request.jobs or runs_at_a_time(), len(waiting)) or 1
    works = [run.lesson.seconds for run in waiting]
    left = duration(max(sum(works) / slots, max(works, default=0)))
    at_once = (
        f", {slots} ad gangen" if len(waiting) > 1 and not (request.scheduler and request.dry_run) else ""
    )
    where = f"mappen {relative(folder)}" if folder else "en ny mappe i runs/"
    return f"{plural(len(waiting), 'kørsel', 'kørsler')}{at_once}, i {where}: ca. {left}."


def run_session(request: Request) -> int:
    """Run what is asked for; the exit code. Raises LessonError, before anything has started, for wrong input."""
    console = Terminal(stderr=request.as_json, highlight=False)
    say = partial(console.print, soft_wrap=True, markup=False)
    runs, sentences, find_folder = plan_and_folder(request)
    for sentence in sentences:
        say(sentence)
    if request.dry_run:
        return dry_run(request, runs, say)
    cluster = cluster_for(request, runs, say)
    with closing(cluster) if cluster else nullcontext(), alone_in(folder := find_folder()):
        write_plan(folder, runs)
        results, ended = _run(request, runs, folder, cluster, console)
    index, lack = write_report(folder)
    if request.as_json:
        output.say(as_json(asked_summary(folder, runs)).decode("utf-8").rstrip("\n"))
    if ended:
        say(f"\n{ended}: {len(results)} af {plural(len(runs), 'kørsel', 'kørsler')} blev færdige.")
        say(f"Gå videre med: lesson run --resume --out {shlex.quote(relative(folder))}")
    else:
        print_summary(console, results)
        say(f"\n{verdict(results)[0].upper()}{verdict(results)[1:]}.")
    for line in filter(None, [lack, "Åbn siden i en browser:", relative(index)]):
        say(line)
    if ended:
        return INTERRUPTED if ended == STOPPED else FAILED
    unable = len(sentences) if request.resume else 0  # the sentences of a plan's rows that cannot be run
    return PASSED if all(result.passed for result in results) and not unable else FAILED


def asked_summary(folder: Path, runs: list[Run]) -> dict:
    """What `--json` prints: the runs that were asked for; the folder may hold others, of which it tells apart."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    names = {run.name for run in runs}
    rows = [row for row in summary["runs"] if row["name"] in names]
    missing = sorted(names - {row["name"] for row in rows})
    passed = not missing and all(row["passed"] for row in rows)
    seconds = round(sum(row["seconds"] for row in rows), 1)
    whole = {"path": str(folder), "passed": summary["passed"], "runs": len(summary["runs"])}
    return {"passed": passed, "seconds": seconds, "missing": missing, "runs": rows, "folder": whole}


def _run(
    request: Request, runs: list[Run], folder: Path, cluster: Scheduler | None, console: Terminal
) -> tuple[list[RunResult], str]:
    """The results by name, and what ended it too early, if anything did."""
    done = {} if request.redo else finished(folder, runs)
    waiting, results = [run for run in runs if run.name not in done], list(done.values())
    if done:
        kept = plural(len(done), "kørsel er", "kørsler er")
        console.print(f"{kept} gennemført i forvejen og bliver beholdt.")
    if changed := outdated(folder, waiting):
        console.print(changed, soft_wrap=True)
    scheduler = cluster or ThisMachine(min(request.jobs or runs_at_a_time(), len(waiting)) or 1, folder)
    if waiting:
        console.print(first_line(request, waiting, folder, scheduler.slots), soft_wrap=True)
    display = Display(console, waiting)
    those = run_all(
        waiting, folder, tell=display.tell, limits=request.limits, parts=request.keep, scheduler=scheduler,
        stopping=lambda: console.print("Stopper …"),
    )  # fmt: skip
    ended = ""
    try:
        display.follow(those, results)
    except KeyboardInterrupt:
        ended = STOPPED
    except SchedulerLost:
        ended = "Klyngens planlægger svarer ikke mere"
    return sorted(results, key=lambda result: result.name), ended
