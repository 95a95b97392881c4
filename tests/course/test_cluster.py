"""The same plan on a dask cluster: the same figures, and no file system in common."""

import sys
from contextlib import closing
from urllib.request import urlopen

import pytest

from lesson_utils.course.batch import run_all
from lesson_utils.course.catalogue import find
from lesson_utils.course.cli import answer
from lesson_utils.course.plan import plan
from lesson_utils.errors import LessonError

RECORD = """
import os
kind = "application/vnd.lesson.record+json"
display({kind: {"name": "fil", "value": open(photo, "rb").read().decode()}}, raw=True)
display({kind: {"name": "tal", "value": 0.1 + 0.2}}, raw=True)
"""


def test_without_dask_one_sentence(monkeypatch, capsys, course):
    course(one=[])
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert answer(["run", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == (
        "Fejl: Pakken dask.distributed mangler: installér den i kursets mappe med »pip install -e '.[cluster]'«.\n"
    )


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_two_gives_the_same_figures(course, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    from lesson_utils.course import cluster as cluster_module
    from lesson_utils.course.cluster import Cluster

    course(good=[RECORD], bad=["1 / 0"])
    photo = tmp_path / "foto.txt"
    photo.write_text("indhold", encoding="utf-8")
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    runs = plan(find(), {"photo": str(photo)})
    list(run_all(runs[:1], here, page=False))
    with closing(Cluster(jobs=2)) as own:  # what --local-cluster starts
        assert urlopen(own.dashboard, timeout=30).status == 200
        heard = []
        scheduler = Cluster(own.address)
        assert scheduler.slots == 2
        results = {
            r.title: r for r in run_all(runs, there, tell=heard.append, page=False, scheduler=scheduler)
        }
        with monkeypatch.context() as patch:
            patch.setattr(cluster_module, "course_fingerprint", lambda: "en anden")
            with pytest.raises(LessonError, match="samme udgave af kurset"):
                Cluster(own.address)
    good = results["Good"]
    assert good.passed and results["Bad"].reason.endswith("ZeroDivisionError: division by zero.")
    metrics = (there / good.name / "metrics.json").read_bytes()
    assert metrics == (here / good.name / "metrics.json").read_bytes()
    assert b"indhold" in metrics
    assert [(step.cell, step.cells) for step in heard if step.run.lesson.title == "Good"][-1] == (6, 6)


def test_no_scheduler_one_sentence(capsys, course, monkeypatch):
    pytest.importorskip("distributed")
    from lesson_utils.course import cluster

    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1)
    course(one=[])
    assert answer(["run", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "Fejl: Der svarer ingen dask-planlægger på »tcp://127.0.0.1:1«" in capsys.readouterr().err
