"""Who sits at the table."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from convive.errors import Problem, WrongUse
from convive.web.office import ROLE


@transaction.atomic
def seat(name: str, password: str) -> bool:
    """Give ``name`` an account with the role, or an existing one a new password; True where it is new.

    Raises :class:`WrongUse` for a password that is too weak.
    """
    user = User.objects.filter(username=name).first() or User(username=name)
    try:
        user.full_clean(exclude=["password"], validate_unique=False)
        validate_password(password, user)
    except ValidationError as weak:
        raise WrongUse(Problem("weak-password", values={"why": " ".join(weak.messages)})) from weak
    is_new = user.pk is None
    user.set_password(password)
    user.save()
    user.groups.add(Group.objects.get_or_create(name=ROLE)[0])
    return is_new


def unseat(name: str) -> bool:
    """Take the role and the account from ``name``, whose decisions stay; False where there is no such account."""
    user = User.objects.filter(username=name).first()
    if user is None:
        return False
    user.is_active = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    return True
