"""A sentence for the user is told from a fault, whichever house it comes from."""

import pytest

from lesson_staff.cli import answer
from lesson_utils.errors import LessonError, is_sentence
from lesson_utils.pretrained import WeightsUnavailable
from lesson_utils.show.explore import figure_html
from lesson_world import render
from lesson_world.errors import WorldError


@pytest.mark.parametrize("kind", [LessonError, WeightsUnavailable, WorldError])
def test_a_sentence_shows_itself_alone(kind):
    assert kind("Vælg 2.")._render_traceback_() == ["Fejl: Vælg 2."]
    assert is_sentence(kind("Vælg 2.")) and not is_sentence(ValueError("2"))


def unicorn(*_arguments, **_settings):
    return render(["unicorn"], 0, range(1))


def test_what_the_world_cannot_draw_is_a_sentence_in_a_control_and_on_the_command_line(monkeypatch, capsys):
    assert "Verden kender ikke »unicorn«" in figure_html(unicorn, {})
    monkeypatch.setattr("lesson_staff.cli.app", unicorn)
    assert answer(["run"]) == 2
    assert capsys.readouterr().err.startswith("Fejl: Verden kender ikke »unicorn«")
    with pytest.raises(ZeroDivisionError):
        figure_html(lambda: 1 / 0, {})
