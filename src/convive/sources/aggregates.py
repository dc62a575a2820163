"""Sources that deliver counts or rates instead of victims."""

from __future__ import annotations

import polars as pl

from convive.errors import ProfileError
from convive.sources.columns import Available
from convive.sources.harmonise import Delivery, Harmonised
from convive.sources.missing import words_of
from convive.sources.values import UNUSED_SCHEMA, NumberStyle, text_value
from convive.standard import aggregates_schema
from convive.territory import Territory

CONSTANT = "="
MEASURES = {"count": "count", "rate": "rate_per_100k", "share": "share"}
_PERIOD = r"^\d{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$"


def harmonise_aggregates(delivery: Delivery, territory: Territory) -> Harmonised:
    """Rows as counts, rates or shares by unit, period and category; raises :class:`ProfileError` for a column that is not there."""
    profile, raw = delivery.profile, delivery.raw
    there = Available(raw.columns, file=f"{delivery.source_id}/{delivery.file}")
    table = profile.aggregate
    assert table is not None
    numbers = NumberStyle(profile.reader.decimal, profile.reader.thousands)
    asked = {
        part: getattr(table, part)
        for part in (
            "indicator",
            "period",
            "disaggregation",
            "category",
            "count",
            "rate",
            "share",
            "population",
            "statement",
        )
    }
    told = {part: _said(words, there) for part, words in asked.items() if words}
    missing = [there.missing(part, [words]) for part, words in asked.items() if words and told[part] is None]
    if missing:
        raise ProfileError(missing)
    text = {part: expression for part, expression in told.items() if expression is not None}
    measured = [part for part in MEASURES if part in text]
    frame = raw.frame.select(
        "row",
        **{part: numbers.parse(text[part]) for part in (*measured, "population") if part in text},
        **{
            part: text[part]
            for part in ("indicator", "period", "disaggregation", "category", "statement")
            if part in text
        },
        said=pl.coalesce(text[part] for part in measured),
    )
    where = _units(delivery, there, territory)
    frame = frame.with_columns(
        period=_period(pl.col("period")),
        period_raw=pl.col("period"),
        category_raw=pl.col("category"),
        category=pl.col("category").replace(dict(table.categories)) if table.categories else pl.col("category"),
        value=pl.coalesce(measured),
        measure=pl.coalesce(pl.when(pl.col(part).is_not_null()).then(pl.lit(MEASURES[part])) for part in measured),
        unit_code=where["unit_code"],
        unit_certainty=where["certainty"],
        unit_name_raw=where["said"],
        problem=where["problem_code"],
    )
    code = (
        pl.when(pl.col("value").is_null())
        .then(pl.lit("not-a-number"))
        .when(~pl.col("period").str.contains(_PERIOD).fill_null(False))
        .then(pl.lit("unreadable-period"))
        .when(pl.col("unit_code").is_null())
        .then(pl.lit("unlocated"))
    )
    frame = frame.with_columns(code=code)
    value = (
        pl.when(pl.col("code") == "not-a-number")
        .then("said")
        .when(pl.col("code") == "unreadable-period")
        .then("period_raw")
        .otherwise("unit_name_raw")
    )
    column = (
        pl.when(pl.col("code") == "not-a-number")
        .then(pl.lit(asked[measured[0]]))
        .when(pl.col("code") == "unreadable-period")
        .then(pl.lit(asked["period"]))
        .otherwise(pl.lit("places"))
    )
    unused = frame.filter(pl.col("code").is_not_null()).select("row", column=column, value=value, code="code")
    kept = frame.filter(pl.col("code").is_null())
    return Harmonised(
        _complete(kept, delivery),
        unused.cast(UNUSED_SCHEMA).with_columns(scope=pl.lit("row")),
        there.unused(profile.ignore),
    )


def _said(words: str, there: Available) -> pl.Expr | None:
    if words.startswith(CONSTANT):
        return pl.lit(words.removeprefix(CONSTANT).strip())
    found = there.first([words])
    return None if found is None else pl.col(found).str.strip_chars()


def _units(delivery: Delivery, there: Available, territory: Territory) -> pl.DataFrame:
    """The unit of each row, from the place ``occurrence`` of the profile or from the column or constant ``unit``."""
    profile, frame = delivery.profile, delivery.raw.frame
    words = words_of(profile)
    place = profile.places.get("occurrence")
    if place is None:
        assert profile.aggregate is not None
        said = _said(profile.aggregate.unit, there)
        if said is None:
            raise ProfileError(there.missing("unit", [profile.aggregate.unit]))
        asked = frame.select(code=said).with_columns(coding=pl.lit("own"))
        raw = asked["code"]
    else:
        parts = {
            part: name
            for part in ("code", "country", "department", "province", "district", "place")
            if (name := there.first(getattr(place, part)))
        }
        if not parts:
            raise ProfileError(there.missing("occurrence", [*place.code, *place.place, *place.district]))
        asked = frame.select(
            **{part: text_value(name, words) for part, name in parts.items()}, coding=pl.lit(place.coding)
        )
        raw = asked.select(pl.concat_str(list(parts), separator=" / ", ignore_nulls=True)).to_series()
    distinct = asked.unique(maintain_order=True)
    answer = distinct.with_columns(territory.resolve(distinct).select("unit_code", "certainty", "problem_code"))
    found = asked.join(answer, on=asked.columns, how="left", nulls_equal=True, maintain_order="left")
    return found.select("unit_code", "certainty", "problem_code", said=raw)


def _period(text: pl.Expr) -> pl.Expr:
    """Years, half-years and months as they are; "2014 I" and "2014-I" are half-years."""
    half = text.str.replace(r"^(\d{4})[ -]?(?:I|1)(?:ER)? ?(?:SEM(?:ESTRE)?)?$", "${1}-H1").str.replace(
        r"^(\d{4})[ -]?(?:II|2)(?:DO)? ?(?:SEM(?:ESTRE)?)?$", "${1}-H2"
    )
    return half.str.replace(r"\.0$", "")


def _complete(kept: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    schema = aggregates_schema()
    kept = kept.with_columns(
        source_id=pl.lit(delivery.source_id),
        file=pl.lit(delivery.file),
        file_sha256=pl.lit(delivery.raw.sha256),
        synthetic=pl.lit(delivery.profile.profile.synthetic),
    )
    count = pl.when(pl.col("measure") == "count").then(pl.col("value")).round().cast(pl.Int64)
    kept = kept.with_columns(count=count)
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in kept.columns]
    return kept.with_columns(absent).select(list(schema)).cast(schema)
