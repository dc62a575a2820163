"""A small department, case by case, and its figures by plain counting: made by no room of Convive."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl

from convive.standard import figures_schema

UNITS = [
    ("24", "Tumbes", "department", None),
    *((f"24{p:02}", f"Provincia {p}", "province", "24") for p in (1, 2, 3)),
    *((f"24{p:02}{d:02}", f"Distrito {p}.{d}", "district", f"24{p:02}") for p in (1, 2, 3) for d in (1, 2, 3, 4)),
]
SHARES = {
    "sex": {"male": 0.9, "female": 0.1},
    "mechanism": {"firearm": 0.85, "sharp": 0.08, "blunt": 0.05, "unknown": 0.02},
    "qualified": {"yes": 0.8, "no": 0.15, "unknown": 0.05},
    "motive": {"revenge": 0.41, "robbery": 0.1, "quarrel": 0.08, "not_recorded": 0.41},
    "weekday": {str(day): 1 / 7 for day in range(1, 8)},
}
BY_YEAR = {2011: 11, 2012: 46, 2013: 45, 2014: 54, 2015: 26}


def parents() -> pl.DataFrame:
    """The units of the department."""
    return pl.DataFrame(UNITS, schema=["code", "name", "level", "parent"], orient="row")


def _cases(seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    districts = [code for code, _, level, _ in UNITS if level == "district"]
    weight = random.dirichlet(np.full(len(districts), 0.4))
    years = np.repeat(list(BY_YEAR), list(BY_YEAR.values()))
    months = random.integers(1, 13, len(years))
    drawn = {name: random.choice(list(p), len(years), p=list(p.values())) for name, p in SHARES.items()}
    return pl.DataFrame(
        {"district": random.choice(districts, len(years), p=weight), "year": years, "month": months} | drawn
    )


def figures(seed: int) -> pl.DataFrame:
    """Private figures of the department, drawn with a seed."""
    cases = _cases(seed).with_columns(pl.col("year").cast(pl.String).alias("y"), pl.lit("all").alias("all"))
    half = pl.when(pl.col("month") <= 6).then(pl.lit("-H1")).otherwise(pl.lit("-H2"))
    month = pl.format("{}-{}", "y", pl.col("month").cast(pl.String).str.zfill(2))
    cases = cases.with_columns(half=pl.col("y") + half, m=month)
    parts = [
        _count(cases, pl.col("district").str.slice(0, digits), period, field)
        for digits, period, field in itertools.product((2, 4, 6), ("m", "half", "y", "all"), (None, *SHARES))
    ]
    counted = pl.concat(parts)
    return pl.concat([counted, *_derived(counted)]).select(figures_schema().keys()).cast(figures_schema())


def _count(cases: pl.DataFrame, unit: pl.Expr, period: str, field: str | None) -> pl.DataFrame:
    keys = [unit.alias("unit_code"), pl.col(period).alias("period")]
    category = pl.lit("total") if field is None else pl.col(field)
    rows = cases.group_by(*keys, category.alias("category"), maintain_order=True).len("count")
    return _described(rows.with_columns(disaggregation=pl.lit(field or "total"), indicator=pl.lit("homicides")))


def _derived(counted: pl.DataFrame) -> list[pl.DataFrame]:
    """Indicators that say the same cells again: shares, the qualified, the motive not known."""
    total = counted.filter(pl.col("disaggregation") == "total").select("unit_code", "period", whole="count")
    parts = counted.filter(pl.col("disaggregation") != "total").join(total, on=["unit_code", "period"])
    share_by = parts.with_columns(indicator=pl.lit("share_by"), denominator=pl.col("whole"))
    qualified = parts.filter(pl.col("disaggregation") == "qualified", pl.col("category") == "yes")
    known = parts.filter(pl.col("disaggregation") == "qualified", pl.col("category") != "unknown")
    known = known.group_by("unit_code", "period").agg(denominator=pl.col("count").sum())
    share = qualified.drop("denominator").join(known, on=["unit_code", "period"])
    unknown = parts.filter(pl.col("disaggregation") == "motive", pl.col("category") == "not_recorded")
    as_total = {"disaggregation": pl.lit("total"), "category": pl.lit("total")}
    made = [
        share_by,
        qualified.with_columns(indicator=pl.lit("qualified_homicides"), **as_total),
        share.with_columns(indicator=pl.lit("share_qualified"), **as_total),
        unknown.with_columns(indicator=pl.lit("share_motive_unknown"), denominator=pl.col("whole"), **as_total),
    ]
    ratio = pl.coalesce(pl.col("count") / pl.col("denominator"), pl.col("count").cast(pl.Float64))
    return [frame.with_columns(value=ratio).select(counted.columns) for frame in made]


def _described(rows: pl.DataFrame) -> pl.DataFrame:
    names = {code: name for code, name, _, _ in UNITS}
    levels = {code: level for code, _, level, _ in UNITS}
    count = pl.col("count").cast(pl.Float64)
    return rows.with_columns(
        pl.col("count").cast(pl.Int64),
        unit_name=pl.col("unit_code").replace_strict(names),
        unit_level=pl.col("unit_code").replace_strict(levels),
        value=count,
        low=count * 0.8,
        high=count * 1.2,
        denominator=pl.lit(None, dtype=pl.Int64),
        population=pl.lit(None, dtype=pl.Int64),
        status=pl.lit("final"),
        status_reason=pl.lit(""),
        definition_version=pl.lit("1"),
        place=pl.lit("occurrence"),
        sources=pl.lit("police"),
        synthetic=pl.lit(True),
    ).select(figures_schema().keys())
