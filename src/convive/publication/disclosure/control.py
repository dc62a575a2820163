"""Disclosure control: from private figures to those that may be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from convive.indicators.intervals import poisson_interval
from convive.publication.disclosure.blocks import REST, blocks
from convive.publication.disclosure.rules import Rules, rules
from convive.publication.disclosure.suppress import protect
from convive.standard import MISSING_KINDS

NUMBERS = ("value", "low", "high", "count")
"""What a suppressed figure no longer tells."""

SMALL, TOO_FEW = "disclosure.small", "disclosure.too_few"
_CELL = ("base", "place", "unit_code", "period", "disaggregation", "category")
_DECISIONS = dict.fromkeys(_CELL, pl.String)


@dataclass(frozen=True)
class Disclosed:
    """Public figures, and what was held back in numbers that themselves tell nothing of a person."""

    figures: pl.DataFrame
    released: int
    suppressed: int
    left_out: Mapping[str, int]


def disclose(figures: pl.DataFrame, parents: pl.DataFrame, *, minimum_cell: int) -> Disclosed:
    """The figures that may be seen.

    ``figures``: columns of ``standard.figures_schema``. ``parents``: code, parent, level of every unit. A figure that
    is suppressed keeps its row with null value, low, high and count, status ``suppressed`` and the address of a text
    that says why; one outside the grain of the rules (a month crossed with an attribute, a field or an indicator that
    no rule names) is left out.
    """
    told = rules()
    figures = with_zeros(figures, told)
    marked = _with_treatment(figures, told)
    kept = marked.filter(pl.col("kept"))
    hidden = _decisions(figures, parents, told, minimum_cell)
    shown = _suppress(_with_hidden_rows(kept, hidden), hidden, told).select(figures.columns)
    shown = shown.sort("indicator", "unit_code", "period", "disaggregation", "category", "place")
    left_out = marked.filter(~pl.col("kept")).group_by("indicator").len().sort("indicator")
    return Disclosed(
        shown,
        released=shown.filter(pl.col("status") != "suppressed").height,
        suppressed=shown.filter(pl.col("status") == "suppressed").height,
        left_out=dict(left_out.iter_rows()),
    )


def with_zeros(figures: pl.DataFrame, told: Rules) -> pl.DataFrame:
    """``figures`` with zeros for the totals whose small counts are suppressed, wherever homicides have a total.

    Else the row of a suppressed total would say that it is not zero.
    """
    totals = figures.filter((pl.col("disaggregation") == "total") & (pl.col("status") != "as_published"))
    public = [one.indicator for one in told.indicators.values() if one.total == "public"]
    where = ["unit_code", "unit_name", "unit_level", "period", "place"]
    known = totals.filter(pl.col("indicator").is_in(public)).select(where).unique()
    parts = [figures]
    for one in told.indicators.values():
        own = totals.filter(pl.col("indicator") == one.indicator)
        if one.total == "small" and own.height:
            forms = known.filter(
                _form(pl.col("period")).is_in(own.select(_form(pl.col("period")).unique())["period"].implode())
            )
            parts.append(_zeros(forms.join(own, on=where, how="anti"), own).select(figures.columns))
    return pl.concat(parts)


def _form(period: pl.Expr) -> pl.Expr:
    """``####``, ``####-H#``, ``####-##`` or ``all``."""
    return period.str.replace_all(r"\d", "#")


def _zeros(where: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    low, high = (float(end[0]) for end in poisson_interval(np.zeros(1, dtype=np.int64)))
    numbers = {"value": 0.0, "low": low, "high": high, "count": 0}
    fixed = {"disaggregation": "total", "category": "total", "status": "final", "status_reason": "", "sources": ""}
    same = {name: like[name][0] for name in ("indicator", "definition_version")}
    values = numbers | fixed | same | {"synthetic": False}
    absent = [name for name in like.columns if name not in where.columns]
    return where.with_columns(pl.lit(values.get(name)).cast(like.schema[name]).alias(name) for name in absent)


def _decisions(figures: pl.DataFrame, parents: pl.DataFrame, told: Rules, minimum_cell: int) -> pl.DataFrame:
    parts = [
        block.decisions(protect(block.table, block.hidden, block.sensitive, block.need))
        for block in blocks(figures, parents, told, minimum_cell)
    ]
    cells = pl.concat(parts) if parts else pl.DataFrame(schema=_DECISIONS)
    return cells.filter(pl.col("category") != REST).select(_CELL)


def _with_treatment(figures: pl.DataFrame, told: Rules) -> pl.DataFrame:
    """Adds base, total (how the indicator's total is treated) and whether the figure is kept at all."""
    treatments = pl.DataFrame(
        [(one.indicator, one.base, one.total, one.disaggregation) for one in told.indicators.values()],
        schema=["indicator", "base", "treatment", "cell_of"],
        orient="row",
    )
    marked = figures.join(treatments, on="indicator", how="left", maintain_order="left")
    as_published = pl.col("status") == "as_published"
    return marked.with_columns(kept=(as_published | _in_rules(told)).fill_null(False))


def _in_rules(told: Rules) -> pl.Expr:
    is_total = pl.col("disaggregation") == "total"
    public = (pl.col("treatment") == "public") & (is_total | _grain("disaggregation", told))
    cell = (pl.col("treatment") == "cell") & is_total & _grain("cell_of", told)
    forms = pl.col("period").str.contains(r"^(\d{4}(-H[12])?|all)$")
    rest = pl.col("treatment").is_in(["small", "statistic"]) & is_total & forms
    return public | cell | rest


def _grain(column: str, told: Rules) -> pl.Expr:
    return pl.any_horizontal([(pl.col(column) == one.id) & one.grain() for one in told.breakdowns.values()])


def _with_hidden_rows(kept: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Rows for hidden cells that have none: a row missing because nobody was counted would tell that a cell is zero."""
    rows = kept.filter((pl.col("treatment") == "public") & (pl.col("status") != "as_published"))
    template = rows.filter(pl.col("disaggregation") != "total").unique(
        subset=["indicator", "place", "unit_code", "period", "disaggregation"], keep="first", maintain_order=True
    )
    wanted = template.drop("category").join(hidden, on=_CELL[:-1], how="inner")
    missing = wanted.join(rows, on=["indicator", *_CELL], how="anti").select(kept.columns)
    return pl.concat([kept, missing.with_columns(pl.lit(None).cast(kept.schema[name]).alias(name) for name in NUMBERS)])


def _suppress(kept: pl.DataFrame, hidden: pl.DataFrame, told: Rules) -> pl.DataFrame:
    totals = _totals(kept)
    marked = kept.join(totals, on=["base", "place", "unit_code", "period"], how="left", maintain_order="left")
    marked = marked.join(hidden.with_columns(cell_hidden=True), on=_CELL, how="left", maintain_order="left")
    marked = marked.join(_hidden_totals(hidden, told), on=["indicator", "place", "unit_code", "period"], how="left")
    marked = marked.with_columns(spoken=_spoken())
    marked = marked.join(_hidden_bases(hidden), on=["base", "place", "unit_code", "period", "spoken"], how="left")
    of_known = pl.col("denominator").is_not_null() & (pl.col("denominator") != pl.col("base_total"))
    told_by = pl.coalesce("count", "denominator", pl.lit(0))
    few_cases = (pl.col("treatment") == "statistic") & (told_by < told.minimum_total)
    secret = (
        pl.col("cell_hidden").fill_null(False)
        | pl.col("total_hidden").fill_null(False)
        | (pl.col("base_hidden").fill_null(False) & of_known)
        | few_cases
    ) & (pl.col("status") != "as_published")
    return _blank(marked.with_columns(secret=secret.fill_null(False)), told)


def _blank(marked: pl.DataFrame, told: Rules) -> pl.DataFrame:
    """Suppressed rows without their numbers, with the sources of the total: its own would tell a zero apart."""
    secret = pl.col("secret")
    safe_base = pl.col("denominator") == pl.col("base_total")
    blank = [pl.when(~secret).then(pl.col(name)).alias(name) for name in NUMBERS]
    reason = pl.when(_too_few(told)).then(pl.lit(TOO_FEW)).otherwise(pl.lit(SMALL))
    return marked.with_columns(blank).with_columns(
        denominator=pl.when(~secret | safe_base).then(pl.col("denominator")),
        status=pl.when(secret).then(pl.lit("suppressed")).otherwise(pl.col("status")),
        status_reason=pl.when(secret).then(reason).otherwise(pl.col("status_reason")),
        sources=pl.when(secret).then(pl.col("base_sources").fill_null("")).otherwise(pl.col("sources")),
        synthetic=pl.when(secret).then(pl.col("base_synthetic").fill_null(False)).otherwise(pl.col("synthetic")),
    )


def _too_few(told: Rules) -> pl.Expr:
    """The whole breakdown is withheld because its public total is small: everybody can see that, so it may be said."""
    least = {one.id: one.minimum_total for one in told.breakdowns.values()}
    limit = _spoken().replace_strict(least, default=told.minimum_total, return_dtype=pl.Int64)
    return pl.col("base_total").fill_null(told.minimum_total) < limit


def _totals(kept: pl.DataFrame) -> pl.DataFrame:
    rows = kept.filter((pl.col("treatment") == "public") & (pl.col("disaggregation") == "total"))
    rows = rows.filter(pl.col("status") != "as_published")
    return rows.group_by("base", "place", "unit_code", "period").agg(
        base_total=pl.col("count").max(),
        base_sources=pl.col("sources").sort_by("indicator").first(),
        base_synthetic=pl.col("synthetic").any(),
    )


def _hidden_totals(hidden: pl.DataFrame, told: Rules) -> pl.DataFrame:
    """indicator, place, unit_code, period of totals that are a hidden cell."""
    columns = {one.column[0]: one.indicator for one in told.indicators.values() if one.total == "cell"}
    own = hidden.filter(pl.col("disaggregation").is_in(list(columns)) & (pl.col("category") == "total"))
    named = own.with_columns(indicator=pl.col("disaggregation").replace_strict(columns, return_dtype=pl.String))
    return named.select("indicator", "place", "unit_code", "period").with_columns(total_hidden=True)


def _hidden_bases(hidden: pl.DataFrame) -> pl.DataFrame:
    """Breakdowns whose number of known cases follows from a hidden cell."""
    unknown = hidden.filter(pl.col("category").is_in(MISSING_KINDS))
    keys = unknown.select("base", "place", "unit_code", "period", spoken="disaggregation").unique()
    return keys.with_columns(base_hidden=True)


def _spoken() -> pl.Expr:
    """The breakdown that a figure speaks of: its own, or that of which its total is a part."""
    own = pl.when(pl.col("disaggregation") != "total").then(pl.col("disaggregation"))
    return pl.coalesce(own, pl.when(pl.col("cell_of") != "total").then(pl.col("cell_of")))
