"""The plan as a workbook: fetched, brought back, its difference shown, and written only once somebody accepts it."""

from __future__ import annotations

from dataclasses import astuple

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from convive.errors import ConviveError, PlanError, Problem
from convive.publication.papers.workbook_import import LARGEST, Difference, differences
from convive.texts import say
from convive.web.office.actions import plan as actions
from convive.web.office.plan.desk import Desk, with_plan
from convive.web.office.plan.forms import reason_of
from convive.web.office.plan.scope import WHOLE
from convive.web.office.plan.views import refuse_beyond
from convive.web.office.views import frame

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "convive.plan.difference"
"""Signs the difference that was shown: what is accepted is what was seen."""
ACCEPT_S = 8 * 3600


@require_safe
@with_plan("plan.read")
def fetch(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """The matrix of activities as an Excel workbook."""
    from convive.publication.papers.workbook import workbook

    del language
    refuse_beyond(request, "plan.read", WHOLE)
    return HttpResponse(
        workbook(desk.plan, desk.review),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="actividades.xlsx"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def bring(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """A workbook that comes back: first the difference, then, accepted, the change."""
    refuse_beyond(request, actions.EDIT, WHOLE)
    found: list[Difference] | None = None
    wrong = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "accept":
                found = _accepted(request.POST.get("difference", ""))
                actions.bring(changes=found, reason=reason_of(request.POST), by=request.user)
                messages.success(request, say("office.kept", language))
                return redirect("office:plan", language=language)
            found = _compared(request, desk)
        except ConviveError as misfit:
            wrong = misfit.describe(language)
    context = {
        "found": found,
        "signed": signing.dumps([astuple(one) for one in found], salt=SALT, compress=True) if found else "",
        "wrong": wrong,
        "reason": reason_of(request.POST),
    }
    return render(request, "plan/workbook.html", frame(language) | context, status=422 if wrong else 200)


def _compared(request: HttpRequest, desk: Desk) -> list[Difference]:
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > LARGEST:
        raise PlanError(Problem("workbook-unreadable", values={"detail": upload.size if upload else "–"}))
    return differences(upload.read(), desk.plan)


def _accepted(signed: str) -> list[Difference]:
    try:
        told = signing.loads(signed, salt=SALT, max_age=ACCEPT_S)
    except signing.BadSignature as odd:
        raise PlanError(Problem("workbook-unreadable", values={"detail": str(odd)})) from odd
    return [Difference(*cells, place=tuple(place)) for *cells, place in told]
