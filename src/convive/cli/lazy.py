"""Commands that are imported when they are asked for: to check one file needs neither Django nor cryptography."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer

from convive.cli.screen import text
from convive.cli.typer_words import Command, Group

COMMANDS = (
    "init",
    "check",
    "build",
    "serve",
    "office",
    "citizen",
    "audit",
    "explain",
    "choose",
    "plan",
    "evaluate",
    "verify-log",
    "custody",
    "reports",
)
"""In the order of the help page. Each is a module of its name with ``run``, or with ``commands`` of its own."""


class Commands(MutableMapping[str, Any]):
    """Name → Typer's command; every name is known at once, its module is imported at the first look."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = _made(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]


class LazyGroup(Group):
    """The commands of :data:`COMMANDS`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands()


def _made(name: str) -> Any:
    word = name.replace("-", "_")
    module = import_module(f"convive.cli.{word}")
    holder = typer.Typer(rich_markup_mode="markdown", add_completion=False)
    if hasattr(module, "commands"):
        holder.add_typer(module.commands, name=name, help=text(f"{word}.help"))
    else:
        holder.command(name, cls=Command, options_metavar=text("help.options"), help=text(f"{word}.help"))(module.run)
    holder.callback()(_nothing)  # with a callback even a single command stays one of a group
    return typer.main.get_group(holder).commands[name]


def _nothing() -> None: ...
