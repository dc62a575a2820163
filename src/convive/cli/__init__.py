"""The command line: one module a command — parse, call, print."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from convive import __version__
from convive.cli.lazy import LazyGroup
from convive.cli.screen import LANGUAGE, complain, text
from convive.cli.typer_words import complain_of_use, translate_help
from convive.errors import FINE, ConviveError

INTERRUPTED = 130

translate_help()
app = typer.Typer(
    cls=LazyGroup,
    options_metavar=text("help.options"),
    subcommand_metavar=text("help.command"),
    help=text("app.help"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"convive {__version__}")
        raise typer.Exit(FINE)


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", metavar="", help=text("app.version"), callback=_show_version, is_eager=True)
    ] = False,
) -> None: ...


def main() -> None:
    """Entry point ``convive``: errors of ours are told in the reader's language, with their exit code."""
    try:
        code = app(prog_name="convive", standalone_mode=False)
    except ConviveError as error:
        complain(error, LANGUAGE)
        sys.exit(error.exit_code)
    except typer.TyperException as error:
        complain_of_use(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:  # one that came while another was being answered
        code = INTERRUPTED
    if code == INTERRUPTED:  # Typer turns Ctrl+C into this code and says nothing
        typer.echo(text("interrupted"), err=True)
        os._exit(INTERRUPTED)  # a usual exit waits for threads, in which the interruption may strike once more
    sys.exit(code)
