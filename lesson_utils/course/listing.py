"""`lesson list`: the lessons, and what each can be told."""

import json

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lesson_utils.course.catalogue import find
from lesson_utils.course.parameters import choice, read_parameters

KINDS = {"str": "tekst", "int": "helt tal", "float": "tal", "bool": "true/false", "list": "liste"}


def lessons_as_json() -> str:
    """Lessons, minutes and parameters (default, type, allowed values, help) as JSON."""
    return json.dumps(
        [
            {
                "number": lesson.number,
                "title": lesson.title,
                "minutes": lesson.minutes,
                "file": lesson.file,
                "parameters": [
                    {
                        "name": each.name,
                        "type": each.type,
                        "default": each.default,
                        "allowed": list(lesson.allowed.get(each.name, ())) or None,
                        "help": each.help,
                    }
                    for each in read_parameters(lesson.notebook).values()
                ],
            }
            for lesson in find()
        ],
        ensure_ascii=False,
        indent=2,
    )


def print_lessons(console: Console) -> None:
    for lesson in find():
        console.print(
            f"\n[bold]{lesson.number} {escape(lesson.title)}[/]  {lesson.minutes} min.", highlight=False
        )
        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2))
        for head in ("parameter", "type", "standard", "tilladt", "hjælp"):
            table.add_column(head, overflow="fold")
        for each in read_parameters(lesson.notebook).values():
            allowed = lesson.allowed.get(each.name)
            table.add_row(
                escape(each.name),
                KINDS.get(each.kind, each.kind),
                escape(str(each.default)) if each.default != "" else "–",
                escape(choice(allowed)) if allowed else "alt",
                escape(each.help),
            )
        console.print(table)
