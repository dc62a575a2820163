"""A small edition for tests of what is seen: Tumbes with the counts of the founding paper, some cells withheld."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from scipy import stats

from convive.committee.answer import Change, answer
from convive.committee.chain import Head
from convive.committee.records import read as read_committee
from convive.indicators import catalogue
from convive.publication.edition import BREAKS_SCHEMA, POPULATION_SCHEMA, UNITS_SCHEMA, Area, Edition
from convive.publication.release.answering import answering
from convive.publication.release.clock import clock
from convive.standard import classification
from convive.standard.schema import figures_schema
from convive.voice.reports.catalogue import read_catalogue
from convive.voice.reports.clock import Case, answer_clock
from convive.voice.reports.states import Standing, State

HOMICIDES = {"2011": 11, "2012": 46, "2013": 45, "2014": 54}
QUALIFIED = {"2011": 7, "2012": 43, "2013": 39, "2014": 48}
POPULATION = {"2011": 224_895, "2012": 228_227, "2013": 231_480, "2014": 234_638}
CITIES = {
    "city:trujillo": ("Trujillo", (21.3, 17.6, 25.0, 19.3)),
    "city:chimbote": ("Chimbote", (12.5, 16.2, 22.1, 18.2)),
    "city:barranca": ("Barranca", (5.0, 33.6, 36.2, 25.1)),
}
PROVINCES = {
    "2401": ("Tumbes", 40, 164_404),
    "2402": ("Contralmirante Villar", 4, 20_000),
    "2403": ("Zarumilla", 10, 50_234),
}
BREAKDOWN_2014 = {
    "sex": {"male": 49, "female": 5},
    "age_group": {"0-14": None, "15-29": 23, "30-44": 22, "45-59": None, "60+": 3},
    "mechanism": {"firearm": 46, "sharp": 5, "not_recorded": 3},
    "place_type": {"street": 38, "home": 9, "bar": 4, "unknown": 3},
    "qualified": {"yes": 48, "no": 6},
    "motive": {"revenge": 22, "not_recorded": 22, "common_or_organised_crime": 7, "quarrel": 3},
}


def poisson(count: int) -> tuple[float, float]:
    """Garwood's exact interval."""
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low), float(stats.chi2.ppf(0.975, 2 * count + 2) / 2)


def binomial(part: int, whole: int) -> tuple[float, float]:
    """Clopper and Pearson's exact interval."""
    found = stats.binomtest(part, whole).proportion_ci(method="exact")
    return float(found.low), float(found.high)


def _row(indicator: str, unit: str, name: str, period: str, **values: Any) -> dict[str, Any]:
    base: dict[str, Any] = dict.fromkeys(figures_schema())
    base |= {
        "disaggregation": "total",
        "category": "total",
        "unit_level": "department",
        "status": "final",
        "status_reason": "",
    }
    base |= {
        "definition_version": catalogue()[indicator].definition_version,
        "place": "occurrence",
        "sources": "pnp+mpfn",
        "synthetic": True,
    }
    return base | {"indicator": indicator, "unit_code": unit, "unit_name": name, "period": period} | values


def _count(period: str, count: int | None, **values: Any) -> dict[str, Any]:
    unit, name = values.pop("unit", ("24", "Tumbes"))
    if count is None:
        return _row("homicides", unit, name, period, status="suppressed", status_reason="disclosure.small", **values)
    low, high = poisson(count)
    return _row("homicides", unit, name, period, value=float(count), low=low, high=high, count=count, **values)


def _rate(period: str, count: int, population: int, **values: Any) -> dict[str, Any]:
    unit, name = values.pop("unit", ("24", "Tumbes"))
    scale = 100_000 / population
    low, high = poisson(count)
    numbers = {
        "value": count * scale,
        "low": low * scale,
        "high": high * scale,
        "count": count,
        "population": population,
    }
    return _row("homicide_rate", unit, name, period, **numbers, **values)


def _share(indicator: str, period: str, part: int, whole: int, **values: Any) -> dict[str, Any]:
    low, high = binomial(part, whole)
    numbers = {"value": part / whole, "low": low, "high": high, "count": part, "denominator": whole}
    return _row(indicator, "24", "Tumbes", period, **numbers, **values)


def _rows() -> Iterator[dict[str, Any]]:
    for year, count in HOMICIDES.items():
        yield _count(year, count)
        yield _rate(year, count, POPULATION[year])
        yield _share("share_qualified", year, QUALIFIED[year], count)
        yield _share("share_motive_unknown", year, round(count * 0.41), count)
        for month in range(1, 13):
            yield _count(f"{year}-{month:02}", count // 12 + (month <= count % 12))
    yield _count("2015-H1", 26, status="provisional")
    yield _share("resolved_share", "2015-H1", 1, 26, status="provisional")
    yield _count("all", sum(HOMICIDES.values()) + 26)
    for field, counts in BREAKDOWN_2014.items():
        for category, count in counts.items():
            yield _count("2014", count, disaggregation=field, category=category)
            if count is not None:
                yield _share("share_by", "2014", count, 54, disaggregation=field, category=category)
    for weekday in range(1, 8):
        yield _count("all", 20 + 3 * weekday, disaggregation="weekday", category=str(weekday))
        for hour in range(24):
            count = round(1.2 + 1.4 * math.cos((hour - 22) / 24 * 2 * math.pi) + (weekday > 5))
            if count > 0:
                hidden = (weekday, hour) in {(2, 3), (4, 20)}
                yield _count(
                    "all", None if hidden else count, disaggregation="hour_of_week", category=f"{weekday}-{hour:02}"
                )
    for code, (name, count, population) in PROVINCES.items():
        where = {"unit": (code, name), "unit_level": "province"}
        yield _count("2014", count, **where)
        yield _count("all", count * 3, **where)
        yield _rate("2014", count, population, **where)
    for code, (name, rates) in CITIES.items():
        for year, rate in zip(HOMICIDES, rates, strict=True):
            yield _row(
                "homicide_rate_published", code, name, year, value=rate, status="as_published", unit_level="city"
            )


def _square(code: str, name: str, west: float, south: float, width: float, height: float) -> dict[str, Any]:
    ring = [[west, south], [west + width, south], [west + width, south + height], [west, south + height], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _field(name: str, es: str, en: str, *, required: bool, missing: int | None, disagreements: int) -> dict[str, Any]:
    numbers = {"missing": missing, "missing_share": missing and missing / 182, "disagreements": disagreements}
    return {"field": name, "label": {"es": es, "en": en}, "required": required, **numbers}


def _sources() -> Iterator[dict[str, Any]]:
    for source, title in {"pnp": "Policía", "mpfn": "Fiscalía"}.items():
        yield {
            "source_id": source,
            "source_body": "police",
            "file": f"{source}.csv",
            "file_sha256": "0" * 64,
            "bytes": 1000,
            "rows": 150,
            "records": 145,
            "rejected": 5,
            "aggregates": 0,
            "received_on": "2015-07-01",
            "synthetic": True,
            "publisher": "Tumbes",
            "licence": "CC0-1.0",
            "title": {"es": title, "en": title},
            "rejects": [{"code": "observatory-missing", "scope": "row", "count": 5}],
        }


def _claim(name: str, verdict: str, stated: str, recomputed: str, arithmetic: str) -> dict[str, Any]:
    both = {"stated": stated, "recomputed": recomputed, "arithmetic": arithmetic}
    told = {key: {"es": text, "en": text} for key, text in both.items()}
    return {
        "id": name,
        "section": "8.2",
        "verdict": verdict,
        "claim": {"es": f"Dice {name}", "en": f"Says {name}"},
        **told,
    }


AUDIT = (
    _claim("human-rights", "differs", "13", "16", "2 × 4 − 1 + 4 + 2 + 3 = 16"),
    _claim("citizen-security", "holds", "17", "17", "2 × 5 − 3 + 3 + 4 + 3 = 17"),
    _claim("rate", "cannot_be_checked", "37.1", "–", "–"),
)

SCORECARD: dict[str, Any] = {
    "totals": [{"concept": "ceic", "cases": 184, "more": 0, "fewer": 0},
               {"concept": "qualified", "cases": 160, "more": 0, "fewer": 24}],
    "criteria": [
        {"id": "age_missing", "label": {"es": "Edad: falta en", "en": "Age: missing in"}, "part": 11, "whole": 184,
         "at_most": 0.05, "at_least": None, "named_in": {"es": "taller", "en": "workshop"}, "state": "falls_short"},
        {"id": "sex_missing", "label": {"es": "Sexo: falta en", "en": "Sex: missing in"}, "part": None, "whole": None,
         "at_most": 0.05, "at_least": None, "named_in": {"es": "taller", "en": "workshop"}, "state": "meets"},
    ],
    "sources": [
        {"source_id": "policia", "records": 227, "repeated": 3, "delay_median": 1.0, "delay_p90": 15.0,
         "missing": {"age_years": 11, "mechanism": "withheld", "motive": None}},
    ],
    "agreement": [{"field": "age_years", "cases": 125, "agree": 107}],
    "breaks": [{"source_id": "policia", "field": "motive", "before": 2013, "year": 2014, "gone": ["organised_crime"],
                "came": ["common_or_organised_crime"]}],
    "coverage": {"seen": 184, "years": [2011, 2015], "method": "loglinear",
                 "total": 196.4, "low": 188.0, "high": 211.0, "refused": [],
                 "models": [{"pairs": [["police", "morgue"]], "total": 196.4, "low": 187.0, "high": 214.0,
                             "weight": 0.61}],
                 "missed": [{"share": 0.02, "expected": False, "total": 190.2, "low": 185.0, "high": 204.0},
                            {"share": 0.0312, "expected": True, "total": 188.5, "low": 184.0, "high": 203.0},
                            {"share": 0.05, "expected": False, "total": None, "low": None, "high": None}],
                 "hidden": [[0.5, 190.2], [2.0, 208.8]],
                 "assumptions": {"es": ["Cerrado."], "en": ["Closed."]}},
    "linkage": [{"threshold": 0.98, "joined": 403, "false_joins": 0.1, "misses": 8.2}],
    "outcome": {"join": 0.98, "apart": 0.02, "joined": 403, "false_joins": 0.1, "asked": 12, "asked_true": 7.9,
                "left": 55, "misses": 0.3},
}  # fmt: skip

QUALITY = {
    "cases": 182,
    "fields": [
        _field("ethnicity", "Etnicidad", "Ethnicity", required=False, missing=150, disagreements=0),
        _field("occupation", "Ocupación", "Occupation", required=False, missing=182, disagreements=0),
        _field("sex", "Sexo", "Sex", required=True, missing=None, disagreements=4),
    ],
}


def _codes(name: str) -> dict[str, Any]:
    found = classification(name)
    codes = {code: {lang: found.label(code, lang) for lang in ("es", "en")} for code in found.values}
    return {"codes": codes, "note": dict(found.note)}


def _ring(west: float, south: float) -> list[list[float]]:
    return [[west, south], [west + 0.005, south], [west + 0.005, south + 0.005], [west, south + 0.005], [west, south]]


PATTERNS: dict[str, Any] = {
    "spots": {
        "enough": True,
        "located_share": 0.85,
        "size": 500,
        "told_apart": True,
        "cells": [
            {"id": "A", "unit_code": "2401", "ring": _ring(-80.45, -3.56), "band": 2, "hot": True,
             "rank_low": 1, "rank_high": 3, "top": 0.95},
            {"id": "B", "unit_code": "2403", "ring": _ring(-80.1, -3.6), "band": 0, "hot": False,
             "rank_low": 2, "rank_high": None, "top": 0.4},
        ],
        "density": [{"level": 0, "rings": [_ring(-80.45, -3.56)]}],
        "clusters": [{"cells": ["A"], "unit_code": "2401"}],
        "accuracy": {"until": "2014-06-30", "area_share": 0.1, "pai": 3.2, "low": 1.4, "high": 5.1},
        "streets": [
            {"level": 0, "lines": [[[-80.45, -3.56], [-80.449, -3.56]]]},
            {"level": 1, "lines": []},
            {"level": 2, "lines": [[[-80.448, -3.56], [-80.447, -3.56]]]},
        ],
    },
    "schematic_streets": True,
    "ahead": {
        "enough": True,
        "size": 500,
        "forecast": {
            "from": "2014-06-30", "until": "2015-06-30", "area_share": 0.1, "baseline": "kernel", "simple_wins": True,
            "best": "kernel", "zones": ["A"],
            "methods": [
                {"method": "uniform", "caught": 0.1}, {"method": "last-year", "caught": 0.3},
                {"method": "kernel", "caught": 0.45}, {"method": "self-exciting", "caught": 0.4},
            ],
        },
        "why": {
            "cells": 900, "simulations": 499, "schematic": True,
            "asked": [{"es": "cantinas", "en": "bars"}, {"es": "colegios", "en": "schools"}],
            "chosen": [{"name": {"es": "cantinas", "en": "bars"}, "way": "proximity", "metres": 500, "ratio": 2.7,
                        "low": 1.6, "high": 4.4, "p": 0.002}],
        },
    },
    "alarms": {
        "enough": True,
        "first": "2014-06-30",
        "last": "2015-06-22",
        "weeks": 52,
        "methods": [
            {"method": "farrington",
             "alarms": [{"week": "2015-06-08", "count": 5}, {"week": "2014-12-01", "count": None}],
             "false_a_year": 0.4, "low": 0.3, "high": 0.5},
            {"method": "ears", "alarms": [], "false_a_year": 1.0, "low": 0.9, "high": 1.1},
        ],
        "changes": [{"from": "2012-01", "low": "2011-12", "high": "2012-03", "ratio": 4.4, "ratio_low": 2.2,
                     "ratio_high": 8.5}],
        "gatherings": {"reach": 500, "days": 28, "until": "2015-06-20", "simulations": 999, "found": [
            {"unit_code": "2401", "days": 9, "ratio": 6.1, "recurrence_days": 400.0, "p": 0.002}]},
        "repeat": {"metres": 400, "days": 14, "ratio": 2.6, "low": 1.5, "high": 6.0, "p": 0.004, "simulations": 999},
    },
    "moved": {
        "level": "province",
        "similarity": {"from": "2013-06-30", "middle": "2014-06-30", "until": "2015-06-30", "alike": 0.67, "p": 0.012,
                       "units": 3, "changed": [{"unit_code": "2403", "more": True}], "simulations": 999},
        "spread": {"units": 6, "quarters": 18, "lag": 2, "correlation": -0.31, "p": 0.01, "low": -0.2, "high": 0.22,
                   "simulations": 999},
        "operations": [
            {"id": "one", "name": {"es": "Patrullas", "en": "Patrols"}, "from": "2014-01-01", "months": 12,
             "treated": ["2403"], "control": ["2402"], "verdict": "better", "whole": -20, "low": -35, "high": -5,
             "p": 0.009, "spilled": 4, "spilled_low": -6, "spilled_high": 14},
            {"id": "two", "name": {"es": "Luces", "en": "Lights"}, "from": "2015-06-01", "months": 12,
             "treated": ["2401"], "control": ["2402"], "verdict": "too early", "whole": None, "low": None, "high": None,
             "p": None, "spilled": None, "spilled_low": None, "spilled_high": None},
        ],
    },
}  # fmt: skip


EVALUATIONS: list[dict[str, Any]] = [
    {
        "id": "controles", "measure": "", "name": {"es": "Controles", "en": "Checkpoints"},
        "question": {"es": "¿Bajaron los homicidios?", "en": "Did homicides fall?"}, "start": "2014-01-01",
        "outcome": "homicide", "expected": 0.8, "design": "difference-in-differences", "judged_after_months": 24,
        "treated": ["2403"], "comparison": ["2401"], "around": ["2402"],
        "registered": {"on": "2013-12-02", "hash": "a" * 64, "reason": "", "before_start": True}, "amendments": [],
        "kept": True, "until": "2015-06-30", "settled": False, "ratio": 0.7, "low": 0.5, "high": 1.1, "p": 0.12,
        "averted": 9, "averted_low": -2, "averted_high": 20, "verdict": "cannot-tell", "rule": "too-wide",
        "says": {"es": ["No se distingue."], "en": ["It cannot be told apart."]}, "doubt": {"es": [], "en": []},
        "second": {"design": "structural-series", "ratio": 0.8, "low": 0.5, "high": 1.3},
        "watch": {"looks": 24, "seen": 18, "signal": False}, "moved": "cannot tell", "interval_by": "periods",
        "placebos": [{"kind": "displacement", "label": "2402", "ratio": 1.1, "low": 0.7, "high": 1.8}],
        "foresight": {
            "rule": "", "says": {"es": ["Vería una baja de 60 %."], "en": ["It would see a fall of 60 %."]},
            "falls": [{"months": 6, "percent": None}, {"months": 12, "percent": 60}],
        },
    },
]  # fmt: skip


def _committee() -> dict[str, Any]:
    """What the committee of the Tumbes example answers for, with a log."""
    told = read_committee(Path(__file__).parents[2] / "examples" / "tumbes")
    assert told is not None
    changes = (Change(7, dt.date(2016, 12, 14), "session.held", "2016-4"),)
    return answering(answer(told, changes=changes, head=Head(7, "a" * 64)))


def _answer_clock() -> dict[str, Any]:
    """Sixteen open reports of the Tumbes example: one body slow, one quick, one with too few."""
    now = dt.datetime(2015, 6, 30, tzinfo=dt.UTC)
    received = now - dt.timedelta(days=60)

    def case(body: str, category: str, days: float | None) -> Case:
        answered = None if days is None else received + dt.timedelta(days=days)
        return Case(body, category, Standing(State.ANSWERED if answered else State.RECEIVED, received, answered))

    cases = [case("alumbrado", "luz-antigua", days) for days in (1, 2, 3, 4, 5, 6)]
    cases += [case("muni-provincial", "waste", days) for days in (20, 40, 50, None, None, None, None, None)]
    cases += [case("gobierno-regional", "waste", 1), case("gobierno-regional", "waste", 2)]
    told = answer_clock(cases, at=now, minimum=5, within_days=30)
    return clock(told, read_catalogue(Path(__file__).parents[2] / "examples" / "tumbes" / "voice"))


@pytest.fixture(scope="session")
def small_edition() -> Edition:
    """54 homicides in 2014 in the department "24"; two age groups and two hours are withheld."""
    figures = pl.DataFrame(list(_rows()), schema=figures_schema())
    lists = {field: _codes("yes_no" if field == "qualified" else field) for field in BREAKDOWN_2014}
    units = [("24", "Tumbes", "department", None)]
    units += [(code, name, "province", "24") for code, (name, _, _) in PROVINCES.items()]
    units += [(code, name, "city", None) for code, (name, _) in CITIES.items()]
    squares = [
        _square("2401", "Tumbes", -80.6, -3.9, 0.4, 0.4),
        _square("2402", "Contralmirante Villar", -81.0, -4.2, 0.4, 0.5),
        _square("2403", "Zarumilla", -80.2, -3.75, 0.3, 0.35),
    ]
    return Edition(
        id="tumbes",
        name={"es": "Observatorio de Tumbes", "en": "Tumbes Observatory"},
        synthetic={"es": "Los registros de víctimas son inventados.", "en": "The victim records are made up."},
        focus="24",
        compare=tuple(CITIES),
        languages=("es", "en"),
        as_of=dt.date(2015, 6, 30),
        concept="ceic",
        place="occurrence",
        minimum_cell=3,
        minimum_percent_base=20,
        licence="CC-BY-4.0",
        contact="observatorio@example.org",
        version="0.1.0",
        committee=_committee(),
        answer_clock=_answer_clock(),
        inputs_sha256="0" * 64,
        figures=figures,
        units=pl.DataFrame(units, schema=UNITS_SCHEMA, orient="row"),
        population=pl.DataFrame(schema=POPULATION_SCHEMA),
        breaks=pl.DataFrame(schema=BREAKS_SCHEMA),
        areas=(Area("province", "1", True, "Convive", "CC0-1.0", {"type": "FeatureCollection", "features": squares}),),
        definitions={name: catalogue()[name].model_dump() for name in figures["indicator"].unique().sort()},
        sources=tuple(_sources()),
        audit=AUDIT,
        quality=QUALITY,
        scorecard=SCORECARD,
        patterns=PATTERNS,
        evaluations=EVALUATIONS,
        register={"records": 290, "cases": 182, "joined_by": {"source_number": 12}, "contradictions": {}},
        classifications={**lists, "weekday": _codes("weekday")},
    )
