"""The answer clock as everybody sees it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from convive.texts import number, say
from convive.voice.reports.clock import OTHERS, Clock, Median, Row
from convive.web.reports import place
from convive.web.reports.telling import answer_clock
from convive.web.reports.views import frame


@require_safe
def clock(request: HttpRequest, language: str) -> HttpResponse:
    """Medians and shares by body and category, with the number behind each; the worst delays first."""
    told = answer_clock()
    shown = {"rows": [_row(one, language) for one in _lines(told)], "rules": place.catalogue().rules}
    return render(request, "reports/clock.html", frame(language) | shown)


def _lines(told: Clock | None) -> list[Row]:
    if told is None:
        return []
    return [*told.rows, *([told.all] if told.all is not None else [])]


def _row(one: Row, language: str) -> dict[str, object]:
    body, category = place.catalogue().bodies.get(one.body), place.catalogue().categories.get(one.category)
    what = say("reports.clock.others", language) if one.category == OTHERS else one.category
    who = [body.name[language] if body else one.body, category.name[language] if category else what]
    share, low, high = (number(100 * part, language) for part in one.in_time)
    ends = one.outcome
    return {
        "who": " · ".join(filter(None, who)) or say("reports.clock.all", language),
        "reports": ends.received,
        "medians": [_median(median, ends.received, language) for median in (one.answered, one.acted, one.solved)],
        "in_time": say("reports.clock.share", language, share=share, low=low, high=high),
        "both": say(
            "reports.clock.both_of",
            language,
            closed=ends.closed,
            solved=ends.solved,
            not_solved=ends.not_solved,
        ),
    }


def _median(one: Median, whole: int, language: str) -> str:
    if one.days is None:
        return say("reports.clock.not_half", language, came=one.came, n=whole)
    low, high = (
        say("reports.clock.no_end", language) if day is None else _days(day, language) for day in (one.low, one.high)
    )
    return say(
        "reports.clock.median", language, days=_days(one.days, language), low=low, high=high, came=one.came, n=whole
    )


def _days(days: float, language: str) -> str:
    return number(days, language, 1)
