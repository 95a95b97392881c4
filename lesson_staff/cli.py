"""`lesson`: the commands for those who run the course. Starts without importing torch."""

import inspect
import json
import os
import signal
import sys
from functools import partial
from pathlib import Path

import typer

from lesson_staff import options
from lesson_staff.catalogue import find
from lesson_staff.danish_help import DanishCommand, DanishGroup, usage_sentence
from lesson_staff.options import Json, Lessons
from lesson_staff.output import Lasting, os_sentence, say
from lesson_utils.errors import is_sentence

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    cls=DanishGroup,
    help=(
        "Kør og vedligehold kurset »ConvNet-arkitekturer«.\n\nEksempler:\nlesson doctor\nlesson run 02\n"
        "lesson run --help"
    ),
    options_metavar="[VALG]",
    subcommand_metavar="KOMMANDO [ARGUMENTER]...",
    rich_markup_mode="rich",
)

command = partial(app.command, cls=DanishCommand, options_metavar="[VALG]")
Core = options.flag("--core", "Vis kun kernen: forelæsningens egne pointer på omkring 20 slides.")
HandoutFolder = options.text("MAPPE", "Mappen til filerne; ellers handouts/.")


@command()
def run(**asked: object) -> None:
    """Kør lektionerne, og saml dem i en mappe med en oversigt, der kan åbnes uden net.

    Eksempler:
    lesson run
    lesson run 02 04 --photo ferie.jpg
    lesson run 03 --grid depth=11,13,16,19 --seeds 5 --out vgg
    lesson run --parameters plan.csv --timeout 900 --retries 1 --out natten
    lesson run --resume --out natten

    Slutter med 0, når alt lykkedes, 1, når en kørsel fejlede, 2, når kommandoen var forkert, og 130 efter Ctrl-C.
    """
    from lesson_staff.session import run_session

    raise typer.Exit(run_session(options.Request(**asked)))


run.__signature__ = inspect.signature(options.Request)  # each of its fields is an option


@command()
def report(folder: options.argument("MAPPE", "En mappe fra »lesson run«."), as_json: Json = False) -> None:
    """Lav oversigten over en kørsel igen, også mens den er i gang: index.html, results.csv og results.parquet.

    Eksempel: lesson report vgg
    """
    from lesson_staff.pages import relative
    from lesson_staff.report import write_report

    index, lack = write_report(Path(folder).expanduser().absolute())
    if as_json:
        say(json.dumps({"index": str(index), "warning": lack}, ensure_ascii=False))
    else:
        say("\n".join(filter(None, [lack, "Åbn siden i en browser:", relative(index)])))


@command("list")
def list_lessons(lessons: Lessons = None, as_json: Json = False) -> None:
    """Vis lektionerne, hvor lang tid de tager, og hvad hver parameter kan være.

    Eksempel: lesson list 03
    """
    from lesson_staff.overview import lesson_facts, print_lessons

    facts = lesson_facts(find(lessons))
    if as_json:
        say(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print_lessons(facts)


@command()
def doctor(as_json: Json = False) -> None:
    """Undersøg, om kurset kan køre på denne maskine, og hvad du skal gøre, hvis det ikke kan.

    Eksempel: lesson doctor
    """
    from dataclasses import asdict

    from lesson_staff.doctor import examine, ready
    from lesson_staff.overview import print_checks

    checks = examine()
    if as_json:
        facts = {"ready": ready(checks), "checks": [asdict(check) for check in checks]}
        say(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print_checks(checks)
    raise typer.Exit(0 if ready(checks) else FAILED)


@command()
def notebooks(lessons: Lessons = None, jobs: options.Jobs = "auto") -> None:
    """Kør lektionerne igen, og gem deres resultater i notebooks/, klar til commit.

    Eksempel: lesson notebooks 03
    """
    from lesson_staff.plan import plan
    from lesson_staff.remake import remake
    from lesson_staff.terminal import Display, Terminal, print_summary

    console, runs, results = Terminal(), plan(find(lessons), {}), []
    display = Display(console, runs)
    display.follow(remake(runs, jobs or None, display.tell), results)
    print_summary(console, sorted(results, key=lambda result: result.name))
    raise typer.Exit(0 if all(result.passed for result in results) else FAILED)


@command()
def check(lessons: Lessons = None) -> None:
    """Sig, hvad en lektion mangler i forhold til det, CONTRIBUTING.md kræver af alle lektioner.

    Eksempel: lesson check 07
    """
    from lesson_staff.check import check_lesson

    passed = [check_lesson(lesson) for lesson in find(lessons)]
    raise typer.Exit(0 if all(passed) else FAILED)


@command()
def new(
    number: options.argument("NUMMER", "Lektionens nummer, fx 07."),
    name: options.argument("NAVN", "Mappens navn: små bogstaver, fx resnet."),
    title: options.argument("TITEL", "Lektionens titel, fx ResNet."),
) -> None:
    """Lav en ny lektion, der kan køre: notebook, mappe, tests og en linje i README.

    Eksempel: lesson new 07 resnet "ResNet"
    """
    from lesson_staff.new import new_lesson

    for path in new_lesson(number, name, title):
        say(path)
    say(f"Skriv den, kør »lesson notebooks {number}«, og se, hvad der mangler, med »lesson check {number}«.")


@command()
def present(
    lesson: options.Lesson,
    core: Core = False,
    browser: options.flag("--browser/--no-browser", "Åbn en browser, eller skriv kun adressen.") = True,
) -> None:
    """Vis en lektion i JupyterLab som slides, hvor cellerne kan køres og widgets virker.

    Pilene, mellemrum og en fjernbetjenings PageUp/PageDown skifter slide. Ctrl+Enter kører en celle, og først
    de celler ovenfor, den bruger. 1-9 går til et afsnit, b og . gør skærmen sort, + og − ændrer skriften, h viser
    tasterne, og Esc to gange slutter. Lektionen vises som en kopi, så intet bliver ændret i kurset. Stop med
    Ctrl-C.

    Eksempler:
    lesson present 04
    lesson present 04 --core
    """
    from lesson_staff.present import present as show

    raise typer.Exit(show(find([lesson])[0], browser, core))


@command()
def lab(
    lesson: options.LessonOrNone = "",
    out: options.text("MAPPE", "Mappen til din egen udgave; ellers mine/ i kursets mappe.") = "",
    full: options.flag("--full", "Åbn lektionerne selv, med løsninger, noter og resultater.") = False,
    browser: options.flag("--browser/--no-browser", "Åbn en browser, eller skriv kun adressen.") = True,
) -> None:
    """Åbn din egen udgave af lektionerne i JupyterLab: uden løsninger, resultater og noter til underviseren.

    Udgaven bliver lavet første gang og aldrig overskrevet. Er en lektion rettet siden da, kommer den nye til at
    ligge ved siden af din. En notebook, du nævner stien til, bliver åbnet, hvor den ligger. Stop med Ctrl-C.

    Eksempler:
    lesson lab
    lesson lab 04
    lesson lab hold/min_lektion.ipynb
    lesson lab --full
    """
    from lesson_staff.lab import lab as open_lab

    raise typer.Exit(open_lab(find([lesson])[0] if lesson else None, out, full, browser))


@command()
def slides(
    lessons: Lessons = None,
    core: Core = False,
    out: options.text("MAPPE", "Mappen til slides; ellers slides/.") = "slides",
) -> None:
    """Lav lektionerne som slides, der kan vises fra en USB-nøgle uden net.

    Piletaster og PageUp/PageDown skifter slide, og S viser noterne til underviseren. Skriv »?print-pdf« efter
    adressen, og udskriv siden, hvis du vil have en PDF.

    Eksempler:
    lesson slides 04 --out /mappe/til/slides
    lesson slides --core
    """
    from lesson_staff.teaching import make_slides

    make_slides(find(lessons), out, core)


@command()
def handout(lessons: Lessons = None, out: HandoutFolder = "handouts") -> None:
    """Skriv lektionerne uden løsninger og uden noter, klar til de studerende.

    Eksempel: lesson handout 02 04
    """
    from lesson_staff.teaching import make_handouts

    make_handouts(find(lessons), out)


@command()
def solution(lessons: Lessons = None, out: HandoutFolder = "handouts") -> None:
    """Skriv lektionerne med løsningerne foldet ud, til efter timen.

    Eksempel: lesson solution 02 04
    """
    from lesson_staff.teaching import make_handouts

    make_handouts(find(lessons), out, with_solutions=True)


@command()
def train(
    network: options.argument("NETVÆRK", "Navnet på netværket, fx alexnet.", autocompletion=options.networks),
    resume: options.flag("--resume", "Gå videre, hvor en afbrudt træning slap.") = False,
    out: options.text("MAPPE", "Mappen til vægtene; ellers kursets egne.") = "",
) -> None:
    """Træn et af kursets egne netværk igen. Afbryd med Ctrl-C: træningen kan genoptages.

    Eksempel: lesson train alexnet --resume
    """
    from lesson_staff.publishing import train_network

    raise typer.Exit(0 if train_network(network, resume, out) else INTERRUPTED)


def main() -> None:
    """Entry point: exit code 0, 1 for a failed lesson, 2 for wrong input, 130 after Ctrl-C."""
    for name in ("SIGTERM", "SIGHUP"):  # a closed terminal is an end like any other; nohup keeps it ignored
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    os.environ["PYTHONSAFEPATH"] = "1"  # no Python that is started from here imports what lies in a folder
    sys.stdout, sys.stderr = (stream and Lasting(stream) for stream in (sys.stdout, sys.stderr))
    sys.exit(answer(sys.argv[1:]))


def answer(arguments: list[str]) -> int:
    """Carry out a command line (none asks for help); its exit code. What went wrong is said in one sentence."""
    try:
        return app(arguments or ["--help"], prog_name="lesson", standalone_mode=False) or 0
    except typer.BadParameter.__base__ as error:  # Typer's UsageError, which it does not export
        sentences = [usage_sentence(error)]
    except Exception as error:
        told = str(error) if is_sentence(error) else isinstance(error, OSError) and os_sentence(error)
        if not told:
            raise
        sentences = getattr(error, "sentences", [told])
    for sentence in sentences:
        say(f"Fejl: {sentence}", sys.stderr)
    return WRONG_INPUT


if __name__ == "__main__":
    main()
