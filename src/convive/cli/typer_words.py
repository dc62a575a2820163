"""What Typer says of its own accord, in the reader's language: help, usage, and what is wrong with a command.

Typer writes most of these sentences into its code, out of gettext's reach. So its complaints are recognised by their
form and said anew from our texts; one that is not recognised is shown as it came. ``tests/functional`` provokes each.
"""

from __future__ import annotations

import re
from typing import Any

import typer
from rich.panel import Panel
from rich.text import Text
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption

from convive.cli.screen import err, plain, text

COMPLAINTS = {
    "no-option-near": r"No such option: (?P<name>.*) \(Possible options: (?P<near>.*)\)",
    "no-option": r"No such option: (?P<name>.*)",
    "no-command-near": r"No such command (?P<name>.*)\. Did you mean (?P<near>.*)\?",
    "no-command": r"No such command (?P<name>.*)\.",
    "which-command": r"Missing command\.",
    "missing-argument": r"Missing argument (?P<name>\S+)\..*",
    "surplus": r"Got unexpected extra argument\(s\) \((?P<words>.*)\)",
    "option-without-value": r"Option (?P<name>\S+) requires an argument\.",
    "option-with-value": r"Option (?P<name>\S+) does not take a value\.",
    "choice": r"Invalid value for (?P<name>\S+): (?:Value error, )?(?P<value>.*) is not one of (?P<there>.*)\.",
    "not-whole": r"Invalid value for (?P<name>\S+): Input should be a valid integer.*",
    "too-small": r"Invalid value for (?P<name>\S+): Input should be greater than or equal to (?P<least>\S+)",
}


class Command(TyperCommand):
    """A command whose usage and help option are told in the reader's language."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        return _told(super().get_help_option(ctx))


class Group(TyperGroup):
    """The same for the commands together."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        return _told(super().get_help_option(ctx))


def translate_help() -> None:
    """Typer's fixed words of the help pages."""
    rich_utils.ARGUMENTS_PANEL_TITLE = text("panel.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = text("panel.options")
    rich_utils.COMMANDS_PANEL_TITLE = text("panel.commands")
    rich_utils.REQUIRED_LONG_STRING = text("panel.required")
    rich_utils.DEFAULT_STRING = text("panel.default", value="{}")  # Typer puts the value in


def complain_of_use(error: typer.TyperException) -> None:
    """Tell what is wrong with the command as it was written, how it is written, and where to read more."""
    said = complaint(error.format_message())
    if not said:  # a command without words was answered with its help
        return
    context = getattr(error, "ctx", None)
    if context is not None:
        err.print(Text(context.get_usage()), soft_wrap=True)
        err.print(Text(text("help.try", command=context.command_path)), soft_wrap=True)
    err.print(Panel(Text(plain(said)), title=text("panel.error"), title_align="left", border_style="red"))


def complaint(english: str) -> str:
    """Typer's ``english`` sentence in the reader's language."""
    for name, form in COMPLAINTS.items():
        found = re.fullmatch(form, english, re.DOTALL)
        if found:
            return text(f"wrong.{name}", **{part: _bare(word) for part, word in found.groupdict().items()})
    return english


def _bare(words: str) -> str:
    """``words`` without the quotes that Python puts around each of them."""
    return re.sub(r"(?<![^\s,])(['\"])(.*?)\1(?![^\s,])", r"\2", words)


def _write_usage(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=f"{text('help.usage')} ")


def _told(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.help = text("help.show")
        option.metavar = ""  # it takes no value, so there is no type to show
    return option
