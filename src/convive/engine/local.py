"""One laptop: threads, Polars and DuckDB in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import duckdb
    from splink import DuckDBAPI

    from convive.engine.protocols import Given, Made

WORKERS = 2
"""Things taken at a time: what is one thread's work in one file fills the time of the other."""


class LocalEngine:
    """The engine of a build unless another is asked for."""

    def each(self, function: Callable[[Given], Made], things: Iterable[Given]) -> Iterator[Made]:
        with ThreadPoolExecutor(WORKERS) as pool:
            yield from pool.map(function, things)

    def parts(self, function: Callable[[pl.DataFrame], Made], table: pl.DataFrame) -> list[Made]:
        return [function(table)]

    @contextmanager
    def database(self) -> Iterator[DuckDatabase]:
        import duckdb  # heavy, and a build without linkage needs it not

        with duckdb.connect() as connection:
            yield DuckDatabase(connection)


class DuckDatabase:
    """Tables in the memory of this process."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection

    def put(self, name: str, table: pl.DataFrame) -> None:
        self._connection.register(f"given_{name}", table.to_arrow())
        self.make(name, f"SELECT * FROM given_{name}")
        self._connection.unregister(f"given_{name}")

    def make(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}")

    def ask(self, sql: str) -> pl.DataFrame:
        found: pl.DataFrame = self._connection.sql(sql).pl()
        return found

    def columns(self, name: str) -> list[str]:
        return [column for column, *_ in self._connection.execute(f"DESCRIBE {name}").fetchall()]

    @property
    def api(self) -> DuckDBAPI:
        from splink import DuckDBAPI

        return DuckDBAPI(self._connection)
