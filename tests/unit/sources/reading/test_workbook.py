"""Excel workbooks, honest and otherwise."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from convive.errors import Problem
from convive.sources.reading import RawTable, ReaderOptions, read

Refused = Callable[..., Problem]
Fill = Callable[[openpyxl.worksheet.worksheet.Worksheet], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hechos.xlsx"


def save(path: Path, *rows: list[object], title: str = "Hechos") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return book


def table(path: Path, **options: object) -> RawTable:
    return read(path, ReaderOptions.model_validate(options))


def rewrite(path: Path, part: str, content: bytes) -> None:
    """Replace one part of a workbook."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()} | {part: content}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)


def test_cells_as_text(path: Path) -> None:
    save(
        path,
        ["FECHA", "HORA", "MOMENTO", "EDAD", "PESO", "UBIGEO"],
        [dt.date(2014, 5, 3), dt.time(22, 30), dt.datetime(2014, 5, 3, 22, 30), 34, 34.5, "010203"],
        [],
        [None, None, None, None, None, "240101"],
    )
    read_table = table(path)
    assert read_table.frame.rows() == [
        (2, "2014-05-03", "22:30:00", "2014-05-03 22:30:00", "34", "34.5", "010203"),
        (4, None, None, None, None, None, "240101"),
    ]
    assert read_table.blank_rows == 1


def test_a_sheet_that_begins_lower_and_further_right(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.row_dimensions[1].height = 30
    sheet["A1"].font = Font(bold=True)
    for cell, value in {"B3": "a", "C3": "b", "B4": 1, "C4": "=1+1", "B6": 3, "C6": 4}.items():
        sheet[cell] = value
    book.save(path)
    read_table = table(path)
    assert read_table.frame.rows() == [(4, "1", None), (6, "3", "4")]
    assert read_table.cell_problems.rows() == [(4, "b", "=1+1", "formula-cell")]
    assert table(path, skip_rows=2).frame.rows() == read_table.frame.rows()


def test_formulas_are_not_values_even_as_text_or_alone(path: Path) -> None:
    book = save(path, ["a", "b"], [1, "=SUM(A2:A2)"], ["=1+1", None], ["x", "y"])
    book.active["A4"] = "=HYPERLINK(1)"
    book.active["A4"].data_type = "s"
    book.save(path)
    read_table = table(path)
    assert read_table.frame.rows() == [(2, "1", None), (3, None, None), (4, None, "y")]
    assert read_table.cell_problems.rows() == [
        (2, "b", "=SUM(A2:A2)", "formula-cell"),
        (3, "a", "=1+1", "formula-cell"),
        (4, "a", "=HYPERLINK(1)", "formula-cell"),
    ]


def test_merged_headers_title_and_footer(path: Path) -> None:
    rows = [["Informe"], ["VICTIMA", None, "LUGAR"], ["EDAD", "SEXO", None], [1, "M", "x"], [2, "F", "y"], ["Total", 2]]
    book = save(path, *rows)
    book.active.merge_cells("A2:B2")
    book.save(path)
    read_table = table(path, skip_rows=1, header_rows=2, skip_footer=1)
    assert read_table.columns == ["VICTIMA / EDAD", "VICTIMA / SEXO", "LUGAR"]
    assert read_table.frame["row"].to_list() == [4, 5]


def test_data_beyond_the_header_are_not_dropped(path: Path) -> None:
    save(path, ["a", "b"], [1, 2, None, "suelto"], [3, 4])
    read_table = table(path)
    assert read_table.columns == ["a", "b", "column 3", "column 4"]
    assert read_table.frame["column 4"].to_list() == ["suelto", None]


def test_sheets(path: Path, refused: Refused) -> None:
    book = save(path, ["a"], ["uno"])
    book.create_sheet("Otra").append(["b"])
    book["Otra"].append(["dos"])
    book.create_sheet("Vacía")
    book.save(path)
    assert table(path).columns == ["a"]
    assert table(path, sheet=1).frame.rows() == table(path, sheet="Otra").frame.rows() == [(2, "dos")]
    for wanted in ("Inexistente", 7):
        problem = refused(path, sheet=wanted)
        assert (problem.code, problem.value) == ("unknown-sheet", str(wanted))
        assert problem.values == {"there": "Hechos, Otra, Vacía"}
    assert refused(path, sheet="Vacía").code == "empty-file"


def test_header_alone_and_titles_beyond_the_end(path: Path, refused: Refused) -> None:
    save(path, ["a", "b"])
    assert [problem.code for problem in table(path).problems] == ["no-rows"]
    assert refused(path, skip_rows=5).code == "empty-file"


def test_a_zip_bomb(path: Path, refused: Refused) -> None:
    save(path, ["a"], [1])
    rewrite(path, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>" + b" " * 300_000_000)
    assert path.stat().st_size < 1_000_000
    problem = refused(path)
    assert (problem.code, problem.value) == ("zip-bomb", "286")


def test_a_zip_bomb_that_lies_about_its_size(path: Path, refused: Refused) -> None:
    save(path, ["a"], [1])
    rewrite(path, "xl/worksheets/sheet1.xml", b" " * 50_000_000)
    raw = path.read_bytes()
    size = struct.pack("<I", 50_000_000)
    assert raw.count(size) == 2
    path.write_bytes(raw.replace(size, struct.pack("<I", 100)))
    assert refused(path).code == "workbook-damaged"


def test_two_cells_at_the_far_ends_of_a_sheet(path: Path, refused: Refused) -> None:
    save(path, ["a"], [1], *[[]] * 40_000, [*[None] * 999, "x"])
    problem = refused(path)
    assert (problem.code, problem.value) == ("sheet-too-wide", "40003 × 1000")
    assert table(path, max_cells=40_003_000).frame.height == 2


def test_too_many_parts(path: Path, refused: Refused) -> None:
    save(path, ["a"], [1])
    with zipfile.ZipFile(path, "a") as book:
        for number in range(10_001):
            book.writestr(f"xl/{number}", b"")
    assert refused(path).code == "zip-bomb"


def test_too_large_when_packed(path: Path, refused: Refused) -> None:
    save(path, ["a"], [1])
    assert refused(path, max_workbook_bytes=1000).code == "file-too-large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n1,2\n", "not-a-workbook"),
        (b"PK\x03\x04 not really", "not-a-workbook"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "old-or-locked-workbook"),
        (b"", "empty-file"),
    ],
)
def test_what_is_no_workbook(path: Path, refused: Refused, content: bytes, code: str) -> None:
    path.write_bytes(content)
    assert refused(path).code == code


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"),
        ("xl/workbook.xml", b"<workbook>"),
        ("xl/workbook.xml", b"no xml"),
        ("xl/styles.xml", b"<styleSheet"),
        ("[Content_Types].xml", b""),
    ],
)
def test_a_damaged_workbook(path: Path, refused: Refused, part: str, content: bytes) -> None:
    save(path, ["a"], [dt.date(2014, 5, 3)])
    rewrite(path, part, content)
    assert refused(path).code in ("workbook-damaged", "unknown-sheet", "empty-file")


def test_a_workbook_with_flipped_bytes(path: Path, refused: Refused) -> None:
    save(path, ["a"], *([str(number)] for number in range(1000)))
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as book:
        begin = book.getinfo("xl/worksheets/sheet1.xml").header_offset + 100
    raw[begin : begin + 50] = bytes(50)
    path.write_bytes(raw)
    assert refused(path).code == "workbook-damaged"
