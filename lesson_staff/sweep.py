"""Which settings a batch is to run: one value for all, a table, a grid, several seeds, a folder of photos.

A setting is a dict from parameter to value. Each source gives a list of settings, and the batch is their product.
What they name outside the notebook (photos, networks, a folder, a device) is looked for before anything starts.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial, reduce
from itertools import accumulate, product
from operator import or_
from os.path import exists  # which is false for a name that no system takes
from pathlib import Path
from typing import Any

from lesson_staff.parameters import Written, Wrong
from lesson_utils.danish import listing, plural
from lesson_utils.errors import LessonError
from lesson_utils.files import all_below

LESSON = "lesson"  # the column of a table that says which lesson a row is for; all of them where it is empty
PICTURES = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
PICTURES |= {".heic", ".heif", ".avif"}
LARGEST_TABLE, LARGEST_FILES = 10e6, 2e9  # bytes: of a table, and of what one parameter of a run takes along
LOOKED_FOR = ("photo", "image_folder", "network", "photo_network")  # parameters that may name a file
Settings = list[dict[str, object]]
Texts = Sequence[str] | None


def settings_from(
    assigned: Texts = (),
    table: str = "",
    grids: Texts = (),
    seeds: int = 0,
    photo: str = "",
    photos: str = "",
) -> Settings:
    """The product of all sources, as the options of `lesson run` give them; `[{}]` for none.

    Raises WrongParameters with a sentence for everything that cannot be read, and for a parameter that two
    sources set.
    """
    asked = [partial(assigned_values, text, "-p navn=værdi") for text in assigned or ()]
    asked += [partial(assigned_values, text, "--grid navn=1,2,3") for text in grids or ()]
    asked += [partial(read_table, table)] if table else []
    asked += [lambda: [{"seed": seed} for seed in range(seeds)]] if seeds else []
    asked += [lambda: [{"photo": photo}]] if photo else []
    asked += [partial(photo_settings, photos)] if photos else []
    sources, wrong = [], Wrong()
    for read in asked:
        with wrong:
            sources.append(read())
    names = [name for source in sources for name in {name for setting in source for name in setting}]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong += [f"»{name}« er sat to gange: lad kun ét af valgene bestemme den." for name in twice]
    wrong.tell()
    return [reduce(or_, parts, Row()) for parts in product(*sources)]


def assigned_values(text: str, form: str) -> Settings:
    """`depth=11`; with commas in the form, `depth=11,13,16`, one setting for each."""
    name, _, told = text.partition("=")
    several = [value.strip() for value in told.split(",") if value.strip()]
    values = several if "," in form else [told]
    if not name.strip() or "=" not in text or not values:
        raise LessonError(f"»{text}« blev ikke forstået: skriv {form}.")
    return [{name.strip(): Written(value)} for value in values]


class Row(dict):
    """A setting that a file gave, and where in it: every sentence about it begins with that."""

    where = ""

    def __or__(self, other: dict) -> "Row":
        joined = Row({**self, **other})
        joined.where = self.where or getattr(other, "where", "")
        return joined


def read_table(path: str) -> Settings:
    """A CSV file with a row per run (an empty cell: the default), or a YAML file with a document per run.

    Every value is text as it was written; its parameter's type decides what it means. Photos and the like are
    looked for from where we stand, then from the file's own folder.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise LessonError(f"Filen »{path}« findes ikke: skriv stien til en fil med parametre.")
    read = {".csv": _csv, ".yml": _yaml, ".yaml": _yaml}.get(file.suffix.lower())
    if read is None:
        raise LessonError(f"»{file.name}« er hverken .yml eller .csv: gem parametrene i et af de formater.")
    rows = []
    for where, pairs in read(_text_of(file), file.name):
        row = Row()
        row.where = where
        for name, value in pairs:
            name = LESSON if name.strip().lower() in (LESSON, "lektion") else name.strip()
            if name in row:
                raise LessonError(f"{where}: »{name}« står to gange. Lad den stå én gang.")
            beside = (file.parent / value).absolute()
            may_be_file = name in LOOKED_FOR or (name == LESSON and value.endswith(".ipynb"))
            looked_for = may_be_file and not exists(Path(value).expanduser()) and exists(beside)
            if value:
                row[name] = Written(beside if looked_for else value)
        rows.append(row)
    if not rows:
        raise LessonError(f"»{file.name}« er tom: skriv en række eller et dokument for hver kørsel.")
    return rows


def _text_of(file: Path) -> str:
    """The file's text; a Danish spreadsheet writes Windows-1252 unless it is told otherwise."""
    content = file.read_bytes() if file.stat().st_size <= LARGEST_TABLE else b"\xff\xfe\xff"
    for encoding in (
        ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    ):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise LessonError(f"»{file.name}« er ikke en tabel som tekst: gem den som »CSV UTF-8«.")


def _csv(text: str, name: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each row's place in the file and its cells that are not empty; lines that begin with # are passed by."""
    lines = [(k, line) for k, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    # what a Danish spreadsheet writes, and what is copied from one
    separator = next((mark for mark in ";\t" if lines and mark in lines[0][1]), ",")
    columns: list[str] = []
    for number, line in lines:
        where = f"{name}, linje {number}"
        try:
            (cells,) = csv.reader([line], delimiter=separator, strict=True)
        except (csv.Error, ValueError):
            raise LessonError(f"{where} kan ikke læses: se efter et anførselstegn, der mangler.") from None
        if not columns:
            columns = cells
        elif len(cells) != len(columns):
            raise LessonError(
                f"{where} har {plural(len(cells), 'felt', 'felter')}, men der er "
                f"{plural(len(columns), 'kolonne', 'kolonner')}: ret rækken."
            )
        elif any(map(str.strip, cells)):
            pairs = zip(columns, map(str.strip, cells), strict=True)
            # a column that two headings name is wrong in every row, empty cells too
            yield where, [(each, cell) for each, cell in pairs if cell or columns.count(each) > 1]


def _yaml(text: str, name: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each document, or each part of a list, as it was written: `010` is ten, and not eight."""
    import yaml

    # in brackets within brackets PyYAML takes hours
    if max(accumulate(1 if mark in "[{" else -1 for mark in re.findall(r"[][{}]", text)), default=0) > 50:
        raise LessonError(f"»{name}« kan ikke læses: den har for mange klammer inden i hinanden.")
    try:
        documents = [node for node in yaml.compose_all(text, Loader=yaml.BaseLoader) if node.value]
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (linje {mark.line + 1})" if mark else ""
        raise LessonError(f"»{name}« kan ikke læses{line}: ret filen, så den er gyldig YAML.") from None
    for node in documents:
        for row in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            where = f"{name}, linje {row.start_mark.line + 1}"
            if not isinstance(row, yaml.MappingNode):
                raise LessonError(f"{where} kan ikke læses: skriv »navn: værdi«.")
            yield where, [(key.value, _scalar(where, key, value)) for key, value in _pairs(row)]


def _pairs(row: Any) -> list:
    """The pairs of a document, with those that `<<` brings in where the document has none of its own."""
    own = [(key, value) for key, value in row.value if key.value != "<<"]
    names = [key.value for key, _ in own]
    merged = [pair for key, value in row.value if key.value == "<<" for pair in value.value]
    return own + [pair for pair in merged if isinstance(pair, tuple) and pair[0].value not in names]


def _scalar(where: str, key: Any, value: Any) -> str:
    if isinstance(key.value, str) and isinstance(value.value, str):
        return "" if value.value in ("~", "null") else value.value
    if value.id == "sequence" and all(isinstance(each.value, str) for each in value.value):
        return f"[{', '.join(each.value for each in value.value)}]"
    raise LessonError(f"{where}: »{key.value}« skal være én værdi, ikke et opslag eller en liste af lister.")


def photo_settings(folder: str) -> Settings:
    """One setting for each picture in a folder; other files are passed by."""
    place = Path(folder).expanduser()
    if not place.is_dir():
        raise LessonError(f"Mappen »{folder}« findes ikke: skriv stien til en mappe med billeder.")
    found = sorted(p for p in place.iterdir() if p.suffix.lower() in PICTURES and not p.name.startswith("."))
    if not found:
        raise LessonError(
            f"Mappen »{folder}« har ingen billeder: læg filer i den, der ender på {listing(sorted(PICTURES))}."
        )
    return [{"photo": str(path)} for path in found]


def checked_settings(settings: Settings, here: bool = True) -> Settings:
    """The settings with every photo read once, every network known, and every file's path made absolute.

    The device is looked for if the runs are to take place `here`. Raises WrongParameters with a sentence for each
    thing that is not there or not what it should be, in the words that a lesson would use.
    """
    absolute = [with_absolute_paths(row) for row in settings]
    # each thing once, where it is first named
    named: dict[tuple[str, str], str] = {}
    for setting in absolute:
        for name, value in setting.items():
            named.setdefault((name, str(value)), getattr(setting, "where", ""))
    wrong = Wrong()
    for (name, value), where in named.items():
        with wrong.at(where):
            if value and (here or name != "device"):
                look_for(name, value)
            if name in LOOKED_FOR and Path(value).is_absolute():
                check_size(Path(value))
    wrong.tell()
    return absolute


def with_absolute_paths(setting: dict) -> dict:
    return setting | {name: _absolute(name, value) for name, value in setting.items()}


def _absolute(name: str, value: object) -> object:
    """A path as it can be found from any folder. A name that the course knows stays a name."""
    if not isinstance(value, str) or not value:
        return value
    path = Path(value).expanduser()
    if name == "photo":
        from lesson_utils.images import PHOTOS

        return value if value in PHOTOS else type(value)(path.absolute())
    looks_like_a_path = path.suffix or "/" in value or name == "image_folder"
    return type(value)(path.absolute()) if looks_like_a_path and exists(path) else value


def files_below(path: Path) -> dict[str, Path]:
    """A file by its name; a folder's pictures by their paths from the folder's own name on (hidden ones not). What
    else lies there is none of a run's business."""
    if path.is_file():
        return {path.name: path}
    names = {each.relative_to(path): each for each in all_below(path) if each.suffix.lower() in PICTURES}
    hidden = {name for name in names if any(part.startswith(".") for part in name.parts)}
    return {f"{path.name}/{n.as_posix()}": names[n] for n in names if n not in hidden and names[n].is_file()}


def check_size(path: Path) -> None:
    """Raise LessonError where a file, or a folder's pictures, are too much to take along to a run."""
    if sum(file.stat().st_size for file in files_below(path).values()) > LARGEST_FILES:
        raise LessonError(f"»{path.name}« fylder mere end 2 GB: vælg færre eller mindre filer.")


def look_for(name: str, value: str) -> None:
    """Look for what a parameter of this name means in every lesson. Raises LessonError if it is not there."""
    if name == "photo":
        from lesson_utils.images import photo

        photo(value)
    elif name in ("network", "photo_network"):
        from lesson_utils.weights import check_name

        check_name(value)
    elif name == "device" and value not in ("auto", "cpu"):  # which are everywhere, and ask for no torch
        from lesson_utils.device import choose

        choose(value)
    elif name == "image_folder":
        folder = Path(value)
        classes = {file.split("/")[1] for file in files_below(folder) if file.count("/") > 1}
        if len(classes) < 2:
            lack = "har ikke to mapper med billeder" if folder.is_dir() else "findes ikke"
            raise LessonError(
                f"Mappen »{value}« {lack}: skriv stien til en mappe med en mappe for hver klasse."
            )
