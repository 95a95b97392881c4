"""Tables that are too big to measure in a lesson: `data/measurements/*.csv`, each made by one command.

A file begins with lines of `# key: value`: the command that makes it, the date, the recipe, the seeds.
"""

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from lesson_utils import DATA, danish
from lesson_utils.errors import LessonError

FOLDER = DATA / "measurements"
SEED_OF = {"images": "billeder", "random twins": "tilfældige tvillinger"}  # what a seed is for, in Danish


def stored(name: str) -> pd.DataFrame:
    """The table `data/measurements/<name>.csv`; what its first lines say stands in `.attrs`.

    Raises LessonError for a table that the course does not have.
    """
    path = FOLDER / f"{name}.csv"
    if not path.is_file():
        names = [file.stem for file in sorted(FOLDER.glob("*.csv"))]
        raise LessonError(f"Kurset har ingen måling »{name}«: vælg {danish.listing(names) or 'en anden'}.")
    text = path.read_text(encoding="utf-8")
    table = pd.read_csv(path, comment="#")
    heads = [line.removeprefix("#").split(":", 1) for line in text.splitlines() if line.startswith("#")]
    table.attrs = {key.strip(): value.strip() for key, value in heads}
    return table


def source(table: pd.DataFrame) -> str:
    """In Danish: when and how a stored table was measured, for the line beside it."""
    about = table.attrs
    day = date.fromisoformat(about["date"])
    seeds = re.sub(r"\(([^)]*)\)", lambda found: f"({SEED_OF.get(found[1], found[1])})", about["seeds"])
    which = f"seed{'s' * ('(' not in seeds and ',' in seeds)} {seeds}"
    return f"Målt den {day.day}.{day.month}.{day.year} med »{about['made by']}«, {which}."


def store(name: str, table: pd.DataFrame, about: Mapping[str, object]) -> None:
    """Write a table where `stored` finds it, with what it is `about` above it; four significant digits."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    head = "".join(f"# {key}: {value}\n" for key, value in about.items())
    body = table.to_csv(index=False, float_format="%.4g", lineterminator="\n")
    (FOLDER / f"{name}.csv").write_text(head + body, encoding="utf-8")
