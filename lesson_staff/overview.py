"""`lesson list` and the table of `lesson doctor`: what there is, for people and for machines."""

from collections.abc import Iterable

from rich.table import Table

from lesson_staff.catalogue import Lesson
from lesson_staff.doctor import BAD, GOOD, NOTE, Check, ready
from lesson_staff.output import say
from lesson_staff.parameters import Parameter, read_parameters
from lesson_staff.slides import lecture
from lesson_staff.terminal import Terminal
from lesson_utils.parameters import choice

TYPES = {"str": "tekst", "int": "heltal", "float": "tal", "bool": "ja/nej", "list": "liste"}
STATES = {GOOD: "[green]i orden[/]", NOTE: "[yellow]bemærk[/]", BAD: "[red]fejl[/]"}


def lesson_facts(lessons: Iterable[Lesson]) -> list[dict[str, object]]:
    """Each lesson with its minutes, its lecture, and its parameters: name, type, default, allowed values, help."""
    return [
        {
            "number": lesson.number,
            "title": lesson.title,
            "minutes": lesson.minutes,
            "lecture": lecture(lesson.notebook),
            "core": lecture(lesson.notebook, core=True),
            "parameters": [
                _facts(parameter, lesson.allowed.get(name))
                for name, parameter in read_parameters(lesson.notebook).items()
            ],
        }
        for lesson in lessons
    ]


def _facts(parameter: Parameter, allowed: tuple | range | None) -> dict[str, object]:
    return {
        "name": parameter.name,
        "type": parameter.type,
        "default": parameter.default,
        "allowed": {"from": allowed[0], "to": allowed[-1]} if isinstance(allowed, range) else allowed,
        "choice": "" if allowed is None else choice(allowed),
        "help": parameter.help,
    }


def print_lessons(facts: Iterable[dict]) -> None:
    console = Terminal()
    for lesson in facts:
        console.print(f"[bold]{lesson['number']} {lesson['title']}[/bold] · ca. {lesson['minutes']} minutter")
        for name, shown in (("forelæst", lesson["lecture"]), ("kernen", lesson["core"])):
            if shown["slides"]:
                console.print(f"{name}: omkring {shown['slides']} slides, ca. {shown['minutes']} minutter")
        table = Table(
            "parameter", "slags", "standard", "betydning", box=None, padding=(0, 2), header_style="dim"
        )
        for parameter in lesson["parameters"]:
            kind = TYPES.get(parameter["type"], parameter["type"])
            default = "(tom)" if parameter["default"] == "" else str(parameter["default"])
            choice = f" (vælg {parameter['choice']})" if parameter["allowed"] else ""
            table.add_row(parameter["name"], kind, default, parameter["help"] + choice)
        console.print(table)


def print_checks(checks: list[Check]) -> None:
    console = Terminal()
    table = Table("", "resultat", "fundet", "gør sådan", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for check in checks:
        table.add_row(check.subject, STATES[check.state], check.found, check.advice)
    console.print(table)
    say("Kurset kan køre." if ready(checks) else "Kurset kan ikke køre endnu: ret det, der står »fejl« ved.")
