"""Each source by itself and beside the others: what it misses, how late it is, whom it names twice, where all agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from convive.register.quality.knowing import asked, known, rules


@dataclass(frozen=True)
class SourceQuality:
    """One source: its records, how many of them repeat a case that it told before, days from event (else death) to
    registration (median, and by which nine of ten were registered; None where unknown), and for each field how many
    records miss it (None where the source has no such field).
    """

    source: str
    records: int
    repeated: int
    delay_median: float | None
    delay_p90: float | None
    missing: Mapping[str, int | None]


@dataclass(frozen=True)
class Agreement:
    """A field in the cases of which two or more sources know it: how many, and in how many they all agree."""

    field: str
    cases: int
    agree: int


def sources(records: pl.DataFrame, case_records: pl.DataFrame) -> list[SourceQuality]:
    """Every source, by name. ``case_records``: case_id, record_id."""
    told = records.with_columns(source=pl.col("source_id").cast(pl.String)).join(
        case_records.select("record_id", "case_id"), on="record_id", how="left"
    )
    days = (pl.col("registered_on") - pl.coalesce("occurred_on", "died_on")).dt.total_days()
    names = rules()["shown"]["fields"]
    table = (
        told.group_by("source")
        .agg(
            records=pl.len(),
            cases=pl.col("case_id").n_unique(),
            median=days.median(),
            p90=days.quantile(0.9, "nearest"),
            **{f"missing_{name}": (~known(name)).sum() for name in names},
            **{f"asked_{name}": asked(name).any() for name in names},
        )
        .sort("source")
    )
    return [
        SourceQuality(
            source=row["source"],
            records=row["records"],
            repeated=row["records"] - row["cases"],
            delay_median=row["median"],
            delay_p90=row["p90"],
            missing={name: row[f"missing_{name}"] if row[f"asked_{name}"] else None for name in names},
        )
        for row in table.iter_rows(named=True)
    ]


def agreement(records: pl.DataFrame, case_records: pl.DataFrame, cases: pl.DataFrame) -> list[Agreement]:
    """Every shown field that two sources know of one case; ``cases`` says where they disagree."""
    told = records.select(
        "record_id",
        pl.col("source_id").cast(pl.String).alias("source"),
        *(known(name).alias(name) for name in rules()["shown"]["fields"]),
    ).join(case_records.select("record_id", "case_id"), on="record_id")
    found = []
    for name in rules()["shown"]["fields"]:
        several = told.filter(name).group_by("case_id").agg(pl.col("source").n_unique()).filter(pl.col("source") > 1)
        both = cases.select("case_id", disagree=f"{name}_disagree").join(several, on="case_id", how="semi")
        if both.height:
            found.append(Agreement(name, both.height, int((~both["disagree"]).sum())))
    return found
