"""Accounts as the command line makes them: the first one, and whatever is needed when nobody else can."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from convive.committee.roles import EVERYWHERE, clash, roles
from convive.errors import ConviveError, Problem, WrongUse
from convive.observatory import Bilingual
from convive.strategy import reading
from convive.web.journal import record
from convive.web.office.guard import today
from convive.web.office.models import Mandate
from convive.web.office.second_factor import forget
from convive.web.office.territory import units

CONSOLE = "(console)"
"""Who acts where somebody at the machine itself does: no account can have this name."""
BUILDER = "(folder)"
"""Who confirms what the console gives: whoever can write the folder holds all of it anyway."""


@transaction.atomic
def seat(name: str, password: str, role: str = "", unit: str = EVERYWHERE, body: str = "") -> bool:
    """Give ``name`` an account with ``role``, or an existing one a new password and, where named, the role too; True
    where it is new.

    Raises :class:`WrongUse` for a password that is too weak, a role, unit or body that does not exist, a role that goes
    not together with another, and a new account without one.
    """
    user = User.objects.filter(username=name).first() or User(username=name)
    is_new = user.pk is None
    if is_new and not role:
        raise WrongUse(Problem("role-missing", value=name, values={"known": ", ".join(roles())}))
    if role:
        refuse_unknown(role, unit, body)
    try:
        user.full_clean(exclude=["password"], validate_unique=False)
        validate_password(password, user)
    except ValidationError as weak:
        raise WrongUse(Problem("weak-password", values={"why": " ".join(weak.messages)})) from weak
    user.set_password(password)
    user.is_active = True
    user.save()
    if role:
        _give(user, role, unit, body)
    told = {"role": role, "unit": unit, "body": body}
    record(act="account.made" if is_new else "account.password", subject=name, by=CONSOLE, details=told)
    return is_new


def _give(user: User, role: str, unit: str, body: str) -> None:
    held = [one for one in user.mandates.all() if not one.ended_by]
    if any((one.role, one.unit, one.body) == (role, unit, body) for one in held):
        return
    refuse_clash(user.username, [*(one.role for one in held), role])
    Mandate.objects.create(
        user=user,
        role=role,
        unit=unit,
        body=body,
        since=today(),
        given_by=CONSOLE,
        confirmed_by=BUILDER if roles()[role].needs_confirmation else "",
    )


def refuse_unknown(role: str, unit: str, body: str) -> None:
    """Raise :class:`WrongUse` for a role, a unit of the territory or a body of the plan that does not exist, and for a
    body that the role does not act for, or lacks."""
    if role not in roles():
        raise WrongUse(Problem("role-unknown", value=role, values={"known": ", ".join(roles())}))
    if unit != EVERYWHERE and unit not in units():
        raise WrongUse(Problem("role-unit", value=unit))
    if body and (not roles()[role].of_body or body not in bodies()):
        raise WrongUse(Problem("role-body", value=body, values={"there": ", ".join(bodies()) or "–"}))


def bodies() -> dict[str, Bilingual]:
    """The bodies of the plan by id; none where there is no plan, or one that cannot be followed."""
    try:
        plan = reading.load(Path(settings.FOLDER) / "strategy")
    except ConviveError:
        return {}
    return {name: body.label for name, body in plan.bodies.items()} if plan is not None else {}


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


@transaction.atomic
def reset_second_factor(name: str) -> bool:
    """Take the second factor from ``name``, who sets up a new one at the next sign-in; False where there is no such
    open account. For whoever has nobody else to restore their access: the log says that it was done at the machine."""
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        return False
    forget(user)
    record(act="account.second_factor_reset", subject=name, by=CONSOLE)
    return True
