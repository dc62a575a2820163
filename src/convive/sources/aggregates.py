"""Sources that deliver counts or rates instead of victims."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from convive.errors import ProfileError
from convive.fold import folded
from convive.sources.columns import Available, place_parts
from convive.sources.harmonise import Delivery, Harmonised
from convive.sources.missing import text_value, words_of
from convive.sources.periods import PERIOD, period
from convive.sources.profile import Aggregate, Place
from convive.sources.values import UNUSED_SCHEMA, NumberStyle
from convive.standard import aggregates_schema, classification, coded_fields, record_fields
from convive.territory import Territory

CONSTANT = "="
SEPARATOR = " / "
MEASURES = {"count": "count", "rate": "rate_per_100k", "share": "share"}
TEXTS = ("indicator", "period", "disaggregation", "category", "statement")
PARTS = (*TEXTS, *MEASURES, "population")
BREAKDOWNS = ("total", "age_group", "weekday", "hour", "hour_of_week", "month")
"""Beside the coded fields of the standard; their categories are numbers."""
KNOWN = ("total", "not_specified", "not_recorded", "unknown", "not_applicable", "withheld")
_PLACE_IN_A_ROW = re.compile(r"\d+(?:-\d+|\+)?")
_CODE = re.compile(r"[\w.+-]+", re.ASCII)
_NOT_CODE = re.compile(r"[^a-z0-9.+]+")


@dataclass
class _Asked:
    """The parts of ``[aggregate]`` that this file can tell: their texts, and the columns that they are read from."""

    text: dict[str, pl.Expr] = field(default_factory=dict)
    column: dict[str, str] = field(default_factory=dict)


def harmonise_aggregates(delivery: Delivery, territory: Territory) -> Harmonised:
    """Rows as counts, rates or shares by unit, period and category; raises :class:`ProfileError` for a column that is
    not there.
    """
    profile, raw = delivery.profile, delivery.raw
    table = profile.aggregate
    assert table is not None
    there = Available(raw.columns, file=f"{delivery.source_id}/{delivery.file}")
    asked = _asked(table, there)
    numbers = NumberStyle(profile.reader.decimal, profile.reader.thousands)
    frame = raw.frame.select(
        "row",
        **{part: numbers.parse(text) for part, text in asked.text.items() if part not in TEXTS},
        **{part: text for part, text in asked.text.items() if part in TEXTS},
        said=pl.coalesce(text.replace("", None) for part, text in asked.text.items() if part in MEASURES),
    )
    frame = frame.with_columns(**_meaning([part for part in MEASURES if part in asked.text]))
    frame = _with_codes(frame, table)
    frame = frame.with_columns(_units(delivery, there, territory)).with_columns(code=_problem())
    kept = frame.filter(pl.col("code").is_null())
    return Harmonised(_complete(kept, delivery), _unused(frame, asked), there.unused(profile.ignore))


def _asked(table: Aggregate, there: Available) -> _Asked:
    asked, missing = _Asked(), []
    for part in PARTS:
        words = getattr(table, part)
        if not words:
            continue
        found = [_said(word, there) for word in words]
        lacking = [word for word, text in zip(words, found, strict=True) if text is None]
        missing += [there.missing(part, [word]) for word in lacking]
        asked.text[part] = pl.concat_str([text for text in found if text is not None], separator=SEPARATOR)
        asked.column[part] = ", ".join(word for word in words if not word.startswith(CONSTANT))
    if missing:
        raise ProfileError(missing)
    return asked


def _said(words: str, there: Available) -> pl.Expr | None:
    if words.startswith(CONSTANT):
        return pl.lit(words.removeprefix(CONSTANT).strip())
    found = there.first([words])
    return None if found is None else pl.col(found).str.strip_chars().fill_null("")


def _meaning(measured: list[str]) -> Mapping[str, pl.Expr]:
    which = [pl.when(pl.col(part).is_not_null()).then(pl.lit(MEASURES[part])) for part in measured]
    return {
        "period": period(pl.col("period")),
        "period_raw": pl.col("period"),
        "category_raw": pl.col("category"),
        "value": pl.coalesce(measured),
        "measure": pl.coalesce(which),
    }


def _with_codes(frame: pl.DataFrame, table: Aggregate) -> pl.DataFrame:
    """``category`` as a code, null where the profile and the standard know none; few pairs stand in many rows."""
    declared = {folded(word): code for word, code in table.categories.items()}
    pair = ["disaggregation", "category"]
    distinct = frame.select(pair).unique()
    codes = [_category(kind, word, declared, table.open_categories) for kind, word in distinct.iter_rows()]
    known = distinct.with_columns(
        coded=pl.Series(codes, dtype=pl.String),
        is_known=pl.Series(map(_is_breakdown(table), distinct["disaggregation"])),
    )
    found = frame.join(known, on=pair, how="left", nulls_equal=True, maintain_order="left")
    return found.drop("category").rename({"coded": "category"})


def _is_breakdown(table: Aggregate) -> Callable[[str], bool]:
    """What is published by its name is the standard's or the profile's, never a word that stands in a row."""
    constants = {words.removeprefix(CONSTANT).strip() for words in table.disaggregation if words.startswith(CONSTANT)}
    return lambda word: word in constants or word in BREAKDOWNS or word in coded_fields()


def _category(disaggregation: str, word: str, declared: Mapping[str, str], is_open: bool) -> str | None:
    if code := declared.get(folded(word)):
        return code
    if word in KNOWN or (disaggregation in BREAKDOWNS and _PLACE_IN_A_ROW.fullmatch(word)):
        return word
    if disaggregation in coded_fields() and word in classification(_classification_of(disaggregation)).values:
        return word
    return slug(word) if is_open else None


def _classification_of(field: str) -> str:
    return next(str(one.classification) for one in record_fields("coded") if one.name == field)


def slug(words: str) -> str:
    """Words of a source as a code that can stand in a figure's address; what is already one stays as it is."""
    return words if _CODE.fullmatch(words) else _NOT_CODE.sub("-", folded(words).lower()).strip("-")


def _problem() -> pl.Expr:
    return (
        pl.when(pl.col("value").is_null())
        .then(pl.lit("not-a-number"))
        .when(pl.col("value") < 0)
        .then(pl.lit("negative-count"))
        .when(~pl.col("period").str.contains(PERIOD).fill_null(False))
        .then(pl.lit("unreadable-period"))
        .when(~pl.col("is_known"))
        .then(pl.lit("unknown-disaggregation"))
        .when(pl.col("category").is_null())
        .then(pl.lit("unknown-category"))
        .when(pl.col("unit_code").is_null())
        .then(pl.lit("unlocated"))
    )


def _unused(frame: pl.DataFrame, asked: _Asked) -> pl.DataFrame:
    number = ", ".join(asked.column[part] for part in MEASURES if part in asked.column)
    blamed = {
        "not-a-number": (number, "said"),
        "negative-count": (number, "said"),
        "unreadable-period": (asked.column["period"], "period_raw"),
        "unknown-disaggregation": (asked.column["disaggregation"], "disaggregation"),
        "unknown-category": (asked.column["category"], "category_raw"),
        "unlocated": ("places", "unit_name_raw"),
    }
    parts = [
        frame.filter(pl.col("code") == code).select("row", column=pl.lit(column), value=value, code="code")
        for code, (column, value) in blamed.items()
    ]
    return pl.concat([part.cast(UNUSED_SCHEMA) for part in parts]).with_columns(scope=pl.lit("row"))


def _units(delivery: Delivery, there: Available, territory: Territory) -> pl.DataFrame:
    """unit_code, unit_certainty, unit_name_raw of each row: from the place ``occurrence`` of the profile, or from
    ``unit``.
    """
    place = delivery.profile.places.get("occurrence")
    asked = _asked_by_place(delivery, there, place) if place else _asked_by_code(delivery, there)
    distinct = asked.unique(maintain_order=True)
    answer = distinct.with_columns(territory.resolve(distinct).select("unit_code", unit_certainty="certainty"))
    found = asked.join(answer, on=asked.columns, how="left", nulls_equal=True, maintain_order="left")
    parts = [part for part in asked.columns if part != "coding"]
    raw = pl.concat_str(parts, separator=SEPARATOR, ignore_nulls=True)
    return found.select("unit_code", "unit_certainty", unit_name_raw=raw)


def _asked_by_code(delivery: Delivery, there: Available) -> pl.DataFrame:
    table = delivery.profile.aggregate
    assert table is not None
    said = _said(table.unit, there)
    if said is None:
        raise ProfileError(there.missing("unit", [table.unit]))
    return delivery.raw.frame.select(code=said, coding=pl.lit("own"))


def _asked_by_place(delivery: Delivery, there: Available, place: Place) -> pl.DataFrame:
    parts = place_parts(place, there)
    if place.constant is not None:
        return delivery.raw.frame.select(code=pl.lit(place.constant), coding=pl.lit("own"))
    if not parts:
        raise ProfileError(there.missing("occurrence", [*place.code, *place.place, *place.district]))
    words = words_of(delivery.profile)
    texts = {part: text_value(name, words) for part, name in parts.items()}
    return delivery.raw.frame.select(**texts, coding=pl.lit(place.coding))


def _complete(kept: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    schema = pl.Schema(aggregates_schema())
    kept = kept.with_columns(
        source_id=pl.lit(delivery.source_id),
        file=pl.lit(delivery.file),
        file_sha256=pl.lit(delivery.raw.sha256),
        synthetic=pl.lit(delivery.profile.profile.synthetic),
        count=pl.when(pl.col("measure") == "count").then(pl.col("value")).round().cast(pl.Int64),
    )
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in kept.columns]
    return kept.with_columns(absent).select(list(schema)).cast(schema)
