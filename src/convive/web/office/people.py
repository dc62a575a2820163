"""Accounts as the command line makes them: the first one, and whatever is needed when nobody else can."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from convive.committee.roles import EVERYWHERE, clash, roles
from convive.errors import Problem, WrongUse
from convive.web.journal import record
from convive.web.office.guard import today
from convive.web.office.models import Mandate

CONSOLE = "(console)"
"""Who acts where somebody at the machine itself does: no account can have this name."""
BUILDER = "(folder)"
"""Who confirms what the console gives: whoever can write the folder holds all of it anyway."""


@transaction.atomic
def seat(name: str, password: str, role: str = "", unit: str = EVERYWHERE) -> bool:
    """Give ``name`` an account with ``role``, or an existing one a new password and, where named, the role too; True
    where it is new.

    Raises :class:`WrongUse` for a password that is too weak, a role that does not exist or goes not together with
    another, and a new account without one.
    """
    user = User.objects.filter(username=name).first() or User(username=name)
    is_new = user.pk is None
    if role not in roles() and (role or is_new):
        code = "role-unknown" if role else "role-missing"
        raise WrongUse(Problem(code, value=role or name, values={"known": ", ".join(roles())}))
    try:
        user.full_clean(exclude=["password"], validate_unique=False)
        validate_password(password, user)
    except ValidationError as weak:
        raise WrongUse(Problem("weak-password", values={"why": " ".join(weak.messages)})) from weak
    user.set_password(password)
    user.is_active = True
    user.save()
    if role:
        _give(user, role, unit)
    record(act="account.made" if is_new else "account.password", subject=name, by=CONSOLE, details={"role": role})
    return is_new


def _give(user: User, role: str, unit: str) -> None:
    held = [one for one in user.mandates.all() if not one.ended_by]
    if any((one.role, one.unit) == (role, unit) for one in held):
        return
    refuse_clash(user.username, [*(one.role for one in held), role])
    Mandate.objects.create(
        user=user,
        role=role,
        unit=unit,
        since=today(),
        given_by=CONSOLE,
        confirmed_by=BUILDER if roles()[role].needs_confirmation else "",
    )


def refuse_clash(name: str, held: list[str]) -> None:
    """Raise :class:`WrongUse` where an account may not hold these roles at once."""
    found = clash(held)
    if found:
        raise WrongUse(Problem("role-alone", value=name, values={"first": found[0], "second": found[1]}))


@transaction.atomic
def unseat(name: str) -> bool:
    """Take roles and account from ``name``, whose decisions stay; False where there is no such account."""
    user = User.objects.filter(username=name).first()
    if user is None:
        return False
    user.is_active = False
    user.set_unusable_password()
    user.save()
    user.mandates.filter(ended_by="").update(ended_by=CONSOLE)
    record(act="account.closed", subject=name, by=CONSOLE)
    return True
