"""Where people arrive: the first page of theirs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from convive.web.office.guard import permissions_of

PAGES = (
    ("register.homologate", "office:docket"),
    ("committee.read", "office:committee"),
    ("plan.read", "office:plan"),
    ("accounts.manage", "office:accounts"),
    ("custody.open", "custody:reports"),
    ("reports.answer", "answers:list"),
    ("reports.panel", "answers:to_see"),
    ("workshops.facilitate", "answers:rounds"),
    ("journal.read", "office:journal"),
)
"""The pages that one may arrive at, by the permission that they ask for; the first that one may see is taken."""


@require_safe
@never_cache
@login_required
def home(request: HttpRequest, language: str) -> HttpResponse:
    """On to the first page of theirs; people without any role are refused."""
    may = permissions_of(request.user)
    for permission, page in PAGES:
        if permission in may:
            return redirect(page, language=language)
    raise PermissionDenied
