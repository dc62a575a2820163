"""Values of one field, harmonised on the distinct texts of its column.

Each function returns expressions over the raw frame (named as the record's columns) and the rows whose value cannot
be used: row, column, value, code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from convive.fold import fold, folded
from convive.sources.dates import parse_dates, parse_times
from convive.sources.missing import kinds, text_value
from convive.sources.profile import Column
from convive.standard import Classification

UNUSED_SCHEMA = pl.Schema({"row": pl.Int64, "column": pl.String, "value": pl.String, "code": pl.String})
SCOPED_SCHEMA = pl.Schema([*UNUSED_SCHEMA.items(), ("scope", pl.String)])
CATEGORY = pl.Categorical
UNITS_OF_AGE = {
    "ANOS": 1.0, "ANO": 1.0, "A": 1.0, "MESES": 1 / 12, "MES": 1 / 12, "DIAS": 1 / 365.25, "DIA": 1 / 365.25,
    "HORAS": 1 / 8766, "HORA": 1 / 8766, "MINUTOS": 1 / 525960, "MINUTO": 1 / 525960, "SEGUNDOS": 1 / 31557600,
}  # fmt: skip
OLDEST = 120.0
LIMITS = {"longitude": 180.0, "latitude": 90.0}
"""Degrees."""


@dataclass
class Harvest:
    """What harmonising one or more fields yields."""

    expressions: list[pl.Expr] = field(default_factory=list)
    unused: list[pl.DataFrame] = field(default_factory=list)

    def __iadd__(self, other: Harvest) -> Harvest:
        self.expressions += other.expressions
        self.unused += other.unused
        return self


def coded(
    frame: pl.DataFrame,
    name: str,
    source: str,
    column: Column,
    listed: Classification,
    words: Mapping[str, str],
    version: str,
) -> Harvest:
    """A coded field from one column: code or kind of unknown, the source's words, the column, the mapping's version."""
    distinct = frame[source].unique().sort()
    codes = {folded(word): code for word, code in column.codes.items()} if isinstance(column.codes, Mapping) else {}
    codes = {folded(code): code for code in listed.codes} | codes
    kind = kinds(distinct, dict(words))
    table = pl.DataFrame({"text": distinct, "kind": kind}).with_columns(
        code=fold(pl.col("text")).replace_strict(
            list(codes), list(codes.values()), default=None, return_dtype=pl.String
        )
    )
    rest = "other" if listed.open and "other" in listed.codes else "unmapped"
    table = table.with_columns(value=pl.coalesce("kind", "code", pl.lit(rest)))
    unknown = table.filter(pl.col("value") == "unmapped")["text"]
    return Harvest(
        [
            _mapped(source, table, "value").cast(CATEGORY).alias(name),
            pl.col(source).cast(CATEGORY).alias(f"{name}_raw"),
            *_evidence(name, source, version),
        ],
        [_rows_with(frame, source, unknown, "unknown-code")],
    )


def constant(name: str, value: str, version: str) -> Harvest:
    """A coded field that the profile itself states for every row."""
    return Harvest(
        [
            pl.lit(value, dtype=CATEGORY).alias(name),
            pl.lit(None, dtype=CATEGORY).alias(f"{name}_raw"),
            *_evidence(name, "profile.toml", version),
        ]
    )


def dated(
    frame: pl.DataFrame, name: str, source: str, formats: Sequence[str], words: Mapping[str, str], as_of: dt.date
) -> Harvest:
    """A date; impossible, unreadable, future and too early ones are told."""
    distinct = frame[source].unique().sort()
    table = parse_dates(distinct, formats).with_columns(kind=kinds(distinct, dict(words)))
    table = table.with_columns(code=_date_problem(name, as_of)).with_columns(value=_usable("date"))
    return _measured(frame, name, source, table, pl.Date)


def _date_problem(name: str, as_of: dt.date) -> pl.Expr:
    earliest = dt.date(1880, 1, 1) if name == "birth_on" else dt.date(1900, 1, 1)
    return (
        pl.when(pl.col("kind").is_not_null())
        .then(None)
        .when(pl.col("date").is_null())
        .then(pl.when(pl.col("looks_like_date")).then(pl.lit("impossible-date")).otherwise(pl.lit("unreadable-date")))
        .when(pl.col("date") > as_of)
        .then(pl.lit("future-date"))
        .when(pl.col("date") < earliest)
        .then(pl.lit("too-early-date"))
    )


def _usable(value: str) -> pl.Expr:
    """The column ``value`` where nothing is wrong with it and it is no word for a kind of unknown."""
    return pl.when(pl.col("code").is_null() & pl.col("kind").is_null()).then(value)


def timed(frame: pl.DataFrame, name: str, source: str, formats: Sequence[str], words: Mapping[str, str]) -> Harvest:
    """A time of day."""
    distinct = frame[source].unique().sort()
    table = (
        parse_times(distinct, formats)
        .with_columns(kind=kinds(distinct, dict(words)))
        .with_columns(
            code=pl.when(pl.col("kind").is_null() & pl.col("time").is_null()).then(pl.lit("unreadable-date")),
            value=pl.when(pl.col("kind").is_null()).then("time"),
        )
    )
    return _measured(frame, name, source, table, pl.Time)


def moment(
    frame: pl.DataFrame, name: str, source: str, formats: Sequence[str], words: Mapping[str, str], as_of: dt.date
) -> Harvest:
    """A date with its time, as one end of an interval; without a time, the day's begin."""
    distinct = frame[source].unique().sort()
    both = parse_dates(distinct, formats).with_columns(parse_times(distinct, formats)["time"])
    table = both.with_columns(
        kind=kinds(distinct, dict(words)), moment=pl.col("date").dt.combine(pl.col("time").fill_null(dt.time(0)))
    )
    table = table.with_columns(code=_date_problem(name, as_of)).with_columns(value=_usable("moment"))
    return _measured(frame, name, source, table, pl.Datetime("us"))


def aged(
    frame: pl.DataFrame, name: str, source: str, unit: str | None, words: Mapping[str, str], numbers: NumberStyle
) -> Harvest:
    """An age in years, from a number and, where there is one, its unit; negative ages and those over 120 are told.

    Where the source says nothing of the unit, zero is how it writes that it does not know the age, and another number
    is taken as years.
    """
    by = [source] if unit is None else [source, unit]
    table = _ages(frame.select(by).unique(maintain_order=True), source, unit, words, numbers)
    if unit is None:
        return _measured(frame, name, source, table.rename({source: "text"}), pl.Float64)
    joined = frame.select("row", *by).join(table, on=by, how="left", nulls_equal=True, maintain_order="left")
    written = pl.concat_str(source, unit, separator=" ", ignore_nulls=True)
    bad = joined.filter(pl.col("code").is_not_null())
    return Harvest(
        [
            pl.lit(joined["value"]).alias(name),
            pl.lit(_missing_kind(joined)).alias(f"{name}_missing"),
            pl.col(source).alias(f"{name}_raw"),
        ],
        [bad.select("row", column=pl.lit(source), value=written, code="code").cast(UNUSED_SCHEMA)],
    )


def _ages(
    table: pl.DataFrame, source: str, unit: str | None, words: Mapping[str, str], numbers: NumberStyle
) -> pl.DataFrame:
    """``table`` of distinct texts with kind, code and value."""
    factor, silent = pl.lit(1.0), pl.Series([None], dtype=pl.String)
    if unit is not None:
        said, years = fold(pl.col(unit).fill_null("")), list(UNITS_OF_AGE.values())
        factor = said.replace_strict(list(UNITS_OF_AGE), years, default=None, return_dtype=pl.Float64)
        silent = kinds(table[unit], dict(words))
        factor = pl.when(pl.lit(silent).is_not_null()).then(1.0).otherwise(factor)
    number = numbers.parse(pl.col(source))
    blank_zero = pl.when(number == 0).then(pl.lit(silent))
    own = pl.lit(kinds(table[source], dict(words)))
    table = table.with_columns(kind=pl.coalesce(own, blank_zero), number=number, factor=factor, age=number * factor)
    problem = (
        pl.when(pl.col("kind").is_not_null())
        .then(None)
        .when(pl.col("number").is_null())
        .then(pl.lit("not-a-number"))
        .when(pl.col("factor").is_null())
        .then(pl.lit("unknown-unit-of-age"))
        .when((pl.col("age") < 0) | (pl.col("age") > OLDEST))
        .then(pl.lit("impossible-age"))
    )
    return table.with_columns(code=problem).with_columns(value=_usable("age"))


@dataclass(frozen=True)
class NumberStyle:
    """How the source writes numbers."""

    decimal: str = "."
    thousands: str = ""

    def parse(self, text: pl.Expr) -> pl.Expr:
        text = text.str.strip_chars()
        if self.thousands:
            text = text.str.replace_all(self.thousands, "", literal=True)
        if self.decimal != ".":
            text = text.str.replace(self.decimal, ".", literal=True)
        return text.cast(pl.Float64, strict=False)


def numeric(
    frame: pl.DataFrame, name: str, source: str, words: Mapping[str, str], numbers: NumberStyle, dtype: Any
) -> Harvest:
    """A number (coordinate, count); coordinates outside the globe and negative counts are told."""
    said = pl.col(source).str.strip_chars().fill_null("")
    table = frame.select(
        "row",
        source,
        kind=said.str.to_uppercase().replace_strict(words, default=None, return_dtype=pl.String),
        number=numbers.parse(said).cast(dtype, strict=False),
    )
    limit = LIMITS.get(name)
    wrong = (pl.col("number").abs() > limit) if limit else (pl.col("number") < 0)
    table = table.with_columns(
        code=pl.when(pl.col("kind").is_not_null())
        .then(None)
        .when(pl.col("number").is_null())
        .then(pl.lit("not-a-number"))
        .when(wrong)
        .then(pl.lit("impossible-coordinate" if limit else "negative-count"))
    ).with_columns(value=_usable("number"))
    bad = table.filter(pl.col("code").is_not_null())
    return Harvest(
        [
            pl.lit(table["value"]).alias(name),
            pl.lit(_missing_kind(table)).alias(f"{name}_missing"),
            pl.col(source).alias(f"{name}_raw"),
        ],
        [bad.select("row", column=pl.lit(source), value=source, code="code").cast(UNUSED_SCHEMA)],
    )


def text(name: str, sources: Sequence[str], words: Iterable[str]) -> Harvest:
    """A free text; several columns are joined with a space."""
    said = [text_value(source, words) for source in sources]
    whole = said[0] if len(said) == 1 else pl.concat_str(said, separator=" ", ignore_nulls=True).replace("", None)
    return Harvest([whole.alias(name)])


def _measured(frame: pl.DataFrame, name: str, source: str, table: pl.DataFrame, dtype: Any) -> Harvest:
    bad = table.filter(pl.col("code").is_not_null())
    table = table.with_columns(missing=_missing_kind(table))
    return Harvest(
        [
            _mapped(source, table, "value", dtype).alias(name),
            _mapped(source, table, "missing").cast(CATEGORY).alias(f"{name}_missing"),
            pl.col(source).alias(f"{name}_raw"),
        ],
        [
            frame.select("row", source)
            .filter(pl.col(source).is_in(bad["text"].implode()))
            .select("row", column=pl.lit(source), value=source, code=_mapped(source, bad, "code"))
            .cast(UNUSED_SCHEMA)
        ]
        if not bad.is_empty()
        else [],
    )


def _missing_kind(table: pl.DataFrame) -> pl.Series:
    """Why there is no value: the source's kind, or unmapped where its words could not be used."""
    return table.select(
        pl.when(pl.col("value").is_null()).then(pl.coalesce("kind", pl.lit("unmapped"))).cast(CATEGORY)
    ).to_series()


def _mapped(source: str, table: pl.DataFrame, to: str, dtype: Any = pl.String) -> pl.Expr:
    return pl.col(source).replace_strict(table["text"], table[to].cast(dtype), default=None, return_dtype=dtype)


def _evidence(name: str, source: str, version: str) -> list[pl.Expr]:
    return [
        pl.lit(source, dtype=CATEGORY).alias(f"{name}_column"),
        pl.lit(version, dtype=CATEGORY).alias(f"{name}_version"),
    ]


def _rows_with(frame: pl.DataFrame, source: str, values: pl.Series, code: str) -> pl.DataFrame:
    if values.is_empty():
        return pl.DataFrame(schema=UNUSED_SCHEMA)
    return (
        frame.select("row", source)
        .filter(pl.col(source).is_in(values.implode()))
        .select("row", column=pl.lit(source), value=source, code=pl.lit(code))
        .cast(UNUSED_SCHEMA)
    )
