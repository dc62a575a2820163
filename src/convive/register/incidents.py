"""Which cases are one event. First form: exact agreement; deaths related within a day are one incident (NVDRS)."""

from __future__ import annotations

import polars as pl

from convive.linkage import components
from convive.register.people import placeholders

PLACE_AND_TIME = ("longitude", "latitude", "occurred_on", "occurred_time")


def incidents(cases: pl.DataFrame, filed: pl.DataFrame) -> pl.Series:
    """The incident of each case, named after the first case (by identifier) of the event.

    ``cases`` has case_id, the place and time of the event and location_precision. ``filed``: case (its row in
    ``cases``) and event, the source and number under which a record of it is filed. Cases are one incident that a
    source files under one number within a day, or that happened at one exact point, day and minute.
    """
    pairs = pl.concat([_filed_together(cases, filed), _at_one_place_and_time(cases)])
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


def _at_one_place_and_time(cases: pl.DataFrame) -> pl.DataFrame:
    exact = cases.select(*PLACE_AND_TIME, "location_precision").with_row_index("case")
    exact = exact.filter(pl.col("location_precision").cast(pl.String) == "point").drop_nulls(list(PLACE_AND_TIME))
    first = pl.col("case").min().over(PLACE_AND_TIME)
    return exact.select(left=first, right="case").filter(pl.col("left") != pl.col("right"))
