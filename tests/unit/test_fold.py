"""Text as it is compared: the same for a column and for one string."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.fold import fold, folded

SAME = [
    ("  Áncash ", "ANCASH"),
    ("Ñandú", "NANDU"),
    ("la\u00a0 libertad\t", "LA LIBERTAD"),
    ("A\u0301NCASH", "ANCASH"),
    ("Pingüino", "PINGUINO"),
    ("", ""),
    ("N° 5", "N° 5"),
]


@pytest.mark.parametrize(("written", "compared"), SAME)
def test_folding(written: str, compared: str) -> None:
    assert folded(written) == compared
    assert pl.select(fold(pl.lit(written))).item() == compared


def test_null_stays_null() -> None:
    assert pl.select(fold(pl.lit(None, dtype=pl.String))).item() is None


LATIN = st.text(st.characters(max_codepoint=0x17F, exclude_categories=("Cc",)) | st.just("\u0301"))


@given(LATIN)
def test_a_column_and_a_string_fold_alike_and_once_is_enough(written: str) -> None:
    assert pl.select(fold(pl.lit(written))).item() == folded(written)
    assert folded(folded(written)) == folded(written)
