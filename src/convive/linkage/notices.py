"""What keeps records from being linked."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from convive.errors import Problem
from convive.fold import fold
from convive.linkage.fillers import of_a_form, of_many
from convive.linkage.names import is_nobody, names
from convive.linkage.nobody import identity_keys, nobody

_PERSONAL = (
    "given_names", "surname_1", "surname_2", "full_name", "identity_number", "sex", "age_years", "birth_on",
    "occurred_on", "died_on",
)  # fmt: skip


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
    lacks = "full_name, identity_number, birth_on"
    return [Problem("source-without-names", file=name, column=lacks) for name in left if name not in known]


def fillers(records: pl.DataFrame) -> list[Problem]:
    """A problem for each identity number and each name that a source writes beside too many people, and is therefore
    taken for nobody's, at the first row that has it. N.N. and the like say so themselves."""
    source, number = records["source_id"], records["identity_number"].rename("value")
    parts = ("surname_1", "surname_2", "given_names", "full_name")
    said = records.select(pl.concat_str(parts, separator=" ", ignore_nulls=True).alias("value")).to_series()
    name = said.to_frame().select(pl.when(pl.col("value") != "").then(pl.col("value").hash())).to_series()
    day = records.select(pl.coalesce("died_on", "occurred_on", "registered_on")).to_series()
    return [
        *_told("identity-number-of-many", records, number, of_many(source, number, name, day), _is_blank),
        *_told("name-of-many", records, said, of_a_form(source, name), _is_unnamed),
    ]


def copies(records: pl.DataFrame) -> list[Problem]:
    """A problem for each two sources of which one holds nearly all that the other says of people, word for word: they
    are one source, and what they agree in proves nothing."""
    rules = nobody()
    told = records.select(source=pl.col("source_id").cast(pl.String), said=pl.struct(_PERSONAL).hash())
    sizes = dict(told.group_by("source").len().iter_rows())
    shared = told.filter(pl.col("said").is_duplicated()).unique()
    both = shared.join(shared, on="said", suffix="_of").filter(pl.col("source") < pl.col("source_of"))
    found = []
    for one, other, n in both.group_by("source", "source_of").len().sort("source", "source_of").iter_rows():
        least = min(sizes[one], sizes[other])
        if least >= rules["form_records"] and n >= rules["copy_share"] * least:
            found.append(Problem("sources-alike", file=other, value=one, values={"n": n, "whole": sizes[other]}))
    return found


COLUMNS = {"identity-number-of-many": "identity_number", "name-of-many": "full_name"}


def _told(
    code: str, records: pl.DataFrame, value: pl.Series, which: pl.Series, says_so: Callable[[pl.Series], pl.Series]
) -> list[Problem]:
    """A problem for each value of ``which`` rows, but for those that say themselves that they are nobody's."""
    if not which.any():
        return []
    where = records.select(pl.col("source_id", "file").cast(pl.String), "row").with_columns(value.alias("value"))
    table = where.filter(which).sort("file", "row")
    told = table.filter(~says_so(table["value"])).group_by("source_id", "value", maintain_order=True)
    counts = told.agg(pl.len().alias("n"), pl.col("file", "row").first()).sort("source_id", "value")
    return [
        Problem(
            code,
            file=f"{one['source_id']}/{one['file']}",
            row=one["row"],
            column=COLUMNS[code],
            value=one["value"],
            values={"n": one["n"]},
        )
        for one in counts.iter_rows(named=True)
    ]


def _is_blank(numbers: pl.Series) -> pl.Series:
    return identity_keys(numbers).is_null()


def _is_unnamed(said: pl.Series) -> pl.Series:
    bare = fold(pl.col("value").str.replace_all(r"['’´`.]", "")).str.replace_all("[^A-Z0-9]+", " ")
    return said.to_frame("value").select(is_nobody(bare)).to_series()
