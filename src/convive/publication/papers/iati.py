"""The plan as IATI 2.03 activities (iatistandard.org): one activity a measure, with budget, transactions and results.

What is made is held against the standard's own schema (``iati-2.03/``) before anybody gets it.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from convive.errors import BuildError, Problem
from convive.strategy.evidence import Evidence
from convive.strategy.plan import Body, Indicator, Measure
from convive.strategy.review import Review
from convive.strategy.targets import Standing

SCHEMA = Path(__file__).parent / "iati-2.03" / "iati-activities-schema.xsd"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
STATUS = {"ahead": "1", "present": "2", "done": "4", "cancelled": "5"}
ROLES = {"accountable": "2", "funding": "1", "implementing": "4"}
TRANSACTIONS = {"commitment": "2", "spending": "4"}
ORIGINAL, INDICATIVE, GENERAL = "1", "1", "1"
OUTPUT, OUTCOME = "1", "2"
UNIT, PERCENTAGE = "1", "2"

Element = Any
"""lxml's elements carry no types."""


def activities(review: Review) -> bytes:
    """The plan that ``review`` looked at as an IATI file.

    Raises :class:`~convive.errors.BuildError` naming line and message where it would not be valid, such as for a plan
    without ``iati_prefix``.
    """
    if not review.plan.iati_prefix:
        raise BuildError(Problem("iati-prefix-missing", file="strategy/plan.toml", column="iati_prefix"))
    stamp = f"{review.on.isoformat()}T00:00:00Z"
    root = etree.Element("iati-activities", version="2.03")
    root.set("generated-datetime", stamp)
    for measure in review.plan.measure:
        _activity(root, review, measure, stamp)
    check(root)
    told: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return told


def check(root: Element) -> None:
    """Hold an IATI file against the schema; raises :class:`~convive.errors.BuildError` with the first mistakes."""
    schema = _schema()
    if not schema.validate(root):
        raise BuildError(
            [
                Problem("iati-invalid", file="iati.xml", row=error.line, values={"detail": error.message})
                for error in list(schema.error_log)[:5]
            ]
        )


@cache
def _schema() -> Element:
    return etree.XMLSchema(etree.parse(SCHEMA, etree.XMLParser(no_network=True)))


def _activity(root: Element, review: Review, measure: Measure, stamp: str) -> None:
    plan = review.plan
    one = etree.SubElement(root, "iati-activity")
    one.set("default-currency", plan.currency)
    one.set("last-updated-datetime", stamp)
    one.set(LANG, "es")
    etree.SubElement(one, "iati-identifier").text = f"{plan.iati_prefix}-{measure.id}"
    reporting = etree.SubElement(one, "reporting-org", ref=plan.bodies[plan.lead].iati or plan.iati_prefix)
    reporting.set("type", plan.bodies[plan.lead].iati_type)
    _narrative(reporting, plan.bodies[plan.lead].label)
    _narrative(etree.SubElement(one, "title"), measure.label)
    _narrative(etree.SubElement(one, "description", type=GENERAL), measure.why)
    _bodies(one, review, measure)
    etree.SubElement(one, "activity-status", code=_status(review, measure))
    _dates(one, review, measure)
    if plan.iati_country:
        etree.SubElement(one, "recipient-country", code=plan.iati_country)
    if plan.iati_sector:
        etree.SubElement(one, "sector", vocabulary="1", code=plan.iati_sector)
    for budget in measure.budget:
        _budget(one, budget.year, budget.planned, plan.currency)
    for piece in reversed(review.evidence_of(measure)):
        if piece.kind in TRANSACTIONS:
            _transaction(one, piece, plan.bodies[piece.source], plan.currency)
    for standing in review.standings:
        if standing.indicator.id == measure.evaluation.outcome:
            _result(one, standing, OUTCOME, review.on)
        elif standing.indicator.output and standing.indicator.output.activity in {a.id for a in measure.activity}:
            _result(one, standing, OUTPUT, review.on)


def _bodies(one: Element, review: Review, measure: Measure) -> None:
    told = [(measure.lead, "accountable"), *((partner, "implementing") for partner in measure.partners)]
    told += [(source, "funding") for source in dict.fromkeys(budget.source for budget in measure.budget)]
    for name, role in told:
        body = review.plan.bodies[name]
        element = etree.SubElement(one, "participating-org", role=ROLES[role], type=body.iati_type)
        if body.iati:
            element.set("ref", body.iati)
        _narrative(element, body.label)


def _status(review: Review, measure: Measure) -> str:
    if measure.withdrawn is not None:
        return STATUS["cancelled"]
    if review.progress[measure.id].share >= 1:
        return STATUS["done"]
    return STATUS["ahead" if review.on < measure.start else "present"]


def _dates(one: Element, review: Review, measure: Measure) -> None:
    """Planned start and end; the actual ones as evidence shows them."""
    told = [("1", measure.start), ("3", measure.until)]
    pieces = review.evidence_of(measure)
    if pieces:
        told.insert(1, ("2", min(piece.dated for piece in pieces)))
    if pieces and review.progress[measure.id].share >= 1:
        told.append(("4", max(piece.dated for piece in pieces)))
    for kind, day in told:
        etree.SubElement(one, "activity-date", {"type": kind, "iso-date": day.isoformat()})


def _budget(one: Element, year: int, planned: float, currency: str) -> None:
    budget = etree.SubElement(one, "budget", type=ORIGINAL, status=INDICATIVE)
    etree.SubElement(budget, "period-start", {"iso-date": f"{year}-01-01"})
    etree.SubElement(budget, "period-end", {"iso-date": f"{year}-12-31"})
    _value(budget, planned, f"{year}-01-01", currency)


def _transaction(one: Element, piece: Evidence, source: Body, currency: str) -> None:
    transaction = etree.SubElement(one, "transaction")
    etree.SubElement(transaction, "transaction-type", code=TRANSACTIONS[piece.kind])
    etree.SubElement(transaction, "transaction-date", {"iso-date": piece.dated.isoformat()})
    _value(transaction, piece.quantity, piece.dated.isoformat(), currency)
    if piece.public:
        narrative = etree.SubElement(etree.SubElement(transaction, "description"), "narrative")
        narrative.text = piece.title
    provider = etree.SubElement(transaction, "provider-org", type=source.iati_type)
    if source.iati:
        provider.set("ref", source.iati)
    _narrative(provider, source.label)


def _value(parent: Element, amount: float, day: str, currency: str) -> None:
    value = etree.SubElement(parent, "value", {"currency": currency, "value-date": day})
    value.text = f"{amount:.2f}"


def _result(one: Element, standing: Standing, kind: str, on: dt.date) -> None:
    about = standing.indicator
    result = etree.SubElement(one, "result", {"type": kind, "aggregation-status": "false"})
    _narrative(etree.SubElement(result, "title"), about.label)
    share = bool(standing.baseline_figure and standing.baseline_figure.share)
    measure = PERCENTAGE if share else UNIT
    indicator = etree.SubElement(result, "indicator", measure=measure, ascending=str(about.better == "more").lower())
    _narrative(etree.SubElement(indicator, "title"), about.label)
    _narrative(etree.SubElement(indicator, "description"), about.unit)
    scale = 100 if share else 1
    if standing.baseline is not None:
        began = standing.baseline_figure.ended if standing.baseline_figure else on
        told = {"year": str(began.year), "value": f"{scale * standing.baseline:g}"}
        etree.SubElement(indicator, "baseline", told)
    _period(indicator, about, standing, scale, on)


def _period(indicator: Element, about: Indicator, standing: Standing, scale: int, on: dt.date) -> None:
    period = etree.SubElement(indicator, "period")
    last = standing.current_figure
    began = dt.date(last.ended.year, 1, 1) if last else dt.date(min(on, about.target.by).year, 1, 1)
    etree.SubElement(period, "period-start", {"iso-date": began.isoformat()})
    etree.SubElement(period, "period-end", {"iso-date": about.target.by.isoformat()})
    etree.SubElement(period, "target", value=f"{scale * about.target.value:g}")
    if standing.current is not None:
        actual = etree.SubElement(period, "actual", value=f"{scale * standing.current:g}")
        if last is not None:
            comment = etree.SubElement(etree.SubElement(actual, "comment"), "narrative")
            comment.text = last.period


def _narrative(parent: Element, text: Any) -> None:
    for language in ("es", "en"):
        narrative = etree.SubElement(parent, "narrative")
        narrative.set(LANG, language)
        narrative.text = text[language]
