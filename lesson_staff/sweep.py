"""Which settings a batch is to run: one value for all, a table, a grid, several seeds, a folder of photos.

A setting is a dict from parameter to value. Each source gives a list of settings, and the batch is their product.
"""

import csv
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from lesson_staff.parameters import Written, Wrong
from lesson_utils.danish import listing
from lesson_utils.errors import LessonError

LESSON = "lesson"  # the column of a table that says which lesson a row is for; all of them where it is empty
NOT_UNDERSTOOD = "»{}« blev ikke forstået: skriv {}."
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}


def settings_from(
    assigned: Sequence[str] | None = (),
    table: str = "",
    grids: Sequence[str] | None = (),
    seeds: int = 0,
    photo: str = "",
    photos: str = "",
) -> list[dict[str, object]]:
    """The product of all sources, as the options of `lesson run` give them; `[{}]` for none.

    Raises WrongParameters with a sentence for everything that cannot be read, and for a parameter that two
    sources set.
    """
    asked = [(one_value, text) for text in assigned or ()] + [(several_values, text) for text in grids or ()]
    given_once = (
        (read_table, table),
        (lambda count: [{"seed": seed} for seed in range(count)], seeds),
        (lambda path: [{"photo": path}], photo),
        (photo_settings, photos),
    )
    sources, wrong = [], Wrong()
    for read, told in asked + [(read, told) for read, told in given_once if told]:
        with wrong:
            sources.append(read(told))
    names = [name for source in sources for name in {name for setting in source for name in setting}]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong += [f"»{name}« er sat to gange: lad kun ét af valgene bestemme den." for name in twice]
    wrong.tell()
    return [{name: value for part in parts for name, value in part.items()} for parts in product(*sources)]


def one_value(text: str) -> list[dict[str, object]]:
    """`depth=11`."""
    name, value = _assigned(text, "-p navn=værdi")
    return [{name: Written(value)}]


def several_values(text: str) -> list[dict[str, object]]:
    """`depth=11,13,16`."""
    name, values = _assigned(text, "--grid navn=1,2,3")
    found = [{name: Written(value.strip())} for value in values.split(",") if value.strip()]
    if not found:
        raise LessonError(NOT_UNDERSTOOD.format(text, "--grid navn=1,2,3"))
    return found


def _assigned(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise LessonError(NOT_UNDERSTOOD.format(text, form))
    return name.strip(), value


def read_table(path: str) -> list[dict[str, object]]:
    """A CSV file with a row per run (an empty cell: the default), or a YAML file with a document per run."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise LessonError(f"Filen »{path}« findes ikke: skriv stien til en fil med parametre.")
    read = {".csv": _csv, ".yml": _yaml, ".yaml": _yaml}.get(file.suffix)
    if read is None:
        raise LessonError(f"»{file.name}« er hverken .yml eller .csv: gem parametrene i et af de formater.")
    try:
        rows = read(file.read_text(encoding="utf-8-sig"))
    except (ValueError, csv.Error):
        sentence = f"»{file.name}« kan ikke læses: ret filen, så den er gyldig {file.suffix[1:]}."
        raise LessonError(sentence) from None
    if not rows:
        raise LessonError(f"»{file.name}« er tom: skriv en række eller et dokument for hver kørsel.")
    return rows


def _csv(text: str) -> list[dict[str, object]]:
    separator = ";" if text.partition("\n")[0].count(";") else ","  # what a Danish spreadsheet writes
    rows = list(csv.reader(text.splitlines(), delimiter=separator, strict=True))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    head = [name.strip() for name in rows[0]] if rows else []
    if any(len(row) != len(head) for row in rows):
        raise ValueError
    return [
        {name: Written(cell.strip()) for name, cell in zip(head, row, strict=True) if cell.strip()}
        for row in rows[1:]
    ]


def _yaml(text: str) -> list[dict[str, object]]:
    import yaml

    try:
        documents = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError as error:
        raise ValueError(text) from error
    rows = [row for each in documents for row in (each if isinstance(each, list) else [each])]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError(text)
    return [{str(name): value for name, value in row.items()} for row in rows]


def photo_settings(folder: str) -> list[dict[str, object]]:
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
