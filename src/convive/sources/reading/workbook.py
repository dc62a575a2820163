"""XLSX workbooks. Their safety is checked before anything is parsed."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import openpyxl
import polars as pl
from openpyxl.reader.excel import ExcelReader

from convive.errors import Problem, SourceFileError
from convive.sources.reading.formulas import blank_formulas
from convive.sources.reading.headers import column_names
from convive.sources.reading.options import MEGABYTE, ReaderOptions
from convive.sources.reading.table import CELLS_SCHEMA, RawTable, drop_blank_rows, fingerprint, no_cells

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MAX_ENTRIES = 10_000
_CELL = re.compile(rb' r="([A-Z]{1,3})(\d{1,7})"')
_FIRST_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?r=\"[A-Z]+(\d+)\"[^>]*(?<!/)>\s*<(?:\w+:)?(?:v|is|f)\b")


def read_workbook(path: Path, options: ReaderOptions, *, file: str) -> RawTable:
    """Read one sheet as text; raises :class:`SourceFileError` where the workbook is unsafe or lacks the sheet."""
    _refuse_unsafe(path, options, file)
    try:
        reader = fastexcel.read_excel(path)
        sheet = _sheet_name(reader.sheet_names, options, file)
        look = _look_into(path, sheet)
        _refuse_too_wide(look, options, file)
        cells = reader.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
        formulas = _formulas(path, sheet) if look.has_formulas else None
    except SourceFileError:
        raise
    except Exception as error:  # openpyxl lets any error of a damaged part through
        raise SourceFileError(_damaged(file, error)) from error
    return _table(path, cells, options, file, look.start, formulas)


def _table(
    path: Path, cells: pl.DataFrame, options: ReaderOptions, file: str, start: int, formulas: _Formulas | None
) -> RawTable:
    skipped = max(options.skip_rows - (start - 1), 0)
    header = cells.slice(skipped, options.header_rows).rows()
    if not any((cell or "").strip() for line in header for cell in line):
        raise SourceFileError(Problem("empty-file", file=file))
    header_row = start + skipped + options.header_rows - 1
    body = cells.slice(skipped + options.header_rows)
    names, problems = column_names(header, file=file, row=header_row, group_separator=options.group_separator)
    names += _beyond_the_header(body, len(names))
    body = body.select(cells.columns[: len(names)])
    body = body.rename(dict(zip(body.columns, names, strict=True))).with_columns(_excel_text(pl.all()))
    frame = body.with_row_index("row", offset=header_row + 1).with_columns(pl.col("row").cast(pl.Int64))
    told = _told(formulas, names, header_row) if formulas else no_cells()
    frame, blank_rows = _data_rows(_blanked(frame, told), told, options.skip_footer)
    frame, as_text = blank_formulas(frame)
    told = pl.concat([told.filter(pl.col("row").is_in(frame["row"].implode())), as_text]).sort("row", "column")
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


def _beyond_the_header(body: pl.DataFrame, named: int) -> list[str]:
    """Names for columns at the right that hold data under no header: what was received is not dropped unseen."""
    filled = [place for place, column in enumerate(body.columns) if body[column].null_count() < body.height]
    return [f"column {place + 1}" for place in range(named, max(filled, default=-1) + 1)]


def _told(formulas: _Formulas, names: list[str], header_row: int) -> pl.DataFrame:
    letters = {openpyxl.utils.get_column_letter(place): name for place, name in enumerate(names, formulas.first_column)}
    return formulas.cells.filter((pl.col("row") > header_row) & pl.col("column").is_in(list(letters))).with_columns(
        pl.col("column").replace(letters)
    )


def _data_rows(frame: pl.DataFrame, told: pl.DataFrame, footer: int) -> tuple[pl.DataFrame, int]:
    """Rows that hold something, formulas included, before the footer; and how many were blank."""
    said, _ = drop_blank_rows(frame)
    formula = frame.filter(pl.col("row").is_in(told["row"].implode()))
    kept = frame.filter(pl.col("row").is_in(pl.concat([said["row"], formula["row"]]).unique().implode()))
    last = kept["row"].max()
    blank_rows = frame.height - kept.height
    return kept.filter(pl.col("row") <= int(last) - footer) if isinstance(last, int) else kept, blank_rows


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
    try:
        with zipfile.ZipFile(path) as parts:
            _refuse_zip_bomb(parts.infolist(), size, options, file)
            liar = parts.testzip()  # unpacks no more than is declared, and tells where more would come
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise SourceFileError(_damaged(file, error)) from error
    if liar:
        raise SourceFileError(Problem("workbook-damaged", file=file, values={"detail": liar}))


def _refuse_zip_bomb(entries: list[zipfile.ZipInfo], size: int, options: ReaderOptions, file: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if (
        unpacked > options.max_uncompressed
        or len(entries) > _MAX_ENTRIES
        or unpacked > options.max_ratio * size + 8 * MEGABYTE
    ):
        raise SourceFileError(
            Problem("zip-bomb", file=file, value=str(unpacked // MEGABYTE), values={"packed": max(size // MEGABYTE, 1)})
        )


def _damaged(file: str, error: Exception) -> Problem:
    return Problem(
        "workbook-damaged", file=file, values={"detail": (str(error) or type(error).__name__).splitlines()[0]}
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


@dataclass(frozen=True)
class _Look:
    """What a stream through a sheet's XML tells: the first row that says something, whether any cell has a formula, and
    rows and columns of the rectangle that its cells span."""

    start: int
    has_formulas: bool
    height: int
    width: int


def _look_into(path: Path, sheet: str) -> _Look:
    part = _part_of(path, sheet)
    start, tail, has_formulas = 0, b"", False
    rows: set[int] = set()
    columns: set[bytes] = set()
    with zipfile.ZipFile(path) as parts, parts.open(part.lstrip("/")) as xml:
        while chunk := xml.read(4 * MEGABYTE):
            window = tail + chunk
            if not start and (match := _FIRST_CELL.search(window)):
                start = int(match[1])
            has_formulas = has_formulas or any(sign in window for sign in (b"<f>", b"<f ", b":f>", b":f "))
            cells = _CELL.findall(window)
            columns |= {letters for letters, _ in cells}
            rows = _ends(rows | {int(number) for number in {number for _, number in cells}})
            tail = window[-512:]
    across = _ends({openpyxl.utils.column_index_from_string(letters.decode()) for letters in columns})
    return _Look(start or 1, has_formulas, _span(rows), _span(across))


def _part_of(path: Path, sheet: str) -> str:
    """Where in the archive the sheet's XML is, without reading the sheet."""
    book = ExcelReader(path, read_only=True)
    with book.archive:
        book.read_manifest()
        book.read_workbook()
        return next(str(relation.target) for found, relation in book.parser.find_sheets() if found.name == sheet)


def _ends(places: set[int]) -> set[int]:
    return {min(places), max(places)} if places else places


def _span(places: set[int]) -> int:
    return max(places) - min(places) + 1 if places else 0


def _refuse_too_wide(look: _Look, options: ReaderOptions, file: str) -> None:
    """Two cells at the far ends of a sheet make a reader set aside memory for all those between."""
    if look.height * look.width > options.max_cells:
        raise SourceFileError(
            Problem(
                "sheet-too-wide", file=file, value=f"{look.height} × {look.width}", values={"limit": options.max_cells}
            )
        )


@dataclass(frozen=True)
class _Formulas:
    """Formula cells of a sheet (row, column letter, value, code) and the first column, from 1, that says something."""

    cells: pl.DataFrame
    first_column: int


def _formulas(path: Path, sheet: str) -> _Formulas:
    book = openpyxl.load_workbook(path, read_only=True)
    told: list[tuple[int, str, str, str]] = []
    first_column = 1 << 14
    for row in book[sheet].iter_rows():
        for cell in row:
            if cell.value is not None:
                first_column = min(first_column, cell.column)
                if cell.data_type == "f":
                    told.append((cell.row, cell.column_letter, str(cell.value), "formula-cell"))
    book.close()
    return _Formulas(pl.DataFrame(told, schema=CELLS_SCHEMA, orient="row"), first_column)
