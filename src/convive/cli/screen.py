"""What the commands share: the reader's language, progress bars, and how problems are told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from convive.errors import LANGUAGES, ConviveError
from convive.texts import number, say


def language_of(environment: Mapping[str, str]) -> str:
    """The reader's language: ``CONVIVE_LANG`` where set, else the system's, else Spanish."""
    for name in ("CONVIVE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = environment.get(name, "")[:2].lower()
        if wanted in LANGUAGES:
            return wanted
    return "es"


LANGUAGE = language_of(os.environ)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help=say("cli.dir", LANGUAGE))]


def text(key: str, /, **values: object) -> str:
    """A text of the command line in the reader's language.

    A sentence with several counts says for each what is counted, one and many: ``{rows:fila|filas}``.
    """
    counted = {name: Count(value) if type(value) is int and name != "n" else value for name, value in values.items()}
    return say(f"cli.{key}", LANGUAGE, **counted).strip()


@dataclass(frozen=True)
class Count:
    """A number of things, written in a text together with the things."""

    value: int

    def __format__(self, forms: str) -> str:
        one, _, many = forms.partition("|")
        return f"{number(self.value, LANGUAGE)} {one if self.value == 1 else many}".rstrip()


def complain(error: ConviveError, language: str) -> None:
    """Tell each problem: where it is, what is wrong, what to do."""
    for problem in error.problems:
        place = problem.place()
        if place:
            err.print(Text.assemble(("✗ ", "bold red"), (plain(place), "bold")), soft_wrap=True)
        err.print(Text(f"  {plain(problem.reason(language))}"), soft_wrap=True)
        err.print(Text(f"  → {plain(problem.remedy(language))}", "cyan"), soft_wrap=True)


def plain(words: str) -> str:
    """``words`` with what could steer a terminal made visible: received values are shown as they came, never obeyed."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in words)


class ProgressBars:
    """Draws the steps of long work; one line a step, with a bar where the total is known."""

    def __init__(self) -> None:
        self._bars = Bars(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
        )
        self._current: TaskID | None = None

    def __enter__(self) -> ProgressBars:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._bars.stop()

    def start(self, step: str, total: int | None = None, **values: object) -> None:
        self._finish()
        self._current = self._bars.add_task(say(step, LANGUAGE, **values), total=total)

    def advance(self, amount: int = 1) -> None:
        if self._current is not None:
            self._bars.advance(self._current, amount)

    def _finish(self) -> None:
        if self._current is not None:
            done = self._bars.tasks[self._current].total or self._bars.tasks[self._current].completed or 1
            self._bars.update(self._current, total=done, completed=done)


@contextmanager
def progress() -> Iterator[ProgressBars]:
    """Progress bars for the block; nothing is left running if it fails."""
    with ProgressBars() as bars:
        yield bars
