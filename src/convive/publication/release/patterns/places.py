"""Where events were: one row an incident, which of them a map is drawn from, and the plane of metres that they lie on.
Never leaves this folder.

That somebody was killed, in which district and in which month, is a public fact. A map that changed with each new event
would say in which cell it was to whoever kept the map of the month before. Events of a unit therefore enter by tens.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import shapely

from convive.territory.boundaries import Boundaries
from convive.territory.metres import LocalMetres

EXACT = ("point", "block")
TOGETHER = 10
"""So many new events of a unit enter the map at once: as many as a total that may be broken down
(``disclosure/rules.toml``)."""


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


def entered(events: pl.DataFrame) -> pl.DataFrame:
    """Of :func:`located_events` those that the map may be drawn from: of each unit the first of its events, in order of
    time, up to its last full ten. One without a date comes last, for nobody can say that it is new."""
    inside = pl.int_range(pl.len()).over("unit") < pl.len().over("unit") // TOGETHER * TOGETHER
    return events.sort("occurred_on", maintain_order=True, nulls_last=True).filter(inside)


def plane_of(editions: Sequence[Boundaries], units: Sequence[str], events: pl.DataFrame) -> LocalMetres:
    """The plane of a territory: around the middle of its boundaries, to a whole degree, so that cells stay where they
    were whatever happens; around its events where it has no boundaries."""
    known = [edition.geometries[np.isin(edition.codes, units)] for edition in editions]
    bounds = shapely.total_bounds(np.concatenate(known)) if known else np.full(4, np.nan)
    if np.isnan(bounds).any():
        return plane_around(events)
    west, south, east, north = bounds
    return LocalMetres(round((west + east) / 2), round((south + north) / 2))


def plane_around(events: pl.DataFrame) -> LocalMetres:
    """A plane whose origin does not move with a new event, so that cells stay where they were."""
    return LocalMetres(*events.select(pl.col("longitude", "latitude").median().round(0)).row(0))
