"""A lesson's parameters: read from the notebook, checked before anything runs."""

from dataclasses import replace

import nbformat
import pytest

from lesson_staff.catalogue import Lesson
from lesson_staff.parameters import read_parameters, values_for
from lesson_staff.plan import plan
from lesson_utils.errors import LessonError
from lesson_utils.weights import EMBEDDED


@pytest.fixture
def lesson(tmp_path):
    def make(source: str, **allowed: tuple) -> Lesson:
        cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
        notebook = nbformat.v4.new_notebook(cells=[cell])
        notebook.metadata["kernelspec"] = {"display_name": "P", "language": "python", "name": "python3"}
        nbformat.write(notebook, tmp_path / "07_test.ipynb")
        return Lesson("07", "Test", 5, str(tmp_path / "07_test.ipynb"), allowed)

    return make


def test_types_defaults_and_help(lesson):
    source = (
        'photo: str = ""  # sti til dit eget foto\ndepth: int = 16  # lag\nrates: list[float] = [0.1, 0.01]'
    )
    found = read_parameters(lesson(source).notebook)
    assert [(each.name, each.type, each.default) for each in found.values()] == [
        ("photo", "str", ""),
        ("depth", "int", 16),
        ("rates", "list[float]", [0.1, 0.01]),
    ]
    assert found["photo"].help == "sti til dit eget foto"


def test_a_computed_default_is_refused(lesson):
    with pytest.raises(LessonError, match=r"»depth« i 07_test\.ipynb skal være en fast værdi"):
        read_parameters(lesson("depth: int = 2 ** n").notebook)


def test_a_lesson_takes_only_the_parameters_that_it_has(lesson):
    made = lesson('photo: str = ""\ndepth: int = 16')
    changed, values = values_for(made, {"photo": "kat", "seed": 3}, read_parameters(made.notebook))
    assert changed == {"photo": "kat"}
    assert values == {"photo": "kat", "depth": 16}


def test_a_value_outside_the_catalogue_is_refused(lesson):
    made = lesson("depth: int = 16", depth=(11, 16))
    with pytest.raises(LessonError, match="»depth« kan ikke være »12« i lektion 07: vælg mellem 11 og 16"):
        values_for(made, {"depth": 12}, read_parameters(made.notebook))


def test_a_file_of_weights_is_looked_into_before_anything_starts(lesson, tmp_path):
    """A file may hold a network that the lesson allows by its name."""
    made = lesson('network: str = "vgg"', network=("vgg", "imagenet:googlenet", "*.safetensors"))

    def told(path) -> str:
        with pytest.raises(LessonError) as said:
            values_for(made, {"network": str(path)}, read_parameters(made.notebook))
        return str(said.value)

    good = EMBEDDED / "vgg.safetensors"
    assert values_for(made, {"network": str(good)}, read_parameters(made.notebook))[0] == {
        "network": str(good)
    }
    assert "i lektion 07: filen er til alexnet, vælg mellem vgg, imagenet:googlenet og en" in told(
        EMBEDDED / "alexnet.safetensors"
    )
    assert "filen er til googlenet, vælg" in told(EMBEDDED / "googlenet.safetensors"), "not the paper's"
    (tmp_path / "x.safetensors").write_text("intet")
    assert told(tmp_path / "x.safetensors").startswith("»x.safetensors« er ikke en hel safetensors-fil")
    made = replace(made, classes=1000)
    assert "filens netværk kender 22 klasser, lektionen bruger kursets 1000" in told(good)


def test_a_missing_notebook_is_named():
    with pytest.raises(LessonError, match=r"99_ingen\.ipynb"):
        plan([Lesson("99", "Ingen", 5, "99_ingen.ipynb")], {})
