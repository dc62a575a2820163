"""How do you know? The way back from a figure to its definition, cases, records and arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from rapidfuzz import process

from convive.errors import BuildError, Problem, WrongUse
from convive.indicators.catalogue import Indicator, catalogue
from convive.indicators.deaths import category, in_indicator, in_part, located, period_expression
from convive.standard import classification
from convive.territory import Territory
from convive.texts import number, say

SHOWN = 20
FORMS = {4: "year", 3: "all"}


@dataclass(frozen=True)
class Explanation:
    """A figure, the cases it counts (private identifiers), their records by source, and the whole in words."""

    address: str
    case_ids: tuple[str, ...]
    records_by_source: dict[str, int]
    text: str


def explain(
    address: str,
    *,
    figures: pl.DataFrame,
    cases: pl.DataFrame,
    case_records: pl.DataFrame,
    territory: Territory,
    concept: str,
    language: str,
) -> Explanation:
    """Explain the figure at ``indicator/unit/period[/disaggregation/category]``.

    Raises :class:`WrongUse` naming the nearest addresses where there is no such figure, and :class:`BuildError` where
    the cases given are not those that the figure counted (tables of two builds).
    """
    figure = _find(address, figures)
    indicator = catalogue()[figure["indicator"]]
    counted = _counted(figure, indicator, cases, territory, concept)
    if counted is not None and counted.height != figure["count"]:
        found = {"count": figure["count"], "found": counted.height}
        raise BuildError(Problem("figure-without-its-cases", value=address, values=found))
    ids = tuple(counted["case_id"].sort().to_list()) if counted is not None else ()
    records = case_records.filter(pl.col("case_id").is_in(list(ids)))["record_id"].str.split(":").list.first()
    by_source = {str(source): int(n) for source, n in records.value_counts().sort("record_id").iter_rows()}
    undated = pl.all_horizontal(pl.col("occurred_on", "died_on").is_null())
    by_registration = 0 if counted is None else counted.filter(undated).height
    lines = _lines(figure, indicator, territory, ids, by_source, by_registration, language)
    return Explanation(address, ids, by_source, "\n".join(lines))


def _find(address: str, figures: pl.DataFrame) -> dict[str, Any]:
    known = figures.with_columns(
        address=pl.when(pl.col("disaggregation") == "total")
        .then(pl.concat_str("indicator", "unit_code", "period", separator="/"))
        .otherwise(pl.concat_str("indicator", "unit_code", "period", "disaggregation", "category", separator="/"))
    )
    found = known.filter(pl.col("address") == address)
    if found.is_empty():
        near = process.extract(address, known["address"].to_list(), limit=5)
        raise WrongUse(
            Problem("unknown-figure", value=address, values={"near": ", ".join(option for option, _, _ in near)})
        )
    return found.row(0, named=True)


def _counted(
    figure: dict[str, Any], indicator: Indicator, cases: pl.DataFrame, territory: Territory, concept: str
) -> pl.DataFrame | None:
    """The very cases, found again by the same definitions; None for what a source had counted itself."""
    if indicator.kind == "published":
        return None
    place, period = str(figure["place"]), str(figure["period"])
    below = territory.ancestors.filter(pl.col("ancestor") == figure["unit_code"])["code"]
    form = "half" if "H" in period else FORMS.get(len(period), "month")
    found = located(cases, place).filter(
        in_indicator(indicator, concept) & pl.col("unit").is_in(below.implode()) & (period_expression(form) == period)
    )
    if indicator.part is not None:
        found = found.filter(in_part(indicator.part))
    if indicator.kind == "median":
        found = found.filter(
            pl.col("registered_on").is_not_null() & pl.any_horizontal(pl.col("occurred_on", "died_on").is_not_null())
        )
    if figure["disaggregation"] != "total":
        found = found.filter(category(str(figure["disaggregation"]), place) == figure["category"])
    return found


def _lines(
    figure: dict[str, Any],
    indicator: Indicator,
    territory: Territory,
    ids: tuple[str, ...],
    by_source: dict[str, int],
    by_registration: int,
    language: str,
) -> list[str]:
    def told(key: str, **values: object) -> str:
        return say(f"indicators.explain.{key}", language, **values)

    where = f"{figure['unit_name']} ({figure['unit_code']}), {figure['period']}"
    if figure["disaggregation"] != "total":
        where += f", {figure['disaggregation']} = {figure['category']}"
    lines = [f"{indicator.label[language]} — {where}", ""]
    lines.append(told("computed", line=_arithmetic(figure, indicator, language)))
    lines.append(_interval(figure, indicator, language))
    lines.append(told("definition", version=indicator.definition_version, definition=indicator.definition[language]))
    if indicator.standard != "–":
        lines.append(told("standard", standard=indicator.standard))
    if figure["population"] is not None and indicator.kind == "rate":
        lines.append(_population(figure, territory, language))
    if indicator.kind != "published":
        lines.append(told(f"place_{figure['place']}"))
        lines.append(told("cases", n=len(ids), records=sum(by_source.values())))
        lines += [told("joined", source=source, n=count) for source, count in by_source.items()]
        if by_registration:
            lines.append(told("by_registration", n=by_registration))
    if ids:
        shown = ", ".join(ids[:SHOWN]) + (" …" if len(ids) > SHOWN else "")
        lines.append(told("case_ids", ids=shown))
    status = classification("figure_status").label(str(figure["status"]), language)
    reason = say(str(figure["status_reason"]), language) if figure["status_reason"] else ""
    lines.append(told("status", status=status, reason=reason).strip())
    lines.append(told("caution", caution=indicator.caution[language]))
    if figure["synthetic"]:
        lines.append(told("synthetic"))
    return lines


def _arithmetic(figure: dict[str, Any], indicator: Indicator, language: str) -> str:
    value, count = figure["value"], figure["count"]
    assert isinstance(value, float)
    whole = {
        name: number(float(figure[name]), language)
        for name in ("denominator", "population")
        if figure[name] is not None
    }
    if indicator.kind == "rate":
        return f"{count} / {whole['population']} × 100,000 = {number(value, language, 1)}"
    if indicator.kind in ("share", "breakdown_share"):
        return f"{count} / {whole['denominator']} = {number(100 * value, language, 1)} %"
    return number(value, language, 0 if value == round(value) else 1)


def _interval(figure: dict[str, Any], indicator: Indicator, language: str) -> str:
    method = indicator.method[language]
    low, high = figure["low"], figure["high"]
    if not isinstance(low, float) or not isinstance(high, float):
        return say("indicators.explain.no_interval", language, method=method)
    scale, unit = (100, " %") if indicator.unit == "share" else (1, "")
    told = {name: number(scale * end, language, 1) + unit for name, end in (("low", low), ("high", high))}
    return say("indicators.explain.interval", language, method=method, **told)


def _population(figure: dict[str, Any], territory: Territory, language: str) -> str:
    row = territory.population.filter(
        (pl.col("unit_code") == figure["unit_code"]) & (pl.col("year").cast(pl.String) == figure["period"])
    ).row(0, named=True)
    key = "population_synthetic" if row["synthetic"] else "population"
    return say(
        f"indicators.explain.{key}", language, population=row["population"], year=str(row["year"]), series=row["series"]
    )
