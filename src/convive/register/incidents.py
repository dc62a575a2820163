"""Which cases are one event: deaths related within a day and place are one incident (NVDRS coding manual)."""

from __future__ import annotations

import datetime as dt

import polars as pl

from convive.fold import fold
from convive.linkage import components
from convive.register.people import placeholders
from convive.register.ranking import Integers

MIDNIGHT = dt.time(0)


def incidents(cases: pl.DataFrame, filed: pl.DataFrame, addresses: pl.DataFrame) -> pl.Series:
    """The incident of each case, named after the first case (by identifier) of the event.

    ``cases`` has case_id, the place and time of the event and location_precision. ``filed``: case (its row in
    ``cases``) and event, the source and number under which a record of it is filed. ``addresses``: case and address
    (unit and street with its number, in one form). Cases are one incident that a source files under one number within a
    day, or that happened at one exact point or address within ``incident_hours`` of the first of them: on one day,
    where an hour is not known.
    """
    pairs = pl.concat([_filed_together(cases, filed), _at_one_place(cases, addresses)])
    if pairs.is_empty():
        return cases["case_id"]
    group = pl.Series("group", components(cases.height, pairs))
    return cases.select(pl.col("case_id").min().over(group)).to_series()


def _filed_together(cases: pl.DataFrame, filed: pl.DataFrame) -> pl.DataFrame:
    shared = filed.filter(pl.col("case").min().over("event") != pl.col("case").max().over("event")).unique()
    dated = shared.with_columns(on=cases["occurred_on"][shared["case"]], died_on=cases["died_on"][shared["case"]])
    dated = dated.with_columns(pl.coalesce("on", "died_on")).sort("event", "on", "case", nulls_last=True)
    apart = (pl.col("on") - pl.col("on").shift(1)).dt.total_days() > placeholders()["incident_days"]
    beside = dated.select(
        left=pl.col("case").shift(1),
        right="case",
        one=(pl.col("event") == pl.col("event").shift(1)) & ~apart.fill_null(False),
    )
    return beside.filter("one").select(pl.col("left", "right").cast(pl.UInt32))


def _at_one_place(cases: pl.DataFrame, addresses: pl.DataFrame) -> pl.DataFrame:
    numbered = cases.with_row_index("case")
    point = pl.concat_str("longitude", "latitude", separator=" ")
    points = numbered.filter(pl.col("location_precision").cast(pl.String) == "point").select("case", place=point)
    places = (
        pl.concat([points, addresses.select(pl.col("case").cast(pl.UInt32), place="address")]).drop_nulls().unique()
    )
    told = places.join(numbered.select("case", "occurred_on", "occurred_time"), on="case").drop_nulls("occurred_on")
    several = told.filter(pl.len().over("place") > 1)
    moment = pl.col("occurred_on").dt.combine(pl.col("occurred_time").fill_null(MIDNIGHT))
    timed = several.with_columns(moment=moment, timed=pl.col("occurred_time").is_not_null())
    in_order = timed.sort("place", "moment", "case")
    return pl.DataFrame(_within_a_day(in_order), schema={"left": pl.UInt32, "right": pl.UInt32}, orient="row")


def _within_a_day(in_order: pl.DataFrame) -> list[tuple[int, int]]:
    """Each case beside the first of its place that it follows closely enough: by the clock, or on one day where an hour
    is not known. A case without an hour does not stand between two that have one."""
    most = dt.timedelta(hours=placeholders()["incident_hours"])
    pairs, here = [], ""
    firsts: dict[bool, tuple[int, dt.datetime]] = {}
    for case, place, moment, timed in in_order.select("case", "place", "moment", "timed").iter_rows():
        if place != here:
            here, firsts = place, {}
        near = [
            first
            for first_timed, (first, began) in firsts.items()
            if began.date() == moment.date() or (timed and first_timed and moment - began <= most)
        ]
        pairs += [(first, case) for first in near]
        if timed not in firsts or firsts[timed][0] not in near:
            firsts[timed] = case, moment
    return pairs


def street_addresses(records: pl.DataFrame, case: Integers) -> pl.DataFrame:
    """case and address of the records whose address has a number: a street alone, or a quarter, is no place.

    ``case`` numbers each record's case.
    """
    unit = pl.col("occurrence_unit").cast(pl.String)
    told = records.select("address", unit, case=pl.lit(pl.Series(case))).drop_nulls()
    numbered = told.filter(pl.col("address").str.contains(r"\d"))
    plain = fold(pl.col("address")).str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
    distinct = numbered.select("address").unique().with_columns(plain=plain)
    named = numbered.join(distinct.filter(pl.col("plain").str.contains("[A-Z]{3}")), on="address")
    return named.select("case", address=pl.concat_str("occurrence_unit", "plain", separator=" ")).unique()
