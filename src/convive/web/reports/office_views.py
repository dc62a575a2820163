"""The bodies' desk: what waits, one report, what a panel of neighbours found."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from convive.committee.roles import EVERYWHERE
from convive.errors import VoiceError
from convive.texts import say
from convive.voice.reports.states import Kind
from convive.web.office.guard import requires
from convive.web.office.views import frame
from convive.web.reports import actions, place
from convive.web.reports.filing import remind, standing_of
from convive.web.reports.models import Photo, Report
from convive.web.reports.telling import both_shares, row

A_PAGE = 50
OPEN = ("received", "answered", "in_work", "not_solved")
TO_SEE = ("answered", "in_work", "closed", "not_solved")


@require_safe
@requires("reports.answer")
def listed(request: HttpRequest, language: str) -> HttpResponse:
    """What waits for an answer, the longest first; reminders are made when the desk is opened."""
    remind()
    reports = _theirs(request).filter(state__in=OPEN).order_by("received", "pk")
    body = request.GET.get("body", "")
    if body in place.catalogue().bodies:
        reports = reports.filter(body=body)
    page = Paginator(reports, A_PAGE).get_page(request.GET.get("page"))
    now = dt.datetime.now(dt.UTC)
    shown = {
        "rows": [row(one, language) | {"days": (now - one.received).days} for one in page.object_list],
        "page": page,
        "body": body,
        "bodies": [(one.id, one.name[language]) for one in place.catalogue().bodies.values()],
        "shares": both_shares(_theirs(request), language),
        "reminder_days": place.catalogue().rules.reminder_days,
    }
    return render(request, "answers/list.html", frame(language) | shown)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("reports.answer")
def one(request: HttpRequest, language: str, number: int) -> HttpResponse:
    """One report with all that was written: to look at, answer, act on, close, pass on."""
    report = _found(request, number)
    if request.method == "POST":
        try:
            _do(request, report)
        except VoiceError as misfit:
            for problem in misfit.problems:
                messages.error(request, f"{problem.reason(language)} {problem.remedy(language)}")
        else:
            messages.success(request, say("reports.desk.noted", language))
        return redirect("answers:one", language=language, number=number)
    shown = {
        "report": row(report, language),
        "words": report.words,
        "address": report.address,
        "screened": report.screened,
        "photo": hasattr(report, "photo"),
        "open": standing_of(report).state.value in OPEN,
        "bodies": [(each.id, each.name[language]) for each in place.catalogue().bodies.values()],
        "answers": _answers(report, language),
    }
    return render(request, "answers/one.html", frame(language) | shown)


@require_safe
@requires("reports.answer")
def photo(request: HttpRequest, language: str, number: int) -> HttpResponse:
    """The photo as somebody must see it before it is shown to all."""
    report = _found(request, number)
    found = get_object_or_404(Photo, report=report)
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg")


@require_safe
@requires("reports.panel")
def to_see(request: HttpRequest, language: str) -> HttpResponse:
    """What a panel may go and see: what a body says that it answered or acted on, the longest first, without the words
    of whoever reported it."""
    reports = _theirs(request).filter(state__in=TO_SEE).order_by("updated", "pk")
    page = Paginator(reports, A_PAGE).get_page(request.GET.get("page"))
    rows = [row(one, language) for one in page.object_list]
    return render(request, "answers/to_see.html", frame(language) | {"rows": rows, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("reports.panel")
def panel(request: HttpRequest, language: str, number: int) -> HttpResponse:
    """What a panel of neighbours found."""
    report = _found(request, number)
    if request.method == "POST":
        people = request.POST.get("people", "")
        try:
            actions.panel_says(
                subject=report,
                solved=request.POST.get("say") == Kind.SOLVED,
                people=int(people) if people.isascii() and people.isdigit() and len(people) < 5 else 0,
                words=request.POST.get("words", "")[:1000],
                by=request.user,  # type: ignore[arg-type]
            )
        except VoiceError as misfit:
            for problem in misfit.problems:
                messages.error(request, f"{problem.reason(language)} {problem.remedy(language)}")
        else:
            messages.success(request, say("reports.desk.noted", language))
        return redirect("answers:panel", language=language, number=number)
    least = place.catalogue().rules.panel_minimum
    return render(request, "answers/panel.html", frame(language) | {"report": row(report, language), "least": least})


def _do(request: HttpRequest, report: Report) -> None:
    given, by = request.POST, request.user
    words = given.get("words", "").strip()[:2000]
    match given.get("act"):
        case "answered" | "acted" | "closed" as kind:
            actions.answer(subject=report, kind=Kind(kind), words=words, by=by)  # type: ignore[arg-type]
        case "done":
            actions.close_done(subject=report, words=words, by=by)  # type: ignore[arg-type]
        case "show" | "hide" as shown:
            actions.screen(subject=report, shown=shown == "show", by=by)  # type: ignore[arg-type]
        case "route":
            actions.route(subject=report, body=given.get("body", ""), reason=words, by=by)  # type: ignore[arg-type]


def _theirs(request: HttpRequest) -> Any:
    """The reports of the units in which whoever reads may do what the page is for."""
    reports = Report.objects.select_related("photo").prefetch_related("events")
    units = request.units  # type: ignore[attr-defined]
    if EVERYWHERE in units:
        return reports
    inside = [code for code in place.unit_names() if units & set(place.units_above(code))]
    return reports.filter(unit__in=inside)


def _found(request: HttpRequest, number: int) -> Report:
    report = _theirs(request).filter(pk=number).first()
    if report is None:
        raise Http404
    found: Report = report
    return found


def _answers(report: Report, language: str) -> list[tuple[str, str]]:
    category = place.catalogue().categories.get(report.category)
    if category is None:
        return []
    asked = {one.code: one for one in category.attribute}
    told = []
    for code, values in report.answers.items():
        one = asked.get(code)
        names = {value.key: value.name[language] for value in one.values} if one else {}
        told.append((one.description[language] if one else code, ", ".join(names.get(v, v) for v in values)))
    return told
