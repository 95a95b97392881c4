"""A stored table comes back as it was, with what is said about it."""

import pandas as pd
import pytest

from lesson_utils.errors import LessonError
from lesson_utils.show import measurements


def test_there_and_back(tmp_path, monkeypatch):
    monkeypatch.setattr(measurements, "FOLDER", tmp_path / "measurements")
    table = pd.DataFrame(
        {"layer": ["conv1", "fc"], "gradient": [1.23456e-11, 2.0], "auxiliary": [True, False]}
    )
    measurements.store("probe", table, {"made by": "python probe.py", "seeds": "0: none"})
    found = measurements.stored("probe")
    assert found.attrs == {"made by": "python probe.py", "seeds": "0: none"}
    assert list(found["layer"]) == ["conv1", "fc"] and found["auxiliary"].dtype == bool
    assert found["gradient"].tolist() == [1.235e-11, 2.0]  # four significant digits


def test_the_source_is_said_in_danish(tmp_path, monkeypatch):
    monkeypatch.setattr(measurements, "FOLDER", tmp_path)
    made = "Målt den 9.1.2026 med »python benchmarks/probe.py«, "
    for seeds, said in {
        "7 (images), 1 (b)": "seed 7 (billeder), 1 (b)",
        "0": "seed 0",
        "0, 1": "seeds 0, 1",
    }.items():
        about = {"made by": "python benchmarks/probe.py", "date": "2026-01-09", "seeds": seeds}
        measurements.store("probe", pd.DataFrame({"a": [1]}), about)
        assert measurements.source(measurements.stored("probe")) == f"{made}{said}."


def test_unknown_names_are_said():
    with pytest.raises(LessonError, match="channel_variance"):
        measurements.stored("kanaler")


@pytest.mark.parametrize("path", sorted(measurements.FOLDER.glob("*.csv")), ids=lambda path: path.stem)
def test_every_table_says_where_it_comes_from(path):
    about = measurements.stored(path.stem).attrs
    assert {"made by", "date", "seeds"} <= about.keys()
