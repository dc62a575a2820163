"""Marking the map on a telephone in a workshop: no account, no name; the facilitator says the code in the room."""

from __future__ import annotations

import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from convive.errors import VoiceError
from convive.web.reports.models import Workshop
from convive.web.reports.sheets import keep_sheet, questions
from convive.web.reports.views import frame


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, language: str) -> HttpResponse:
    """Where the code is typed."""
    code = request.POST.get("code", "").strip().upper()
    if request.method == "POST" and code.isalnum() and Workshop.objects.filter(code=code, open=True).exists():
        return redirect("reports:mark", language=language, code=code)
    wrong = request.method == "POST"
    return render(request, "reports/workshop.html", frame(language) | {"wrong": wrong}, status=400 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """The sheet: an answer a cell, then the priorities."""
    workshop = Workshop.objects.filter(code=code, open=True, round__closed=None).select_related("round").first()
    if workshop is None:
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        try:
            # Telephones are single people; what is shown of them needs as many of them as of tables.
            keep_sheet(workshop, f"t-{secrets.token_hex(6)}", request.POST, people=None)
        except VoiceError as misfit:
            problems = [f"{one.place()} {one.reason(language)} {one.remedy(language)}" for one in misfit.problems]
        else:
            return render(request, "reports/marked.html", frame(language), status=201)
    shown = questions(workshop.round, request.POST, language) | {"workshop": workshop, "problems": problems}
    return render(request, "reports/mark.html", frame(language) | shown, status=400 if problems else 200)
