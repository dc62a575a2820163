"""Marking the map on a telephone in a workshop: no account, no name; a slip of paper has a code that serves once."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from convive.errors import VoiceError
from convive.web.reports.models import Slip
from convive.web.reports.sheets import keep_slip, questions
from convive.web.reports.views import frame


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, language: str) -> HttpResponse:
    """Where the code is typed."""
    code = request.POST.get("code", "").strip().upper()
    if request.method == "POST" and _slip(code):
        return redirect("reports:mark", language=language, code=code)
    wrong = request.method == "POST"
    return render(request, "reports/workshop.html", frame(language) | {"wrong": wrong}, status=400 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """The sheet: an answer a cell, then the priorities."""
    slip = _slip(code)
    if slip is None:
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        try:
            keep_slip(slip, request.POST)
        except VoiceError as misfit:
            problems = [f"{one.place()} {one.reason(language)} {one.remedy(language)}" for one in misfit.problems]
        else:
            return render(request, "reports/marked.html", frame(language), status=201)
    shown = questions(slip.workshop.round, request.POST, language) | {"problems": problems}
    return render(request, "reports/mark.html", frame(language) | shown, status=400 if problems else 200)


def _slip(code: str) -> Slip | None:
    """The slip of a workshop that goes on, if it has not served yet."""
    still = Slip.objects.filter(used=False, workshop__open=True, workshop__round__closed=None)
    return still.filter(code=code).select_related("workshop__round").first()
