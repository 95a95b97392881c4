"""The options of the commands: what each is called, and what its help says."""

from collections.abc import Callable
from typing import Annotated

import typer

from lesson_staff.completion import assignments, lesson_numbers


def _at_least(smallest: int) -> Callable[[str | int], int]:
    """A whole number, `smallest` or more. (Typer's own `min` writes »[x>=0]« into the help.)"""

    def whole(text: str | int) -> int:
        if int(text) < smallest:
            raise ValueError(text)
        return int(text)

    return whole


def _jobs(text: str | int) -> int:
    """`auto` -> 0."""
    jobs = 0 if str(text) == "auto" else int(text)
    if jobs < 0 or text == "0":
        raise ValueError(text)
    return jobs


Lessons = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LEKTION",
        help="Lektionernes numre, fx 02 04. Alle, hvis du ingen nævner.",
        autocompletion=lesson_numbers,
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        metavar="ANTAL",
        parser=_jobs,
        help="Hvor mange lektioner der kører ad gangen; auto: én per kerne, hvis hukommelsen rækker.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON, til maskiner.")]
Photo = Annotated[
    str, typer.Option(envvar="PHOTO", metavar="FIL", help="Kør på dit eget foto: en sti til billedfilen.")
]
Photos = Annotated[str, typer.Option(metavar="MAPPE", help="Kør én gang for hvert billede i mappen.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        metavar="NAVN=VÆRDI",
        help="Sæt en parameter i de lektioner, der har den. Må gentages.",
        autocompletion=assignments,
    ),
]
Table = Annotated[
    str,
    typer.Option(
        "--parameters",
        metavar="FIL",
        help="Kør én gang for hver række i en .csv eller hvert dokument i en .yml.",
    ),
]
Grid = Annotated[
    list[str] | None,
    typer.Option(
        "--grid",
        metavar="NAVN=1,2,3",
        help="Kør én gang for hver værdi; flere --grid giver alle kombinationer.",
        autocompletion=assignments,
    ),
]
Seeds = Annotated[
    int,
    typer.Option(
        metavar="ANTAL",
        parser=_at_least(0),
        show_default=False,
        help="Kør med seed 0, 1, 2 … så mange gange.",
    ),
]
Out = Annotated[
    str,
    typer.Option(
        metavar="MAPPE",
        help="Mappen til resultaterne; ellers runs/<dato-tid>. Det, der er gennemført i den, bliver beholdt.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Gå videre med en afbrudt kørsel: den i --out, ellers den nyeste.")
]
Timeout = Annotated[
    int,
    typer.Option(
        metavar="SEKUNDER",
        parser=_at_least(0),
        show_default=False,
        help="Højst så længe for hver kørsel; 0: ingen grænse.",
    ),
]
CellTimeout = Annotated[
    int, typer.Option(metavar="SEKUNDER", parser=_at_least(1), help="Højst så længe for hver celle.")
]
Retries = Annotated[
    int,
    typer.Option(
        metavar="ANTAL",
        parser=_at_least(0),
        show_default=False,
        help="Prøv en fejlet kørsel igen så mange gange.",
    ),
]
SchedulerAddress = Annotated[
    str, typer.Option("--scheduler", metavar="TCP://VÆRT:PORT", help="Kør på en dask-klynge, der er i gang.")
]
LocalCluster = Annotated[
    bool, typer.Option("--local-cluster", help="Start en dask-klynge her, og vis adressen på dens oversigt.")
]
