"""The page and the pictures of one run, which need no network; the report of all of them is `report`'s."""

import base64
import hashlib
import io
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path

import nbformat

from lesson_staff.catalogue import REPOSITORY
from lesson_staff.order import write_under, written_under
from lesson_staff.plan import RunResult, short_value
from lesson_utils.danish import number, plural
from lesson_utils.errors import LessonError
from lesson_utils.files import written
from lesson_utils.records import RECORD, as_json

TEMPLATES = Path(__file__).with_name("templates")
MATHJAX = "mathjax"
MATHJAX_URL = f"{MATHJAX}/MathJax.js?config=TeX-AMS-MML_HTMLorMML-full,Safe"
# What MathJax asks for when it sets TeX as HTML in its STIX font: 2.5 of its 11 MB. Tested in a browser.
MATHJAX_PARTS = (
    "LICENSE", "MathJax.js", "config/**/*", "extensions/*.js", "extensions/HTML-CSS/**/*", "extensions/TeX/**/*",
    "fonts/HTML-CSS/STIX-Web/woff/**/*", "jax/element/**/*", "jax/input/TeX/**/*", "jax/output/HTML-CSS/**/*",
    "localization/da/**/*",
)  # fmt: skip
PICTURE_WIDTH = 800
LARGEST_JSON = 50e6  # bytes: of a result, or a plan
COVER = "cover.png"
PUBLISHED = ".lesson.json"  # what the commands have written in a folder: the SHA-256 of each file
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NBVAL_MARK = "# NBVAL_CHECK_OUTPUT\n"  # for the tests, not for a reader


def replace_file(target: Path, content: bytes) -> None:
    """Write under another name and rename when whole: nobody ever reads half a file."""
    with written(target) as draft:
        draft.write_bytes(content)


def read_json(path: Path) -> dict[str, object]:
    """What a file of ours holds. Raises ValueError for one that is missing, damaged, or no mapping."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size < LARGEST_JSON else None
    except (OSError, RecursionError) as error:
        raise ValueError(path) from error
    if not isinstance(found, dict):
        raise ValueError(path)
    return found


def relative(path: Path) -> str:
    """A path as a person at this prompt would write it."""
    return os.path.relpath(path) if path.absolute().is_relative_to(Path.cwd()) else str(path)


def without_places(text: str, folder: Path) -> str:
    """What was printed, without where the run, the course, its packages and the user's files lie here."""
    places = (folder, REPOSITORY, Path(sys.prefix), Path(sys.base_prefix))
    for place, short in (*((each, "") for each in places), (Path.home(), f"~{os.sep}")):
        if len(place.parts) > 1:
            text = text.replace(f"{place}{os.sep}", short)
    return text


def mathjax_parts() -> dict[str, bytes]:
    """The parts of MathJax that the pages use, which lie beside them, from the installed package."""
    with as_file(files("jupyter_server_mathjax") / "static") as source:
        return written_under(source, MATHJAX_PARTS, f"{MATHJAX}/")


def publish(folder: Path, made: Mapping[str, bytes]) -> None:
    """Write files below a folder that the user named. Raises LessonError, and writes none, where one of that name
    is there already that no command has written, or that was changed since; a list in the folder tells."""
    known, now = {}, {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    with suppress(ValueError):
        known = read_json(folder / PUBLISHED)
    for place, digests in ((folder / name, (known.get(name), digest)) for name, digest in now.items()):
        there = place.is_file() and not place.is_symlink() and hashlib.sha256(place.read_bytes()).hexdigest()
        if os.path.lexists(place) and there not in digests:
            raise LessonError(
                f"»{relative(place)}« er ikke, som kommandoen skrev den: flyt den, eller vælg en anden mappe."
            )
    write_under(folder, {**made, PUBLISHED: as_json(known | now)})


def for_reading(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy without the tests' marks, key figures (which show nothing), and widgets whose kernel is gone: those
    JupyterLab keeps as a view without a picture, and what they were in the notebook's metadata."""
    made = nbformat.from_dict(notebook)
    made.metadata.pop("widgets", None)
    for cell in made.cells:
        cell.source = cell.source.removeprefix(NBVAL_MARK)
        if "outputs" in cell:
            unseen = {RECORD, WIDGET_VIEW}
            cell.outputs = [output for output in cell.outputs if not unseen & output.get("data", {}).keys()]
    return made


def as_html(kind: str, notebook: nbformat.NotebookNode, title: str, **options: object) -> bytes:
    """The notebook as a `page` or as `slides`, by our template of that name: in Danish, and without a network."""
    from nbconvert import HTMLExporter, SlidesExporter

    notebook.metadata["title"] = title
    exporter = {"page": HTMLExporter, "slides": SlidesExporter}[kind](
        extra_template_basedirs=[str(TEMPLATES)],
        template_file=str(TEMPLATES / f"{kind}.html.j2"),
        language_code="da",
        exclude_anchor_links=True,
        **options,
    )
    return exporter.from_notebook_node(notebook)[0].encode("utf-8")


def cover(notebook: nbformat.NotebookNode) -> tuple[bytes, str] | None:
    """The picture that stands for a lesson, and its alt text: from the cell tagged `cover`, or the first."""
    found = pictures([cell for cell in notebook.cells if "cover" in cell.metadata.get("tags", [])])
    return next(iter(found or pictures(notebook.cells)), None)


def pictures(cells: Iterable[nbformat.NotebookNode]) -> list[tuple[bytes, str]]:
    """The picture of each output that has one, in order: the bytes of its file, and its alt text."""
    from bs4 import BeautifulSoup

    found = []
    for data in (output.get("data", {}) for cell in cells for output in cell.get("outputs", [])):
        embedded = "img[src^='data:image/'][src*=';base64,']"
        image = BeautifulSoup(data.get("text/html", ""), "html.parser").select_one(embedded)
        if "image/png" in data:
            found.append((base64.b64decode(data["image/png"]), ""))
        elif image:
            found.append((base64.b64decode(image["src"].partition(",")[2]), image.get("alt", "")))
    return found


def write_pictures(notebook: nbformat.NotebookNode, folder: Path) -> str:
    """Save each figure as `pictures/01.webp` …, in the format it has, and as `cover.png`, at most 800 pixels wide,
    the one that stands for the lesson; the cover's alt text ("" if there is no picture)."""
    from PIL import Image

    found = cover(notebook)
    if found is None:
        return ""
    (folder / "pictures").mkdir(exist_ok=True)
    for position, (picture, _) in enumerate(pictures(notebook.cells), start=1):
        ending = Image.open(io.BytesIO(picture)).format.lower()
        (folder / "pictures" / f"{position:02d}.{ending}").write_bytes(picture)
    image = Image.open(io.BytesIO(found[0])).convert("RGB")
    image.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH), Image.Resampling.LANCZOS)
    image.save(folder / COVER, "PNG", optimize=True)
    return found[1]


def duration(seconds: float) -> str:
    """`5,3 s`, `34 s`, `1 min. 12 s`, `2 t. 5 min.`."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} t. {minutes % 60} min."
    if minutes:
        return f"{minutes} min. {rest} s"
    return f"{number(seconds, 1) if seconds < 10 else rest} s"


def verdict(results: Sequence[RunResult]) -> str:
    """How a batch went, in a few words."""
    failed, runs = sum(not each.passed for each in results), plural(len(results), "kørsel", "kørsler")
    return f"{number(failed)} af {runs} fejlede" if failed else f"{runs} gennemført"


def shown(value: object) -> str:
    """A parameter's value as a reader sees it."""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int | float):
        return number(value) if value == 0 or abs(value) >= 1e-3 else f"{value:.2g}".replace(".", ",")
    return short_value(value) or "–"
