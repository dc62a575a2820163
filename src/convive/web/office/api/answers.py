"""What the API answers, as its description tells it: texts in both languages, days as ISO 8601, shares as 0 … 1."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field


class Text(Schema):
    es: str
    en: str


class Said(Schema):
    """Why there is no answer."""

    detail: Any


class Dated(Schema):
    """Something that lasts ``from`` a day ``until`` another."""

    model_config = ConfigDict(populate_by_name=True)

    start: dt.date = Field(alias="from")
    until: dt.date


class Sums(Schema):
    """Money in the plan's currency."""

    planned: float
    committed: float
    spent: float


class Money(Sums):
    """What a body gives in a year."""

    year: int
    source: str


class Need(Schema):
    """Evidence that an activity needs, and how much of it is there."""

    kind: str
    what: Text
    quantity: float
    there: float


class Activity(Dated):
    id: str
    label: Text
    lead: str
    partners: list[str]
    state: str
    share: float
    needs: list[Need]


class Piece(Schema):
    """Evidence of an activity. ``counts_since``: none while a second person has yet to confirm it."""

    id: str
    kind: str
    dated: dt.date
    quantity: float
    source: str
    title: str
    by: str
    sha256: str | None
    counts_since: dt.date | None
    withdrawn_on: dt.date | None


class ActivityWithEvidence(Activity):
    measure: str
    evidence: list[Piece]


class Measure(Dated):
    """``units``: where it is tried."""

    id: str
    label: Text
    why: Text
    stage: str
    objective: str
    lead: str
    partners: list[str]
    units: list[str]
    share: float
    money: list[Money]
    activities: list[Activity]


class Measures(Schema):
    """One page of ``count`` measures."""

    count: int
    items: list[Measure]


class Condition(Schema):
    """A condition of a gate: whether it ``holds``, and since when."""

    id: str
    label: Text
    kind: str
    holds: bool
    since: dt.date | None
    value: float | None
    to: str


class Stage(Sums):
    id: str
    label: Text
    state: str
    share: float
    onward: list[Condition]
    back: list[Condition]


class Plan(Dated):
    """``stage``: the present one, ``since`` when; ``refused``: rows of evidence and decisions that do not fit."""

    title: Text
    currency: str
    on: dt.date
    as_of: dt.date
    stage: str
    since: dt.date | None
    stages: list[Stage]
    bodies: dict[str, Text]
    objectives: dict[str, Text]
    refused: int


class Indicator(Schema):
    """``low`` and ``high``: the interval of the ``current`` value, where the register gives one."""

    id: str
    label: Text
    unit: Text
    better: str
    objective: str
    kind: str
    baseline: float | None
    baseline_period: str
    current: float | None
    current_period: str | None
    low: float | None
    high: float | None
    provisional: bool
    target: float
    by: dt.date
    reached: str


class Sitting(Schema):
    id: str
    kind: str
    held_on: dt.date
    seats: int
    present: int
    needed: int
    quorate: bool
    absent: list[Text]


class Attendance(Schema):
    seat: Text
    agency: str
    came: int
    held: int


class FollowUp(Schema):
    on: dt.date
    text: Text


class Agreement(Schema):
    id: str
    text: Text
    owner: Text
    due: dt.date
    agreed_on: dt.date | None
    state: str
    days_late: int
    followed: list[FollowUp]


class Period(Schema):
    """A period of the law; ``verified``: somebody has read it in the norm."""

    id: str
    text: Text
    every_months: int
    article: str
    date: dt.date
    verified: bool
    last: dt.date | None
    until: dt.date
    overdue: bool


class Committee(Schema):
    on: dt.date
    level: str
    sittings: list[Sitting]
    attendance: list[Attendance]
    agreements: list[Agreement]
    periods: list[Period]


class Line(Schema):
    """A line of the log; ``hash`` binds it to the one ``previous`` to it."""

    number: int
    at: dt.datetime
    by: str
    act: str
    subject: str
    reason: str
    details: dict[str, Any]
    previous: str
    hash: str


class Lines(Schema):
    """Lines in their order; ``head``: number and hash of the last one of all."""

    head: str | None
    items: list[Line]
