"""`lesson`: the commands for those who run the course. Starts without importing torch."""

import json
import signal
import sys
from contextlib import closing
from typing import Annotated

import typer

from lesson_utils.course.catalogue import find
from lesson_utils.course.danish_help import DanishCommand, DanishGroup, usage_sentence
from lesson_utils.errors import LessonError

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    cls=DanishGroup,
    help="Kør og vedligehold kurset »ConvNet-arkitekturer«.",
    add_completion=False,
    options_metavar="[VALG]",
    subcommand_metavar="KOMMANDO [ARGUMENTER]...",
    rich_markup_mode="rich",
)

Lessons = Annotated[
    list[str] | None,
    typer.Argument(metavar="LEKTION", help="Lektionernes numre, fx 02 04. Alle, hvis du ingen nævner."),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        metavar="ANTAL", min=1, help="Hvor mange lektioner der kører ad gangen; ellers én per kerne."
    ),
]

AsJson = Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON, til andre programmer.")]

HandoutFolder = Annotated[str, typer.Option(metavar="MAPPE", help="Mappen til filerne; ellers handouts/.")]


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def run(
    lessons: Lessons = None,
    photo: Annotated[
        str,
        typer.Option(envvar="PHOTO", metavar="FIL", help="Kør på dit eget foto: en sti til billedfilen."),
    ] = "",
    jobs: Jobs = None,
    out: Annotated[
        str, typer.Option(metavar="MAPPE", help="Mappen til resultaterne; ellers runs/<dato-tid>.")
    ] = "",
) -> None:
    """Kør lektionerne, og saml dem som sider i en mappe under runs/.

    Eksempel: lesson run 02 04 --photo ferie.jpg
    """
    from lesson_utils.course.session import run_session

    raise typer.Exit(FAILED if run_session(lessons or [], photo, jobs, out) else 0)


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def notebooks(lessons: Lessons = None, jobs: Jobs = None) -> None:
    """Kør lektionerne igen, og gem deres resultater i notebooks/, klar til commit."""
    from rich.console import Console

    from lesson_utils.course.plan import plan
    from lesson_utils.course.remake import remake
    from lesson_utils.course.terminal import Display, print_summary

    console, runs, results = Console(), plan(find(lessons or []), {}), []
    with Display(console, runs) as display, closing(remake(runs, jobs, display.tell)) as finished:
        for result in finished:
            results.append(result)
            display.finished(result)
    print_summary(console, sorted(results, key=lambda result: result.name))
    raise typer.Exit(FAILED if any(not result.passed for result in results) else 0)


@app.command("list", cls=DanishCommand, options_metavar="[VALG]")
def list_lessons(lessons: Lessons = None, as_json: AsJson = False) -> None:
    """Vis lektionerne, hvor lang tid de tager, og hvad hver parameter kan være.

    Eksempel: lesson list 03
    """
    from lesson_utils.course.catalogue import find
    from lesson_utils.course.overview import lesson_facts, print_lessons

    facts = lesson_facts(find(lessons or []))
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print_lessons(_console(), facts)


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def doctor(as_json: AsJson = False) -> None:
    """Undersøg, om kurset kan køre på denne maskine, og hvad du skal gøre, hvis det ikke kan.

    Eksempel: lesson doctor
    """
    from lesson_utils.course.doctor import as_facts, examine, ready
    from lesson_utils.course.overview import print_checks

    checks = examine()
    if as_json:
        print(json.dumps(as_facts(checks), ensure_ascii=False, indent=2))
    else:
        print_checks(_console(), checks)
        print(
            "Kurset kan køre."
            if ready(checks)
            else "Kurset kan ikke køre endnu: ret det, der står »fejl« ved."
        )
    raise typer.Exit(0 if ready(checks) else FAILED)


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def present(
    lesson: Annotated[str, typer.Argument(metavar="LEKTION", help="Lektionens nummer, fx 04.")],
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Åbn en browser, eller skriv kun adressen.")
    ] = True,
) -> None:
    """Vis en lektion i JupyterLab som slides, hvor cellerne kan køres og widgets virker.

    Pilene, mellemrum og en fjernbetjenings PageUp/PageDown skifter slide, og Ctrl+Enter kører en celle. Lektionen
    vises som en kopi, så intet bliver ændret i kurset. Stop med Ctrl-C.

    Eksempel: lesson present 04
    """
    from lesson_utils.course.present import present as show

    raise typer.Exit(show(find([lesson])[0], browser))


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def slides(
    lessons: Lessons = None,
    out: Annotated[str, typer.Option(metavar="MAPPE", help="Mappen til slides; ellers slides/.")] = "slides",
) -> None:
    """Lav lektionerne som slides, der kan vises fra en USB-nøgle uden net.

    Piletaster og PageUp/PageDown skifter slide, og S viser noterne til underviseren. Skriv »?print-pdf« efter
    adressen, og udskriv siden, hvis du vil have en PDF.

    Eksempel: lesson slides 04 --out /mappe/til/slides
    """
    from lesson_utils.course.handouts import folder_for, tell_written
    from lesson_utils.course.slides import make_slides

    make_slides(find(lessons or []), folder_for(out), tell_written)


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def handout(lessons: Lessons = None, out: HandoutFolder = "handouts") -> None:
    """Skriv lektionerne uden løsninger og uden noter, klar til de studerende.

    Eksempel: lesson handout 02 04
    """
    from lesson_utils.course.handouts import folder_for, make_handouts, tell_written

    make_handouts(find(lessons or []), folder_for(out), False, tell_written)


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def solution(lessons: Lessons = None, out: HandoutFolder = "handouts") -> None:
    """Skriv lektionerne med løsningerne slået ud, til efter timen.

    Eksempel: lesson solution 02 04
    """
    from lesson_utils.course.handouts import folder_for, make_handouts, tell_written

    make_handouts(find(lessons or []), folder_for(out), True, tell_written)


@app.command(cls=DanishCommand, options_metavar="[VALG]")
def train(
    network: Annotated[str, typer.Argument(metavar="NETVÆRK", help="Navnet på netværket, fx alexnet.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Gå videre, hvor en afbrudt træning slap.")
    ] = False,
    out: Annotated[str, typer.Option(metavar="MAPPE", help="Mappen til vægtene; ellers kursets egne.")] = "",
) -> None:
    """Træn et af kursets egne netværk igen. Afbryd med Ctrl-C: træningen kan genoptages.

    Eksempel: lesson train alexnet --resume
    """
    from lesson_utils.course.train import train_network

    raise typer.Exit(0 if train_network(network, resume, out) else INTERRUPTED)


def _console():
    from rich.console import Console

    return Console()


def main() -> None:
    """Entry point: exit code 0, 1 for a failed lesson, 2 for wrong input, 130 after Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(answer(sys.argv[1:]))


def answer(arguments: list[str]) -> int:
    """Carry out a command line and return its exit code; what went wrong is said in one sentence.

    No arguments at all ask for help.
    """
    try:
        return app(arguments or ["--help"], prog_name="lesson", standalone_mode=False) or 0
    except LessonError as error:
        sentence = str(error)
    except typer.BadParameter.__base__ as error:  # Typer's UsageError, which it does not export
        sentence = usage_sentence(error)
    print(f"Fejl: {sentence}", file=sys.stderr)
    return WRONG_INPUT


if __name__ == "__main__":
    main()
