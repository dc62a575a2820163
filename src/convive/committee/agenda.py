"""The agenda of the next session, made from what changed since the last: nobody has to remember what hurts.

Figures that changed, alarms, agreements overdue, periods of the law, gates of the plan. They are proposals: the
technical secretary takes them up or leaves them, and writes the agenda.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from convive.committee.answer import Answer
from convive.texts import date, say

Numbers = Mapping[str, float]
"""Values of figures by ``indicator/unit/period``."""


@dataclass(frozen=True)
class Item:
    """A proposal for the agenda: its ``kind`` (figure, alarm, agreement, period, gate) and its sentence."""

    kind: str
    words: str


def proposals(
    answer: Answer,
    language: str,
    *,
    before: Numbers | None = None,
    now: Numbers | None = None,
    alarms: Iterable[Mapping[str, Any]] = (),
    gates: Iterable[str] = (),
    label: Callable[[str], str] = str,
) -> list[Item]:
    """What the committee should speak of: ``before`` are the figures as they stood when the last session was called,
    ``now`` as they stand; ``alarms`` as the edition has them; ``gates`` sentences of the plan's review; ``label`` what
    people call a figure."""
    items = [Item("agreement", _overdue(one, language)) for one in answer.agreements if one.state == "overdue"]
    items += [_period(one, language) for one in answer.periods if one.overdue]
    items += [
        Item("alarm", say("committee.agenda_alarm", language, week=one["week"], n=one["count"])) for one in alarms
    ]
    items += [Item("figure", words) for words in _changed(before or {}, now or {}, language, label)]
    return [*items, *(Item("gate", words) for words in gates)]


def _overdue(one: Any, language: str) -> str:
    return say(
        "committee.agenda_agreement",
        language,
        text=one.text[language],
        owner=one.owner[language],
        due=_date(one.due, language),
        n=one.days_late,
    )


def _period(one: Any, language: str) -> Item:
    label = one.period.en if language == "en" else one.period.es
    return Item(
        "period",
        say("committee.agenda_period", language, what=label, until=_date(one.until, language), law=one.period.article),
    )


def _changed(before: Numbers, now: Numbers, language: str, label: Callable[[str], str]) -> list[str]:
    """Figures that are new or other than they were, the largest change first."""
    told = []
    for key in sorted(now, key=lambda name: (-abs(now[name] - before.get(name, 0)), name)):
        if key in before and before[key] != now[key]:
            values = {"before": f"{before[key]:g}", "now": f"{now[key]:g}"}
            told.append(say("committee.agenda_figure", language, figure=label(key), **values))
        elif key not in before and before:
            told.append(say("committee.agenda_new_figure", language, figure=label(key), now=f"{now[key]:g}"))
    return told[:MOST_FIGURES]


MOST_FIGURES = 10
"""As many changed figures are proposed; the rest stands on the public site."""


def _date(day: dt.date, language: str) -> str:
    return date(day, language)
