"""Where events were: one row an incident, and the plane of metres that they lie on. Never leaves this folder."""

from __future__ import annotations

import polars as pl

from convive.territory.metres import LocalMetres

EXACT = ("point", "block")


def located(deaths: pl.DataFrame) -> pl.DataFrame:
    """Deaths whose point is that of the event; a point whose precision no source told is taken for it."""
    if not {"longitude", "latitude"} <= set(deaths.columns):
        return deaths.clear()
    precision = pl.col("location_precision").cast(pl.String)
    exact = precision.is_in(EXACT) | precision.is_null() | (precision == "not_recorded")
    return deaths.filter(exact & pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null())


def located_events(deaths: pl.DataFrame, place: str) -> pl.DataFrame:
    """One row an incident: longitude, latitude, occurred_on, and the unit in which it happened."""
    of = {"longitude": pl.Float64, "latitude": pl.Float64, "occurred_on": pl.Date, "unit": pl.String}
    found = located(deaths)
    if found.is_empty():
        return pl.DataFrame(schema=of)
    return (
        found.sort("incident_id", "longitude", "latitude")
        .unique("incident_id", keep="first", maintain_order=True)
        .select("longitude", "latitude", "occurred_on", unit=pl.col(f"{place}_unit").cast(pl.String))
    )


def plane_around(events: pl.DataFrame) -> LocalMetres:
    """A plane whose origin does not move with a new event, so that cells stay where they were."""
    return LocalMetres(*events.select(pl.col("longitude", "latitude").median().round(0)).row(0))
