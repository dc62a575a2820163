"""A source whose records cannot be linked is named."""

from __future__ import annotations

import polars as pl

from convive.linkage.notices import nameless_sources

PERSONAL = {"identity_number": pl.String, "given_names": pl.String, "surname_1": pl.String, "surname_2": pl.String,
            "birth_on": pl.Date}  # fmt: skip


def records(*rows: tuple[str, str | None]) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema={"source_id": pl.String, "full_name": pl.String}, orient="row")
    return table.with_columns(pl.lit(None, kind).alias(name) for name, kind in PERSONAL.items())


def test_a_source_without_any_name_is_named() -> None:
    told = nameless_sources(records(("sinadef", None), ("sinadef", None), ("morgue", None), ("morgue", "ANA RUIZ")))
    assert [(problem.code, problem.file) for problem in told] == [("source-without-names", "sinadef")]
    assert "mesa de homologación" in told[0].remedy("es")


def test_without_records_nothing_is_told() -> None:
    assert nameless_sources(records()) == []


def test_a_source_that_stands_alone_has_nobody_to_be_linked_to() -> None:
    assert nameless_sources(records(("sinadef", None), ("sinadef", None))) == []


def test_a_source_in_which_everybody_is_nameless_has_no_name() -> None:
    told = nameless_sources(records(("police", "N.N."), ("police", "NO IDENTIFICADO"), ("morgue", "ANA RUIZ")))
    assert [problem.file for problem in told] == ["police"]
