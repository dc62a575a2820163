"""Four ways of not knowing, and what our own table does not know yet."""

from __future__ import annotations

import polars as pl

from convive.errors import LANGUAGES
from convive.standard import KINDS, MISSING_KINDS, UNKNOWN_KINDS, is_known, is_missing

VALUES = pl.DataFrame({"sex": ["male", *UNKNOWN_KINDS, None]})


def test_the_kinds() -> None:
    assert UNKNOWN_KINDS == ("unknown", "not_recorded", "not_applicable", "withheld", "unmapped")
    assert MISSING_KINDS == ("unknown", "not_recorded", "withheld", "unmapped")


def test_kinds_are_told_apart_in_both_languages() -> None:
    for language in LANGUAGES:
        assert len({kind.label[language] for kind in KINDS.values()}) == len(KINDS)
        assert len({kind.meaning[language] for kind in KINDS.values()}) == len(KINDS)


def test_known_is_a_code_and_nothing_else() -> None:
    for dtype in (pl.String, pl.Categorical):
        known = VALUES.select(pl.col("sex").cast(dtype)).select(is_known("sex")).to_series()
        assert known.to_list() == [True, False, False, False, False, False, False]


def test_missing_leaves_out_what_does_not_apply() -> None:
    assert VALUES.select(is_missing("sex")).to_series().to_list() == [False, True, True, False, True, True, True]
