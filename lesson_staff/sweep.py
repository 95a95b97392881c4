"""Which settings a batch is to run: one value for all, a table, a grid, several seeds, a folder of photos.

A setting is a dict from parameter to value. Each source gives a list of settings, and the batch is their product.
What they name outside the notebook (photos, networks, a folder, a device) is looked for before anything starts.
"""

import csv
import re
from collections.abc import Sequence
from functools import partial
from itertools import accumulate, product
from pathlib import Path

from lesson_staff.parameters import Written, Wrong
from lesson_utils.danish import listing, number
from lesson_utils.errors import LessonError
from lesson_utils.files import all_below

LESSON = "lesson"  # the column of a table that says which lesson a row is for; all of them where it is empty
PICTURES = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
PICTURES |= {".heic", ".heif", ".avif"}
LARGEST_TABLE, LARGEST_FILES = 10e6, 2e9  # bytes: of a table, and of what one parameter of a run takes along
FILES = ("photo", "image_folder", "network", "photo_network")  # parameters that may name files
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
    return [{name: value for part in parts for name, value in part.items()} for parts in product(*sources)]


def assigned_values(text: str, form: str) -> Settings:
    """`depth=11`; with commas in the form, `depth=11,13,16`, one setting for each."""
    name, _, told = text.partition("=")
    several = [value.strip() for value in told.split(",") if value.strip()]
    values = several if "," in form else [told]
    if not name.strip() or "=" not in text or not values:
        raise LessonError(f"»{text}« blev ikke forstået: skriv {form}.")
    return [{name.strip(): Written(value)} for value in values]


def read_table(path: str) -> Settings:
    """A CSV file with a row per run (an empty cell: the default), or a YAML file with a document per run."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise LessonError(f"Filen »{path}« findes ikke: skriv stien til en fil med parametre.")
    read = {".csv": _csv, ".yml": _yaml, ".yaml": _yaml}.get(file.suffix)
    if read is None:
        raise LessonError(f"»{file.name}« er hverken .yml eller .csv: gem parametrene i et af de formater.")
    import yaml

    try:
        if file.stat().st_size > LARGEST_TABLE:
            raise ValueError
        rows = read(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, csv.Error, yaml.YAMLError, RecursionError):
        raise LessonError(
            f"»{file.name}« kan ikke læses: ret filen, så den er gyldig {file.suffix[1:]}."
        ) from None
    if not rows:
        raise LessonError(f"»{file.name}« er tom: skriv en række eller et dokument for hver kørsel.")
    return rows


def _csv(text: str) -> Settings:
    separator = ";" if text.partition("\n")[0].count(";") else ","  # what a Danish spreadsheet writes
    lines = [line for line in text.splitlines() if line.strip()]
    rows = list(csv.DictReader(lines, delimiter=separator, strict=True))
    if any(None in row or None in row.values() for row in rows):  # more cells than names, or fewer
        raise ValueError
    return [
        {name.strip(): Written(cell.strip()) for name, cell in row.items() if cell.strip()}
        for row in rows
        if any(map(str.strip, row.values()))
    ]


def _yaml(text: str) -> Settings:
    import yaml

    deep = max(accumulate(1 if mark in "[{" else -1 for mark in re.findall(r"[][{}]", text)), default=0) > 50
    if deep or any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
        raise ValueError  # a few lines could mean millions, or take hours to read
    documents = [each for each in yaml.safe_load_all(text) if each is not None]
    rows = [row for each in documents for row in (each if isinstance(each, list) else [each])]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError(text)
    return [{str(name): value for name, value in row.items()} for row in rows]


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
    absolute = [{name: _absolute(name, value) for name, value in setting.items()} for setting in settings]
    named = dict.fromkeys((name, str(value)) for each in absolute for name, value in each.items() if value)
    wrong = Wrong()
    for name, value in named:
        with wrong:
            if here or name != "device":
                look_for(name, value)
            if name in FILES and Path(value).is_absolute():
                check_size(Path(value))
    wrong.tell()
    return absolute


def _absolute(name: str, value: object) -> object:
    """A path as it can be found from any folder. A name that the course knows stays a name."""
    if not isinstance(value, str) or not value:
        return value
    path = Path(value).expanduser()
    if name == "photo":
        from lesson_utils.images import PHOTOS

        return value if value in PHOTOS else type(value)(path.absolute())
    looks_like_a_path = path.suffix or "/" in value or name == "image_folder"
    return type(value)(path.absolute()) if looks_like_a_path and path.exists() else value


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
        most = f"{number(LARGEST_FILES / 1e9)} GB"
        raise LessonError(f"»{path.name}« fylder mere end {most}: vælg færre eller mindre filer.")


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
    elif name == "image_folder" and not Path(value).is_dir():
        raise LessonError(
            f"Mappen »{value}« findes ikke: skriv stien til en mappe med en mappe for hver klasse."
        )
