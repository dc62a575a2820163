"""What the sources look at: a year without deaths is a zero only where somebody was looking."""

from __future__ import annotations

import datetime as dt

import polars as pl

from convive.territory import Territory

COVERS_SCHEMA = {"source_id": pl.String, "unit_code": pl.String, "first": pl.Date, "last": pl.Date}
"""What a source's profile declares: a unit (null: every branch it has records of) and a time (null: open)."""


def observed(seen: pl.DataFrame, covers: pl.DataFrame, territory: Territory, *, as_of: dt.date) -> pl.DataFrame:
    """The units and whole years that at least one source covers: unit_code (String), year (Int32), sorted.

    ``seen``: source_id, unit, year of what the sources recorded. ``covers``: see :data:`COVERS_SCHEMA`. A source covers
    what its profile declares. One that declares nothing covers, in each branch below the root in which it has records,
    the time from its first to its last record there, without the years in which it has no record anywhere. A unit
    above others is covered where all of them are. The year of ``as_of`` counts as whole.
    """
    branches = seen.filter(pl.col("year") <= as_of.year).join(_branches(territory), on="unit")
    records = branches.select("source_id", "year", unit_code="branch").unique()
    own = records.join(covers, on="source_id", how="anti")
    at = pl.concat([_spans(own), _declared(covers, records, as_of)]).select("unit_code", "year").unique()
    return _with_parents(_with_what_is_below(at, territory), territory).sort("unit_code", "year")


def _branches(territory: Territory) -> pl.DataFrame:
    """Each unit and the unit one step under the root (or the root itself) that it belongs to: unit, branch."""
    tree, units = territory.ancestors, territory.units
    levels = [level for level in territory.levels if level in units["level"].to_list()]
    tops = units.filter(pl.col("level").is_in(levels[:2]))["code"]
    above = tree.filter(pl.col("ancestor").is_in(tops.implode())).select(unit="code", branch="ancestor", level="level")
    rank = pl.col("level").replace_strict({level: place for place, level in enumerate(levels)}, return_dtype=pl.Int32)
    return above.sort("unit", rank, descending=[False, True]).unique("unit", keep="first").select("unit", "branch")


def _spans(records: pl.DataFrame) -> pl.DataFrame:
    there = records.select("source_id", "year").unique()
    spans = records.group_by("source_id", "unit_code").agg(first=pl.col("year").min(), last=pl.col("year").max())
    years = spans.join(there, on="source_id").filter(pl.col("year").is_between("first", "last"))
    return years.select("unit_code", "year")


def _declared(covers: pl.DataFrame, records: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    rows: list[tuple[str, int]] = []
    for source, unit, first, last in covers.iter_rows():
        own = records.filter(pl.col("source_id") == source)
        units = [unit] if unit else own["unit_code"].unique().to_list()
        begin = first or dt.date(int(own["year"].min() or as_of.year), 1, 1)  # type: ignore[arg-type]
        end = min(last or as_of, as_of)
        whole = range(begin.year + (begin > dt.date(begin.year, 1, 1)), end.year + 1)
        ended = [year for year in whole if end >= min(dt.date(year, 12, 31), as_of)]
        rows += [(unit, year) for unit in units for year in ended]
    return pl.DataFrame(rows, schema={"unit_code": pl.String, "year": pl.Int32}, orient="row")


def _with_what_is_below(at: pl.DataFrame, territory: Territory) -> pl.DataFrame:
    below = territory.ancestors.select(unit_code="ancestor", below="code")
    return at.join(below, on="unit_code").select(unit_code="below", year="year").unique()


def _with_parents(at: pl.DataFrame, territory: Territory) -> pl.DataFrame:
    """From the finest level up: a parent is covered in the years in which all its children are."""
    children = (
        territory.units.select(unit_code="code", parent="parent", level="level")
        .drop_nulls("parent")
        .unique("unit_code")
    )
    size = children.group_by("parent").agg(size=pl.len())
    for level in reversed(territory.levels):
        of_level = children.filter(pl.col("level") == level)
        whole = at.join(of_level, on="unit_code").group_by("parent", "year").agg(there=pl.len())
        whole = whole.join(size, on="parent").filter(pl.col("there") == pl.col("size"))
        at = pl.concat([at, whole.select(unit_code="parent", year="year")]).unique()
    return at
