"""One case from several records: each value with the source it came from, and whether others say something else.

Records of a case are ranked by the precedence of the field; the first that knows the value gives it. Done by position in the rank, not
case by case: first records of all cases at once, then second ones where the first is silent, and so on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl

from convive.standard import Field, case_schema, is_known, record_fields


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


def fuse(records: pl.DataFrame) -> pl.DataFrame:
    """One row a case with every field of the case schema that records bring.

    ``records`` needs ``case`` (0 … n-1, every number in use) besides the columns of the record schema. Rows come in the order of ``case``.
    """
    fed = [
        field
        for field in record_fields("coded", "place", "date", "time", "datetime", "integer", "number")
        if _is_fed(records, field)
    ]
    by_order: dict[tuple[str, ...], list[Field]] = {}
    for field in fed:
        by_order.setdefault(precedence(field.name), []).append(field)
    parts = [part for bodies, fields in by_order.items() for part in _fused(records, bodies, fields)]
    cases = pl.concat(parts, how="horizontal") if parts else pl.DataFrame()
    return cases


def _is_fed(records: pl.DataFrame, field: Field) -> bool:
    """Whether any record says anything of this field; the others are constant and cost nothing."""
    proof = (
        f"{field.name}_column"
        if field.kind == "coded"
        else f"{field.name}_unit"
        if field.kind == "place"
        else field.name
    )
    return records[proof].null_count() < records.height


def _fused(records: pl.DataFrame, bodies: tuple[str, ...], fields: list[Field]) -> Iterator[pl.DataFrame]:
    rank = (
        pl.col("source_body")
        .cast(pl.String)
        .replace_strict(list(bodies), range(len(bodies)), default=len(bodies), return_dtype=pl.UInt8)
    )
    needed = [column for field in fields for column in _columns(field)]
    order = records.select("case", "received_on", "source_id", "row", rank=rank)
    order = order.with_columns(source=pl.col("source_id").cast(pl.String).rank("dense")).with_row_index("at")
    order = order.sort("case", "rank", "received_on", "source", "row", "at", nulls_last=True)
    order = order.select("case", "at", place=pl.int_range(pl.len(), dtype=pl.UInt32).over("case"))
    rounds = [order.filter(pl.col("place") == place) for place in range(int(order["place"].max() or 0) + 1)]
    table = records.select("source_id", *needed)
    yield from (_one(table, field, rounds) for field in fields)


def _one(table: pl.DataFrame, field: Field, rounds: list[pl.DataFrame]) -> pl.DataFrame:
    name, columns = field.name, _columns(field)
    first = _known_rows(table, field, columns, rounds[0]["at"])
    result = (
        first.with_columns(disagree=pl.lit(False))
        if len(rounds) == 1
        else first.with_columns(disagree=pl.repeat(False, pl.len()))
    )
    for later in rounds[1:]:
        cases = later["case"]
        mine = result[cases]
        theirs = _known_rows(table, field, columns, later["at"])
        take = ~mine["known"] & theirs["known"]
        differs = mine["known"] & theirs["known"] & (mine[columns[0]] != theirs[columns[0]]).fill_null(False)
        better = pl.DataFrame(
            {
                column: pl.select(pl.when(take).then(theirs[column]).otherwise(mine[column]).alias(column)).to_series()
                for column in [*columns, "source_id", "known"]
            }
        ).with_columns(disagree=mine["disagree"] | differs)
        result = _scattered(result, cases, better)
    return result.select(
        *columns,
        pl.when("known").then("source_id").alias(f"{name}_source"),
        pl.col("disagree").alias(f"{name}_disagree"),
    )


def _known_rows(table: pl.DataFrame, field: Field, columns: list[str], at: pl.Series) -> pl.DataFrame:
    rows = table.select(*columns, "source_id")[at]
    known = is_known(columns[0]) if field.kind == "coded" else pl.col(columns[0]).is_not_null()
    return rows.with_columns(known=known)


def _scattered(result: pl.DataFrame, cases: pl.Series, better: pl.DataFrame) -> pl.DataFrame:
    """``result`` with the rows of ``cases`` (ascending) replaced by those of ``better``: one gather from the stacked frame."""
    stacked = pl.concat([result, better.select(result.columns)])
    place = pl.int_range(result.height, eager=True, dtype=pl.UInt32).to_frame("place")
    moved = pl.DataFrame(
        {"place": cases.cast(pl.UInt32), "to": pl.int_range(result.height, stacked.height, eager=True, dtype=pl.UInt32)}
    )
    chosen = (
        place.join(moved, on="place", how="left", maintain_order="left").select(pl.coalesce("to", "place")).to_series()
    )
    return stacked[chosen]


def _columns(field: Field) -> list[str]:
    """The value's own column first, then what goes with it."""
    if field.kind == "place":
        return [f"{field.name}_{part}" for part in ("unit", "level", "certainty")]
    return [field.name] if field.kind == "coded" else [field.name, f"{field.name}_missing"]


def completed(cases: pl.DataFrame) -> pl.DataFrame:
    """``cases`` with every column of the case schema: what no record says is not recorded and disagrees with nothing."""
    schema = case_schema()
    absent = [
        pl.lit(_absent(name), dtype=dtype).alias(name) for name, dtype in schema.items() if name not in cases.columns
    ]
    return cases.with_columns(absent).select(list(schema))


def _absent(name: str) -> str | bool | None:
    if name.endswith("_disagree"):
        return False
    coded = any(field.name == name for field in record_fields("coded"))
    return "not_recorded" if coded or name.endswith(("_missing", "_certainty")) else None
