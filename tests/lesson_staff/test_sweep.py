"""Which runs the options of `lesson run` ask for, and what is refused before anything starts."""

import subprocess
import sys
from dataclasses import replace

import nbformat
import pytest

from lesson_staff import catalogue, fingerprint
from lesson_staff.catalogue import Lesson, find
from lesson_staff.order import Limits, order_for
from lesson_staff.parameters import Written
from lesson_staff.plan import merged_rows, plan
from lesson_staff.session import Request, runs_asked_for
from lesson_staff.sweep import settings_from
from lesson_utils.errors import LessonError


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """A lesson with a depth, and one with a rate; both have a seed."""
    sources = {
        "01_deep": 'photo: str = ""  # foto\ndepth: int = 16\nseed: int = 0\nfast: bool = False',
        "02_rate": "rate: float = 0.1\nseed: int = 0\nsteps: int = 5\nsizes: list = [1]",
    }
    for name, source in sources.items():
        cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
        notebook = nbformat.v4.new_notebook(cells=[cell])
        notebook.metadata["kernelspec"] = {"display_name": "P", "language": "python", "name": "python3"}
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    deep = Lesson("01", "Dyb", 5, "01_deep.ipynb", {"depth": (11, 13, 16)})
    monkeypatch.setattr(
        catalogue, "LESSONS", (deep, Lesson("02", "Rate", 5, "02_rate.ipynb", {"steps": range(1, 9)}))
    )
    return tmp_path


def names(**options) -> list[str]:
    return [run.name for run in runs_asked_for(Request(**options))]


def sentences(**options) -> list[str]:
    with pytest.raises(LessonError) as caught:
        runs_asked_for(Request(**options))
    return getattr(caught.value, "sentences", [str(caught.value)])


def test_nothing_asked_for_is_each_lesson_once(lessons):
    assert names() == ["01_deep", "02_rate"]
    assert names(lessons=["2"]) == ["02_rate"]


def test_one_value_goes_to_the_lessons_that_have_it(lessons):
    assert names(parameters=["depth=11"]) == ["01_deep_depth=11", "02_rate"]


def test_a_grid_is_a_product_and_seeds_count_from_zero(lessons):
    assert names(lessons=["1"], grids=["depth=11,13"], seeds=2) == [
        f"01_deep_depth={depth}_seed={seed}" for depth in (11, 13) for seed in (0, 1)
    ]
    same = runs_asked_for(Request(lessons=["1"], grids=["seed=5,05"]))
    assert merged_rows(same) == ["Ens, så de køres én gang: »seed=5« og »seed=05«."]
    assert merged_rows(runs_asked_for(Request(grids=["depth=11,13"]))) == []
    assert names(grids=["depth=11,13"])[-2:] == ["02_rate", "01_deep_depth=13"], "the other lesson runs once"


def test_values_get_the_type_of_their_parameter(lessons):
    runs = runs_asked_for(Request(parameters=["depth=11", "fast=ja", "rate=1", "sizes=[2, 3]"]))
    assert [dict(run.changed) for run in runs] == [
        {"depth": 11, "fast": True},
        {"rate": 1.0, "sizes": [2, 3]},
    ]
    assert type(runs[1].changed["rate"]) is float


@pytest.mark.parametrize(
    "name, text",
    [
        ("s.csv", "lesson,depth,seed\n1,11,\n1,13,4\n02,,7\n"),
        ("s.csv", "lesson;depth;seed\n1;11;\n1;13;4\n02;;7\n"),
        ("s.yml", "lesson: 1\ndepth: 11\n---\nlesson: '01'\ndepth: 13\nseed: 4\n---\nlesson: 2\nseed: 7\n"),
        ("s.yml", "- {lesson: 1, depth: 11}\n- {lesson: 1, depth: 13, seed: 4}\n- {lesson: 2, seed: 7}\n"),
    ],
)
def test_a_table_has_a_run_per_row(lessons, name, text):
    (lessons / name).write_text(text, encoding="utf-8")
    expected = ["01_deep_depth=11", "01_deep_depth=13_seed=4", "02_rate_seed=7"]
    assert names(table=str(lessons / name)) == expected


def test_a_folder_of_photos_is_a_run_per_picture(lessons):
    from PIL import Image

    folder = lessons / "fotos"
    folder.mkdir()
    for name in ("b.png", "å hest.jpg"):
        Image.new("RGB", (8, 8)).save(folder / name)
    (folder / "noter.txt").write_text("ikke et foto")
    runs = runs_asked_for(Request(lessons=["1"], photos=str(folder)))
    assert [run.label for run in runs] == ["01 Dyb (photo=b.png)", "01 Dyb (photo=å hest.jpg)"]
    assert len({run.name for run in runs}) == 2 and " " not in runs[1].name
    (folder / "c.png").write_bytes(b"")
    assert sentences(photos=str(folder)) == ["Filen »c.png« er tom: hent eller gem billedet igen."]


def test_a_missing_device_is_one_sentence(lessons, monkeypatch):
    """Whatever else the lessons allow it to be; `auto` and `cpu` are asked of nobody."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for notebook in lessons.glob("*.ipynb"):
        notebook.write_text(notebook.read_text().replace("seed: int = 0", 'device: str = \\"auto\\"'))
    lesson = Lesson("01", "Dyb", 5, "01_deep.ipynb", {"device": ("auto", "cpu", "cuda", "mps")})
    monkeypatch.setattr(catalogue, "LESSONS", (lesson, replace(lesson, number="02", file="02_rate.ipynb")))
    assert len(names(grids=["device=auto,cpu"])) == 4
    (told,) = sentences(parameters=["device=cuda"])
    assert told.startswith("device »cuda« findes ikke på denne computer: vælg mellem ")
    (told,) = sentences(parameters=["device=gpu"])
    assert told.startswith("device »gpu« kendes ikke")
    assert len(names(parameters=["device=cuda"], scheduler="tcp://h:1")) == 2, "the workers may have one"


def test_everything_wrong_is_said_at_once(lessons):
    told = sentences(parameters=["dept=11", "rate=meget", "fast=måske"], grids=["depth=11,12", "steps=0,3"])
    assert set(told) == {
        "Ingen af lektionerne har parameteren »dept«. Mente du »depth«?",
        "»fast« kan ikke være »måske« i lektion 01: skriv true eller false.",
        "»depth« kan ikke være »12« i lektion 01: vælg mellem 11, 13 og 16.",
        "»rate« kan ikke være »meget« i lektion 02: skriv et tal.",
        "»steps« kan ikke være »0« i lektion 02: vælg fra 1 til 8.",
    }
    assert len(told) == 5


def test_wrong_lessons_options_and_values_are_said_together(lessons):
    told = sentences(lessons=["1", "7", "9"], parameters=["depth=12"], photos="væk", seeds=1)
    assert told == [
        "Der er ingen lektion 07 og 09: vælg mellem 01 og 02.",
        "Mappen »væk« findes ikke: skriv stien til en mappe med billeder.",
    ]
    told = sentences(lessons=["7"], parameters=["depth=12"])
    assert [each[:20] for each in told] == ["Der er ingen lektion", "»depth« kan ikke vær"]


def test_rows_for_other_lessons_than_the_chosen_ones(lessons):
    (lessons / "a.csv").write_text("lesson,seed\n2,1\n1,2\n")
    assert names(lessons=["1"], table=str(lessons / "a.csv")) == ["01_deep_seed=2"]
    (lessons / "a.csv").write_text("lesson,seed\n2,1\n")
    (told,) = sentences(lessons=["1"], table=str(lessons / "a.csv"))
    assert told.startswith("Ingen af rækkerne gælder de valgte lektioner")


@pytest.mark.parametrize(
    "options, start",
    [
        ({"parameters": ["depth"]}, "»depth« blev ikke forstået: skriv -p navn=værdi."),
        ({"grids": ["depth="]}, "»depth=« blev ikke forstået: skriv --grid navn=1,2,3."),
        ({"parameters": ["seed=1"], "seeds": 2}, "»seed« er sat to gange"),
        ({"parameters": ["rate=nan"]}, "»rate« kan ikke være »nan« i lektion 02: skriv et tal."),
        ({"parameters": ["rate=-inf"]}, "»rate« kan ikke være »-inf«"),
        ({"table": "væk.csv"}, "Filen »væk.csv« findes ikke"),
        ({"photos": "væk"}, "Mappen »væk« findes ikke"),
    ],
)
def test_what_cannot_be_read_is_said(lessons, options, start):
    (told,) = sentences(**options)
    assert told.startswith(start)


@pytest.mark.parametrize(
    "name, text, start",
    [
        ("a.csv", "a,b\n1\n", "a.csv, linje 2 har 1 felt, men der er 2 kolonner"),
        ("a.csv", '# plan\ndepth\n\n"11\n', "a.csv, linje 4 kan ikke læses: se efter et anførselstegn"),
        ("a.CSV", "depth,depth\n11,\n", "a.CSV, linje 2: »depth« står to gange"),
        ("a.csv", "lesson,steps\n2,3\n1,4\n", "a.csv, linje 3: Lektion 01 har ikke parameteren »steps«"),
        ("a.csv", "depth\n11\n12\n", "a.csv, linje 3: »depth« kan ikke være »12« i lektion 01"),
        ("a.csv", "photo\nvæk.jpg\n", "a.csv, linje 2: Billedet »"),
        ("a.csv", "\ufeff" + "x" * 10_000_001, "»a.csv« er ikke en tabel som tekst"),
        ("a.yml", "a: [1\n", "»a.yml« kan ikke læses (linje 2)"),
        ("a.yml", "a: " + "[" * 10_000, "»a.yml« kan ikke læses"),
        ("a.yml", "- 3\n", "a.yml, linje 1 kan ikke læses"),
        ("a.yml", "seed: 1\ndepth: 11\nseed: 2\n", "a.yml, linje 1: »seed« står to gange"),
        ("a.yml", "seed: {a: 1}\n", "a.yml, linje 1: »seed« skal være én værdi"),
        ("a.yml", "a: &a [1, 1]\nb: &b [*a, *a]\n", "a.yml, linje 1: »b« skal være én værdi"),
        ("a.yml", "lesson: 1\nseed: 1:30\n", "a.yml, linje 1: »seed« kan ikke være »1:30«"),
        ("a.csv", "depth\n", "»a.csv« er tom"),
        ("a.txt", "depth\n1", "»a.txt« er hverken .yml eller .csv"),
    ],
)
def test_a_broken_table_is_said(lessons, name, text, start):
    (lessons / name).write_text(text, encoding="utf-8")
    (told,) = sentences(table=str(lessons / name))
    assert told.startswith(start)


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.yml", "seed: 010\ndepth: '11'\n"),
        ("a.csv", "seed,depth\n010,11.0\n"),
        ("a.csv", "seed\tdepth\n010\t11\n"),
    ],
)
def test_numbers_are_read_as_they_were_written(lessons, name, text):
    """YAML 1.1 takes 010 for eight; pandas writes 11.0 where a column has a gap."""
    (lessons / name).write_text(text)
    (run,) = runs_asked_for(Request(lessons=["1"], table=str(lessons / name)))
    assert dict(run.changed) == {"seed": 10, "depth": 11}
    (lessons / "a.yml").write_text("lesson: 1\ndepth: true\n")
    assert len(sentences(table=str(lessons / "a.yml"))) == 1, "True is no whole number"


def test_a_document_may_take_over_from_another(lessons):
    (lessons / "a.yml").write_text("- &base {lesson: 1, depth: 11}\n- {<<: *base, depth: 13, seed: ~}\n")
    assert names(table=str(lessons / "a.yml")) == ["01_deep_depth=11", "01_deep_depth=13"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_what_a_danish_spreadsheet_writes(lessons, encoding):
    """Semicolons, its own letters, »Lektion« as the heading, and a photo beside the table."""
    from PIL import Image

    Image.new("RGB", (8, 8)).save(lessons / "å.png")
    (lessons / "a.csv").write_text("Lektion;photo\r\n1.0;å.png\r\n;å.png\r\n", encoding=encoding)
    (run,) = runs_asked_for(Request(table=str(lessons / "a.csv")))
    assert run.changed == {"photo": str(lessons / "å.png")}
    assert merged_rows([run]) == ["Ens, så de køres én gang: a.csv, linje 2 og a.csv, linje 3."]


def test_a_table_without_lessons_is_for_those_that_have_its_parameters(lessons):
    (lessons / "a.csv").write_text("depth\n11\n13\n")
    assert names(table=str(lessons / "a.csv")) == ["01_deep_depth=11", "01_deep_depth=13"]
    assert len(names(lessons=["1", "2"], table=str(lessons / "a.csv"))) == 3, "02 was asked for"
    assert merged_rows(runs_asked_for(Request(grids=["depth=11,13"]))) == [], "said by -p's own help"


def test_a_wrong_word_is_refused_before_torch_and_papermill_are_there(lessons):
    code = (
        "import sys\nfrom lesson_staff.cli import answer\n"
        "assert answer(['run', '03', '-p', 'depth=12', '--out', 'x']) == 2\n"
        "assert not {'torch', 'papermill', 'nbconvert'} & sys.modules.keys()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=lessons)
    assert not ended.returncode, ended.stderr


def test_written_values_are_told_from_typed_ones():
    assert isinstance(settings_from(assigned=["a=1"])[0]["a"], Written)
    assert settings_from() == [{}]


def test_a_changed_notebook_is_another_run_and_changed_outputs_are_not(lessons):
    (run,) = plan(find(["1"]))
    before = run.identity()
    content = nbformat.read(run.lesson.notebook, as_version=4)
    content.cells[0].outputs = [nbformat.v4.new_output("stream", text="x")]
    nbformat.write(content, run.lesson.notebook)
    assert run.identity() == before
    content.cells[0].source += "\n"
    nbformat.write(content, run.lesson.notebook)
    assert run.identity() != before


def test_other_parameters_are_another_run(lessons):
    """Also where the folder has the same name: `1` and `1.0` as texts and numbers, say."""
    (run,) = plan(find(["1"]))
    assert replace(run, parameters={**run.parameters, "depth": 11}).identity() != run.identity()


def test_changed_library_code_and_weights_are_another_run(lessons, monkeypatch):
    files = {"lesson_utils/colours.py": "BLUE = 1\n", "data/weights/alexnet.safetensors": "w"}
    files |= {"lesson_utils/unused.py": "1\n", "data/photos/kat.jpg": "k", "data/measurements/a.csv": "a"}
    for name, text in files.items():
        (lessons / name).parent.mkdir(parents=True, exist_ok=True)
        (lessons / name).write_text(text)
    monkeypatch.setattr(fingerprint, "REPOSITORY", lessons)
    monkeypatch.setattr(fingerprint, "STORED", lessons / "data" / "outputs.json")
    (run,) = plan(find(["1"]))
    content = nbformat.read(run.lesson.notebook, as_version=4)
    content.cells.append(nbformat.v4.new_code_cell("from lesson_utils import colours\nname = 'alexnet'"))
    nbformat.write(content, run.lesson.notebook)
    seen = [run.identity()]
    for name, text in (("lesson_utils/colours.py", "BLUE = 2\n"), ("data/weights/alexnet.safetensors", "x")):
        (lessons / name).write_text(text)
        seen.append(run.identity())
    assert len(set(seen)) == 3
    (lessons / "lesson_utils/unused.py").write_text("2\n")
    assert run.identity() == seen[-1], "what the lesson does not reach"


@pytest.fixture
def networks(tmp_path, monkeypatch):
    """A lesson that takes a network and a folder of photos."""
    cell = nbformat.v4.new_code_cell(
        'network: str = "alexnet"\nimage_folder: str = ""', metadata={"tags": ["parameters"]}
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata["kernelspec"] = {"display_name": "P", "language": "python", "name": "python3"}
    nbformat.write(notebook, tmp_path / "01_net.ipynb")
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(catalogue, "LESSONS", (Lesson("01", "Net", 5, "01_net.ipynb"),))
    return tmp_path


def test_a_network_is_looked_up_before_anything_starts(networks):
    told = sentences(grids=["network=alexnet,imagenet:vgg16,vgd,væk.safetensors"])
    assert len(told) == 2
    assert told[0].startswith("Kurset kender intet netværk »vgd«. Mente du »vgg«?")
    assert told[1].startswith("Vægtfilen »væk.safetensors« findes ikke")


def test_what_the_system_refuses_is_said_with_its_row_and_with_the_rest(networks):
    (networks / "a.csv").write_text(f"network\n{'x' * 300}\nvgd\n", encoding="utf-8")
    told = sentences(table=str(networks / "a.csv"))
    assert [each[:14] for each in told] == ["a.csv, linje 2", "a.csv, linje 3"]
    assert told[0].endswith("navnet er for langt. Vælg en anden mappe eller fil.")


def test_a_folder_and_a_file_of_the_same_name_travel(networks):
    for place in ("fotos/hest", "fotos/ko", "fotos/.skjult", "andet"):
        (networks / place).mkdir(parents=True)
    (networks / "fotos/hest/1.jpg").write_bytes(b"et")
    (networks / "fotos/ko/1.jpg").write_bytes(b"to")
    (networks / "fotos/.skjult/x").write_bytes(b"nej")
    (networks / "andet/fotos").write_bytes(b"tal")
    wanted = [f"image_folder={networks / 'fotos'}"]
    (run,) = runs_asked_for(Request(parameters=wanted))
    order = order_for(run, Limits())
    assert order.parameters == {"image_folder": "egen-image_folder/fotos"}
    above = "egen-image_folder/fotos"
    assert order.files == {f"{above}/hest/1.jpg": b"et", f"{above}/ko/1.jpg": b"to"}
    before = run.identity()
    (networks / "fotos/hest/1.jpg").rename(networks / "fotos/hest/2.jpg")
    assert run.identity() != before, "a name decides the order in which photos are read"
    (both,) = runs_asked_for(Request(parameters=[*wanted, f"network={networks / 'andet/fotos'}"]))
    order = order_for(both, Limits())
    assert order.parameters == {"image_folder": above, "network": "egen-network/fotos"}
    assert order.files["egen-network/fotos"] == b"tal" and order.files[f"{above}/ko/1.jpg"] == b"to"
    (told,) = sentences(parameters=["image_folder=væk"])
    assert told.startswith("Mappen »væk« findes ikke")
    (networks / "fotos/hest/2.jpg").rename(networks / "fotos/ko/2.jpg")
    (told,) = sentences(parameters=wanted)
    assert "fotos« har ikke to mapper med billeder: skriv stien til en mappe med" in told


def test_a_changed_photo_is_another_run(lessons):
    photo = lessons / "foto.jpg"
    photo.write_bytes(b"et")
    (run,) = plan(find(["1"]), {"photo": str(photo)})
    before = run.identity()
    photo.write_bytes(b"to")
    assert run.identity() != before
