"""The citizens' pages of open reports: what was reported, the form, one report, the way back of its author."""

from __future__ import annotations

import datetime as dt
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from convive.errors import Problem, VoiceError
from convive.fold import folded
from convive.texts import date, say
from convive.voice.reports.intake import Filled, dangerous, fill
from convive.voice.reports.states import By, Kind, State
from convive.web.reports import place
from convive.web.reports.filing import by_receipt, near, receive, standing_of, tell
from convive.web.reports.models import Photo, Report
from convive.web.reports.photos import photo_of
from convive.web.reports.telling import both_shares, row

A_PAGE = 50
MOST_ON_MAP = 1_000
INSTALLED = {"app.webmanifest": "application/manifest+json", "worker.js": "text/javascript"}

with_scripts = csp_replace({"script-src": [SELF], "worker-src": [SELF], "manifest-src": [SELF], "connect-src": [SELF]})
"""These pages have scripts of ours (map, drafts), in files; without them they are plain forms. The sealed channel has
none at all."""


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """To the first language."""
    return redirect("reports:list", language=place.observatory().settings.observatory.languages[0])


@require_safe
@with_scripts
def listed(request: HttpRequest, language: str) -> HttpResponse:
    """Everything reported, the newest first, on a map and as a list; what was closed beside what was solved."""
    chosen = _filter(request)
    reports = _reports().filter(**{name: value for name, value in chosen.items() if value})
    page = Paginator(reports, A_PAGE).get_page(request.GET.get("page"))
    dots = reports.exclude(latitude=None)[:MOST_ON_MAP]
    shown = {
        "rows": [row(one, language) for one in page.object_list],
        "page": page,
        "shares": both_shares(reports, language),
        "map": _map([_dot(one, language) for one in dots], language),
        "chosen": chosen,
        "query": "&".join(f"{name}={value}" for name, value in chosen.items() if value),
    }
    return render(request, "reports/list.html", frame(language) | _choices(language) | shown)


@require_http_methods(["GET", "HEAD", "POST"])
@with_scripts
def new(request: HttpRequest, language: str) -> HttpResponse:
    """The form. What is sent comes back once where something like it is near or it sounds dangerous; then it is
    kept."""
    if request.method != "POST":
        return _form(request, language)
    try:
        filled = _filled(request)
        photo = request.FILES.get("photo")
        jpeg = photo_of(photo.read()) if photo is not None and photo.size else None
    except VoiceError as misfit:
        return _form(request, language, misfit.problems)
    if not request.POST.get("sure"):
        alike = _alike(filled, language)
        danger = dangerous(place.catalogue(), f"{filled.words} {filled.address}")
        if alike or danger:
            return _form(request, language, (), {"alike": alike, "danger": danger, "lost": jpeg is not None})
    report, receipt = receive(filled, origin="web", jpeg=jpeg, with_receipt=True)
    body = place.catalogue().bodies.get(report.body)
    shown = {"report": row(report, language), "receipt": receipt, "body": body.name[language] if body else ""}
    return render(request, "reports/received.html", frame(language) | shown, status=201)


@require_safe
@with_scripts
def one(request: HttpRequest, language: str, number: str) -> HttpResponse:
    """One report with its whole history."""
    report = _reports().filter(pk=int(number)).first()
    if report is None:
        raise Http404
    dots = [_dot(report, language)] if report.latitude is not None else []
    shown = {"report": row(report, language), "map": _map(dots, language) if dots else None}
    return render(request, "reports/one.html", frame(language) | shown)


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, language: str) -> HttpResponse:
    """Whoever reported comes back with the receipt and says whether it is solved."""
    if request.method != "POST":
        return render(request, "reports/mine.html", frame(language))
    receipt = request.POST.get("receipt", "")[:60]
    report = by_receipt(receipt)
    if report is None:
        return render(request, "reports/mine.html", frame(language) | {"wrong": True}, status=400)
    said, problems = request.POST.get("say", ""), ()
    if said in (Kind.SOLVED, Kind.NOT_SOLVED):
        try:
            tell(report=report, kind=Kind(said), by=By.REPORTER)
        except VoiceError as misfit:
            problems = misfit.problems
    state = standing_of(report).state
    shown = {
        "report": row(report, language),
        "receipt": receipt,
        "problems": [f"{p.reason(language)} {p.remedy(language)}" for p in problems],
        "may_solve": state is not State.SOLVED,
        "may_refuse": state in (State.CLOSED, State.SOLVED),
    }
    return render(request, "reports/mine.html", frame(language) | shown, status=400 if problems else 200)


@require_safe
def photo(request: HttpRequest, number: str) -> HttpResponse:
    """The photo of a report that somebody in the office looked at."""
    found = Photo.objects.filter(report_id=int(number), report__screened=True).first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.jpeg), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
@csp_replace({"connect-src": [SELF]})
def installed(request: HttpRequest, name: str) -> HttpResponse:
    """What a telephone installs: from here and not from ``/static/``, so that its reach is ``/r/``.

    What a worker may fetch is ruled by its own header and not by that of the page.
    """
    path = find(f"reports/{name}")
    with open(path, "rb") as file:
        response = HttpResponse(file.read(), content_type=INSTALLED[name])
    response["Cache-Control"] = "no-cache"
    return response


def frame(language: str) -> dict[str, object]:
    """What every page needs."""
    other = "en" if language == "es" else "es"
    name = place.observatory().settings.observatory.name[language]
    return {"language": language, "other_language": other, "root": "/", "city": name, "exit": settings.LIMITS.exit}


def _reports() -> Any:
    return Report.objects.select_related("photo").prefetch_related("events").exclude(category__in=black_boxes())


def black_boxes() -> list[str]:
    """Categories of which nothing is ever told."""
    return [one.code for one in place.catalogue().categories.values() if one.type == "blackbox"]


def _filter(request: HttpRequest) -> dict[str, str]:
    known = {"category": place.catalogue().categories, "unit": place.choices(), "state": list(State)}
    return {name: value if (value := request.GET.get(name, "")) in there else "" for name, there in known.items()}


def _choices(language: str) -> dict[str, object]:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for one in place.catalogue().categories.values():
        groups.setdefault(one.group[language], []).append((one.code, one.name[language], one.description[language]))
    return {
        "groups": list(groups.items()),
        "units": list(place.choices().items()),
        "states": [(state.value, say(f"reports.state.{state}", language)) for state in State],
    }


def _filled(request: HttpRequest) -> Filled:
    given = request.POST
    code, address = given.get("category", ""), given.get("address", "").strip()
    chosen = place.catalogue().categories.get(code)
    answers = {one.code: given.getlist(f"q-{one.code}") for one in chosen.attribute} if chosen else {}
    unit = given.get("unit", "")
    return fill(
        place.catalogue(),
        category=code,
        latitude=given.get("latitude", ""),
        longitude=given.get("longitude", ""),
        address=address,
        words=given.get("words", ""),
        unit=unit if unit in place.choices() else place.unit_named(address) if address else "",
        answers=answers,
        units_at=place.units_at,
        units_above=place.units_above,
    )


def _form(
    request: HttpRequest,
    language: str,
    problems: tuple[Problem, ...] = (),
    asked: dict[str, Any] | None = None,
) -> HttpResponse:
    given = request.POST
    code = given.get("category") or request.GET.get("category", "")
    chosen = place.catalogue().categories.get(code)
    rules = place.catalogue().rules
    shown = {
        "given": {name: given.get(name, "") for name in ("latitude", "longitude", "address", "unit", "words")},
        "code": code,
        "questions": [_question(one, given.getlist(f"q-{one.code}"), language) for one in chosen.attribute]
        if chosen
        else [],
        "problems": [f"{one.reason(language)} {one.remedy(language)}" for one in problems],
        "map": _map([], language),
        "rules": rules,
        "dangerous_words": "|".join(folded(word) for word in place.catalogue().dangerous),
        "ask": bool(asked),
    }
    status = 400 if problems else 200
    context = frame(language) | _choices(language) | shown | (asked or {})
    return render(request, "reports/new.html", context, status=status)


def _question(one: Any, given: list[str], language: str) -> dict[str, Any]:
    kinds = {"number": "number", "datetime": "datetime-local"}
    return {
        "code": one.code,
        "text": one.description[language],
        "hint": one.hint[language] if one.hint else "",
        "asks": one.variable,
        "required": one.required,
        "several": one.datatype == "multivaluelist",
        "values": [(value.key, value.name[language], value.key in given) for value in one.values],
        "long": one.datatype == "text",
        "input": kinds.get(one.datatype, "text"),
        "answer": given[0] if given else "",
    }


def _alike(filled: Filled, language: str) -> list[dict[str, Any]]:
    if filled.latitude is None or filled.longitude is None or filled.category.type == "blackbox":
        return []
    found = near(filled.category.code, filled.latitude, filled.longitude)
    reports = {str(one.pk): one for one in _reports().filter(pk__in=[int(one.known.key) for one in found])}
    return [row(reports[one.known.key], language) | {"metres": round(one.metres)} for one in found]


def _dot(report: Report, language: str) -> dict[str, Any]:
    told = row(report, language)
    day = date(report.received.astimezone(dt.UTC).date(), language)
    return {
        "at": [report.latitude, report.longitude],
        "look": report.state,
        "text": [f"{told['number']}. {told['category']}", f"{told['state']} · {day}"],
        "to": told["address_of"],
    }


def _map(dots: list[dict[str, Any]], language: str) -> dict[str, Any]:
    words = {name: say(f"reports.map.{name}", language) for name in ("nearer", "further", "chosen", "open")}
    return {"dots": dots, "view": place.view(), "words": words, "outline": _outline()}


def _outline() -> list[Any]:
    """The units of the finest level that has boundaries: our map needs no server."""
    levels = place.territory().levels[::-1]
    known = {one.settings.level for one in place.territory().editions}
    level = next((one for one in levels if one in known), "")
    return place.territory().boundaries(level)["features"] if level else []
