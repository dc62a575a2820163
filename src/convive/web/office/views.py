"""Views: find the pair, show it, take the decision down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from convive.committee.roles import EVERYWHERE
from convive.errors import ConviveError, Problem
from convive.register.homologation import Docket, Matter, compare
from convive.register.homologation import minutes as minutes_of
from convive.register.ledger import Decision, Line, contradiction_problem, contradictions, reasons
from convive.register.ledger.decision import OTHER
from convive.texts import number, say
from convive.web.office.actions.decisions import decide
from convive.web.office.desk import Desk, NotBuilt, desk
from convive.web.office.guard import View, looked, requires
from convive.web.office.models import Presence
from convive.web.office.signs import note_refused, note_sign_in, note_sign_out

A_PAGE = 50
"""Pairs on one page of the list: few enough for a slow laptop."""


class Enter(LoginView):
    """Sign in. Who signed in, and who tried to in an account's name, is in the log."""

    template_name = "office/enter.html"

    def get_context_data(self, **named: object) -> dict[str, object]:
        return super().get_context_data(**named) | frame(self.kwargs.get("language", "es"))

    def get_default_redirect_url(self) -> str:
        return reverse("office:home", kwargs={"language": self.kwargs.get("language", "es")})

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        note_sign_in(self.request.user.get_username())
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        note_refused(form.data.get("username", ""), locked=getattr(self.request, "axes_locked_out", False))
        return super().form_invalid(form)


class Leave(LogoutView):
    """Sign out."""

    next_page = "office:enter"

    def post(self, request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        note_sign_out(request.user)
        return super().post(request, *args, **named)


def at_the_table(view: View) -> View:
    """Only those who may see the victims' records; the view is handed what lies on the desk: with a mandate for a part
    of the territory, what occurred there. A page that sends its form itself, to tell where the server cannot be
    reached, is told where to go on."""

    @requires("register.homologate")
    @wraps(view)
    def guarded(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            whole, units = desk(), request.units  # type: ignore[attr-defined]
            answer = view(request, whole if EVERYWHERE in units else whole.within(units), **named)
        except NotBuilt:
            return render(request, "office/said.html", frame(named["language"]) | {"said": "not_built"}, status=503)
        if isinstance(answer, HttpResponseRedirect) and request.headers.get("Accept") == "application/json":
            return JsonResponse({"next": answer.url})
        return answer

    return guarded


@require_safe
@at_the_table
def docket(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """The pairs page by page, the undecided first."""
    on_table, told = desk.docket(), desk.teller(language)
    pages = {name: _page(request, name, getattr(on_table, name)) for name in ("undecided", "decided")}
    shown = [one for page in pages.values() for one in page.object_list]
    looked(request, "docket", tuple(name for one in shown for name in one.names))
    context = {"problems": _problems(desk, language), **pages}
    rows = {f"{name}_rows": [_row(desk, one, language, told) for one in page] for name, page in pages.items()}
    return render(request, "office/docket.html", frame(language) | context | rows)


def _page(request: HttpRequest, name: str, pairs: tuple[Matter, ...]) -> Page[Matter]:
    return Paginator(pairs, A_PAGE).get_page(request.GET.get(name))


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_table
def matter(request: HttpRequest, desk: Desk, language: str, key: str) -> HttpResponse:
    """One pair side by side; a decision taken goes into the ledger, and the next pair comes."""
    on_table = desk.docket()
    one = desk.pair(key, on_table)
    if one is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, desk, language, one, on_table)
    looked(request, "matter", one.names)
    rows = compare(desk.record(one.left), desk.record(one.right), language)
    following = on_table.after(key)
    called = desk.called(language)
    choices = {
        kind: [(code, labels[language]) for code, labels in reasons()[kind].items()] for kind in ("same", "not_same")
    }
    context = {
        "matter": one,
        "records": [called(name) for name in one.names],
        "rows": [(row, say(f"office.agreement.{row.agreement}", language), row.label[language]) for row in rows],
        "reasons": [(reason, reason.told(language)) for reason in one.reasons if reason.level != "unknown"],
        "probability": number(100 * one.probability, language, 1) if one.probability is not None else "",
        "choices": choices,
        "cases": [_case(desk, place) for place in (one.left, one.right)],
        "decision": desk.teller(language)(one.decision) if one.decision else "",
        "standing": one.decision.hash if one.decision else "",
        "next": following.key if following else "",
        "left_over": len(on_table.undecided),
        "other": OTHER,
    }
    return render(request, "office/matter.html", frame(language) | context)


def _decide(request: HttpRequest, desk: Desk, language: str, one: Matter, on_table: Docket) -> HttpResponse:
    here = redirect("office:matter", language=language, key=one.key)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    said = {name: request.POST.get(name, "").strip() for name in ("kind", "words", "reason_same", "reason_not_same")}
    kind = said["kind"]
    by = request.user.get_username()
    if kind == "withdrawn":
        if one.decision is None or request.POST.get("line", "") != one.decision.hash:
            messages.error(request, say("office.changed_meanwhile", language))
            return here
        decision = Decision(kind, (), by, now, OTHER, words=said["words"], withdraws=one.decision.hash)
    elif kind in ("same", "not_same") and said[f"reason_{kind}"]:
        decision = Decision(kind, one.names, by, now, said[f"reason_{kind}"], words=said["words"])
    else:
        messages.error(
            request, say("office.choose_reason" if kind in ("same", "not_same") else "office.choose", language)
        )
        return here
    try:
        decide(desk=desk, decision=decision, by=request.user)
    except ConviveError as wrong:
        messages.error(request, wrong.describe(language))
        return here
    messages.success(request, say("office.taken_down", language))
    for problem in _contradictions(desk, decision):
        messages.error(request, f"{problem.reason(language)} {problem.remedy(language)}")
    following = on_table.after(one.key)
    if following is None or kind == "withdrawn":
        return redirect("office:docket", language=language)
    return redirect("office:matter", language=language, key=following.key)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_table
def minutes(request: HttpRequest, desk: Desk, language: str, day: str = "") -> HttpResponse:
    """The minutes of a day: who was there is noted here."""
    timezone = desk.observatory.settings.observatory.timezone
    today = dt.datetime.now(ZoneInfo(timezone)).date()
    try:
        date = dt.date.fromisoformat(day) if day else today
    except ValueError as odd:
        raise Http404 from odd
    if request.method == "POST":
        for name in request.POST.get("present", "").splitlines():
            if name.strip():
                Presence.objects.get_or_create(day=date, name=name.strip()[:120], defaults={"noted_by": request.user})
        return redirect("office:minutes_of", language=language, day=date.isoformat())
    looked(request, "minutes")
    problems = _problems(desk, language)
    present = list(Presence.objects.filter(day=date).values_list("name", flat=True))
    of_day = minutes_of(date, present, desk.ledger(), desk.docket(), timezone)
    context = {
        "minutes": of_day,
        "told": of_day.decided(language, desk.called(language)),
        "problems": problems,
        "day": date.isoformat(),
        "city": desk.observatory.settings.observatory.name[language],
    }
    return render(request, "office/minutes.html", frame(language) | context)


@require_safe
@at_the_table
def minutes_file(request: HttpRequest, desk: Desk, language: str, day: str) -> HttpResponse:
    """The minutes as a text file."""
    try:
        date = dt.date.fromisoformat(day)
    except ValueError as odd:
        raise Http404 from odd
    looked(request, "minutes")
    about = desk.observatory.settings.observatory
    present = list(Presence.objects.filter(day=date).values_list("name", flat=True))
    of_day = minutes_of(date, present, desk.ledger(), desk.docket(), about.timezone)
    text = of_day.told(language, about.name[language], desk.called(language))
    name = {"es": "acta", "en": "minutes"}[language]
    return HttpResponse(
        text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{date.isoformat()}.txt"'},
    )


def refused(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Somebody without the role, or a form that this page did not make."""
    del exception, reason
    return render(request, "office/said.html", frame(_language(request)) | {"said": "refused"}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that leads nowhere, or a pair that is no longer on the table."""
    del exception
    return render(request, "office/said.html", frame(_language(request)) | {"said": "not_found"}, status=404)


def _language(request: HttpRequest) -> str:
    return "en" if request.path.startswith("/en/") else "es"


def frame(language: str) -> dict[str, object]:
    """What every page needs."""
    return {"language": language, "other_language": "en" if language == "es" else "es"}


def _problems(desk: Desk, language: str) -> list[str]:
    """What of the ledger is not applied, and what to do about it."""
    return [f"{one.place()}: {one.reason(language)} {one.remedy(language)}" for one in desk.problems()]


def _contradictions(desk: Desk, decision: Decision) -> list[Problem]:
    """The contradictions that a decision closed: of the same records, told at once and not at the next build."""
    against = contradictions(desk.ledger().standing)
    mine = [one for one in against if any(line.decision == decision for line in one.lines)]
    return [contradiction_problem(one) for one in mine]


def _row(desk: Desk, one: Matter, language: str, told: Callable[[Line], str]) -> dict[str, object]:
    records = [desk.record(place) for place in (one.left, one.right)]
    days = [str(record["occurred_on"] or record["died_on"] or record["registered_on"] or "–") for record in records]
    return {
        "key": one.key,
        "sources": one.sources,
        "people": [called(record, language) for record in records],
        "days": days,
        "probability": number(100 * (one.probability or 0), language, 1),
        "decision": told(one.decision) if one.decision else "",
    }


def _case(desk: Desk, place: int) -> dict[str, object]:
    """The case of a record, and how many other records it has already."""
    key = desk.case_of[desk.record(place)["record_id"]]
    return {"key": key, "others": desk.case_records.filter(case_id=key).height - 1}


def called(record: dict[str, object], language: str) -> str:
    """The name of a person, as the source wrote it."""
    parts = [record["surname_1"], record["surname_2"], record["given_names"]]
    name = record["full_name"] or " ".join(str(part) for part in parts if part)
    return str(name or say("office.nameless", language))
