"""Bytes that depend on content alone."""

from __future__ import annotations

import polars as pl
import pytest

from convive.publication.release.writing import csv_bytes, json_bytes, rounded


@pytest.mark.parametrize("text", ["=1+1", "+51 999", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_a_spreadsheet_would_run_is_neutralised(text: str) -> None:
    written = csv_bytes(pl.DataFrame({"name": [text]})).decode()
    assert written.splitlines()[1].lstrip('"').startswith("'")


def test_a_negative_number_stays_a_number() -> None:
    assert csv_bytes(pl.DataFrame({"change": [-0.08], "count": [-3]})) == b"change,count\n-0.08,-3\n"


def test_nothing_is_an_empty_cell() -> None:
    assert csv_bytes(pl.DataFrame({"a": [None, "x"], "b": [1, None]})) == b"a,b\n,1\nx,\n"


def test_fractions_are_rounded_alike_everywhere() -> None:
    assert rounded(pl.DataFrame({"value": [1 / 3, 0.1 + 0.2]}))["value"].to_list() == [0.333333, 0.3]


def test_keys_are_sorted_unless_their_order_says_something() -> None:
    assert json_bytes({"b": 1, "a": "ñ"}) == '{\n "a": "ñ",\n "b": 1\n}\n'.encode()
    assert json_bytes({"b": 1, "a": 2}, in_order=True) == b'{\n "b": 1,\n "a": 2\n}\n'


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_bytes({"value": float("nan")})
