"""Who signs in and out, in the log. A name that no account has is never written: it may be a mistyped password."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction

from convive.web.journal import record
from convive.web.journal.models import Line

NOBODY = "(nobody)"
"""Who acts before anybody has signed in."""


def note_sign_in(name: str) -> None:
    """``name`` gave the right password."""
    with transaction.atomic():
        record(act="account.signed_in", subject=name, by=name)


def note_sign_out(user: AbstractBaseUser | AnonymousUser) -> None:
    """Somebody signed out; whoever had not signed in leaves no line."""
    if user.is_authenticated:
        with transaction.atomic():
            record(act="account.signed_out", subject=user.get_username(), by=user.get_username())


def note_refused(name: str, *, locked: bool) -> None:
    """A wrong password for an account that exists. What follows on a lock is not written again and again: whoever
    guesses must not fill the log."""
    if not User.objects.filter(username=name).exists():
        return
    act = "account.locked" if locked else "account.refused"
    with transaction.atomic():
        last = Line.objects.filter(subject=name).order_by("-number").first()
        if not (locked and last is not None and last.act == act):
            record(act=act, subject=name, by=NOBODY)
