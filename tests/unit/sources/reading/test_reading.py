"""What holds for a received file of any format."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from convive.errors import Problem
from convive.sources.reading import ReaderOptions, read

Refused = Callable[..., Problem]
MEGABYTE = 1024 * 1024


def test_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame({"EDAD": [34, None, 7], "row": ["a", None, "=1+1"]})
    frame.write_parquet(tmp_path / "hechos.parquet")
    table = read(tmp_path / "hechos.parquet", ReaderOptions())
    assert table.columns == ["EDAD", "row (2)"]
    assert table.frame.rows() == [(1, "34", "a"), (3, "7", None)]
    assert table.cell_problems.rows() == [(3, "row (2)", "=1+1", "formula-cell")]
    assert table.blank_rows == 1


@pytest.mark.parametrize("content", [b"PAR1 no es parquet PAR1", b"a,b\n1,2\n"])
def test_damaged_parquet(tmp_path: Path, refused: Refused, content: bytes) -> None:
    (tmp_path / "hechos.parquet").write_bytes(content)
    assert refused(tmp_path / "hechos.parquet").code == "parquet-damaged"


def test_truncated_parquet(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "hechos.parquet"
    pl.DataFrame({"a": range(1000)}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:500])
    assert refused(path).code == "parquet-damaged"


def test_an_unknown_ending_unless_the_profile_tells(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "hechos.dat"
    path.write_text("a,b\n1,2\n")
    problem = refused(path)
    assert (problem.code, problem.value) == ("unknown-format", ".dat")
    assert read(path, ReaderOptions(format="csv")).frame.rows() == [(2, "1", "2")]


@pytest.mark.parametrize("name", ["hechos.csv", "hechos.xlsx", "hechos.parquet"])
def test_an_empty_file_of_any_kind(tmp_path: Path, refused: Refused, name: str) -> None:
    (tmp_path / name).touch()
    assert refused(tmp_path / name).code == "empty-file"


def test_a_file_that_is_too_large(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "hechos.csv").write_bytes(b"a,b\n" + b"1,2\n" * MEGABYTE)
    problem = refused(tmp_path / "hechos.csv", max_bytes=2 * MEGABYTE)
    assert (problem.code, problem.value, problem.values) == ("file-too-large", "4", {"limit": 2})


def test_a_file_that_may_not_be_read(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "hechos.csv"
    path.write_text("a,b\n1,2\n")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        problem = refused(path)
    finally:
        if root:
            os.seteuid(0)
    assert problem.code == "file-not-readable"


@pytest.mark.parametrize("name", ["hechos [1].csv", "¿hechos*?.csv", "hechos [a-z].parquet", "hechos {1}.xlsx"])
def test_names_with_marks_that_patterns_use(tmp_path: Path, name: str) -> None:
    path = tmp_path / "carpeta [1]" / name
    path.parent.mkdir()
    frame = pl.DataFrame({"a": ["1", "2"], "b": ["x", None]})
    match path.suffix:
        case ".csv":
            path.write_text("a,b\n1,x\n2\n")
        case ".parquet":
            frame.write_parquet(path)
        case _:
            book = openpyxl.Workbook()
            for row in (frame.columns, *frame.rows()):
                book.active.append(row)
            book.save(path)
    assert read(path, ReaderOptions()).frame["a"].to_list()[0] == "1"


def test_the_fingerprint_is_that_of_the_bytes_received(tmp_path: Path) -> None:
    (tmp_path / "hechos.csv").write_bytes("a,b\nñ,2\n".encode("cp1252"))
    table = read(tmp_path / "hechos.csv", ReaderOptions(encoding="cp1252"))
    received = (tmp_path / "hechos.csv").read_bytes()
    assert (table.sha256, table.bytes) == (hashlib.sha256(received).hexdigest(), len(received))


MEMORY = """
import re, sys
from pathlib import Path
from convive.sources.reading import read, ReaderOptions
table = read(Path(sys.argv[1]), ReaderOptions())
peak = re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(table.frame.height, table.rejects.height, peak)
"""
"""The peak of this process alone: what ``getrusage`` tells begins with that of the process that started it."""


@pytest.mark.parametrize("bad", [b"", b"2,corta\n"], ids=["regular", "one short row"])
def test_two_hundred_megabytes_in_bounded_memory(tmp_path: Path, bad: bytes) -> None:
    line = b"1234567,03/05/2014,22:30,MASCULINO,34,TUMBES,ARMA DE FUEGO,VIA PUBLICA,JR. LAS FLORES 123,VENGANZA\n"
    block, path = line * 10_000, tmp_path / "hechos.csv"
    blocks = 200 * MEGABYTE // len(block) + 1
    with path.open("wb") as file:
        file.write(b"ID,FECHA,HORA,SEXO,EDAD,DISTRITO,ARMA,LUGAR,DIRECCION,MOTIVO\n")
        for _ in range(blocks):
            file.write(block)
        file.write(bad)
    assert path.stat().st_size > 200 * MEGABYTE
    told = subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, text=True, check=True)
    path.unlink()
    rows, rejects, peak = map(int, told.stdout.split())
    assert (rows, rejects) == (blocks * 10_000, 1 if bad else 0)
    assert peak * 1024 < 1.5e9
