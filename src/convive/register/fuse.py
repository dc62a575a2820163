"""One case from several records: each value with the source it came from, and whether others say something else.

Records of a case are ranked by the precedence of the field; the first that knows the value gives it. Records stand
sorted by case and rank, so that the winners of all cases are found in one pass over arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import polars as pl

from convive.register.precedence import FUSED_KINDS, Precedence
from convive.register.ranking import Integers, Ranked, ranked
from convive.standard import Field, case_schema, classification, is_known, record_fields

# What maps a function over things, in their order: ``map``, or that of a pool of threads.
Map = Callable[[Callable[[Field], list[pl.Series]], Iterable[Field]], Iterable[list[pl.Series]]]


def fuse(
    records: pl.DataFrame, case: Integers, tie: Integers, believed: Precedence | None = None, each: Map = map
) -> pl.DataFrame:
    """One row a case with every field that records bring, its source and whether records disagree.

    ``case`` numbers each record's case, 0 … n-1, every number in use; rows come in that order. ``tie`` orders equals.
    ``believed``: whom the city believes first; without it, as Convive proposes.
    """
    believed = believed or Precedence()
    fed = [field for field in record_fields(*FUSED_KINDS) if _is_fed(records, field)]
    order_of = {field.name: believed.of(field.name) for field in fed}
    orders = {names: ranked(case, tie, _ranks(records, names)) for names in set(order_of.values())}
    fused = each(lambda field: _fused(records, field, orders[order_of[field.name]]), fed)
    return pl.DataFrame([column for columns in fused for column in columns])


def completed(cases: pl.DataFrame) -> pl.DataFrame:
    """``cases`` with every column of the case schema: what no record says is not recorded, and nobody disagrees."""
    schema = case_schema()
    coded = {field.name for field in record_fields("coded")}
    absent = [
        pl.lit(_absent(name, coded), dtype=dtype).alias(name)
        for name, dtype in schema.items()
        if name not in cases.columns
    ]
    return cases.with_columns(absent).select(list(schema))


def _ranks(records: pl.DataFrame, order: tuple[str, ...]) -> Integers:
    """The place in ``order`` of the source of each record, else of its kind of institution, else after all."""
    bodies = classification("source_body").values
    places = {name: place for place, name in enumerate(order)}
    source = {name: place for name, place in places.items() if name not in bodies}
    body = {name: place for name, place in places.items() if name in bodies}
    rank = pl.coalesce(_place("source_id", source), _place("source_body", body), pl.lit(len(order)))
    return records.select(rank.alias("rank")).to_series().to_numpy()


def _place(column: str, places: dict[str, int]) -> pl.Expr:
    """Where a record stands by what ``column`` says of it; null where the order does not name that."""
    if not places:
        return pl.lit(None, dtype=pl.Int64)
    told = pl.col(column).cast(pl.String)
    return told.replace_strict(list(places), list(places.values()), default=None, return_dtype=pl.Int64)


def _is_fed(records: pl.DataFrame, field: Field) -> bool:
    """Whether any record says anything of this field; the others are constant and cost nothing."""
    suffix = {"coded": "_column", "place": "_unit"}.get(field.kind, "")
    return records[f"{field.name}{suffix}"].null_count() < records.height


def _fused(records: pl.DataFrame, field: Field, order: Ranked) -> list[pl.Series]:
    columns = _columns(field)
    known = records.select(is_known(columns[0]) if field.kind == "coded" else pl.col(columns[0]).is_not_null())
    places = np.flatnonzero(known.to_series().to_numpy()[order.at])
    cases = order.case[places]
    first = np.diff(cases, prepend=-1) != 0
    winner, is_told = order.first, np.zeros(len(order.begin), dtype=bool)
    winner[cases[first]], is_told[cases[first]] = order.at[places[first]], True
    value = records[columns[0]].to_physical().to_numpy()
    differs = value[order.at[places]] != value[winner][cases]
    disagree = np.zeros(len(order.begin), dtype=bool)
    disagree[cases[differs]] = True
    source = records["source_id"][winner].alias(f"{field.name}_source")
    return [
        *(records[column][winner] for column in columns),
        pl.select(pl.when(pl.Series(is_told)).then(source).alias(f"{field.name}_source")).to_series(),
        pl.Series(f"{field.name}_disagree", disagree),
    ]


def _columns(field: Field) -> list[str]:
    """The value's own column first, then what goes with it."""
    if field.kind == "place":
        return [f"{field.name}_{part}" for part in ("unit", "level", "certainty")]
    return [field.name] if field.kind == "coded" else [field.name, f"{field.name}_missing"]


def _absent(name: str, coded: set[str]) -> str | bool | None:
    if name.endswith("_disagree"):
        return False
    return "not_recorded" if name in coded or name.endswith(("_missing", "_certainty")) else None
