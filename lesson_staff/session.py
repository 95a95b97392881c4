"""`lesson run` from its first word to its last: check, run, write the folder, tell."""

import shlex
from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from lesson_staff import output
from lesson_staff.batch import Scheduler, ThisMachine, run_all, runs_at_a_time
from lesson_staff.catalogue import find, whole
from lesson_staff.options import Request
from lesson_staff.pages import relative, verdict
from lesson_staff.parameters import Wrong
from lesson_staff.plan import Run, RunResult, merged_rows, plan
from lesson_staff.report import write_report
from lesson_staff.store import alone_in, batch_folder, finished, latest, planned, write_plan
from lesson_staff.sweep import checked_settings, settings_from
from lesson_staff.terminal import Display, Terminal, print_summary
from lesson_utils.danish import plural
from lesson_utils.errors import LessonError

PASSED, FAILED, INTERRUPTED = 0, 1, 130


def runs_asked_for(request: Request) -> list[Run]:
    """The plan. Raises WrongParameters with a sentence for everything that is wrong; nothing has started then."""
    wrong, lessons, settings = Wrong(), whole(), [{}]
    with wrong:
        lessons = find(request.lessons)
    with wrong:
        settings = settings_from(*request.sources)
    # what needs no torch is looked at first: a wrong word is answered at once
    chosen = bool(request.lessons)
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


def plan_and_folder(request: Request) -> tuple[list[Run], Callable[[], Path]]:
    """What to run, and a function that finds or makes the folder for it: nothing is made before all is checked."""
    if request.resume and not (request.lessons or any(request.sources)):
        folder = Path(request.out).expanduser().absolute() if request.out else latest()
        return planned(folder, not request.scheduler), lambda: folder
    if request.resume and not request.out:
        return runs_asked_for(request), latest
    return runs_asked_for(request), lambda: batch_folder(request.out, datetime.now().astimezone())


def run_session(request: Request) -> int:
    """Run what is asked for; the exit code. Raises LessonError, before anything has started, for wrong input."""
    console = Terminal(stderr=request.as_json, highlight=False)
    say = partial(console.print, soft_wrap=True, markup=False)
    runs, find_folder = plan_and_folder(request)
    for sentence in merged_rows(runs):
        say(sentence)
    cluster = cluster_for(request, runs, say)
    with closing(cluster) if cluster else nullcontext(), alone_in(folder := find_folder()):
        write_plan(folder, runs)
        results, interrupted = _run(request, runs, folder, cluster, console)
    index, lack = write_report(folder)
    if request.as_json:
        output.say((folder / "summary.json").read_text(encoding="utf-8").rstrip("\n"))
    if interrupted:
        say(f"\nAfbrudt: {len(results)} af {plural(len(runs), 'kørsel', 'kørsler')} blev færdige.")
        say(f"Gå videre med: lesson run --resume --out {shlex.quote(relative(folder))}")
    else:
        print_summary(console, results)
        say(f"\n{verdict(results)[0].upper()}{verdict(results)[1:]}.")
    for line in filter(None, [lack, "Åbn siden i en browser:", relative(index)]):
        say(line)
    if interrupted:
        return INTERRUPTED
    return PASSED if all(result.passed for result in results) else FAILED


def _run(
    request: Request, runs: list[Run], folder: Path, cluster: Scheduler | None, console: Terminal
) -> tuple[list[RunResult], bool]:
    """The results by name, and whether a Ctrl-C ended it."""
    done = finished(folder, runs)
    waiting, results = [run for run in runs if run.name not in done], list(done.values())
    if done:
        kept = plural(len(done), "kørsel er", "kørsler er")
        console.print(f"{kept} gennemført i forvejen og bliver beholdt.")
    scheduler = cluster or ThisMachine(min(request.jobs or runs_at_a_time(), len(waiting)) or 1, folder)
    interrupted, display = True, Display(console, waiting)
    those = run_all(waiting, folder, limits=request.limits, scheduler=scheduler, tell=display.tell)
    with suppress(KeyboardInterrupt):
        display.follow(those, results)
        interrupted = False
    return sorted(results, key=lambda result: result.name), interrupted
