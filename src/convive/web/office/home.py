"""Where people arrive: the first page of theirs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from convive.web.office.actions.accounts import handed_over
from convive.web.office.guard import permissions_of

PAGES = (
    ("register.homologate", "office:docket", False),
    ("committee.read", "office:committee", False),
    ("plan.read", "office:plan", False),
    ("accounts.manage", "office:accounts", True),
    ("custody.open", "custody:reports", True),
    ("reports.answer", "answers:list", False),
    ("reports.panel", "answers:to_see", False),
    ("workshops.facilitate", "answers:rounds", True),
    ("journal.read", "office:journal", True),
)
"""The pages that one may arrive at, by the permission that they ask for, and whether for the whole territory; the first
that one may see is taken."""


@require_safe
@never_cache
@login_required
def home(request: HttpRequest, language: str) -> HttpResponse:
    """On to the first page of theirs; people without any role are refused. Whoever enters with a password that was
    handed over sets one of their own first."""
    if handed_over(request.user.get_username()):
        return redirect("office:change_password", language=language)
    anywhere, everywhere = permissions_of(request.user)
    for permission, page, whole in PAGES:
        if permission in (everywhere if whole else anywhere):
            return redirect(page, language=language)
    raise PermissionDenied
