"""Accounts: one page for whoever manages them, one for whoever confirms; and everybody's own password."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from convive.committee.roles import roles
from convive.errors import ConviveError
from convive.texts import say
from convive.web.journal import record
from convive.web.office.actions import accounts as actions
from convive.web.office.guard import requires
from convive.web.office.models import Mandate
from convive.web.office.people import bodies
from convive.web.office.territory import units
from convive.web.office.views import frame


@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.manage", whole=True)
def accounts(request: HttpRequest, language: str) -> HttpResponse:
    """All accounts and their roles; a new password is shown once, to be handed over."""
    once = None
    if request.method == "POST":
        try:
            once = _managed(request)
        except ConviveError as wrong:
            messages.error(request, wrong.describe(language))
        if once is None:
            return redirect("office:accounts", language=language)
    context = _people(language) | {"manage": True, "once": once}
    context["units"] = sorted(units().items())
    context["bodies"] = [(name, label[language]) for name, label in bodies().items()]
    return render(request, "office/accounts.html", frame(language) | context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.confirm", whole=True)
def confirmations(request: HttpRequest, language: str) -> HttpResponse:
    """All accounts and their roles; those that wait are confirmed here."""
    if request.method == "POST":
        mandate = _found(Mandate, request.POST.get("mandate", ""))
        try:
            actions.confirm(mandate=mandate, by=request.user, reason=request.POST.get("reason", ""))
        except ConviveError as wrong:
            messages.error(request, wrong.describe(language))
        return redirect("office:confirmations", language=language)
    return render(request, "office/accounts.html", frame(language) | _people(language) | {"manage": False})


@method_decorator(never_cache, name="dispatch")
class ChangePassword(PasswordChangeView):
    """One's own password."""

    template_name = "office/password.html"

    def get_context_data(self, **named: object) -> dict[str, object]:
        return super().get_context_data(**named) | frame(self.kwargs["language"])

    def form_valid(self, form):  # type: ignore[no-untyped-def]
        with transaction.atomic():
            answer = super().form_valid(form)
            name = self.request.user.get_username()
            record(act="account.password", subject=name, by=name)
        return answer

    def get_success_url(self) -> str:
        return reverse("office:home", kwargs={"language": self.kwargs["language"]})


def _managed(request: HttpRequest) -> dict[str, str] | None:
    """Do what the form asks; a password to hand over, where there is one."""
    said, by = request.POST, request.user
    what = said.get("do", "")
    if what == "make":
        name = said.get("name", "").strip()
        return {"name": name, "password": actions.make(name=name, by=by)}
    if what == "end":
        actions.end(mandate=_found(Mandate, said.get("mandate", "")), by=by, reason=said.get("reason", ""))
        return None
    user = _found(User, said.get("user", ""))
    if what == "give":
        until = None
        with suppress(ValueError):
            until = dt.date.fromisoformat(said.get("until", ""))
        where = {name: said.get(name, "") for name in ("role", "unit", "body")}
        actions.give(user=user, until=until, by=by, **where)
    elif what == "restore":
        return {
            "name": user.get_username(),
            "password": actions.restore(user=user, by=by, reason=said.get("reason", "")),
        }
    elif what == "close":
        actions.close(user=user, by=by, reason=said.get("reason", ""))
    return None


def _found(model, key: str):  # type: ignore[no-untyped-def]
    found = model.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None
    if found is None:
        raise Http404
    return found


def _people(language: str) -> dict[str, object]:
    people = [
        {
            "user": user,
            "mandates": [
                (one, roles()[one.role].label[language], _state(one, language)) for one in user.mandates.all()
            ],
        }
        for user in User.objects.prefetch_related("mandates").order_by("username")
    ]
    labels = [(name, role.label[language]) for name, role in roles().items()]
    return {"people": people, "roles": labels}


def _state(mandate: Mandate, language: str) -> str:
    state = "ended" if mandate.ended_by else "waits" if mandate.waits else "holds"
    return say(f"office.mandate.{state}", language)
