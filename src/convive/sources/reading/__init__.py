"""Reading files as they were received: text columns, row numbers, and everything that could not be read beside them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from convive.errors import Problem, SourceFileError
from convive.sources.reading.delimited import read_delimited
from convive.sources.reading.formulas import blank_formulas
from convive.sources.reading.options import MEGABYTE, ReaderOptions
from convive.sources.reading.table import RawTable, drop_blank_rows, fingerprint

__all__ = ["RawTable", "ReaderOptions", "read"]


def read(path: Path, options: ReaderOptions) -> RawTable:
    """Read one received file.

    Raises :class:`SourceFileError` where the file as a whole cannot be read; rows and cells that cannot are in the
    result.
    """
    file = path.name
    try:
        size = path.stat().st_size
        if size > options.max_bytes:
            raise SourceFileError(
                Problem(
                    "file-too-large",
                    file=file,
                    value=str(size // MEGABYTE),
                    values={"limit": options.max_bytes // MEGABYTE},
                )
            )
        if size == 0:
            raise SourceFileError(Problem("empty-file", file=file))
        match options.format_of(path):
            case "csv":
                return read_delimited(path, options, file=file)
            case "xlsx":
                from convive.sources.reading.workbook import read_workbook  # heavy, and text files need it not

                return read_workbook(path, options, file=file)
            case "parquet":
                return _read_parquet(path, file)
            case _:
                raise SourceFileError(Problem("unknown-format", file=file, value=path.suffix))
    except PermissionError as error:
        raise SourceFileError(Problem("file-not-readable", file=file)) from error


def _read_parquet(path: Path, file: str) -> RawTable:
    try:
        frame = pl.read_parquet(path, glob=False)
        frame = frame.rename({"row": "row (2)"}) if "row" in frame.columns else frame
        text = frame.with_columns(pl.all().cast(pl.String)).with_row_index("row", offset=1)
    except pl.exceptions.PolarsError as error:
        detail = str(error).splitlines()[0]
        raise SourceFileError(Problem("parquet-damaged", file=file, values={"detail": detail})) from error
    text, blank_rows = drop_blank_rows(text.with_columns(pl.col("row").cast(pl.Int64)))
    text, cells = blank_formulas(text)
    problems = (Problem("no-rows", file=file),) if text.is_empty() else ()
    return RawTable(
        text,
        fingerprint(path),
        path.stat().st_size,
        cell_problems=cells,
        blank_rows=blank_rows,
        problems=problems,
    )
