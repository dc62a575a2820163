"""Who says what of a case: for each field, the value of every record, and whether it is the one that the case took."""

from __future__ import annotations

import polars as pl

from convive.register.precedence import FUSED_KINDS
from convive.register.ranking import Integers
from convive.standard import Field, case_values_schema, is_known, record_fields


def case_values(records: pl.DataFrame, case: Integers, tie: Integers, cases: pl.DataFrame) -> pl.DataFrame:
    """private/case_values.parquet of the cases that several records make up: one row a field and record that knows it.

    ``case`` numbers each record's case (a row of ``cases``), ``tie`` orders equals. case_id, field, source_id,
    record_id, value (its code, unit or ISO date), ``agrees``: the case says the same; ``taken``: and took it from this
    source. A value that people decided is taken from nobody. Of a case of one record the case itself says all.
    """
    at = pl.Series("case", case)
    several = pl.DataFrame({"at": pl.int_range(len(at), eager=True), "case": at, "tie": tie})
    several = several.filter(pl.col("case").is_duplicated()).sort("case", "tie")
    told, believed = records[several["at"]], cases[several["case"]]
    whose = pl.DataFrame(
        {"case_id": believed["case_id"], "source_id": told["source_id"].cast(pl.String), "record_id": told["record_id"]}
    ).with_row_index("at")
    parts = [_values(whose, told, believed, field) for field in record_fields(*FUSED_KINDS)]
    schema = case_values_schema()
    if not (parts := [part for part in parts if part.height]):
        return pl.DataFrame(schema=schema)
    return pl.concat(parts).sort("at", maintain_order=True).select(pl.col(n).cast(d) for n, d in schema.items())


def _values(whose: pl.DataFrame, told: pl.DataFrame, believed: pl.DataFrame, field: Field) -> pl.DataFrame:
    """The rows of one field, in the order of ``whose``, beside which ``told`` and ``believed`` lie row by row."""
    column = f"{field.name}_unit" if field.kind == "place" else field.name
    is_said = is_known(column) if field.kind == "coded" else pl.col(column).is_not_null()
    said, taken = told[column].cast(pl.String), believed[column].cast(pl.String)
    return (
        whose.with_columns(
            told.select(is_said=is_said).to_series(),
            field=pl.lit(field.name),
            value=said,
            agrees=(said == taken).fill_null(False),
            source=believed[f"{field.name}_source"].cast(pl.String),
        )
        .filter("is_said")
        .with_columns(taken=pl.col("agrees") & pl.col("source_id").eq(pl.col("source")).fill_null(False))
    )
