"""A bar for a student, and silence for a batch."""

from lesson_utils.show import progress


def test_nothing_is_lost(capsys, monkeypatch):
    monkeypatch.delenv("LESSON_STATIC", raising=False)
    assert list(progress([1, 2, 3], "Tæller")) == [1, 2, 3]
    assert "Tæller" in capsys.readouterr().err


def test_a_batch_writes_nothing(capsys, monkeypatch):
    monkeypatch.setenv("LESSON_STATIC", "1")
    assert list(progress([1, 2, 3], "Tæller")) == [1, 2, 3]
    assert capsys.readouterr().err == ""
