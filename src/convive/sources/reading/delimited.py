"""Delimited text: CSV and its relatives.

The fast way is Polars. Rows whose number of fields is wrong make it fail or hide; then the file is read once more,
slowly and row by row, so that each of them can be named.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

import polars as pl

from convive.errors import Problem, SourceFileError
from convive.sources.reading.formulas import blank_formulas
from convive.sources.reading.headers import column_names
from convive.sources.reading.options import MEGABYTE, ReaderOptions
from convive.sources.reading.table import REJECTED_SCHEMA, RawTable, drop_blank_rows, fingerprint, no_rejects

if TYPE_CHECKING:
    import _csv

_OTHER_ENCODINGS = ("utf-8", "cp1252", "latin-1")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PLAIN = {"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"}
_FIELD_LIMIT = 2**31 - 1  # longer cells than any; an unclosed quote is found afterwards
_BATCH = 50_000


def read_delimited(path: Path, options: ReaderOptions, *, file: str) -> RawTable:
    """Read a delimited text file; raises :class:`SourceFileError` where the file as a whole cannot be read."""
    with _as_utf8(path, options, file) as text:
        names, consumed, header_row, problems = _header(text, options, file)
        first_row = header_row + 1
        try:
            frame, rejects = _fast(text, options, names, consumed, first_row)
        except pl.exceptions.PolarsError:
            _refuse_wrong_encoding(path, options, file)
            frame, rejects = _row_by_row(text, options, names, first_row)
    _refuse_unclosed_quote(path, frame, rejects, options, file)
    frame, blank_rows = drop_blank_rows(frame)
    frame, rejects = _without_footer(frame, rejects, options.skip_footer)
    frame, cells = blank_formulas(frame)
    if frame.is_empty() and rejects.is_empty():
        problems.append(Problem("no-rows", file=file))
    return RawTable(
        frame,
        fingerprint(path),
        path.stat().st_size,
        rejects=rejects,
        blank_rows=blank_rows,
        problems=tuple(problems),
        cell_problems=cells,
    )


@contextmanager
def _as_utf8(path: Path, options: ReaderOptions, file: str) -> Iterator[Path]:
    """The file itself where it is UTF-8 with usual line ends, else a transcoded copy that lives within the block."""
    with path.open("rb") as received:
        head = received.read(MEGABYTE)
    if head.startswith(_UTF16_MARKS) and _name(options.encoding) in _PLAIN:
        raise SourceFileError(_wrong_encoding(file, options.encoding, 1, head[:2], "utf-16"))
    old_line_ends = b"\r" in head and b"\n" not in head
    if _name(options.encoding) in _PLAIN and not old_line_ends and b"\0" not in head:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="convive-") as folder:
        copy = Path(folder) / "utf8.csv"
        _transcode(path, copy, options, file, old_line_ends=old_line_ends)
        yield copy


def _transcode(path: Path, copy: Path, options: ReaderOptions, file: str, *, old_line_ends: bool) -> None:
    encoding = "utf-8-sig" if _name(options.encoding) in _PLAIN else options.encoding
    decoder = _decoder(options.encoding, encoding, file)
    _refuse_hidden_utf8(path, options, file)
    with path.open("rb") as received, copy.open("wb") as written:
        try:
            while chunk := received.read(8 * MEGABYTE):
                _put(written, decoder.decode(chunk), old_line_ends)
            _put(written, decoder.decode(b"", final=True), old_line_ends)
        except UnicodeError:
            _refuse_wrong_encoding(path, options, file)
            raise


def _decoder(declared: str, encoding: str, file: str) -> codecs.IncrementalDecoder:
    try:
        if codecs.lookup(encoding)._is_text_encoding:
            return codecs.getincrementaldecoder(encoding)()
    except LookupError:
        pass
    raise SourceFileError(Problem("unknown-encoding", file=file, value=declared))


def _refuse_hidden_utf8(path: Path, options: ReaderOptions, file: str) -> None:
    """UTF-8 read as a one-byte encoding never fails: it silently gives «PeÃ±a» for «Peña»."""
    if _name(options.encoding) in _PLAIN or _name(options.encoding).startswith("utf"):
        return
    if _first_undecodable(path, "utf-8") is None and (place := _first_undecodable(path, "ascii")) is not None:
        raise SourceFileError(Problem("hidden-utf8", file=file, row=place[0], values={"declared": options.encoding}))


def _put(written: BinaryIO, text: str, old_line_ends: bool) -> None:
    text = text.replace("\0", "").replace("\ufeff", "")
    written.write((text.replace("\r", "\n") if old_line_ends else text).encode())


def _header(text: Path, options: ReaderOptions, file: str) -> tuple[list[str], int, int, list[Problem]]:
    """Column names, physical lines used up to the header's end, spreadsheet row of its last line, oddities."""
    with text.open(encoding="utf-8-sig", newline="\n", errors="replace") as lines:
        reader = _fields(lines, options)
        header = list(islice(reader, options.header_rows))
        consumed = options.skip_rows + reader.line_num
    if any("\n" in cell for line in header for cell in line) and _odd_quotes(text, options):
        raise SourceFileError(Problem("unclosed-quote", file=file, row=options.skip_rows + len(header)))
    if not any(cell.strip() for line in header for cell in line):
        raise SourceFileError(Problem("empty-file", file=file))
    row = options.skip_rows + options.header_rows
    names, problems = column_names(header, file=file, row=row, group_separator=options.group_separator)
    if len(names) == 1:
        _refuse_wrong_delimiter(header[-1][0], row, options, file)
    return names, consumed, row, problems


def _refuse_wrong_delimiter(only: str, row: int, options: ReaderOptions, file: str) -> None:
    for other in (";", ",", "\t", "|"):
        if other != options.delimiter and other in only:
            value, declared = ("tab" if mark == "\t" else mark for mark in (other, options.delimiter))
            raise SourceFileError(
                Problem("wrong-delimiter", file=file, row=row, value=value, values={"declared": declared})
            )


def _fast(
    text: Path, options: ReaderOptions, names: list[str], consumed: int, first_row: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = pl.read_csv(
        text,
        glob=False,
        has_header=False,
        schema=dict.fromkeys(names, pl.String),
        separator=options.delimiter,
        quote_char=options.quote,
        skip_lines=consumed,
        raise_if_empty=False,
        row_index_name="row",
        row_index_offset=first_row,
    ).with_columns(pl.col("row").cast(pl.Int64))
    short = _too_short(text, frame, options, names, consumed)
    if short is None:
        return frame, no_rejects()
    if short.is_empty():
        return frame, no_rejects()
    return frame.join(short, on="row", how="anti", maintain_order="left"), short


def _too_short(
    text: Path, frame: pl.DataFrame, options: ReaderOptions, names: list[str], consumed: int
) -> pl.DataFrame | None:
    """Rows with too few fields, which Polars fills with nulls. Only rows that end in a null can be such rows."""
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
        skip_lines=consumed,
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


def _row_by_row(
    text: Path, options: ReaderOptions, names: list[str], first_row: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    schema = {"row": pl.Int64, **dict.fromkeys(names, pl.String)}
    parts = [pl.DataFrame(schema=schema)]
    rejected: list[tuple[int, str, str, str]] = []
    with text.open(encoding="utf-8-sig", newline="\n") as lines:
        rows = enumerate(islice(_fields(lines, options), options.header_rows, None), start=first_row)
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


def _refuse_wrong_encoding(path: Path, options: ReaderOptions, file: str) -> None:
    """Raise, naming the row of the first byte that cannot be decoded; return where all of them can."""
    declared = "utf-8-sig" if _name(options.encoding) in _PLAIN else options.encoding
    place = _first_undecodable(path, declared)
    if place is None:
        return
    row, bad = place
    candidates = ["utf-16"] if _marked_utf16(path) else [name for name in _OTHER_ENCODINGS if name != _name(declared)]
    fitting = next((name for name in candidates if _first_undecodable(path, name) is None), "")
    raise SourceFileError(_wrong_encoding(file, options.encoding, row, bad, fitting))


def _first_undecodable(path: Path, encoding: str) -> tuple[int, bytes] | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    newlines = 0
    with path.open("rb") as received:
        while True:
            chunk = received.read(8 * MEGABYTE)
            try:
                newlines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                before = bytes(error.object[: error.start]).count(b"\n")
                return newlines + before + 1, bytes(error.object[error.start : error.end])
            except UnicodeError:
                return 1, chunk[:2]
            if not chunk:
                return None


def _marked_utf16(path: Path) -> bool:
    with path.open("rb") as received:
        return received.read(2) in _UTF16_MARKS


def _wrong_encoding(file: str, declared: str, row: int, bad: bytes, fitting: str) -> Problem:
    return Problem(
        "wrong-encoding",
        file=file,
        row=row,
        value=" ".join(f"0x{byte:02X}" for byte in bad[:4]),
        values={"declared": declared, "fitting": fitting or "?"},
    )


def _name(encoding: str) -> str:
    return encoding.lower().replace("_", "-")
