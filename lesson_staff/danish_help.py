"""Typer in Danish: the words that it puts around our own."""

from pathlib import Path

import typer
from typer import _completion_shared
from typer.core import TyperCommand, TyperGroup

from lesson_utils.danish import did_you_mean, listing
from lesson_utils.errors import LessonError

for _shell in ("bash", "zsh"):  # Typer's own cut at »=«, or put a space behind it
    _script = Path(__file__).with_name("templates") / f"completion.{_shell}"
    _completion_shared._completion_scripts[_shell] = _script.read_text(encoding="utf-8")
TITLES = {
    "ARGUMENTS_PANEL_TITLE": "Argumenter",
    "OPTIONS_PANEL_TITLE": "Valg",
    "COMMANDS_PANEL_TITLE": "Kommandoer",
    "DEFAULT_STRING": "[standard: {}]",
    "ENVVAR_STRING": "[miljøvariabel: {}]",
    "REQUIRED_LONG_STRING": "[skal angives]",
    "RANGE_STRING": "",
}
OPTIONS = {
    "--help": "Vis denne hjælp.",
    "--install-completion": "Lad Tab-tasten fuldende kommandoerne i denne skal.",
    "--show-completion": "Vis det, som --install-completion tilføjer, så du selv kan sætte det ind.",
}


class _InDanish:
    def get_params(self, ctx: typer.Context):
        found = super().get_params(ctx)
        for parameter in found:
            parameter.help = OPTIONS.get(next(iter(parameter.opts), ""), parameter.help)
        return found

    def get_usage(self, ctx: typer.Context) -> str:
        return super().get_usage(ctx).replace("Usage:", "Brug:", 1)

    def format_help(self, ctx: typer.Context, formatter) -> None:
        from typer import rich_utils

        for name, text in TITLES.items():
            setattr(rich_utils, name, text)
        for parameter in self.get_params(ctx):
            if parameter.param_type_name == "argument" or parameter.metavar is None:
                parameter.display_type_rich = lambda ctx: None  # »<list[str]>«, »<bool>«: for programmers
        super().format_help(ctx, formatter)


class DanishCommand(_InDanish, TyperCommand):
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """As Typer's own. Raises LessonError for an option or argument that is given as nothing, which a variable
        without a value gives, and for an option that is given twice, of which Typer takes the last."""
        given = [word.partition("=")[0] for word in args]  # Typer's own takes them out
        left = super().parse_args(ctx, args)
        if ctx.resilient_parsing:  # the Tab key: the line is not whole yet
            return left
        for parameter in self.get_params(ctx):
            option, typed = parameter.param_type_name == "option", ctx.get_parameter_source(parameter.name)
            name = parameter.opts[-1] if option else parameter.metavar.strip("[]")
            if ctx.params.get(parameter.name) == "" and typed and typed.name == "COMMANDLINE":
                raise LessonError(f"»{name}« har ingen værdi: skriv en, eller udelad den.")
            times = sum(map(given.count, parameter.opts))
            if option and times > 1 and not (parameter.multiple or parameter.is_flag):
                raise LessonError(f"»{name}« er sat to gange: lad den stå én gang.")
        return left


class DanishGroup(_InDanish, TyperGroup):
    def resolve_command(self, ctx: typer.Context, args: list[str]):
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            hint = did_you_mean(args[0], self.commands) or f"Vælg mellem {listing(self.commands)}."
            raise LessonError(f"Kommandoen »{args[0]}« findes ikke. {hint}")
        return super().resolve_command(ctx, args)


def usage_sentence(error: Exception) -> str:
    """One Danish sentence for a command line that Typer could not read."""
    parameter = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    if option and hasattr(error, "possibilities"):
        known = [name for each in error.ctx.command.params for name in each.opts if name.startswith("--")]
        hint = did_you_mean(option, known) or f"Se dem med »{error.ctx.command_path} --help«."
        return f"Valget »{option}« findes ikke. {hint}"
    if option:
        return f"Valget »{option}« skal have en værdi efter sig."
    if parameter is not None:
        help = parameter.help[0].lower() + parameter.help[1:]
        return f"»{parameter.opts[-1]}« kan ikke have den værdi, skriv et helt tal: {help}"
    return "Kommandoen blev ikke forstået. Se hvordan den bruges med »--help«."
