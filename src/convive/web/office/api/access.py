"""Who may read what through the API: the same session, permissions and second factor as on the pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from convive.committee.roles import EVERYWHERE, permissions
from convive.web.office.guard import reaches_of


class Allowed(APIKeyCookie):
    """Signed-in people with ``permission``, and with a second factor where it asks for one. The operation finds in
    ``request.reaches`` how far the permission goes.

    Raises ``KeyError``, when the module is read, for a permission that ``roles.toml`` does not have.
    """

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, permission: str) -> None:
        self.permission = permissions()[permission]
        super().__init__()

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        del key
        if not request.user.is_authenticated:
            return None
        request.reaches = reaches_of(request.user, self.permission.name)  # type: ignore[attr-defined]
        if not request.reaches:  # type: ignore[attr-defined]
            raise PermissionDenied(self.permission.label["en"])
        if self.permission.strong and not request.user.is_verified():  # type: ignore[union-attr]
            raise PermissionDenied("a second factor is asked for")
        return request.user  # type: ignore[return-value]


def whole(request: HttpRequest) -> None:
    """Raise ``PermissionDenied`` for whoever has the permission in a part of the territory alone."""
    if not any(reach.unit == EVERYWHERE for reach in request.reaches):  # type: ignore[attr-defined]
        raise PermissionDenied("the whole territory is asked for")
