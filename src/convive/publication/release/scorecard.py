"""How good the register is, in what may be told: criteria, sources, agreement, breaks, coverage, linkage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from convive.errors import LANGUAGES
from convive.publication.release import allowed
from convive.publication.release.quality import protected
from convive.register import Register
from convive.register.coverage import Coverage, Refusal, between, histories, shared_years, within
from convive.register.quality import Agreement, Break, Criterion, SourceQuality, agreement, breaks, criteria, sources
from convive.register.totals import totals
from convive.standard import classification, fields


def scorecard(
    records: pl.DataFrame, register: Register, known: Collection[str], *, concept: str, minimum_cell: int
) -> dict[str, Any]:
    """All that the quality page says of the ``known`` sources (identifiers). Counts from 1 to ``minimum_cell`` - 1, and
    those that leave so few, are null.
    """
    least = minimum_cell
    records = records.filter(pl.col("source_id").cast(pl.String).is_in(list(known)))
    told = {
        "totals": _totals(register.cases, concept, least),
        "criteria": [_criterion(one, least) for one in criteria(register.cases, concept)],
        "sources": [_source(one, least) for one in sources(records, register.case_records)],
        "agreement": [_agreement(one, least) for one in agreement(records, register.case_records, register.cases)],
        "breaks": [_break(one) for one in breaks(records)],
        "coverage": _coverage(_covered(records, register, concept)),
        "linkage": _linkage(register),
        "outcome": _outcome(register),
    }
    return allowed.entry("scorecard", told)


def _covered(records: pl.DataFrame, register: Register, concept: str) -> Coverage:
    of = records.select(pl.col("source_id", "source_body").cast(pl.String)).unique()
    counted, years = register.cases.filter(pl.col(f"figure_in_{concept}")), shared_years(records)
    held = within(counted, years) if years else counted
    return between(histories(held, dict(of.iter_rows())), years, register.missed)


def _criterion(one: Criterion, least: int) -> dict[str, Any]:
    part = None if one.part is None else protected(one.part, one.whole, least)
    told = {
        "id": one.id,
        "label": dict(one.label),
        "part": part,
        # Beside the other criteria's the whole of some would tell the part that is withheld.
        "whole": one.whole if one.part is None or part is not None else None,
        "at_most": one.at_most,
        "at_least": one.at_least,
        "named_in": dict(one.named_in),
        "state": one.state,
    }
    return allowed.entry("criterion", told)


def _source(one: SourceQuality, least: int) -> dict[str, Any]:
    missing = {
        name: None if count is None else _told(protected(count, one.records, least))
        for name, count in one.missing.items()
    }
    told = {
        "source_id": one.source,
        "records": one.records,
        "repeated": protected(one.repeated, one.records, least),
        "delay_median": one.delay_median,
        "delay_p90": one.delay_p90,
        "missing": missing,
    }
    return allowed.entry("source_quality", told)


def _told(count: int | None) -> int | str:
    """A count, or the word that tells a withheld one from a field that the source does not have (null)."""
    return "withheld" if count is None else count


def _agreement(one: Agreement, least: int) -> dict[str, Any]:
    told = {"field": one.field, "cases": one.cases, "agree": protected(one.agree, one.cases, least)}
    if one.cases < least:
        told = {"field": one.field, "cases": None, "agree": None}
    return allowed.entry("agreement", told)


def _break(one: Break) -> dict[str, Any]:
    told = {
        "source_id": one.source,
        "field": one.field,
        "before": one.before,
        "year": one.year,
        "gone": _codes(one.field, one.gone),
        "came": _codes(one.field, one.came),
    }
    return allowed.entry("classification_break", told)


def _codes(name: str, codes: Sequence[str]) -> list[str]:
    """Codes of the classification, and nothing else that a record may hold."""
    listed = classification(str(fields()[name].classification)).codes
    return [code for code in codes if code in listed]


def _totals(cases: pl.DataFrame, declared: str, least: int) -> list[dict[str, Any]]:
    """The count under each concept, from one list of cases, and how many it has more and fewer than ``declared``."""
    counted = cases.filter(pl.col("status").cast(pl.String) != "annulled").height
    told = []
    for one in totals(cases, declared):
        sides = {"more": protected(one.more, counted, least), "fewer": protected(one.fewer, counted, least)}
        entry = {"concept": one.concept, "cases": protected(one.cases, 10**9, least), **sides}
        told.append(allowed.entry("total", entry))
    return told


def _coverage(one: Coverage) -> dict[str, Any]:
    told = {
        "seen": one.seen,
        "years": list(one.years) if one.years else None,
        "method": one.method,
        "total": _rounded(one.total),
        "low": _rounded(one.low),
        "high": _rounded(one.high),
        "models": [
            allowed.entry(
                "coverage_model",
                {
                    "pairs": [list(pair) for pair in model.pairs],
                    "total": _rounded(model.total),
                    "low": _rounded(model.low),
                    "high": _rounded(model.high),
                    "weight": round(model.weight, 3),
                },
            )
            for model in one.models
        ],
        "refused": [_refusal(refusal) for refusal in one.refused],
        "missed": [
            allowed.entry(
                "coverage_missed",
                {
                    "share": case.share,
                    "expected": case.expected,
                    "total": _rounded(case.total),
                    "low": _rounded(case.low),
                    "high": _rounded(case.high),
                },
            )
            for case in one.missed
        ],
        "hidden": [[factor, _rounded(total)] for factor, total in one.hidden],
        "assumptions": {language: one.assumptions(language) for language in LANGUAGES},
    }
    return allowed.entry("coverage_estimate", told)


def _refusal(one: Refusal) -> Mapping[str, str]:
    bodies = classification("source_body")
    told = {}
    for language in LANGUAGES:
        names = {
            key: bodies.label(str(one.values[key]), language) for key in ("source", "one", "other") if key in one.values
        }
        told[language] = Refusal(one.code, {**one.values, **names}).told(language)
    return told


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _linkage(register: Register) -> list[dict[str, Any]]:
    """What each threshold would bring."""
    return [
        allowed.entry("threshold", row | {name: round(row[name], 1) for name in ("false_joins", "misses")})
        for row in register.consequences.iter_rows(named=True)
    ]


def _outcome(register: Register) -> dict[str, Any] | None:
    """What the register's own thresholds brought; null where nothing is joined by probability."""
    if register.outcome is None:
        return None
    told = asdict(register.outcome)
    expected = {name: round(told[name], 1) for name in ("false_joins", "asked_true", "misses")}
    return allowed.entry("outcome", told | expected)
