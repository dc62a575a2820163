"""What happened to a report, and what follows from it: *closed* is not *solved*.

A body receives, answers, acts and closes. Whether the thing is solved is said by the person who reported it, or by a
panel of neighbours who went to look; a body that tries is refused. Who says «not solved» opens the report again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from convive.errors import Problem, VoiceError


class By(StrEnum):
    """Who speaks."""

    REPORTER = "reporter"
    BODY = "body"
    PANEL = "panel"
    SYSTEM = "system"


class Kind(StrEnum):
    """What happened."""

    RECEIVED = "received"
    ROUTED = "routed"
    ANSWERED = "answered"
    ACTED = "acted"
    CLOSED = "closed"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    REMINDED = "reminded"


class State(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    ANSWERED = "answered"
    IN_WORK = "in_work"
    CLOSED = "closed"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"


WHO_MAY: dict[Kind, frozenset[By]] = {
    Kind.RECEIVED: frozenset({By.SYSTEM}),
    Kind.ROUTED: frozenset({By.SYSTEM, By.BODY}),
    Kind.ANSWERED: frozenset({By.BODY}),
    Kind.ACTED: frozenset({By.BODY}),
    Kind.CLOSED: frozenset({By.BODY}),
    Kind.SOLVED: frozenset({By.REPORTER, By.PANEL}),
    Kind.NOT_SOLVED: frozenset({By.REPORTER, By.PANEL}),
    Kind.REMINDED: frozenset({By.SYSTEM}),
}
_FROM: dict[Kind, frozenset[State]] = {
    Kind.RECEIVED: frozenset(),
    Kind.ROUTED: frozenset({State.RECEIVED, State.ANSWERED, State.IN_WORK, State.NOT_SOLVED}),
    Kind.ANSWERED: frozenset({State.RECEIVED, State.ANSWERED, State.IN_WORK, State.NOT_SOLVED}),
    Kind.ACTED: frozenset({State.RECEIVED, State.ANSWERED, State.IN_WORK, State.NOT_SOLVED}),
    Kind.CLOSED: frozenset({State.RECEIVED, State.ANSWERED, State.IN_WORK, State.NOT_SOLVED}),
    Kind.SOLVED: frozenset(State) - {State.SOLVED},
    Kind.NOT_SOLVED: frozenset({State.CLOSED, State.SOLVED}),
    Kind.REMINDED: frozenset({State.RECEIVED, State.ANSWERED, State.IN_WORK, State.NOT_SOLVED, State.CLOSED}),
}
_LEADS_TO: dict[Kind, State] = {
    Kind.RECEIVED: State.RECEIVED,
    Kind.ANSWERED: State.ANSWERED,
    Kind.ACTED: State.IN_WORK,
    Kind.CLOSED: State.CLOSED,
    Kind.SOLVED: State.SOLVED,
    Kind.NOT_SOLVED: State.NOT_SOLVED,
}


@dataclass(frozen=True)
class Event:
    """One thing that happened to a report. ``at`` has a zone."""

    kind: Kind
    at: dt.datetime
    by: By


@dataclass(frozen=True)
class Standing:
    """Where a report stands and when it first came to each milestone; None: not yet.

    ``closed`` and ``solved`` are the last word; a report that was opened again is neither. ``said_by``: who said solved
    or not solved.
    """

    state: State
    received: dt.datetime
    answered: dt.datetime | None = None
    acted: dt.datetime | None = None
    closed: dt.datetime | None = None
    solved: dt.datetime | None = None
    said_by: By | None = None
    reminded: dt.datetime | None = None
    updated: dt.datetime | None = None

    @property
    def open311(self) -> str:
        """``open`` or ``closed``, the two states that Open311 knows."""
        return "closed" if self.state in (State.CLOSED, State.SOLVED) else "open"


def standing(events: Sequence[Event]) -> Standing:
    """What follows from ``events`` in their order; the first is the reception."""
    first = events[0]
    if first.kind is not Kind.RECEIVED:
        raise ValueError("a report begins with its reception")
    now = Standing(State.RECEIVED, first.at, updated=first.at)
    for event in events[1:]:
        now = _after(now, event)
    return now


def check(now: Standing, kind: Kind, by: By) -> None:
    """Raise :class:`VoiceError` where ``by`` may not let ``kind`` happen as the report stands."""
    if by not in WHO_MAY[kind]:
        code = "solved-by-whom" if kind in (Kind.SOLVED, Kind.NOT_SOLVED) else "event-out-of-turn"
        raise VoiceError(Problem(code, value=now.state.value))
    if now.state not in _FROM[kind]:
        raise VoiceError(Problem("event-out-of-turn", value=now.state.value))
    if by is By.REPORTER and now.said_by is By.PANEL and now.state is State.NOT_SOLVED and kind is Kind.NOT_SOLVED:
        raise VoiceError(Problem("event-out-of-turn", value=now.state.value))


def due(now: Standing, at: dt.datetime, *, after_days: int) -> bool:
    """Whether a reminder is due: so many days passed since the reception, or the last reminder, and neither was it
    solved nor did anybody say that it was not."""
    if now.state is State.SOLVED:
        return False
    since = max(moment for moment in (now.received, now.reminded, now.closed) if moment is not None)
    return at - since >= dt.timedelta(days=after_days)


def _after(now: Standing, event: Event) -> Standing:
    kind, at = event.kind, event.at
    if event.by not in WHO_MAY[kind]:
        raise VoiceError(Problem("solved-by-whom", value=now.state.value))
    told = {name: getattr(now, name) for name in ("received", "answered", "acted", "closed", "solved", "said_by")}
    told |= {"reminded": at if kind is Kind.REMINDED else now.reminded, "updated": at}
    if kind in (Kind.ANSWERED, Kind.ACTED, Kind.CLOSED):
        told["answered"] = now.answered or at
    if kind is Kind.ACTED:
        told["acted"] = now.acted or at
    if kind is Kind.CLOSED:
        told |= {"closed": at, "solved": None, "said_by": None}
    if kind is Kind.SOLVED:
        told |= {"solved": at, "said_by": event.by}
    if kind is Kind.NOT_SOLVED:
        told |= {"closed": None, "solved": None, "said_by": event.by}
    return Standing(state=_LEADS_TO.get(kind, now.state), **told)
