"""What every engine can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import polars as pl

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI

Given = TypeVar("Given")
Made = TypeVar("Made")


class Database(Protocol):
    """Tables that can be asked in DuckDB's SQL, and that Splink can work on."""

    def put(self, name: str, table: pl.DataFrame) -> None:
        """Keep ``table`` under ``name``."""
        ...

    def make(self, name: str, sql: str) -> None:
        """Keep what ``sql`` gives under ``name``, in place of what was there."""
        ...

    def ask(self, sql: str) -> pl.DataFrame:
        """What ``sql`` gives."""
        ...

    def columns(self, name: str) -> list[str]:
        """The columns of a table."""
        ...

    @property
    def api(self) -> DatabaseAPI[Any]:
        """The same tables for Splink."""
        ...


class Engine(Protocol):
    """Runs functions that know nothing of it; they and what they take and give can be pickled."""

    def each(self, function: Callable[[Given], Made], things: Iterable[Given]) -> Iterator[Made]:
        """``function`` of each of ``things``, in their order, as they are done."""
        ...

    def parts(self, function: Callable[[pl.DataFrame], Made], table: pl.DataFrame) -> list[Made]:
        """``function`` of the parts into which the rows of ``table`` fall, at least one."""
        ...

    def database(self) -> AbstractContextManager[Database]:
        """A database for as long as the context lasts."""
        ...
