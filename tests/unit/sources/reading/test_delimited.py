"""Delimited text as institutions deliver it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convive.errors import Problem
from convive.sources.reading import RawTable, delimited

Csv = Callable[..., RawTable]
Refused = Callable[..., Problem]
NAMES = "NOMBRE,LUGAR\nPeña,Áncash\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (NAMES.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + NAMES.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + NAMES.encode(), "UTF_8"),
        (NAMES.encode("cp1252"), "cp1252"),
        (NAMES.encode("latin-1"), "latin-1"),
        (NAMES.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + NAMES.encode("utf-16-be"), "utf-16"),
    ],
)
def test_encodings(csv: Csv, content: bytes, encoding: str) -> None:
    table = csv(content, encoding=encoding)
    assert table.columns == ["NOMBRE", "LUGAR"]
    assert table.frame.rows() == [(2, "Peña", "Áncash")]


@pytest.mark.parametrize(
    ("content", "declared", "row", "value", "fitting"),
    [
        (NAMES.encode("cp1252"), "utf-8", 2, "0xF1", "cp1252"),
        (NAMES.encode("cp1252") + b"x", "utf-8", 2, "0xF1", "cp1252"),
        (b"a,b\n" * 9 + b"\x81\xf1,1\n", "utf-8", 10, "0x81", "latin-1"),
        (NAMES.encode("utf-16"), "utf-8", 1, "0xFF 0xFE", "utf-16"),
        (b"a,b\n1,2\n", "utf-16", 1, "0x61 0x2C", "utf-8"),
        (b"a,b\n1,\x8d\n", "cp1252", 2, "0x8D", "latin-1"),
    ],
)
def test_a_wrong_encoding_names_row_bytes_and_one_that_fits(
    tmp_path: Path, refused: Refused, content: bytes, declared: str, row: int, value: str, fitting: str
) -> None:
    (tmp_path / "hechos.csv").write_bytes(content)
    problem = refused(tmp_path / "hechos.csv", encoding=declared)
    assert (problem.code, problem.row, problem.value) == ("wrong-encoding", row, value)
    assert problem.values == {"declared": declared, "fitting": fitting}
    assert fitting in problem.remedy("es")


@pytest.mark.parametrize("declared", ["latin-1", "cp1252"])
def test_utf8_under_another_name_is_not_garbled(tmp_path: Path, refused: Refused, declared: str) -> None:
    (tmp_path / "hechos.csv").write_text(NAMES, "utf-8")
    problem = refused(tmp_path / "hechos.csv", encoding=declared)
    assert (problem.code, problem.row) == ("hidden-utf8", 2)


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13"])
def test_an_encoding_that_is_none(tmp_path: Path, refused: Refused, encoding: str) -> None:
    (tmp_path / "hechos.csv").write_text("a,b\n1,2\n")
    assert refused(tmp_path / "hechos.csv", encoding=encoding).code == "unknown-encoding"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters(tmp_path: Path, csv: Csv, refused: Refused, delimiter: str) -> None:
    content = f"a{delimiter}b\n1,5{delimiter}2\n"
    assert csv(content, delimiter=delimiter).frame.rows() == [(2, "1,5", "2")]
    problem = refused(tmp_path / "hechos.csv")
    assert (problem.code, problem.value) == ("wrong-delimiter", "tab" if delimiter == "\t" else delimiter)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(csv: Csv, end: str, last: bool) -> None:
    content = end.join(["a,b", "1,2", "3,"]) + (end if last else "")
    assert csv(content).frame.rows() == [(2, "1", "2"), (3, "3", None)]


def test_quotes(csv: Csv) -> None:
    table = csv('a,b\n"Lima, Perú","dijo ""no"""\n5" de largo,2\n')
    assert table.frame.rows() == [(2, "Lima, Perú", 'dijo "no"'), (3, '5" de largo', "2")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quoted_line_break_is_one_row_as_in_a_spreadsheet(csv: Csv, end: str) -> None:
    table = csv(f'a,b{end}"uno{end}dos",2{end}3,4{end}')
    assert table.frame.rows() == [(2, f"uno{end}dos", "2"), (3, "3", "4")]


def test_another_quote(csv: Csv) -> None:
    table = csv("a,b,c\n|x,y|,2\n|x,y|,2,3\n", quote="|")
    assert table.frame.rows() == [(3, "x,y", "2", "3")]
    assert table.rejects.rows() == [(2, "|x,y|,2", "too-few-fields", "2")]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('a,b\n1,2\n"5,2\n3,4\n', 3),
        ('a,b\n1,"5\n3,4\n', 2),
        ('a,b\n1,2,3\n1,2\n"5,2\n3,4\n', 4),
        ('a,"b\n1,2\n3,4\n', 1),
    ],
)
def test_a_quote_that_never_closes_swallows_nothing(tmp_path: Path, refused: Refused, content: str, row: int) -> None:
    (tmp_path / "hechos.csv").write_text(content)
    problem = refused(tmp_path / "hechos.csv")
    assert (problem.code, problem.row) == ("unclosed-quote", row)


def test_nul_bytes_are_dropped(csv: Csv) -> None:
    assert csv("a,b\n1\0,2\n").frame.rows() == [(2, "1", "2")]


# The two ways of reading: what differs is whether any row makes the fast one give up.
RAGGED = "a,b,c\n1,2,3\n1,2\n\n4,5,\n,,\n \t, ,\n7,8,9\n"


@pytest.mark.parametrize("more", ["", "1,2,3,4\n", '"1\n1",2,3\n'])
def test_ragged_rows_are_told_and_the_others_go_on(csv: Csv, more: str) -> None:
    table = csv(RAGGED + more)
    good = [(2, "1", "2", "3"), (5, "4", "5", None), (8, "7", "8", "9")]
    assert table.frame.rows()[:3] == good
    assert table.blank_rows == 3
    assert table.rejects.rows()[0] == (3, "1,2", "too-few-fields", "2")
    if more.startswith("1"):
        assert table.rejects.rows()[1:] == [(9, "1,2,3,4", "too-many-fields", "4")]
    assert table.rows == table.frame.height + table.rejects.height


def test_a_carriage_return_within_a_line_ends_no_row(csv: Csv) -> None:
    fast, slow = csv("a,b\n5\rx,2\n3,4\n"), csv("a,b\n5\rx,2\n3,4\n1,2,3\n")
    assert [row[0] for row in fast.frame.rows()] == [row[0] for row in slow.frame.rows()] == [2, 3]
    assert slow.rejects["row"].to_list() == [4]


@pytest.mark.parametrize("more", ["", "3\n"])
def test_trailing_delimiters_make_no_column(csv: Csv, more: str) -> None:
    table = csv("a,b,\n1,2,\n3,4,\n" + more)
    assert table.columns == ["a", "b"]
    assert table.frame.rows() == [(2, "1", "2"), (3, "3", "4")]
    assert table.rejects["row"].to_list() == ([4] if more else [])


def test_slow_reading_goes_on_over_many_rows(csv: Csv) -> None:
    table = csv("a,b\n" + "1,2,3\n" + "1,2\n" * 120_000)
    assert table.frame["row"].to_list() == list(range(3, 120_003))
    assert table.rejects["row"].to_list() == [2]


def test_blank_lines_count_as_rows_but_are_none(csv: Csv) -> None:
    table = csv("a\n1\n\n3\n")
    assert table.frame.rows() == [(2, "1"), (4, "3")]
    assert table.blank_rows == 1


def test_names_given_twice_or_not_at_all(csv: Csv) -> None:
    table = csv("EDAD,EDAD,,row,b\n1,2,3,4,5\n")
    assert table.columns == ["EDAD", "EDAD (2)", "column 3", "row (2)", "b"]
    assert next((p.code, p.value, p.row) for p in table.problems) == ("column-twice", "EDAD", 1)


def test_merged_headers(csv: Csv) -> None:
    table = csv("VICTIMA,,LUGAR\nEDAD,SEXO,\n1,2,3\n", header_rows=2)
    assert table.columns == ["VICTIMA / EDAD", "VICTIMA / SEXO", "LUGAR"]
    assert table.frame["row"].to_list() == [3]
    assert csv("G:x,G:y\n1,2\n", group_separator=":").columns == ["x", "y"]


@pytest.mark.parametrize("more", ["", "1,2,3\n"])
def test_title_and_footer_are_no_data(csv: Csv, more: str) -> None:
    table = csv(f'Título\n"x, y"\na,b\n1,2\n{more}3,4\nTotal,9\n\n\n', skip_rows=2, skip_footer=1)
    rows = table.frame["row"].to_list() + table.rejects["row"].to_list()
    assert sorted(rows) == ([4, 5, 6] if more else [4, 5])


def test_a_footer_longer_than_the_file(csv: Csv) -> None:
    assert csv("a,b\n1,2\n", skip_footer=9).frame.is_empty()


@pytest.mark.parametrize("cell", ["=1+1", " =A1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-HYPERLINK(A1)", "\t=1"])
def test_formulas_are_not_values(csv: Csv, cell: str) -> None:
    table = csv(f'a,b\n"{cell}",1\n')
    assert table.frame.rows() == [(2, None, "1")]
    assert table.cell_problems.rows() == [(2, "a", cell, "formula-cell")]


@pytest.mark.parametrize("cell", ["-81.2", "- ", "+51 999 999", "-", "@elchino", "- NO SABE", "a=b", "-2+3"])
def test_what_only_looks_like_a_formula_is_kept(csv: Csv, cell: str) -> None:
    table = csv(f'a,b\n"{cell}",1\n')
    assert table.frame.rows() == [(2, cell, "1")]
    assert table.cell_problems.is_empty()


@pytest.mark.parametrize("content", ["", "\n\n", " , \n", "\ufeff"])
def test_an_empty_file(tmp_path: Path, refused: Refused, content: str) -> None:
    (tmp_path / "hechos.csv").write_text(content, "utf-8")
    assert refused(tmp_path / "hechos.csv").code == "empty-file"


@pytest.mark.parametrize("content", ["a,b\n", "a,b", "a,b\n\n ,\n"])
def test_a_header_alone_is_told(csv: Csv, content: str) -> None:
    table = csv(content)
    assert table.frame.is_empty()
    assert [problem.code for problem in table.problems] == ["no-rows"]


@pytest.mark.parametrize("content", ["a,b\n1,2\n,\n", 'a,b\n"x, y",\n', "a,b,\n1,2,\n", "a\n1\n"])
def test_a_well_formed_file_is_never_read_row_by_row(csv: Csv, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.delattr(delimited, "_row_by_row")
    assert csv(content).rejects.is_empty()
