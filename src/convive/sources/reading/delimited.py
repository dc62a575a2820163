"""Delimited text: CSV and its relatives.

The fast way is Polars. Rows whose number of fields is wrong make it fail or hide; then the file is read once more,
slowly and row by row, so that each of them can be named.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import polars as pl

from convive.errors import Problem, SourceFileError
from convive.sources.reading.encoding import as_utf8, refuse_garbled, refuse_wrong_encoding
from convive.sources.reading.formulas import blank_formulas
from convive.sources.reading.headers import column_names
from convive.sources.reading.options import MEGABYTE, ReaderOptions
from convive.sources.reading.table import REJECTED_SCHEMA, RawTable, drop_blank_rows, fingerprint, no_rejects

if TYPE_CHECKING:
    import _csv

_FIELD_LIMIT = 2**31 - 1  # longer cells than any; an unclosed quote is found afterwards
_BATCH = 50_000


@dataclass(frozen=True)
class _Header:
    """Column names; the spreadsheet row of the last header line; physical lines up to its end; fields of the widest
    header line, which counts delimiters at the end; what was odd."""

    names: list[str]
    row: int
    lines: int
    width: int
    problems: list[Problem]


def read_delimited(path: Path, options: ReaderOptions, *, file: str) -> RawTable:
    """Read a delimited text file; raises :class:`SourceFileError` where the file as a whole cannot be read."""
    with as_utf8(path, options, file) as text:
        header = _header(text, path, options, file)
        try:
            frame, rejects = _fast(text, options, header)
        except pl.exceptions.PolarsError:
            refuse_wrong_encoding(path, options, file)
            frame, rejects = _row_by_row(text, options, header)
    _refuse_unclosed_quote(path, frame, rejects, options, file)
    frame, blank_rows = drop_blank_rows(frame)
    frame, rejects = _without_footer(frame, rejects, options.skip_footer)
    frame, cells = blank_formulas(frame)
    no_rows = [Problem("no-rows", file=file)] if frame.is_empty() and rejects.is_empty() else []
    return RawTable(
        frame,
        fingerprint(path),
        path.stat().st_size,
        rejects=rejects,
        blank_rows=blank_rows,
        problems=(*header.problems, *no_rows),
        cell_problems=cells,
    )


def _header(text: Path, path: Path, options: ReaderOptions, file: str) -> _Header:
    with text.open(encoding="utf-8-sig", newline="\n", errors="replace") as lines:
        reader = _fields(lines, options)
        blank, first = _first_that_says_something(reader)
        header = list(islice(chain(first, reader), options.header_rows))
        used = options.skip_rows + reader.line_num
    row = options.skip_rows + blank + options.header_rows
    refuse_garbled(text, used, path, options, file)
    if any("\n" in cell for line in header for cell in line) and _odd_quotes(text, options):
        raise SourceFileError(Problem("unclosed-quote", file=file, row=row - options.header_rows + len(header)))
    if not header:
        raise SourceFileError(Problem("empty-file", file=file))
    names, problems = column_names(header, file=file, row=row, group_separator=options.group_separator)
    if len(names) == 1:
        _refuse_wrong_delimiter(header[-1][0], row, options, file)
    return _Header(names, row, used, max(map(len, header)), problems)


def _first_that_says_something(rows: Iterator[list[str]]) -> tuple[int, list[list[str]]]:
    """How many rows hold nothing but blanks, and the first after them (none at the end of the file)."""
    for blank, fields in enumerate(rows):
        if any(cell.strip("\ufeff \t\r\n") for cell in fields):
            return blank, [fields]
    return 0, []


def _refuse_wrong_delimiter(only: str, row: int, options: ReaderOptions, file: str) -> None:
    for other in (";", ",", "\t", "|"):
        if other != options.delimiter and other in only:
            value, declared = ("tab" if mark == "\t" else mark for mark in (other, options.delimiter))
            raise SourceFileError(
                Problem("wrong-delimiter", file=file, row=row, value=value, values={"declared": declared})
            )


def _fast(text: Path, options: ReaderOptions, header: _Header) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = header.names
    surplus = [f"\0{place}" for place in range(header.width - len(names))]
    frame = pl.read_csv(
        text,
        glob=False,
        has_header=False,
        schema=dict.fromkeys([*names, *surplus], pl.String),
        separator=options.delimiter,
        quote_char=options.quote,
        skip_lines=header.lines,
        raise_if_empty=False,
        row_index_name="row",
        row_index_offset=header.row + 1,
    ).with_columns(pl.col("row").cast(pl.Int64))
    if surplus and not frame.select(pl.all_horizontal((pl.col(surplus).fill_null("") == "").all())).item():
        raise pl.exceptions.ComputeError("rows with more fields than the header")
    frame = frame.drop(surplus)
    short = _too_short(text, frame, options, header)
    if short is None or short.is_empty():
        return frame, no_rejects()
    return frame.join(short, on="row", how="anti", maintain_order="left"), short


def _too_short(text: Path, frame: pl.DataFrame, options: ReaderOptions, header: _Header) -> pl.DataFrame | None:
    """Rows with too few fields, which Polars fills with nulls. Only rows that end in a null can be such rows."""
    names = header.names
    if len(names) < 2:
        return None
    others = pl.any_horizontal(pl.col(name).is_not_null() for name in names[:-1])
    suspects = frame.filter(pl.col(names[-1]).is_null() & others).select("row")
    if suspects.is_empty():
        return None
    lines = pl.read_csv(
        text,
        glob=False,
        has_header=False,
        schema={"raw": pl.String},
        separator="\x1f",
        quote_char=None,
        skip_lines=header.lines,
        row_index_name="row",
        row_index_offset=int(frame["row"][0]),
    ).with_columns(pl.col("row").cast(pl.Int64))
    if lines.height != frame.height:
        raise pl.exceptions.ComputeError("quoted line breaks: lines and rows differ")
    mark = re.escape(options.quote)
    quoted = f"{mark}[^{mark}]*{mark}"
    fields = pl.col("raw").str.replace_all(quoted, "").str.count_matches(options.delimiter, literal=True) + 1
    return (
        lines.join(suspects, on="row", how="semi")
        .filter(fields < len(names))
        .select("row", "raw", code=pl.lit("too-few-fields"), value=fields.cast(pl.String))
        .cast({"value": pl.String, "code": pl.String})
    )


def _row_by_row(text: Path, options: ReaderOptions, header: _Header) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = header.names
    schema = {"row": pl.Int64, **dict.fromkeys(names, pl.String)}
    parts = [pl.DataFrame(schema=schema)]
    rejected: list[tuple[int, str, str, str]] = []
    with text.open(encoding="utf-8-sig", newline="\n") as lines:
        after_header = islice(_fields(lines, options), header.row - options.skip_rows, None)
        rows = enumerate(after_header, start=header.row + 1)
        while batch := list(islice(rows, _BATCH)):
            kept: list[list[str | int | None]] = []
            for number, fields in batch:
                if not fields or len(fields) == len(names):
                    kept.append([number, *((field or None) for field in fields or [""] * len(names))])
                elif len(fields) > len(names) and not any(fields[len(names) :]):
                    kept.append([number, *((field or None) for field in fields[: len(names)])])
                else:
                    code = "too-few-fields" if len(fields) < len(names) else "too-many-fields"
                    rejected.append((number, _as_line(fields, options), code, str(len(fields))))
            parts.append(pl.DataFrame(kept, schema=schema, orient="row"))
    return pl.concat(parts), pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row")


def _fields(lines: TextIO, options: ReaderOptions) -> _csv.Reader:
    """A reader of what follows the skipped lines; a carriage return within a line is a blank, as it ends none."""
    csv.field_size_limit(_FIELD_LIMIT)
    for _ in range(options.skip_rows):
        lines.readline()
    plain = (_one_line(line) if "\r" in line else line for line in lines)
    return csv.reader(plain, delimiter=options.delimiter, quotechar=options.quote)


def _one_line(line: str) -> str:
    end = "\r\n" if line.endswith("\r\n") else line[-1:]
    return line.removesuffix(end).replace("\r", " ") + end


def _as_line(fields: list[str], options: ReaderOptions) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=options.delimiter, quotechar=options.quote, lineterminator="").writerow(fields)
    return line.getvalue()


def _without_footer(frame: pl.DataFrame, rejects: pl.DataFrame, rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Without the last ``rows`` lines; blank lines after the last one that says anything are not counted."""
    if not rows:
        return frame, rejects
    said = pl.concat([frame["row"], rejects["row"]]).max()
    last = int(said) - rows if isinstance(said, int) else 0
    return frame.filter(pl.col("row") <= last), rejects.filter(pl.col("row") <= last)


def _refuse_unclosed_quote(
    path: Path, frame: pl.DataFrame, rejects: pl.DataFrame, options: ReaderOptions, file: str
) -> None:
    """A quote that opens and never closes makes one cell of all that follows; those rows would be lost unseen."""
    ends = (
        pl.concat(
            [frame.tail(1).with_columns(raw=pl.concat_str(pl.exclude("row"), ignore_nulls=True)), rejects],
            how="diagonal",
        )
        .sort("row")
        .tail(1)
    )
    if ends.filter(pl.col("raw").str.contains("\n", literal=True)).height and _odd_quotes(path, options):
        raise SourceFileError(Problem("unclosed-quote", file=file, row=int(ends["row"][0])))


def _odd_quotes(path: Path, options: ReaderOptions) -> bool:
    quote = options.quote.encode()
    with path.open("rb") as received:
        return sum(chunk.count(quote) for chunk in iter(lambda: received.read(8 * MEGABYTE), b"")) % 2 == 1
