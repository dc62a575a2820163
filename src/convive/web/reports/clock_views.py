"""The answer clock as everybody sees it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from convive.voice.reports import clock_words as words
from convive.voice.reports.clock import ALL, OTHERS, Clock, Row
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
    named = None if one.category == OTHERS else category.name[language] if category else one.category
    who = None if one.body == ALL else body.name[language] if body else one.body
    ends = one.outcome
    return {
        "who": words.who(who, named, language),
        "reports": ends.received,
        "medians": [
            words.median(**vars(median), of=ends.received, language=language)
            for median in (one.answered, one.acted, one.solved)
        ],
        "in_time": words.share(*one.in_time, language),
        "both": words.ends(ends.closed, ends.solved, ends.not_solved, language),
    }
