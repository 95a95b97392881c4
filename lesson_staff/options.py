"""The options of the commands, and what the Tab key offers: read without papermill, as a shell waits for it."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

import typer

from lesson_staff import catalogue
from lesson_staff.order import CELL_TIMEOUT, Limits
from lesson_staff.parameters import parameter_lines
from lesson_utils.errors import LessonError


def lesson_numbers(incomplete: str) -> list[tuple[str, str]]:
    return [
        (lesson.number, lesson.title) for lesson in catalogue.LESSONS if lesson.number.startswith(incomplete)
    ]


def assignments(incomplete: str) -> list[tuple[str, str]]:
    """`de` -> `depth=`; `depth=1` -> `depth=11`, `depth=13` ... where a lesson says what is allowed."""
    name, equals, begun = incomplete.partition("=")
    known: dict[str, str] = {}
    for lesson in catalogue.LESSONS[::-1]:
        with suppress(LessonError):  # a notebook that can't be read offers nothing
            known |= {key: told for key, (_, _, told) in parameter_lines(lesson.notebook).items()}
    if not equals:
        return [(f"{each}=", told) for each, told in known.items() if each.startswith(name)]
    lists = [
        lesson.allowed[name] for lesson in catalogue.LESSONS if isinstance(lesson.allowed.get(name), tuple)
    ]
    values = dict.fromkeys(str(value) for each in lists for value in each if name in known)
    return [(f"{name}={value}", "") for value in values if value.startswith(begun) and "*" not in value]


def networks(incomplete: str) -> list[str]:
    """The networks that the course ships, which are those that it trains."""
    with suppress(OSError, ValueError, KeyError):
        told = json.loads(
            (catalogue.REPOSITORY / "data" / "weights" / "manifest.json").read_text(encoding="utf-8")
        )
        return [name for name in told["networks"] if name.startswith(incomplete)]
    return []


def _jobs(text: str | int) -> int:
    """`auto` -> 0."""
    jobs = 0 if str(text) == "auto" else int(text)
    if jobs < 0 or text == "0":
        raise ValueError(text)
    return jobs


def _number(least: int, metavar: str, help: str, shown: bool = False) -> object:
    return Annotated[int, typer.Option(metavar=metavar, min=least, show_default=shown, help=help)]


def text(metavar: str, help: str, *names: str, **more: object) -> object:
    return Annotated[str, typer.Option(*names, metavar=metavar, help=help, **more)]


def argument(metavar: str, help: str, **more: object) -> object:
    return Annotated[str, typer.Argument(metavar=metavar, help=help, **more)]


def flag(name: str, help: str) -> object:
    return Annotated[bool, typer.Option(name, help=help)]


def _many(name: str, metavar: str, help: str) -> object:
    option = typer.Option(name, metavar=metavar, help=help, autocompletion=assignments)
    return Annotated[list[str] | None, option]


NUMBERS = "Lektionernes numre, fx 02 04, eller stier til dine egne notebooks. Alle, hvis du ingen nævner."
ONE = "Lektionens nummer, fx 04, eller stien til din egen notebook."
Lessons = Annotated[
    list[str] | None, typer.Argument(metavar="LEKTION", help=NUMBERS, autocompletion=lesson_numbers)
]
JOBS = "Hvor mange lektioner der kører ad gangen; auto: én per kerne, hvis hukommelsen rækker."
Jobs = Annotated[int, typer.Option(metavar="ANTAL", parser=_jobs, help=JOBS)]
Lesson = argument("LEKTION", ONE, autocompletion=lesson_numbers)
LessonOrNone = argument("[LEKTION]", ONE, autocompletion=lesson_numbers)
Json = flag("--json", "Skriv svaret som JSON, så andre programmer kan læse det.")


@dataclass(frozen=True)
class Request:
    """What `lesson run` is asked for: each field is an option of the command."""

    lessons: Lessons = None
    parameters: _many("-p", "NAVN=VÆRDI", "Sæt en parameter i de lektioner, der har den. Må gentages.") = None
    table: text(
        "FIL", "Kør én gang for hver række i en .csv eller hvert dokument i en .yml.", "--parameters"
    ) = ""
    grids: _many(
        "--grid", "NAVN=1,2,3", "Kør én gang for hver værdi; flere --grid giver alle kombinationer."
    ) = None
    seeds: _number(0, "ANTAL", "Kør med seed 0, 1, 2 … så mange gange.") = 0
    photo: text("FIL", "Kør på dit eget foto: en sti til billedfilen.", envvar="PHOTO") = ""
    photos: text("MAPPE", "Kør én gang for hvert billede i mappen.") = ""
    out: text(
        "MAPPE",
        "Mappen til resultaterne; ellers runs/<dato-tid>. Det, der er gennemført i den, bliver beholdt.",
    ) = ""
    resume: flag("--resume", "Gå videre med en afbrudt kørsel: den i --out, ellers den nyeste.") = False
    jobs: Jobs = "auto"  # which is read as 0
    timeout: _number(0, "SEKUNDER", "Højst så længe for hver kørsel; 0: ingen grænse.") = 0
    cell_timeout: _number(1, "SEKUNDER", "Højst så længe for hver celle.", shown=True) = CELL_TIMEOUT
    retries: _number(0, "ANTAL", "Prøv en fejlet kørsel igen så mange gange.") = 0
    scheduler: text("TCP://VÆRT:PORT", "Kør på en dask-klynge, der er i gang.", "--scheduler") = ""
    local_cluster: flag(
        "--local-cluster",
        "Start en dask-klynge her, og vis adressen på dens oversigt. Kun på en maskine, du har for dig selv.",
    ) = False
    redo: flag("--redo", "Kør også det, der er gennemført i mappen i forvejen.") = False
    dry_run: flag("--dry-run", "Vis, hvad der ville køre, hvor og hvor længe, uden at køre det.") = False
    keep: text(
        "HVAD", "Hvad der gemmes af en kørsel: all (alt), page (siden og nøgletal) eller numbers (nøgletal)."
    ) = "all"
    as_json: Json = False

    @property
    def sources(self) -> tuple:
        """What the settings come from, as `settings_from` takes them."""
        return self.parameters, self.table, self.grids, self.seeds, self.photo, self.photos

    @property
    def limits(self) -> Limits:
        return Limits(self.cell_timeout, self.timeout, self.retries)
