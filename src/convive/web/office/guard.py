"""Who may enter a page: every view of the office stands behind :func:`requires`.

What a person may do follows from the mandates that hold today; nothing is remembered from the sign-in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from convive.committee.roles import EVERYWHERE, Held, Reach, permissions, reaches, units_for
from convive.observatory import SETTINGS_FILE, Observatory
from convive.web.journal import record
from convive.web.office.models import Mandate

View = Callable[..., HttpResponse]
User = AbstractBaseUser | AnonymousUser


def requires(permission: str, *, whole: bool = False) -> Callable[[View], View]:
    """Only signed-in people with ``permission``; others are refused. The browser keeps nothing of the page. Where the
    permission asks for a second factor, whoever has not given one in this session is led there first.

    What a private permission shows leaves a line in the log before it is sent, unless the view noted it in more detail.
    The view finds in ``request.units`` where in the territory the permission holds; what lies in no part of it
    (``whole``) is for those alone whose mandate is for all of it. Raises ``KeyError``, when the
    module is read, for a permission that ``roles.toml`` does not have.
    """
    wanted = permissions()[permission]

    def guard(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
            remember(request)
            request.units = units_of(request.user, wanted.name)  # type: ignore[attr-defined]
            if not request.units or (whole and EVERYWHERE not in request.units):  # type: ignore[attr-defined]
                raise PermissionDenied
            if wanted.strong and not request.user.is_verified():  # type: ignore[union-attr]
                return redirect_to_login(request.get_full_path(), second_factor_address(request.path))
            answer = view(request, *args, **named)
            if wanted.private and not 300 <= answer.status_code < 400:
                looked(request, request.path)
            return answer

        guarded.permission = wanted.name  # type: ignore[attr-defined]
        return guarded

    return guard


def looked(request: HttpRequest, subject: str, records: tuple[str, ...] = ()) -> None:
    """Note in the log that somebody saw data of persons, once in a request, before they see them."""
    if getattr(request, "looked", False):
        return
    with transaction.atomic():
        record(
            act="private.seen",
            subject=subject[:300],
            by=request.user.get_username(),
            details={"records": list(records)} if records else {},
        )
    request.looked = True  # type: ignore[attr-defined]


def second_factor_address(path: str) -> str:
    """Where the second factor is given, in the language of the page at ``path``."""
    return reverse("office:second_factor", kwargs={"language": "en" if path.startswith("/en/") else "es"})


def may(user: User, permission: str) -> bool:
    """Whether ``user`` may do ``permission`` today, anywhere in the territory."""
    return bool(units_of(user, permission))


def units_of(user: User, permission: str) -> frozenset[str]:
    """Where in the territory ``user`` may do ``permission`` today; see :func:`convive.committee.roles.units_for`."""
    return units_for(permission, mandates_of(user), today())


def reaches_of(user: User, permission: str) -> frozenset[Reach]:
    """How far ``user`` may do ``permission`` today; see :func:`convive.committee.roles.reaches`."""
    return reaches(permission, mandates_of(user), today())


def everywhere(user: User, permission: str) -> bool:
    """Whether ``user`` may do ``permission`` today in the whole territory."""
    return EVERYWHERE in units_of(user, permission)


def remember(request: HttpRequest) -> None:
    """While a page is only looked at, its reader's mandates are read once. What changes something reads them anew,
    within its own transaction."""
    if request.method in ("GET", "HEAD") and request.user.is_authenticated:
        request.user.held_now = mandates_of(request.user)  # type: ignore[union-attr]


def mandates_of(user: User) -> tuple[Held, ...]:
    """The mandates of ``user``, those that hold and others; none for a closed account."""
    if not user.is_authenticated or not user.is_active:
        return ()
    known: tuple[Held, ...] | None = getattr(user, "held_now", None)
    if known is not None:
        return known
    return tuple(one.held for one in Mandate.objects.filter(user_id=user.pk))


def permissions_of(user: User) -> tuple[frozenset[str], frozenset[str]]:
    """All that ``user`` may do today: anywhere in the territory, and in the whole of it."""
    held, day = mandates_of(user), today()
    reached = {name: units for name in permissions() if (units := units_for(name, held, day))}
    return frozenset(reached), frozenset(name for name, units in reached.items() if EVERYWHERE in units)


def who_may(permission: str) -> list[User]:
    """The accounts that may do ``permission`` today, by name."""
    day = today()
    held: dict[User, list[Held]] = {}
    for one in Mandate.objects.filter(user__is_active=True).select_related("user").order_by("user__username"):
        held.setdefault(one.user, []).append(one.held)
    return [user for user, mandates in held.items() if units_for(permission, mandates, day)]


def today() -> dt.date:
    """The day in the observatory's time zone."""
    file = Path(settings.FOLDER) / SETTINGS_FILE
    return dt.datetime.now(ZoneInfo(_zone(settings.FOLDER, file.stat().st_mtime_ns))).date()


@lru_cache(maxsize=4)
def _zone(folder: Path, version: int) -> str:
    """Asked several times in each request; read again when ``version``, the settings' time of change, is another."""
    del version
    return Observatory.open(folder).settings.observatory.timezone


def allowed(request: HttpRequest) -> dict[str, object]:
    """For templates: ``may`` holds the permissions of whoever reads, ``may_everywhere`` those for the whole
    territory."""
    user = getattr(request, "user", None)
    anywhere, everywhere_too = permissions_of(user) if user is not None else (frozenset(), frozenset())
    return {"may": anywhere, "may_everywhere": everywhere_too}
