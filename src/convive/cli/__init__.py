"""The command line: one module a command — parse, call, print."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer import rich_utils

from convive import __version__
from convive.cli import audit, build, check, explain, init, serve
from convive.cli.screen import LANGUAGE, complain, text
from convive.errors import FINE, ConviveError

INTERRUPTED = 130

app = typer.Typer(
    help=text("app.help"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for command in (init, check, build, serve, audit, explain):
    app.command(command.__name__.rpartition(".")[2], help=text(f"{command.__name__.rpartition('.')[2]}.help"))(
        command.run
    )

rich_utils.ARGUMENTS_PANEL_TITLE = text("panel.arguments")
rich_utils.OPTIONS_PANEL_TITLE = text("panel.options")
rich_utils.COMMANDS_PANEL_TITLE = text("panel.commands")
rich_utils.ERRORS_PANEL_TITLE = text("panel.error")
rich_utils.REQUIRED_LONG_STRING = text("panel.required")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"convive {__version__}")
        raise typer.Exit(FINE)


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help=text("app.version"), callback=_show_version, is_eager=True)
    ] = False,
) -> None: ...


def main() -> None:
    """Entry point ``convive``: errors of ours are told in the reader's language, with their exit code."""
    try:
        app()
    except ConviveError as error:
        complain(error, LANGUAGE)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # Typer turns Ctrl+C into this code and says nothing
            typer.echo(text("interrupted"), err=True)
        raise
