"""The folder of a batch: whole runs only, and a report that says which setting gave what."""

import builtins
import csv
import json

import numpy as np
import pytest
from PIL import Image

from lesson_staff.catalogue import find
from lesson_staff.cli import answer
from lesson_staff.order import Outcome
from lesson_staff.plan import plan
from lesson_staff.report import NO_PARQUET, write_report
from lesson_staff.store import HALF, alone_in, finished, keep, kept, outdated, planned, write_plan
from lesson_utils.errors import LessonError
from lesson_utils.records import as_json


@pytest.fixture
def batch(course, tmp_path):
    """Six made-up runs of one lesson: five settings, of which one failed; the sixth is still to come."""
    course(photo=False, one=[])
    out = tmp_path / "ud med mellemrum"
    out.mkdir()
    runs = plan(find(), *({"classes": classes} for classes in range(10, 16)))
    for run in runs[:-1]:
        wrong = "Celle [3] stoppede med <ValueError>." if run.changed["classes"] == 12 else ""
        metrics = {"nøjagtighed": run.changed["classes"] / 20, "dele": {"hjul": 0.5}}
        files = {"01_one.html": b"side", "log.txt": b""} | (
            {} if wrong else {"metrics.json": json.dumps(metrics).encode()}
        )
        facts = {"peak_memory_mb": 100, "device": "cpu", "started": 1_700_000_000}
        keep(out, run, Outcome(2.0, wrong, "sidste linje", "", files, facts), run.identity())
    write_plan(out, runs)
    return out


def test_report_shows_failed_first_and_every_setting(batch):
    index, lack = write_report(batch)
    html = index.read_text(encoding="utf-8")
    assert lack == ""
    assert html.index("✗ fejlede") < html.index("✓ gennemført")
    assert "&lt;ValueError&gt;" in html and "sidste linje" in html
    assert html.count('<li class="card') == 5 and "1 kørsel mangler endnu" in html
    assert html.count("nøjagtighed over classes: 4 kørsler") == 1, "what never changes has no picture"
    assert "Højest ved 14." in html
    assert not any(f"{kind}://" in html for kind in ("http", "https"))


def test_tables_for_pandas(batch):
    import pandas as pd

    write_report(batch)
    rows = list(csv.DictReader((batch / "results.csv").open(encoding="utf-8")))
    assert [row["parameter.classes"] for row in rows] == ["10", "11", "12", "13", "14"]
    assert [row["passed"] for row in rows] == ["True", "True", "False", "True", "True"]
    assert float(rows[4]["metric.nøjagtighed"]) == 0.7 and rows[2]["metric.nøjagtighed"] == ""
    parquet = pd.read_parquet(batch / "results.parquet")
    assert list(parquet["metric.dele: hjul"].dropna()) == [0.5] * 4
    summary = json.loads((batch / "summary.json").read_text(encoding="utf-8"))
    assert summary["passed"] is False and summary["missing"] == ["01_one_classes=15"]


def test_without_pyarrow_it_says_so(batch, monkeypatch):
    write_report(batch)
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("pandas.DataFrame.to_parquet", lambda *a, **k: __import__("pyarrow"))
    assert write_report(batch)[1] == NO_PARQUET
    assert not (batch / "results.parquet").exists(), "an old one would be out of date"


def test_json_is_json_whatever_the_numbers_are():
    told = as_json({"a": float("nan"), "b": [float("inf")], "c": np.int64(3), "d": np.float32(0.5)})
    assert json.loads(told, parse_constant=pytest.fail) == {"a": None, "b": [None], "c": 3, "d": 0.5}


def test_report_as_a_command(batch, capsys):
    assert answer(["report", str(batch)]) == 0
    assert "index.html" in capsys.readouterr().out
    assert answer(["report", str(batch), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["index"] == str(batch / "index.html")
    assert answer(["report", str(batch.parent)]) == 2
    assert "indeholder ingen kørsel" in capsys.readouterr().err


def test_only_what_passed_with_the_same_notebook_is_kept(batch):
    write_plan(batch, planned(batch)[0][:1])
    runs, _ = planned(batch)
    assert len(runs) == 6, "what an earlier command asked for in the same folder is asked for still"
    assert [name[-2:] for name in finished(batch, runs)] == ["10", "11", "13", "14"]
    notebook = runs[0].lesson.notebook
    notebook.write_text(notebook.read_text().replace("løst", "ændret"))
    assert finished(batch, runs) == {}


def test_other_code_and_other_files_are_told_apart(batch, monkeypatch):
    runs, _ = planned(batch)
    assert outdated(batch, runs) == ""
    with monkeypatch.context() as patch:
        patch.setattr("lesson_staff.fingerprint.of_lesson", lambda notebook: "another")
        assert "4 kørsler med en anden udgave af kurset" in outdated(batch, runs)
    notebook = runs[0].lesson.notebook
    notebook.write_text(notebook.read_text().replace("antal klasser", "ændret"))
    monkeypatch.setattr("lesson_staff.fingerprint.of_lesson", lambda notebook: kept(batch)[0].facts["course"])
    assert "4 kørsler med en anden tekst, et andet foto eller en anden fil" in outdated(batch, runs)


def test_a_photo_that_is_gone_stops_no_other(course, tmp_path):
    """What was made from it stays; what was not made is one sentence."""
    course(one=[])
    photos = [tmp_path / f"{name}.png" for name in "abc"]
    for photo in photos:
        Image.new("RGB", (4, 4)).save(photo)
    runs = plan(find(), *({"photo": str(photo)} for photo in photos))
    write_plan(tmp_path, runs)
    keep(tmp_path, runs[0], Outcome(1.0), runs[0].identity())
    photos[0].unlink()
    photos[1].unlink()
    left, (told,) = planned(tmp_path)
    assert [run.changed["photo"] for run in left] == [str(photos[0]), str(photos[2])]
    assert told.startswith(f"{runs[1].name}: Billedet »") and list(finished(tmp_path, left)) == [runs[0].name]


@pytest.mark.parametrize("parts, left", [("all", 5), ("page", 3), ("numbers", 2)])
def test_how_much_of_a_run_is_kept(course, tmp_path, parts, left):
    course(photo=False, one=[])
    (run,) = plan(find())
    names = ("01_one.ipynb", "01_one.html", "pictures/01.png", "metrics.json", "log.txt")
    keep(tmp_path, run, Outcome(1.0, files=dict.fromkeys(names, b"x")), run.identity(), parts=parts)
    files = [path for path in (tmp_path / run.name).rglob("*") if path.is_file()]
    assert len(files) == left + 1 and (tmp_path / run.name / "metrics.json") in files


def test_a_run_is_whole_or_not_there(batch, monkeypatch):
    """Whatever fails while a folder is written, the one before it stays, and the next batch clears up."""
    run = planned(batch)[0][0]
    before = (batch / run.name / "run.json").read_bytes()

    def full(*_):
        raise OSError("disken er fuld")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(OSError):
            keep(batch, run, Outcome(1.0, files={"a": b"x"}), "ny")
    assert (batch / run.name / "run.json").read_bytes() == before
    removed = []
    with monkeypatch.context() as patch:
        patch.setattr("lesson_staff.store.remove", lambda place: removed.append(place.name))
        keep(batch, run, Outcome(1.0, files={"a": b"x"}), "ny")
    assert all(name.startswith(HALF) for name in removed), "what is removed step by step has no run's name"
    assert list(batch.glob(".half-*")) and len(kept(batch)) == 5
    with alone_in(batch), pytest.raises(LessonError, match="En anden kørsel er i gang"), alone_in(batch):
        pass
    assert not list(batch.glob(".half-*"))


@pytest.mark.browser
def test_the_report_by_keyboard_on_a_phone(batch, chromium, breaches):
    write_report(batch)
    page = chromium.new_context(viewport={"width": 390, "height": 844}, offline=True).new_page()
    page.goto((batch / "index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert breaches(page) == []
    page.keyboard.press("/")
    page.keyboard.type("fejlede")
    assert page.locator(".card:visible").count() == 1
    assert page.locator(".card summary").first.is_visible()
    page.evaluate("document.querySelector('.card').dataset.set += '\\nstørrelse=30'")
    for wanted, cards, rows, told in (
        ("classes=11", 1, 1, "1 af 5 fundet"),
        ("classes=1", 0, 0, "ingen af 5 fundet"),
        ("CLASSES=11, seed=7", 0, 0, "ingen af 5 fundet"),
        ("størrelse=30", 1, 0, "1 af 5 fundet"),
        ("", 5, 4, ""),
    ):
        page.fill("#filter", wanted)
        found = [page.locator(f"{each}:visible").count() for each in (".card", "tr[data-run]")]
        assert (*found, page.locator("#found").inner_text()) == (cards, rows, told), wanted
    page.focus("#filter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.href").endswith("01_one_classes%3D10/01_one.html")
    page.get_by_role("button", name="nøjagtighed").click()
    page.get_by_role("button", name="nøjagtighed").click()
    assert page.locator("tbody tr").first.inner_text().startswith("classes=14")
    page.context.close()
