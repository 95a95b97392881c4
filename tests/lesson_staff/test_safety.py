"""Folders, photos, plans and results are handed round: nothing in them acts, and nothing is written elsewhere."""

import io
import json
import os
import re
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from PIL import Image

from lesson_staff import own
from lesson_staff.catalogue import REPOSITORY, find
from lesson_staff.cli import answer
from lesson_staff.order import Limits, Outcome, order_for, write_under
from lesson_staff.output import Lasting, harmless
from lesson_staff.pages import PUBLISHED, without_places
from lesson_staff.plan import plan
from lesson_staff.present import server_command
from lesson_staff.report import write_report
from lesson_staff.store import HALF, alone_in, clear_up, free_folder, keep, kept, write_plan
from lesson_staff.sweep import check_size, read_table
from lesson_staff.terminal import Terminal
from lesson_utils.errors import LessonError
from lesson_utils.files import written

HOSTILE = "open({!r}, 'w').close()"


def runs_of(course, *settings):
    course(photo=True, one=[])
    return plan(find(), *settings)


@pytest.fixture
def batch(course, tmp_path):
    """A batch of one finished run on a photo below the user's own folder."""
    photo = Path.home() / "hemmelig" / "ferie.jpg"
    (run,) = runs_of(course, {"photo": str(photo)})
    out = tmp_path / "ud"
    out.mkdir()
    keep(out, run, Outcome(1.0, files={"metrics.json": b'{"a": 1}'}), "x")
    write_plan(out, [run])
    return out


def test_only_the_pictures_of_a_folder_travel_and_nothing_can_import_them(course, tmp_path):
    """Not `torch/__init__.py`, not a film of any size; and no `import` can say what the rest is called."""
    folder = tmp_path / "torch"
    for name in (
        "__init__.py",
        "kat/1.jpg",
        "kat/film.mp4",
        "hund/2.PNG",
        "hund/sitecustomize.py",
        ".x/3.jpg",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    os.truncate(folder / "kat" / "film.mp4", 12_000_000_000)
    (run,) = runs_of(course, {"photo": str(folder)})
    order = order_for(run, Limits())
    assert set(order.files) == {"egen-photo/torch/kat/1.jpg", "egen-photo/torch/hund/2.PNG"}
    assert order.parameters == {"photo": "egen-photo/torch"}
    os.truncate(folder / "kat" / "1.jpg", 12_000_000_000)
    with pytest.raises(LessonError, match="fylder mere end 2 GB"):
        check_size(folder)


def test_no_python_imports_what_lies_where_it_starts(tmp_path):
    """A kernel, JupyterLab and what dask starts: each in a folder with the names that it imports first."""
    seen = tmp_path / "kørt"
    for name in ("torch", "ipykernel_launcher", "jupyterlab", "multiprocessing", "lesson_staff", "json"):
        (tmp_path / f"{name}.py").write_text(HOSTILE.format(str(seen)))
    kernel = own.kernel_spec()["argv"]
    assert "--IPKernelApp.ignore_cwd=True" in kernel
    for command in (
        kernel,
        server_command(tmp_path / "a.ipynb", watched=True),
        server_command(tmp_path / "a"),
    ):
        assert command[1] == "-P"
    environment = own.environment(PYTHONSTARTUP="x")
    told = "import sys, json; print(json.dumps(sys.path))"
    paths = subprocess.run(
        [sys.executable, "-c", told],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert not {"", str(tmp_path)} & set(json.loads(paths.stdout)) and not seen.exists()


def test_what_the_user_has_set_changes_no_lesson(monkeypatch, tmp_path):
    for name in ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONIOENCODING", "PYTHONSTARTUP", "JUPYTER_PATH"):
        monkeypatch.setenv(name, "noget")
    told = own.jupyter(tmp_path)
    assert told["PYTHONPATH"] == str(REPOSITORY) and told["PYTHONUTF8"] == told["PYTHONSAFEPATH"] == "1"
    assert "noget" not in told.values() and Path(told["MATPLOTLIBRC"]).is_file()
    theirs = tmp_path / "hjemme" / "kernels" / "python3" / "kernel.json"
    theirs.parent.mkdir(parents=True)
    theirs.write_text(json.dumps({"argv": ["false"], "language": "python", "display_name": "Python 3"}))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "hjemme"))
    monkeypatch.setenv("JUPYTER_PATH", told["JUPYTER_PATH"])
    found = KernelSpecManager().get_kernel_spec("python3").argv
    assert found[:2] == [sys.executable, "-P"], "and not a kernel of that name that the user has elsewhere"


def test_nothing_is_written_through_a_link(batch, tmp_path):
    """Neither for a draft, a file, a folder on the way, a run, its lock, nor what a killed batch has left."""
    away = tmp_path / "andres"
    away.mkdir()
    (away / "fil").write_text("deres")
    for link, target in (("index.html", "fil"), ("results.csv", "fil"), (".lock", "fil"), ("mathjax", "."),
                         (f"{HALF}x", "."), (".index.html.part", "fil")):  # fmt: skip
        (batch / link).symlink_to(away / target)
    with alone_in(batch):
        write_report(batch)
    assert (away / "fil").read_text() == "deres" and [each.name for each in away.iterdir()] == ["fil"]
    assert not (batch / "index.html").is_symlink() and not (batch / "mathjax").is_symlink()
    assert not list(batch.glob(f"{HALF}*"))
    with written(batch / "en") as first, written(batch / "en") as second:
        assert first != second and first.stat().st_mode & 0o077, "a random name; readable to whom a file is"
    write_under(batch, {"a/b/c.txt": b"1"})
    for outside in ("../x", "a/../../x", str(tmp_path / "x")):
        with pytest.raises(ValueError):
            write_under(batch, {outside: b"1"})
    assert (batch / "a" / "b" / "c.txt").read_bytes() == b"1"


def test_a_run_in_the_place_of_a_link(course, tmp_path):
    (run,) = runs_of(course, {})
    (tmp_path / "andres").mkdir()
    (tmp_path / "ud").mkdir()
    (tmp_path / "ud" / run.name).symlink_to(tmp_path / "andres")
    keep(tmp_path / "ud", run, Outcome(1.0, files={"log.txt": b""}), "x")
    assert (tmp_path / "ud" / run.name / "log.txt").is_file() and not list((tmp_path / "andres").iterdir())
    clear_up(tmp_path / "ud")
    assert [each.name for each in (tmp_path / "ud").iterdir()] == [run.name]


@pytest.mark.parametrize("command", ["handout", "slides"])
def test_no_command_replaces_a_file_that_it_did_not_write(course, tmp_path, monkeypatch, capsys, command):
    notebooks = course(one=[])
    monkeypatch.chdir(tmp_path)
    before = (notebooks / "01_one.ipynb").read_bytes()
    assert answer([command, "--out", str(notebooks)]) == 2
    assert "Mappen er lektionernes egen" in capsys.readouterr().err
    assert (notebooks / "01_one.ipynb").read_bytes() == before
    name = {"handout": "01_one.ipynb", "slides": "01_one.html"}[command]
    assert answer([command, "--out", "ud"]) == answer([command, "--out", "ud"]) == 0, "its own, again"
    (tmp_path / "ud" / name).write_text("min egen udgave")
    assert answer([command, "--out", "ud"]) == 2
    assert capsys.readouterr().err == (
        f"Fejl: »ud/{name}« er ikke, som kommandoen skrev den: flyt den, eller vælg en anden mappe.\n"
    )
    assert (tmp_path / "ud" / name).read_text() == "min egen udgave" and (
        tmp_path / "ud" / PUBLISHED
    ).is_file()


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"seconds": "lang tid"}', '{"nyt": 1}', '{"facts": {"started": 1e300}}', '{"facts": []}',
     '{"facts": {"stem": "../../x"}}', '{"seconds": NaN}', "[" * 100_000],
)  # fmt: skip
def test_a_damaged_or_invented_run_is_a_run_that_is_missing(batch, damage):
    (result,) = kept(batch)
    file = batch / result.name / "run.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    changed = json.dumps(whole | json.loads(damage)) if damage.startswith("{") and len(damage) > 1 else damage
    file.write_text(changed, encoding="utf-8")
    assert kept(batch) == []
    assert "1 kørsel mangler endnu" in write_report(batch)[0].read_text(encoding="utf-8")


def test_a_run_bears_the_name_of_its_folder_whatever_it_says(batch):
    (result,) = kept(batch)
    file = batch / result.name / "run.json"
    file.write_text(file.read_text(encoding="utf-8").replace(result.name, "../outside"), encoding="utf-8")
    assert kept(batch)[0].name == result.name
    (batch / result.name / "metrics.json").write_text('[{"a": 1}]')
    assert "1" in write_report(batch)[0].read_text(encoding="utf-8"), "key figures that are none are left out"


@pytest.mark.parametrize("damage", ["{", "[]", '{"runs": 3}', '{"runs": [{"name": "a"}]}'])
def test_a_damaged_plan_is_one_sentence(batch, damage, capsys):
    (batch / "batch.json").write_text(damage)
    assert answer(["run", "--resume", "--out", str(batch)]) == 2
    assert "er beskadiget: slet filen, og giv hele kommandoen igen" in capsys.readouterr().err
    (batch / "batch.json").unlink()
    assert free_folder(str(batch)) == batch, "which holds runs still"


def test_what_is_passed_on_names_no_place_and_no_host(batch):
    """Not in the result, the tables, the page, nor the plan, which is read on the user's own machine again."""
    write_report(batch)
    assert kept(batch)[0].parameters == {"photo": "ferie.jpg"}
    for file in (each for each in batch.rglob("*") if each.is_file() and "mathjax" not in each.parts):
        content = file.read_bytes()
        for secret in (str(Path.home()), os.uname().nodename if hasattr(os, "uname") else "?"):
            assert secret.encode() not in content or len(secret) < 3, (file.name, secret)
    assert json.loads((batch / "batch.json").read_text(encoding="utf-8"))["runs"][0]["changed"] == {
        "photo": "~/hemmelig/ferie.jpg"
    }
    # an environment in the course's own folder is part of it
    inside = (
        f"{Path(sys.prefix).relative_to(REPOSITORY)}/" if Path(sys.prefix).is_relative_to(REPOSITORY) else ""
    )
    said = (
        f'File "{REPOSITORY}/lesson_utils/a.py", {sys.prefix}/lib/b.py, {Path.home()}/c.py, {batch}/desk/d.py'
    )
    assert without_places(said, batch) == (
        f'File "lesson_utils/a.py", {inside}lib/b.py, {"" if Path.home() == REPOSITORY else "~/"}c.py, desk/d.py'
    )


def test_text_in_a_table_is_no_formula(batch):
    (result,) = kept(batch)
    told = {"a": '=HYPERLINK("http://x")', "b": "+1", "c": "-1", "d": "@x", "e": -1.5, "f": "1-2", "g": ""}
    (batch / result.name / "metrics.json").write_text(json.dumps(told))
    write_report(batch)
    row = (batch / "results.csv").read_text(encoding="utf-8").splitlines()[1]
    assert row.endswith(""""'=HYPERLINK(""http://x"")",'+1,'-1,'@x,-1.5,1-2,""")


def test_control_characters_are_written_out_wherever_something_is_said(capsys, tmp_path):
    bad = "a\x1b]0;titel\x07\x9b31m\u202eb\rc\nd\te"
    shown = "a\\u001b]0;titel\\u0007\\u009b31m\\u202eb\\u000dc\nd\te"
    assert harmless(bad) == shown
    (tmp_path / "\x1b[31mrød.jpg").write_bytes(b"x")
    assert answer(["run", "02", "--photos", str(tmp_path)]) == 2
    assert answer(["run", "02", "-p", "seed=\x1b[31m"]) == 2
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err and "\\u001b[31m" in printed.err
    console = Terminal(file=io.StringIO(), force_terminal=True, color_system="standard", width=60)
    console.print(f"[red]{bad}[/]")
    said = console.file.getvalue()
    assert set(re.findall("\x1b.", said)) == {"\x1b["} and "\x9b" not in said, "rich's own colours alone"


def test_all_that_is_printed_goes_one_way():
    """Another `print` would bring control characters back."""
    for file in (REPOSITORY / "lesson_staff").glob("*.py"):
        code = file.read_text(encoding="utf-8")
        if file.name not in ("output.py", "check.py"):
            assert not re.search(r"(?<![.\w])print\(|(?<!class )(?<!\w)Console\(", code), file.name


@pytest.mark.parametrize(
    "encoding, passed", [("latin-1", "+ k\xf8rsel"), ("cp850", "+ kørsel"), ("ascii", "+ koersel")]
)
def test_a_stream_without_a_letter_gets_a_plain_one(encoding, passed):
    below = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    print("✓ kørsel 猫", file=Lasting(below))
    assert below.buffer.getvalue().decode(encoding) == f"{passed} ?\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
@pytest.mark.parametrize("width", ["20", "200"])
def test_whoever_stops_reading_ends_nothing(width):
    """As `lesson list | head -1` does: no traceback, and the exit code that it would have had."""
    command = [sys.executable, "-c", "from lesson_staff.cli import main; main()", "list"]
    environment = os.environ | {"COLUMNS": width, "PYTHONIOENCODING": "ascii"}
    reading, writing = os.pipe()
    os.close(reading)
    told = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, timeout=120)
    os.close(writing)
    assert (told.returncode, told.stderr) == (0, b"")


def test_a_table_of_settings_that_would_never_end(tmp_path):
    """Aliases that mean millions of values, brackets without end, more than a plan ever holds."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 9)]
    table, started = tmp_path / "plan.yml", time.monotonic()
    for text in ("\n".join(lines), "a: " + "[" * 50_000, "a: 1\n" * 2_500_000):
        table.write_text(text)
        with pytest.raises(LessonError):
            read_table(str(table))
    assert time.monotonic() - started < 20


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_server_ends_with_whoever_started_it(tmp_path):
    """Even by -9: the other end of its standard input is gone."""
    place = tmp_path / "show"
    place.mkdir()
    (tmp_path / "server.py").write_text("import time, sys; print(sys.argv, flush=True); time.sleep(60)")
    command = [sys.executable, "-m", "lesson_staff.witness", str(place), "server", "--option"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(tmp_path)])}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as server:
        assert "--option" in server.stdout.readline() and place.is_dir()
        server.stdin.close()
        assert server.wait(timeout=30) == 1
    assert not place.exists()


def header(shapes: dict[str, list[int]]) -> bytes:
    told = {name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]} for name, shape in shapes.items()}
    text = json.dumps(told).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize("classes", [600_000, 2 * 10**12])
def test_weights_that_claim_to_be_large_build_nothing(tmp_path, classes):
    from lesson_utils.weights import load_network

    path, started = tmp_path / "x.safetensors", time.monotonic()
    path.write_bytes(header({"fc8.weight": [classes, 0], "fc8.bias": [0]}))
    with pytest.raises(LessonError, match=r"»x\.safetensors« (passer ikke til|hører ikke til)"):
        load_network(str(path))
    assert time.monotonic() - started < 20, "the names of all networks are asked, and none of them is built"


@pytest.mark.parametrize("kind", [(8, 6), (16, 0)], ids=["RGBA", "16 bit"])
def test_a_picture_that_is_too_large_is_refused_before_it_is_read(tmp_path, kind, monkeypatch):
    from lesson_utils.images import photo

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 10_001, 10_001, *kind, 0, 0, 0)
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x"))
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    too_large = "er for stort: gør det mindre end 10.000 x 10.000 pixler"
    with pytest.raises(LessonError, match=too_large):
        photo(path)
    os.truncate(path, 600_000_000)
    with pytest.raises(LessonError, match=too_large):
        photo(path)


def test_a_picture_is_of_a_format_that_the_course_names(tmp_path):
    """Not EPS, which is a program; nor what else Pillow knows."""
    from lesson_utils.images import FORMATS, photo

    picture = Image.new("RGB", (8, 8), "red")
    for kind in ("EPS", "TGA", "PCX", "PPM", "ICO", "SGI"):
        picture.save(tmp_path / "ferie.jpg", kind)
        with pytest.raises(LessonError, match="er ikke et billede"):
            photo(tmp_path / "ferie.jpg")
    for kind in set(FORMATS) - {"AVIF"}:
        picture.save(tmp_path / "ferie.jpg", kind)
        assert photo(tmp_path / "ferie.jpg").shape == (3, 8, 8)
