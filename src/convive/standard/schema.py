"""Columns and types of the tables that rooms hand to each other; those of records and cases follow ``fields.toml``.

Codes and the words of a source repeat, hence ``Categorical``: four bytes a value instead of sixteen and more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from convive.standard.fields import Field, fields, record_fields

Schema = dict[str, Any]

_DTYPES: Schema = {
    "text": pl.String,
    "category": pl.Categorical,
    "boolean": pl.Boolean,
    "int32": pl.Int32,
    "int64": pl.Int64,
    "float64": pl.Float64,
    "date": pl.Date,
    "time": pl.Time,
    "datetime": pl.Datetime("us"),
    "list": pl.List(pl.String),
}
_MEASURED: Schema = {
    "date": pl.Date,
    "time": pl.Time,
    "datetime": pl.Datetime("us"),
    "integer": pl.Int32,
    "number": pl.Float64,
}


def record_schema() -> Schema:
    """records.parquet: one row a victim as one source tells it."""
    return _merged(_record_columns(field) for field in record_fields())


def case_schema() -> Schema:
    """cases.parquet: one row a victim; a fused value says which source it came from and whether others disagree."""
    own = [field for of in ("case", "both") for field in fields().values() if field.of == of and field.carried]
    head = _merged({field.name: _DTYPES[str(field.dtype)]} for field in own if field.group != "concept")
    tail = _merged({field.name: _DTYPES[str(field.dtype)]} for field in own if field.group == "concept")
    fused = _merged(_case_columns(field) for field in record_fields())
    return head | fused | tail


def case_records_schema() -> Schema:
    """private/case_records.parquet: which records make up which case, and what joined them."""
    return {"case_id": pl.String, "record_id": pl.String, "joined_by": pl.Categorical}


def case_values_schema() -> Schema:
    """private/case_values.parquet: of cases of several records, who says what of each field, and what the case took."""
    told = dict.fromkeys(("case_id", "field", "source_id", "record_id", "value"), pl.String)
    return {**told, "agrees": pl.Boolean, "taken": pl.Boolean}


def links_schema() -> Schema:
    """private/links.parquet: pairs of records that linkage joined or leaves to people, how probable, and why."""
    return {"left": pl.String, "right": pl.String, "probability": pl.Float64, "zone": pl.String, "reasons": pl.String}


def rejects_schema() -> Schema:
    """rejects.parquet: what could not be used, where it stands and what to do about it."""
    where = {"source_id": pl.String, "file": pl.String, "file_sha256": pl.String, "row": pl.Int64}
    what = dict.fromkeys(("column", "value", "code", "scope"), pl.String)
    told = dict.fromkeys(("reason_es", "remedy_es", "reason_en", "remedy_en", "raw_row"), pl.String)
    return {**where, **what, **told}


def aggregates_schema() -> Schema:
    """aggregates.parquet: counts, rates and shares that a source publishes without its victims."""
    where = {"source_id": pl.String, "file": pl.String, "file_sha256": pl.String, "row": pl.Int64}
    of = (
        "indicator",
        "unit_code",
        "unit_name_raw",
        "unit_certainty",
        "period",
        "disaggregation",
        "category",
        "measure",
    )
    numbers = {"value": pl.Float64, "count": pl.Int64, "population": pl.Int64}
    rest = {"statement": pl.String, "synthetic": pl.Boolean, "category_raw": pl.String}
    return {**where, **dict.fromkeys(of, pl.String), **numbers, **rest}


def figures_schema() -> Schema:
    """figures.parquet: every number that people see, with its interval, its base and its definition."""
    of = ("indicator", "unit_code", "unit_name", "unit_level", "period", "disaggregation", "category")
    numbers = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    bases = {"count": pl.Int64, "denominator": pl.Int64, "population": pl.Int64}
    told = ("status", "status_reason", "definition_version", "place", "sources")
    return {
        **dict.fromkeys(of, pl.String),
        **numbers,
        **bases,
        **dict.fromkeys(told, pl.String),
        "synthetic": pl.Boolean,
    }


def files_schema() -> Schema:
    """One row a received file: who sent it, when, and where its rows went."""
    head = dict.fromkeys(("source_id", "source_body", "file", "file_sha256"), pl.String)
    counts = dict.fromkeys(("bytes", "rows", "records", "rejected", "aggregates"), pl.Int64)
    tail = dict.fromkeys(("title_es", "title_en", "publisher", "licence"), pl.String)
    return {**head, **counts, "received_on": pl.Date, "synthetic": pl.Boolean, **tail}


def _record_columns(field: Field) -> Schema:
    name = field.name
    if field.kind == "coded":
        return dict.fromkeys((name, f"{name}_raw", f"{name}_column", f"{name}_version"), pl.Categorical)
    if field.kind == "place":
        return _place_columns(name) | {f"{name}_raw": pl.Categorical}
    if field.measured:
        return {name: _MEASURED[field.kind], f"{name}_missing": pl.Categorical, f"{name}_raw": pl.String}
    return {name: _DTYPES[field.dtype or "text"]}


def _case_columns(field: Field) -> Schema:
    name = field.name
    fused = {f"{name}_source": pl.Categorical, f"{name}_disagree": pl.Boolean}
    if field.kind == "coded":
        return {name: pl.Categorical, **fused}
    if field.kind == "place":
        return _place_columns(name) | fused
    if field.measured:
        return {name: _MEASURED[field.kind], f"{name}_missing": pl.Categorical, **fused}
    return {}


def _place_columns(name: str) -> Schema:
    return {f"{name}_{part}": pl.Categorical for part in ("unit", "level", "certainty")}


def _merged(parts: Iterable[Schema]) -> Schema:
    return {name: dtype for part in parts for name, dtype in part.items()}
