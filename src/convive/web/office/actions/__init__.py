"""What people do in the office: functions ``do_it(*, subject, by, reason)``, in which permission, change and line of
the log are one transaction, whoever calls them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@contextmanager
def acting(
    permission: str,
    *,
    by: User,
    act: str,
    subject: str,
    reason: str = "",
    details: Mapping[str, object] | None = None,
    whole: bool = False,
) -> Iterator[dict[str, object]]:
    """A block in which ``by`` changes something: refused without ``permission`` (``whole``: without having it in the
    whole territory), logged with its end, or undone.

    Yields the details of the line, to which the block may add what it only then knows (``subject`` among them).
    Raises ``PermissionDenied``.
    """
    from convive.web.journal import record
    from convive.web.office.guard import everywhere, may

    with transaction.atomic():
        if not (everywhere if whole else may)(by, permission):
            raise PermissionDenied
        told = dict(details or {})
        yield told
        subject = str(told.pop("subject", subject))
        record(act=act, subject=subject, by=by.get_username(), reason=reason, details=told)
