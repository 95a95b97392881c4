"""A bar for a student, silence for a batch, and nothing of either in a notebook that is saved."""

from types import SimpleNamespace

import pytest

from lesson_utils import bars
from lesson_utils.show import progress
from lesson_utils.show.explore import show_widget


@pytest.fixture
def cell(monkeypatch):
    """A cell at work in a notebook: what its one output has been, in order."""
    seen: list[dict] = []
    handle = SimpleNamespace(update=lambda data, raw: seen.append(data))
    monkeypatch.setattr(bars, "get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr(bars, "display", lambda data, raw, display_id: seen.append(data) or handle)
    monkeypatch.setattr(bars, "EVERY", 0)
    monkeypatch.delenv("LESSON_STATIC", raising=False)
    return seen


def test_a_bar_moves_and_leaves_nothing_behind(cell):
    assert list(progress([1, 2], "Tæller <b>")) == [1, 2]
    assert [data["text/plain"] for data in cell] == ["", "Tæller <b>: 0 af 2", "Tæller <b>: 1 af 2", ""]
    assert "Tæller &lt;b&gt;: 1 af 2" in cell[2]["text/html"] and 'max="2"' in cell[2]["text/html"]
    with pytest.raises(ZeroDivisionError), bars.bar("Henter", 3, " MB") as reached:
        reached(1)
        raise ZeroDivisionError
    assert cell[-2]["text/plain"] == "Henter: 1 af 3 MB" and cell[-1] == {"text/plain": ""}


def test_nobody_watches_a_batch(cell, monkeypatch, capsys):
    monkeypatch.setenv("LESSON_STATIC", "1")
    assert list(progress([1, 2, 3], "Tæller")) == [1, 2, 3]
    monkeypatch.delenv("LESSON_STATIC")
    monkeypatch.setattr(bars, "get_ipython", lambda: None)
    assert list(progress((each for each in "ab"), "Tæller")) == ["a", "b"]
    assert cell == [] and capsys.readouterr() == ("", "")


def test_a_sentence_stands_for_a_widget_that_lives_no_longer(monkeypatch):
    """What a notebook keeps of it, opened again without a kernel."""
    import ipywidgets

    shown = []
    monkeypatch.setattr("lesson_utils.show.explore.display", lambda data, raw: shown.append(data))
    show_widget(ipywidgets.VBox([ipywidgets.IntSlider()]))
    show_widget(ipywidgets.HTML(), "kameraet")
    told = [data["text/plain"] for data in shown]
    assert told == ["Kør cellen for at bruge skyderne.", "Kør cellen for at bruge kameraet."]
    assert all("application/vnd.jupyter.widget-view+json" in data for data in shown)
