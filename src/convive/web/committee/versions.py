"""Two people change the same thing: the second is told, and no edit is lost."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F

from convive.errors import CommitteeError, Problem
from convive.web.journal.models import Line


class ChangedMeanwhile(CommitteeError):
    """Somebody changed it after the reader had opened it."""


def change(one: models.Model, *, seen: int, subject: str, **values: Any) -> None:
    """Write ``values`` into ``one`` if it is still the version that was ``seen``; one statement of the
    database decides.

    Raises :class:`ChangedMeanwhile` naming who changed ``subject`` last, where it is not.
    """
    model = type(one)
    changed = model._default_manager.filter(pk=one.pk, version=seen).update(version=F("version") + 1, **values)
    if not changed:
        last = Line.objects.filter(subject=subject).order_by("-number").first()
        by, at = (last.by, f"{last.at:%Y-%m-%d %H:%M} UTC") if last else ("–", "–")
        raise ChangedMeanwhile(Problem("changed-meanwhile", value=subject, values={"by": by, "at": at}))
