"""Decisions at the homologation table: a line of the ledger and a line of the log, both or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convive.register.ledger import Decision, Line, append
from convive.web.office.actions import acting

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from convive.web.office.desk import Desk


def decide(*, desk: Desk, decision: Decision, by: User) -> Line:
    """Take ``decision`` down in the ledger of the observatory.

    Raises :class:`~convive.errors.BuildError` where the ledger does not take it, ``PermissionDenied`` where ``by`` may
    not decide.
    """
    with acting(
        "register.homologate",
        by=by,
        act="register.decided",
        subject=decision.kind,
        reason=decision.words or decision.reason,
    ) as told:
        line = append(desk.observatory.decisions, decision)
        told |= {"line": line.hash, "records": list(decision.records), "field": decision.field}
    return line
