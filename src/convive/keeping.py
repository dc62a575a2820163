"""Tables are written to disk while the next ones are computed."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import polars as pl


class Keeper:
    """Writes tables below ``folder`` as Parquet in the background; nothing is written any more once the block ends.

    The bytes of a table depend on its values only.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._pending: list[Future[None]] = []

    def __enter__(self) -> Keeper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def keep(self, **tables: pl.DataFrame) -> None:
        """Begin to write each table under its name."""
        self._pending += [self._pool.submit(self._write, name, table) for name, table in tables.items()]

    def finish(self) -> None:
        """Wait until all is written; raises what went wrong on the way."""
        for future in self._pending:
            future.result()

    def _write(self, name: str, table: pl.DataFrame) -> None:
        path = self._folder / f"{name}.parquet"
        table.write_parquet(path, compression="zstd", compression_level=1, statistics=False)
