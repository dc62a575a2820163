"""What keeps the records of a source from being linked."""

from __future__ import annotations

import polars as pl

from convive.errors import Problem
from convive.linkage.names import names
from convive.linkage.nobody import identity_keys


def nameless_sources(records: pl.DataFrame) -> list[Problem]:
    """A problem for each source of whose records none has a usable name (N.N. is none), a usable identity number or a
    date of birth, where there is another to link them to."""
    source = records["source_id"].cast(pl.String)
    if source.n_unique() < 2:
        return []
    numbered = pl.Series(identity_keys(records["identity_number"])).is_not_null() | records["birth_on"].is_not_null()
    left = sorted(set(source.unique()) - set(source.filter(numbered).unique()))
    rest = records.filter(source.is_in(left))
    called = names(rest).select(pl.any_horizontal(pl.col("given", "surname_1").is_not_null())).to_series()
    known = set(rest["source_id"].cast(pl.String).filter(called).unique())
    return [Problem("source-without-names", file=name) for name in left if name not in known]
