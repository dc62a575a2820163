"""Where: a place's code and names become a unit of the territory; a point, the unit that holds it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from convive.sources.missing import text_value
from convive.sources.profile import Place
from convive.sources.values import CATEGORY, UNUSED_SCHEMA, Harvest
from convive.territory import Territory

TOLD = ("unknown-place", "ambiguous-place", "place-contradiction")
SEPARATOR = " / "


def placed(
    frame: pl.DataFrame,
    name: str,
    place: Place,
    parts: Mapping[str, str],
    words: Mapping[str, str],
    territory: Territory,
) -> Harvest:
    """Unit, level and certainty of one place; what the territory does not know is told and the row goes on."""
    if not parts:
        return _stated(name, str(place.constant), territory)
    sources = list(parts.values())
    combinations = frame.select(sources).unique(maintain_order=True)
    asked = combinations.select(
        *(text_value(source, words).alias(part) for part, source in parts.items()), coding=pl.lit(place.coding)
    )
    answer = territory.resolve(asked)
    raw = pl.concat_str([text_value(source, words) for source in sources], separator=SEPARATOR, ignore_nulls=True)
    table = combinations.with_columns(
        unit=answer["unit_code"], level=answer["level"], certainty=answer["certainty"], problem=answer["problem_code"]
    ).with_columns(said=combinations.select(raw).to_series().replace("", None))
    table = table.with_columns(pl.col("unit", "level", "certainty", "said").cast(CATEGORY))
    found = frame.select("row", *sources).join(table, on=sources, how="left", nulls_equal=True, maintain_order="left")
    return Harvest(_columns(name, found), [_told(found, SEPARATOR.join(sources))])


def located(records: pl.DataFrame, territory: Territory) -> pl.DataFrame:
    """``records`` whose occurrence has a point but no unit get the finest unit that holds the point."""
    if not {"longitude", "latitude", "occurrence_unit"} <= set(records.columns):
        return records
    lacking = (
        records["occurrence_unit"].is_null() & records["longitude"].is_not_null() & records["latitude"].is_not_null()
    )
    if not lacking.any():
        return records
    points = records.filter(lacking)
    level = territory.levels[-1]
    units = territory.locate(points["longitude"].to_numpy(), points["latitude"].to_numpy(), level=level)
    answer = pl.DataFrame({"record_id": points["record_id"], "unit": pl.Series(units, dtype=pl.String)})
    joined = records.select("record_id").join(answer, on="record_id", how="left", maintain_order="left")
    inside = joined["unit"].is_not_null()
    return records.with_columns(
        occurrence_unit=pl.coalesce("occurrence_unit", pl.lit(joined["unit"]).cast(CATEGORY)),
        occurrence_level=pl.when(inside)
        .then(pl.lit(level))
        .otherwise(pl.col("occurrence_level").cast(pl.String))
        .cast(CATEGORY),
        occurrence_certainty=pl.when(inside)
        .then(pl.lit("point"))
        .otherwise(pl.col("occurrence_certainty").cast(pl.String))
        .cast(CATEGORY),
    )


def _stated(name: str, unit: str, territory: Territory) -> Harvest:
    level = dict(territory.units.select("code", "level").iter_rows()).get(unit)
    return Harvest(
        [
            pl.lit(unit if level else None, dtype=CATEGORY).alias(f"{name}_unit"),
            pl.lit(level, dtype=CATEGORY).alias(f"{name}_level"),
            pl.lit("code" if level else "unresolved", dtype=CATEGORY).alias(f"{name}_certainty"),
            pl.lit(None, dtype=CATEGORY).alias(f"{name}_raw"),
        ]
    )


def _columns(name: str, found: pl.DataFrame) -> list[pl.Expr]:
    parts = {"unit": "unit", "level": "level", "certainty": "certainty", "raw": "said"}
    return [pl.lit(found[of]).alias(f"{name}_{part}") for part, of in parts.items()]


def _told(found: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        found.filter(pl.col("problem").is_not_null())
        .select("row", column=pl.lit(column), value=pl.col("said").cast(pl.String), code="problem")
        .cast(UNUSED_SCHEMA)
    )
