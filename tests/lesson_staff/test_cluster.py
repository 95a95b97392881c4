"""The same plan on a dask cluster: the same figures, and no file system in common."""

import json
import logging
import sys
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from PIL import Image

from lesson_staff import session
from lesson_staff.catalogue import find
from lesson_staff.cli import answer
from lesson_staff.cluster import course_fingerprint
from lesson_staff.order import Limits, order_for
from lesson_staff.plan import plan
from lesson_utils.errors import LessonError

RECORD = """
import os
kind = "application/vnd.lesson.record+json"
display({kind: {"name": "fil", "value": len(open(photo, "rb").read())}}, raw=True)
display({kind: {"name": "tal", "value": 0.1 + 0.2}}, raw=True)
"""


def test_without_dask_one_sentence(monkeypatch, capsys, course):
    course(one=[])
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert answer(["run", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == (
        "Fejl: Pakken dask.distributed mangler: installér den i kursets mappe med »pip install -e '.[cluster]'«.\n"
    )


def test_a_worker_with_other_code_or_weights_has_another_fingerprint(tmp_path):
    """In any of the four houses; what it is told here is refused in the test below."""
    names = [f"lesson_{house}/room/a.py" for house in ("utils", "cells", "world", "staff")]
    names += ["lesson_world/names.toml", "data/danish_names.toml", "data/imagenet_danish.csv"]
    names += ["data/weights/a.safetensors", "data/measurements/a.csv", "data/photos/a.jpg"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    seen = [course_fingerprint(tmp_path)]
    for name in names:
        (tmp_path / name).write_text("2")
        seen.append(course_fingerprint(tmp_path))
    assert len(set(seen)) == len(names) + 1
    assert course_fingerprint() == course_fingerprint() not in seen


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_two_gives_the_same_figures(course, tmp_path, monkeypatch, capsys):
    """`--local-cluster` starts one with a dashboard; `--scheduler` hands the plan to one that is there."""
    pytest.importorskip("distributed")
    from lesson_staff import cluster as cluster_module
    from lesson_staff.cluster import Cluster

    course(good=[RECORD], bad=["1 / 0"])
    photo = tmp_path / "foto.png"
    Image.new("RGB", (9, 6), "red").save(photo)
    here, there, own_there = (str(tmp_path / name) for name in ("here", "there", "own"))
    asked = ["run", "--photo", str(photo)]
    assert answer([*asked, "1", "--out", here]) == 0
    capsys.readouterr()
    with closing(Cluster(jobs=2)) as own:  # what --local-cluster starts
        assert urlopen(own.dashboard, timeout=30).status == 200
        foreign = Request(own.dashboard, headers={"Host": "andre.example"})
        with pytest.raises(HTTPError, match="403"):
            urlopen(foreign, timeout=30)
        assert own.slots == 2
        assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)
        heard = []
        with monkeypatch.context() as patch:
            patch.setattr(session.Display, "tell", lambda display, *step: heard.append(step))
            assert answer([*asked, "--scheduler", own.address, "--out", there]) == 1, "as »bad« fails"
        said = capsys.readouterr().out
        assert "ZeroDivisionError: division by zero." in said and "dask" not in said
        with monkeypatch.context() as patch:
            # here alone: a worker computes its own, from its own files
            patch.setattr(course_fingerprint, "__defaults__", (tmp_path,))
            assert answer([*asked, "--scheduler", own.address, "--out", str(tmp_path / "none")]) == 2
        told = capsys.readouterr().err
        assert "samme udgave af kurset" in told and "tcp://127.0.0.1:" in told, "which worker"
        late = order_for(plan(find(["1"]))[0], Limits())
        with monkeypatch.context() as patch:
            patch.setattr(own, "_course", "another")  # as if the worker had joined when all had been asked
            with pytest.raises(LessonError, match=r"^Workeren .* har ikke samme udgave af kurset"):
                own.submit(late, lambda *step: None).result(timeout=60)
        with pytest.raises(LessonError, match="device »gpu« kendes ikke"):
            Cluster(own.address, devices=["gpu"])
        assert not (tmp_path / "none").exists()
        with monkeypatch.context() as patch:
            patch.setattr(cluster_module, "Cluster", lambda address, jobs, devices: own)
            assert answer([*asked, "1", "--local-cluster", "--out", own_there]) == 0
        assert f"Følg kørslen i dask: {own.dashboard}" in capsys.readouterr().out
    metrics = [next(Path(place).glob("01_*/metrics.json")).read_bytes() for place in (here, there, own_there)]
    assert metrics[0] == metrics[1] == metrics[2]
    assert json.loads(metrics[0]) == {"fil": len(photo.read_bytes()), "tal": 0.1 + 0.2}
    assert [step[1:] for step in heard if step[0].lesson.title == "Good"][-1] == (5, 5)


def test_no_scheduler_one_sentence(capsys, course, monkeypatch):
    pytest.importorskip("distributed")
    from lesson_staff import cluster

    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1)
    course(one=[])
    assert answer(["run", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "Fejl: Der svarer ingen dask-planlægger på »tcp://127.0.0.1:1«" in capsys.readouterr().err
