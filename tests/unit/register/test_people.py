"""Names and numbers in one form; those that stand for nobody are no key."""

from __future__ import annotations

import polars as pl
import pytest

from convive.linkage import identity_keys
from convive.register.people import name_keys


def name(text: str | None) -> str | None:
    return name_keys(pl.Series([text], dtype=pl.String)).item()


def identity(text: str | None) -> str | None:
    return identity_keys(pl.Series([text], dtype=pl.String)).item()


@pytest.mark.parametrize(
    "written",
    [
        "Juan Ñáñez Pérez",
        "ÑÁÑEZ  PÉREZ, JUAN",
        "nañez perez juan",
        " Perez-Ñañez Juan ",
        "JUAN N\u0303A\u0301N\u0303EZ PEREZ",
    ],
)
def test_one_name_however_written(written: str) -> None:
    assert name(written) == "JUAN NANEZ PEREZ"


def test_an_apostrophe_does_not_part_a_name() -> None:
    assert name("Rosa D'Angelo") == name("DANGELO ROSA") == "DANGELO ROSA"


@pytest.mark.parametrize(
    "nobody",
    [
        *("NN", "N.N.", "N. N.", "N N", "N.N. MASCULINO", "NN-01 Tumbes", "N/N VARON", "XX XX", "xxx xxx"),
        *("DESCONOCIDO", "PERSONA DESCONOCIDA", "No identificado", "POR IDENTIFICAR", "CADÁVER NO IDENTIFICADO"),
        *("SIN NOMBRE", "SIN REGISTRO", "NO SE CONOCE", "no registra", "-", "", "   ", "…", "12 34", "Juan"),
    ],
)
def test_a_name_that_stands_for_nobody_is_no_key(nobody: str) -> None:
    assert name(nobody) is None


@pytest.mark.parametrize("person", ["Anna Nnadi", "Juan Noriega Sinchi", "Innocencio Xxavier", "Noé Sin Chang"])
def test_a_real_name_that_holds_such_letters_is_one(person: str) -> None:
    assert name(person) is not None


@pytest.mark.parametrize(
    "written", ["00432112", "432112", "432112.0", "00 432-112", " 00432112 ", "DNI N° 00432112", "D.N.I. 432112"]
)
def test_one_number_however_a_spreadsheet_wrote_it(written: str) -> None:
    assert identity(written) == "00432112"


def test_foreign_documents_keep_their_letters() -> None:
    assert identity("ce-001234567") == "CE001234567"


@pytest.mark.parametrize(
    "filler",
    [
        *("00000000", "0", "99999999", "11111111", "12345678", "00000001", "-", "", "  ", "NN", "SIN DNI", "S/D"),
        *("NO REGISTRA", "EXTRANJERO", "INDOCUMENTADO", "1234567890123", "NO PORTA 1"),
    ],
)
def test_a_number_that_fills_a_blank_is_no_key(filler: str) -> None:
    assert identity(filler) is None


def test_nothing_stays_nothing() -> None:
    assert name(None) is None
    assert identity(None) is None
