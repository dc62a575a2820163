"""One case from several records: each value with the source it came from, and whether others say something else.

Records of a case are ranked by the precedence of the field; the first that knows the value gives it. Records stand
sorted by case and rank, so that the winners of all cases are found in one pass over arrays.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from convive.register.ranking import Integers, Ranked, ranked
from convive.standard import Field, case_schema, is_known, record_fields

FUSED_KINDS = ("coded", "place", "date", "time", "datetime", "integer", "number")


@cache
def _precedence() -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    table = tomllib.loads((Path(__file__).parent / "precedence.toml").read_text("utf-8"))
    orders = {name: tuple(order["bodies"]) for order in table["order"] for name in order["fields"]}
    return tuple(table["default"]), orders


def precedence(field: str) -> tuple[str, ...]:
    """Bodies in the order in which they are believed about ``field``."""
    default, orders = _precedence()
    own = orders.get(field, ())
    return own + tuple(body for body in default if body not in own)


# What maps a function over things, in their order: ``map``, or that of a pool of threads.
Map = Callable[[Callable[[Field], list[pl.Series]], Iterable[Field]], Iterable[list[pl.Series]]]


def fuse(records: pl.DataFrame, case: Integers, tie: Integers, each: Map = map) -> pl.DataFrame:
    """One row a case with every field that records bring, its source and whether records disagree.

    ``case`` numbers each record's case, 0 … n-1, every number in use; rows come in that order. ``tie`` orders equals.
    """
    fed = [field for field in record_fields(*FUSED_KINDS) if _is_fed(records, field)]
    wanted = {precedence(field.name) for field in fed}
    orders = {bodies: ranked(case, tie, _ranks(records, bodies)) for bodies in wanted}
    fused = each(lambda field: _fused(records, field, orders[precedence(field.name)]), fed)
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


def _ranks(records: pl.DataFrame, bodies: tuple[str, ...]) -> Integers:
    body = pl.col("source_body").cast(pl.String)
    rank = records.select(
        body.replace_strict(list(bodies), range(len(bodies)), default=len(bodies), return_dtype=pl.Int64)
    )
    return rank.to_series().to_numpy()


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
