"""Fields that follow from others of the same record."""

from __future__ import annotations

import polars as pl

from convive.sources.values import CATEGORY, OLDEST

VERSION = "convive"


def with_derived(records: pl.DataFrame) -> pl.DataFrame:
    """``records`` with the day of an interval, its precision, the age at the event, and the delay of registration."""
    records = _day_of_interval(records)
    records = _precision(records)
    records = _age_from_birth(records)
    return _delay(records)


def _day_of_interval(records: pl.DataFrame) -> pl.DataFrame:
    """An event known by an interval is dated where the interval begins; its precision says that it is one."""
    if "occurred_from" not in records.columns:
        return records
    begin = pl.col("occurred_from").dt.date()
    if "occurred_on" in records.columns:
        known = pl.coalesce("occurred_on", begin)
        missing = pl.when(known.is_null()).then("occurred_on_missing")
        return records.with_columns(occurred_on=known, occurred_on_missing=missing)
    return records.with_columns(
        occurred_on=begin,
        occurred_on_missing=pl.when(begin.is_null()).then("occurred_from_missing"),
        occurred_on_raw="occurred_from_raw",
    )


def _precision(records: pl.DataFrame) -> pl.DataFrame:
    there = set(records.columns)
    if "occurred_on" not in there or "occurred_precision" in there:
        return records
    no = pl.lit(value=False)
    timed = pl.col("occurred_time").is_not_null() if "occurred_time" in there else no
    minutes = pl.col("occurred_time_raw").str.contains(r"\d\D+\d") if "occurred_time" in there else no
    interval = pl.col("occurred_from").is_not_null() if "occurred_from" in there else no
    dated = pl.col("occurred_on").is_not_null()
    precision = (
        pl.when(dated & timed & minutes)
        .then(pl.lit("minute"))
        .when(dated & timed)
        .then(pl.lit("hour"))
        .when(dated & interval)
        .then(pl.lit("period"))
        .when(dated)
        .then(pl.lit("day"))
        .otherwise(pl.lit("not_recorded"))
    )
    read = [name for name in ("occurred_on", "occurred_time", "occurred_from") if name in there]
    return records.with_columns(
        occurred_precision=precision.cast(CATEGORY),
        occurred_precision_raw=pl.lit(None, dtype=CATEGORY),
        occurred_precision_column=pl.lit(", ".join(read), dtype=CATEGORY),
        occurred_precision_version=pl.lit(VERSION, dtype=CATEGORY),
    )


def _age_from_birth(records: pl.DataFrame) -> pl.DataFrame:
    """The age at the event (else at the death) in whole years, where only the birth is known."""
    dates = _dates(records)
    if not dates or "birth_on" not in records.columns:
        return records
    then, birth = pl.coalesce(dates), pl.col("birth_on")
    not_yet = _day_of_year(then) < _day_of_year(birth)
    years = then.dt.year() - birth.dt.year() - not_yet.cast(pl.Int32)
    age = pl.when(years.is_between(0, OLDEST)).then(years.cast(pl.Float64))
    if "age_years" in records.columns:
        known = pl.coalesce("age_years", age)
        return records.with_columns(
            age_years=known, age_years_missing=pl.when(known.is_null()).then("age_years_missing")
        )
    return records.with_columns(
        age_years=age, age_years_missing=pl.when(age.is_null()).then("birth_on_missing"), age_years_raw="birth_on_raw"
    )


def _day_of_year(date: pl.Expr) -> pl.Expr:
    """Month and day as one number that grows through the year, leap or not."""
    return date.dt.month().cast(pl.Int32) * 100 + date.dt.day()


def _delay(records: pl.DataFrame) -> pl.DataFrame:
    """Days from the event, else the death, to the registration; none where the death followed the registration."""
    dates = _dates(records)
    if not dates or "registered_on" not in records.columns:
        return records
    days = (pl.col("registered_on") - pl.coalesce(dates)).dt.total_days()
    return records.with_columns(registration_delay_days=pl.when(days >= 0).then(days).cast(pl.Int32))


def _dates(records: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(name) for name in ("occurred_on", "died_on") if name in records.columns]
