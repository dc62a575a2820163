"""Typer's complaints, said anew."""

from __future__ import annotations

from convive.cli.screen import text
from convive.cli.typer_words import complaint


def test_what_is_not_recognised_is_shown_as_it_came() -> None:
    assert complaint("Something that a later Typer says.") == "Something that a later Typer says."


def test_a_line_without_any_command() -> None:
    assert complaint("Missing command.") == text("wrong.which-command") != "Missing command."
