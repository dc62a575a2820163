"""What the office does with open reports: permission, change and line of the log as one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from convive.errors import Problem, VoiceError
from convive.voice.reports.states import By, Kind, check
from convive.web.office.actions import acting
from convive.web.office.guard import may
from convive.web.reports import place
from convive.web.reports.filing import standing_of, tell
from convive.web.reports.models import Happened, Report

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def answer(*, subject: Report, kind: Kind, words: str, by: User) -> None:
    """The body answers, acts or closes, saying what in ``words``. Raises :class:`VoiceError`, ``PermissionDenied``."""
    with transaction.atomic():
        if not may(by, "reports.answer"):
            raise PermissionDenied
        tell(report=subject, kind=kind, by=By.BODY, words=words, who=by.get_username(), reason=words)


def close_done(*, subject: Report, words: str, by: User) -> None:
    """The body did something and closes: two events, so that *acted on* is counted and *closed* as well."""
    with transaction.atomic():
        answer(subject=subject, kind=Kind.ACTED, words=words, by=by)
        answer(subject=subject, kind=Kind.CLOSED, words="", by=by)


def screen(*, subject: Report, shown: bool, by: User) -> None:
    """Somebody looked at words, address and photo: they are shown to all, or no longer."""
    with acting("reports.answer", by=by, act="report.screened", subject=str(subject.pk), details={"shown": shown}):
        Report.objects.filter(pk=subject.pk).update(screened=shown)


def route(*, subject: Report, body: str, reason: str, by: User) -> None:
    """Pass ``subject`` to another body. Raises :class:`VoiceError` for one that does not exist."""
    if body not in place.catalogue().bodies:
        raise VoiceError(Problem("route-leads-nowhere", column="body", value=body))
    with acting(
        "reports.answer", by=by, act="report.routed", subject=str(subject.pk), reason=reason, details={"body": body}
    ):
        now = standing_of(subject)
        check(now, Kind.ROUTED, By.BODY)
        Report.objects.filter(pk=subject.pk).update(body=body)
        Happened.objects.create(
            report=subject,
            kind=Kind.ROUTED,
            by=By.BODY,
            at=dt.datetime.now(dt.UTC),
            words=reason,
            who=by.get_username(),
        )


def panel_says(*, subject: Report, solved: bool, people: int, words: str, by: User) -> None:
    """What a panel of neighbours found when they went to look. Who answers reports cannot note it.

    Raises :class:`VoiceError` for too small a panel, ``PermissionDenied`` for whoever may answer reports.
    """
    least = place.catalogue().rules.panel_minimum
    if people < least:
        raise VoiceError(Problem("panel-too-small", column="people", value=str(people), values={"most": least}))
    with transaction.atomic():
        if not may(by, "reports.panel") or may(by, "reports.answer"):
            raise PermissionDenied
        kind = Kind.SOLVED if solved else Kind.NOT_SOLVED
        tell(report=subject, kind=kind, by=By.PANEL, words=words, who=by.get_username(), reason=f"{people}: {words}")
