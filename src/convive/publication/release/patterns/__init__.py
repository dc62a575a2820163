"""What the analysis finds in the cases of the focus, in what may be told.

Each part takes the deaths with their places and moments and lets out only what passed its own rule of disclosure,
which stands at the head of its file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from convive.publication.release import allowed
from convive.publication.release.patterns.ahead import ahead
from convive.publication.release.patterns.alarms import alarms
from convive.publication.release.patterns.hours import hours
from convive.publication.release.patterns.moved import moved
from convive.publication.release.patterns.places import located_events, plane_of
from convive.publication.release.patterns.spots import spots
from convive.strategy import Operation
from convive.territory import Landscape, Territory


def patterns(
    cases: pl.DataFrame,
    territory: Territory,
    *,
    focus: str,
    concept: str,
    place: str,
    minimum_cell: int,
    as_of: dt.date,
    operations: Sequence[Operation] = (),
    map_cell: int = 500,
    landscape: Landscape | None = None,
) -> dict[str, Any]:
    """The patterns of the homicides of ``focus`` until ``as_of``; places on cells of ``map_cell`` metres."""
    below = territory.ancestors.filter(pl.col("ancestor") == focus)["code"]
    inside = pl.col(f"{place}_unit").cast(pl.String).is_in(below.implode())
    counts = pl.col(f"figure_in_{concept}") & (pl.col("status").cast(pl.String) != "annulled")
    deaths = cases.filter(inside & counts)
    ground = landscape or Landscape()
    plane = plane_of(territory.editions, below.to_list(), located_events(deaths, place))
    told = spots(deaths, plane, place=place, least=minimum_cell, size=map_cell, landscape=ground)
    return allowed.entry(
        "patterns",
        {
            "hours": hours(deaths, minimum_cell),
            "spots": told,
            "alarms": alarms(deaths, place=place, least=minimum_cell, as_of=as_of),
            "moved": moved(deaths, territory, operations, focus=focus, place=place, least=minimum_cell, as_of=as_of),
            "ahead": ahead(
                deaths, ground, told["cells"], plane, place=place, least=minimum_cell, as_of=as_of, size=map_cell
            ),
            "schematic_streets": ground.streets_schematic,
        },
    )
