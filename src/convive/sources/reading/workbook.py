"""XLSX workbooks. Their safety is checked before anything is parsed."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import fastexcel
import openpyxl
import polars as pl

from convive.errors import Problem, SourceFileError
from convive.sources.reading.headers import column_names
from convive.sources.reading.options import MEGABYTE, ReaderOptions
from convive.sources.reading.table import CELLS_SCHEMA, RawTable, drop_blank_rows, fingerprint, no_cells

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MAX_ENTRIES = 10_000
_FIRST_ROW = re.compile(rb"<(?:\w+:)?row[^>]*?\sr=\"(\d+)\"")


def read_workbook(path: Path, options: ReaderOptions, *, file: str) -> RawTable:
    """Read one sheet as text; raises :class:`SourceFileError` where the workbook is unsafe or lacks the sheet."""
    _refuse_unsafe(path, options, file)
    try:
        reader = fastexcel.read_excel(path)
        sheet = _sheet_name(reader.sheet_names, options, file)
        cells = reader.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise SourceFileError(
            Problem("workbook-damaged", file=file, values={"detail": str(error).splitlines()[0]})
        ) from error
    if cells.is_empty():
        raise SourceFileError(Problem("empty-file", file=file))
    start, has_formulas = _look_into(path, sheet)
    return _table(path, cells, options, file, start, _formulas(path, sheet) if has_formulas else no_cells())


def _table(
    path: Path, cells: pl.DataFrame, options: ReaderOptions, file: str, start: int, formulas: pl.DataFrame
) -> RawTable:
    skipped = max(options.skip_rows - (start - 1), 0)
    header = cells.slice(skipped, options.header_rows).rows()
    header_row = start + skipped + options.header_rows - 1
    names, problems = column_names(header, file=file, row=header_row, group_separator=options.group_separator)
    body = cells.slice(skipped + options.header_rows)
    if options.skip_footer:
        body = body.head(max(body.height - options.skip_footer, 0))
    body = body.select(cells.columns[: len(names)])
    body = body.rename(dict(zip(body.columns, names, strict=True))).with_columns(_excel_text(pl.all()))
    frame = body.with_row_index("row", offset=header_row + 1).with_columns(pl.col("row").cast(pl.Int64))
    letters = {openpyxl.utils.get_column_letter(place): name for place, name in enumerate(names, start=1)}
    told = (
        formulas.filter((pl.col("row") > header_row) & pl.col("column").is_in(list(letters)))
        .with_columns(pl.col("column").replace(letters))
        .filter(pl.col("row") <= header_row + frame.height)
    )
    frame, blank_rows = drop_blank_rows(_blanked(frame, told))
    if frame.is_empty():
        problems.append(Problem("no-rows", file=file))
    return RawTable(
        frame,
        fingerprint(path),
        path.stat().st_size,
        cell_problems=told,
        blank_rows=blank_rows,
        problems=tuple(problems),
    )


def _excel_text(cell: pl.Expr) -> pl.Expr:
    """Dates without a time lose the midnight, times without a date lose Excel's day zero."""
    return cell.str.replace(r"^(\d{4}-\d\d-\d\d) 00:00:00$", "$1").str.replace(
        r"^1899-12-3[01] (\d\d:\d\d:\d\d)$", "$1"
    )


def _blanked(frame: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    for (name,), group in cells.group_by("column"):
        frame = frame.with_columns(
            pl.when(pl.col("row").is_in(group["row"].implode()))
            .then(None)
            .otherwise(pl.col(str(name)))
            .alias(str(name))
        )
    return frame


def _refuse_unsafe(path: Path, options: ReaderOptions, file: str) -> None:
    size = path.stat().st_size
    if size == 0:
        raise SourceFileError(Problem("empty-file", file=file))
    with path.open("rb") as received:
        if received.read(8) == _OLE:
            raise SourceFileError(Problem("old-or-locked-workbook", file=file))
    if size > options.max_workbook_bytes:
        raise SourceFileError(_too_large(file, size, options.max_workbook_bytes))
    if not zipfile.is_zipfile(path):
        raise SourceFileError(Problem("not-a-workbook", file=file))
    with zipfile.ZipFile(path) as parts:
        entries = parts.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if (
        unpacked > options.max_uncompressed
        or len(entries) > _MAX_ENTRIES
        or unpacked > options.max_ratio * size + 8 * MEGABYTE
    ):
        raise SourceFileError(
            Problem("zip-bomb", file=file, value=str(unpacked // MEGABYTE), values={"packed": max(size // MEGABYTE, 1)})
        )


def _too_large(file: str, size: int, limit: int) -> Problem:
    return Problem("file-too-large", file=file, value=str(size // MEGABYTE), values={"limit": limit // MEGABYTE})


def _sheet_name(names: list[str], options: ReaderOptions, file: str) -> str:
    wanted = options.sheet
    if isinstance(wanted, int) and wanted < len(names):
        return names[wanted]
    if wanted in names:
        return str(wanted)
    raise SourceFileError(Problem("unknown-sheet", file=file, value=str(wanted), values={"there": ", ".join(names)}))


def _look_into(path: Path, sheet: str) -> tuple[int, bool]:
    """The first row that the sheet holds, and whether any of its cells has a formula: a stream through its XML."""
    book = openpyxl.load_workbook(path, read_only=True)
    part = book[sheet]._worksheet_path
    book.close()
    start, found, tail = 1, False, b""
    with zipfile.ZipFile(path) as parts, parts.open(part.lstrip("/")) as xml:
        first = True
        while chunk := xml.read(4 * MEGABYTE):
            window = tail + chunk
            if first and (match := _FIRST_ROW.search(window)):
                start, first = int(match[1]), False
            if b"<f>" in window or b"<f " in window or b":f>" in window:
                found = True
                break
            tail = window[-64:]
    return start, found


def _formulas(path: Path, sheet: str) -> pl.DataFrame:
    book = openpyxl.load_workbook(path, read_only=True)
    told = [
        (cell.row, cell.column_letter, str(cell.value), "formula-cell")
        for row in book[sheet].iter_rows()
        for cell in row
        if cell.value is not None and cell.data_type == "f"
    ]
    book.close()
    return pl.DataFrame(told, schema=CELLS_SCHEMA, orient="row")
