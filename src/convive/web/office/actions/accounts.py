"""What whoever manages accounts does, and what a second person confirms.

The administrator gives roles and restores access, and could so open any door; therefore a role that shows data of
persons or names them holds only once another person has confirmed it, and restoring an account puts its roles back to
waiting. What confirms, ends or takes something away says why.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError

from convive.errors import Problem, WrongUse
from convive.web.journal.models import Line
from convive.web.office.actions import acting
from convive.web.office.guard import today
from convive.web.office.models import Mandate
from convive.web.office.people import CONSOLE, refuse_clash, refuse_unknown

MANAGE = "accounts.manage"
CONFIRM = "accounts.confirm"
MADE, RESTORED = "account.made", "account.restored"
PASSWORDS = (MADE, RESTORED, "account.password")
"""Acts after which an account has another password."""


def make(*, name: str, by: User) -> str:
    """A new account without any role; returns the password with which it enters first.

    Raises :class:`WrongUse` for a name that no account can have, or that one has.
    """
    password = secrets.token_urlsafe(15)
    with acting(MANAGE, whole=True, by=by, act=MADE, subject=name):
        user = User(username=name)
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as wrong:
            raise WrongUse(Problem("account-name", value=name)) from wrong
        user.set_password(password)
        user.save()
    return password


def give(*, user: User, role: str, unit: str = "", body: str = "", until: dt.date | None = None, by: User) -> Mandate:
    """Give a role from today on; one that shows data of persons or names them waits for a second person.

    Raises :class:`WrongUse` for a role, unit or body that does not exist, a role that acts for a body without one, that
    goes not together with another of the same account, that is held already, or that ends before it begins.
    """
    details = {"role": role, "unit": unit, "body": body}
    with acting(MANAGE, whole=True, by=by, act="role.given", subject=user.get_username(), details=details):
        refuse_unknown(role, unit, body)
        held = [one for one in user.mandates.filter(ended_by="") if one.until is None or one.until >= today()]
        if any((one.role, one.unit, one.body) == (role, unit, body) for one in held) or (until and until < today()):
            raise WrongUse(Problem("role-held", value=role))
        refuse_clash(user.get_username(), [*(one.role for one in held), role])
        return Mandate.objects.create(
            user=user, role=role, unit=unit, body=body, since=today(), until=until, given_by=by.get_username()
        )


def confirm(*, mandate: Mandate, by: User, reason: str) -> None:
    """The second person's word: another than the one who gave the role and than the one who gets it. While the account
    still has the password that was handed over, whoever made it could enter first: then it is too early."""
    details = {"role": mandate.role, "unit": mandate.unit}
    subject = mandate.user.get_username()
    with acting(CONFIRM, whole=True, by=by, act="role.confirmed", subject=subject, reason=reason, details=details):
        _refuse_unreasoned(reason)
        if by.get_username() == mandate.given_by or by.pk == mandate.user_id:
            raise PermissionDenied
        if mandate.user.is_active and handed_over(subject):
            raise WrongUse(Problem("account-handed-over", value=subject))
        Mandate.objects.filter(pk=mandate.pk, confirmed_by="", ended_by="").update(confirmed_by=by.get_username())


def end(*, mandate: Mandate, by: User, reason: str) -> None:
    """End a role now; it stays written."""
    details = {"role": mandate.role, "unit": mandate.unit}
    subject = mandate.user.get_username()
    with acting(MANAGE, whole=True, by=by, act="role.ended", subject=subject, reason=reason, details=details):
        _refuse_unreasoned(reason)
        Mandate.objects.filter(pk=mandate.pk, ended_by="").update(ended_by=by.get_username())


def restore(*, user: User, by: User, reason: str) -> str:
    """Access for somebody who lost password or authenticator: a new password for the first entry, no second factor, and
    the roles that a second person confirms wait for one again, as if given anew by ``by``."""
    from convive.web.office.second_factor import forget

    password = secrets.token_urlsafe(15)
    with acting(MANAGE, whole=True, by=by, act=RESTORED, subject=user.get_username(), reason=reason):
        _refuse_unreasoned(reason)
        user.set_password(password)
        user.save()
        forget(user)
        user.mandates.filter(ended_by="").update(given_by=by.get_username(), confirmed_by="")
    return password


def close(*, user: User, by: User, reason: str) -> None:
    """Close an account and end its roles; what it did stays."""
    with acting(MANAGE, whole=True, by=by, act="account.closed", subject=user.get_username(), reason=reason):
        _refuse_unreasoned(reason)
        user.is_active = False
        user.set_unusable_password()
        user.save()
        user.mandates.filter(ended_by="").update(ended_by=by.get_username())


def handed_over(name: str) -> bool:
    """Whether an account's password is one that whoever manages accounts made and knows; at the machine its holder
    types it."""
    last = Line.objects.filter(subject=name, act__in=PASSWORDS).order_by("-number").first()
    return last is not None and last.act in (MADE, RESTORED) and last.by != CONSOLE


def _refuse_unreasoned(reason: str) -> None:
    if not reason.strip():
        raise WrongUse(Problem("account-reason"))
