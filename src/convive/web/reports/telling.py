"""A report in words, for pages, feeds and the desk."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from convive.texts import date, number, say
from convive.voice.reports import clock
from convive.voice.reports.clock import Case, Clock
from convive.voice.reports.shares import Outcome
from convive.voice.reports.states import Kind, State
from convive.web.reports import place
from convive.web.reports.filing import standing_of
from convive.web.reports.models import Happened, Report


def row(report: Report, language: str) -> dict[str, Any]:
    """What is told of ``report``: its address, words and photo only after somebody looked at them."""
    catalogue = place.catalogue()
    category, body = catalogue.categories.get(report.category), catalogue.bodies.get(report.body)
    return {
        "number": report.pk,
        "address_of": f"/r/{language}/{report.pk}/",
        "category": category.name[language] if category else report.category,
        "body": body.name[language] if body else say("reports.nobody", language),
        "unit": place.unit_names().get(report.unit, ""),
        "address": report.address if report.screened else "",
        "words": report.words if report.screened else "",
        "unscreened": bool(report.words or report.address or hasattr(report, "photo")) and not report.screened,
        "photo": report.screened and hasattr(report, "photo"),
        "state": say(f"reports.state.{report.state}", language),
        "look": report.state,
        "received": day(report.received, language),
        "updated": day(report.updated, language),
        "events": [_event(one, language) for one in report.events.all()],
    }


def day(moment: dt.datetime, language: str) -> str:
    """The day of ``moment`` in the observatory's time zone."""
    zone = ZoneInfo(place.observatory().settings.observatory.timezone)
    return date(moment.astimezone(zone).date(), language)


def both_shares(reports: QuerySet[Report], language: str) -> str:
    """Closed beside solved, in one sentence that cannot be taken apart; "" of nothing."""
    found = outcome(reports)
    closed, solved = found.both()
    if closed.value is None or solved.value is None:
        return ""
    low, high = solved.interval
    return say(
        "reports.both_shares",
        language,
        n=found.received,
        closed=closed.part,
        closed_share=number(100 * closed.value, language),
        solved=solved.part,
        solved_share=number(100 * solved.value, language),
        low=number(100 * low, language),
        high=number(100 * high, language),
        not_solved=found.not_solved,
        silent=found.silent,
    )


def outcome(reports: QuerySet[Report]) -> Outcome:
    """How ``reports`` ended, counted by the database."""

    def ever(*kinds: Kind) -> int:
        return reports.filter(Exists(Happened.objects.filter(report=OuterRef("pk"), kind__in=kinds))).count()

    return Outcome(
        received=reports.count(),
        answered=ever(Kind.ANSWERED, Kind.ACTED, Kind.CLOSED),
        acted=ever(Kind.ACTED),
        closed=ever(Kind.CLOSED),
        solved=reports.filter(state=State.SOLVED).count(),
        not_solved=reports.filter(state=State.NOT_SOLVED).count(),
    )


def answer_clock() -> Clock | None:
    """The answer clock as it stands now; None while no body has a report to answer."""
    known = cases()
    if not known:
        return None
    rules = place.catalogue().rules
    return clock.answer_clock(
        known, at=dt.datetime.now(dt.UTC), minimum=rules.minimum_reports, within_days=rules.answered_within_days
    )


def cases() -> list[Case]:
    """Every report that a body answers for, as the answer clock sees it."""
    known = Report.objects.exclude(body="").prefetch_related("events")
    return [
        Case(one.body, one.category, standing_of(one), any(event.kind == Kind.CLOSED for event in one.events.all()))
        for one in known
    ]


def _event(one: Happened, language: str) -> dict[str, str]:
    return {
        "day": day(one.at, language),
        "what": say(f"reports.happened.{one.kind}", language),
        "by": say(f"reports.by.{one.by}", language),
        "words": one.words,
    }
