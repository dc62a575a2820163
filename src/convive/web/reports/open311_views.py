"""Open311 GeoReport v2: discovery and the six calls, in XML and JSON. Thin over :mod:`convive.voice.open311`.

What programs send of the sender (name, e-mail, telephone, account, device) is read by nobody and stored nowhere;
``media_url`` is not fetched, for this server asks no other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from convive.errors import VoiceError
from convive.texts import say
from convive.voice.open311.answers import MIME, refusal, written
from convive.voice.open311.asking import Asked, Refused, asked, identifier
from convive.voice.reports.catalogue import Attribute, Category
from convive.voice.reports.intake import Filled, fill
from convive.web.reports import place
from convive.web.reports.filing import key_of, receive
from convive.web.reports.models import Report
from convive.web.reports.photos import photo_of

CHANGESET = "2026-11-28T00:00:00Z"
"""When what this server does last changed, as discovery tells it."""
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
WORDS = 4_000
_ATTRIBUTE = re.compile(r"attribute\[([^\]]{1,60})\](?:\[\d{0,4}\])?")

View = Callable[..., tuple[str, Any, int]]


def call(*methods: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """A view that gives (root element, content, status) and refuses as the standard says."""

    def around(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, form: str = "xml", **named: str) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise Refused((405, f"{request.method} is not answered here"))
                jurisdiction(request)
                root, content, status = view(request, **named)
            except Refused as refused:
                (status, content), root = refusal(refused.problems), "errors"
            except (RequestDataTooBig, BadRequest, SuspiciousOperation, MultiPartParserError, UnicodeError):
                (status, content), root = refusal([(400, "the request cannot be read")]), "errors"
            response = HttpResponse(written(root, content, form), status=status, content_type=MIME[form])
            if status == 405:
                response["Allow"] = ", ".join(methods)
            return response

        return answered

    return around


@call("GET", "HEAD")
def discovery(request: HttpRequest) -> tuple[str, Any, int]:
    """Where this server is and what it speaks."""
    told = place.catalogue().jurisdiction
    contact = told.contact or place.observatory().settings.observatory.name
    rules = place.observatory().settings.publication.contact
    return (
        "discovery",
        {
            "changeset": CHANGESET,
            "contact": f"{contact.es} / {contact.en} {rules}".strip(),
            "key_service": say("reports.open311.key_service", "es") + " / " + say("reports.open311.key_service", "en"),
            "endpoints": [
                {
                    "specification": SPECIFICATION,
                    "url": request.build_absolute_uri("/open311/v2"),
                    "changeset": CHANGESET,
                    "type": "production",
                    "formats": ["text/xml", "application/json"],
                }
            ],
        },
        200,
    )


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The calls as OpenAPI describes them, for programs that know no Open311."""
    return HttpResponse((Path(__file__).parent / "open311.openapi.json").read_bytes(), content_type="application/json")


@call("GET", "HEAD")
def services(request: HttpRequest) -> tuple[str, Any, int]:
    """What can be reported."""
    language = _language(request)
    return "services", [_service(one, language) for one in place.catalogue().categories.values()], 200


@call("GET", "HEAD")
def service(request: HttpRequest, code: str) -> tuple[str, Any, int]:
    """The questions of one service."""
    found = _category(code)
    language = _language(request)
    attributes = [_attribute(one, order, language) for order, one in enumerate(found.attribute, 1)]
    return "service_definition", {"service_code": found.code, "attributes": attributes}, 200


@call("GET", "HEAD", "POST")
def requests(request: HttpRequest) -> tuple[str, Any, int]:
    """A report is sent, or reports are asked for."""
    return _post(request) if request.method == "POST" else _get(request)


@call("GET", "HEAD")
def one_request(request: HttpRequest, name: str) -> tuple[str, Any, int]:
    """One report, or several by a list of identifiers."""
    told = name.split(",")
    numbers = [number for one in told if (number := identifier(one.strip())) is not None]
    found = list(_shown().filter(pk__in=numbers[:1000]))
    if not found:
        raise Refused((404, f"service_request_id {name[:60]} was not found"))
    return "service_requests", [_told(one, request) for one in found], 200


@call("GET", "HEAD")
def token(request: HttpRequest, name: str) -> tuple[str, Any, int]:
    """The identifier that a token stands for."""
    found = Report.objects.filter(token=name).first() if name.isascii() and name.isalnum() else None
    category = place.catalogue().categories.get(found.category) if found else None
    if found is None or (category is not None and category.type == "blackbox"):
        raise Refused((404, f"token {name[:60]} was not found"))
    return "service_requests", [{"service_request_id": str(found.pk), "token": found.token}], 200


@call("GET", "HEAD", "POST")
def nowhere(request: HttpRequest, path: str) -> tuple[str, Any, int]:
    """An address or a format that the standard does not have."""
    raise Refused((404, f"{path[:60]} is no resource of this server"))


def jurisdiction(request: HttpRequest) -> None:
    """One city, one jurisdiction: it may be left out, and another is not found."""
    ours = place.catalogue().jurisdiction.id
    asked_for = request.GET.get("jurisdiction_id") or (
        request.POST.get("jurisdiction_id") if request.method == "POST" else None
    )
    if ours and asked_for and asked_for != ours:
        raise Refused((404, f"jurisdiction_id {asked_for[:60]} was not found"))


def _post(request: HttpRequest) -> tuple[str, Any, int]:
    given = request.POST
    key = key_of(given.get("api_key") or request.GET.get("api_key", ""))
    if key is None:
        raise Refused((403, "api_key is missing or wrong"))
    code = given.get("service_code", "").strip()
    if not code:
        raise Refused((400, "service_code was not provided"))
    category = _category(code)
    filled = _filled(request, code)
    report, _ = receive(filled, origin=f"open311:{key.name}", jpeg=_jpeg(request))
    told: dict[str, Any] = {}
    if category.type == "realtime":
        told["service_request_id"] = str(report.pk)
    elif category.type == "batch":
        told["token"] = report.token
    told |= {"service_notice": _notice(category, _language(request)), "account_id": None}
    return "service_requests", [told], 201


def _jpeg(request: HttpRequest) -> bytes | None:
    """A photo sent along (``media``, an extension of other cities too)."""
    photo = request.FILES.get("media")
    if photo is None or not photo.size:
        return None
    try:
        return photo_of(photo.read())
    except VoiceError as misfit:
        raise _refused(misfit, request) from None


def _refused(misfit: VoiceError, request: HttpRequest) -> Refused:
    language = _language(request)
    return Refused(*((400, f"{one.column}: {one.reason(language)} {one.remedy(language)}") for one in misfit.problems))


def _filled(request: HttpRequest, code: str) -> Filled:
    given = request.POST
    answers: dict[str, list[str]] = {}
    for name, values in given.lists():
        if found := _ATTRIBUTE.fullmatch(name):
            answers.setdefault(found[1], []).extend(value for value in values if value.strip())
    address = given.get("address_string", "").strip()
    unit = given.get("address_id", "").strip()
    if unit and unit not in place.choices():
        raise Refused((404, f"address_id {unit[:60]} was not found"))
    try:
        return fill(
            place.catalogue(),
            category=code,
            latitude=given.get("lat", "").strip(),
            longitude=given.get("long", "").strip(),
            address=address or (place.choices()[unit] if unit else ""),
            words=given.get("description", ""),
            unit=unit or (place.unit_named(address) if address else ""),
            answers=answers,
            units_at=place.units_at,
            units_above=place.units_above,
            words_most=WORDS,
        )
    except VoiceError as misfit:
        raise _refused(misfit, request) from None


def _get(request: HttpRequest) -> tuple[str, Any, int]:
    wanted = asked({name: request.GET.get(name, "") for name in request.GET}, dt.datetime.now(dt.UTC))
    found = _chosen(wanted)
    return "service_requests", [_told(one, request) for one in found], 200


def _chosen(wanted: Asked) -> list[Report]:
    reports = _shown()
    if wanted.ids is not None:
        return list(reports.filter(pk__in=wanted.ids[:1000]))
    reports = reports.filter(received__range=(wanted.since, wanted.until), status__in=wanted.statuses)
    if wanted.codes:
        reports = reports.filter(category__in=[code for code in wanted.codes[:200] if code.isprintable()])
    if wanted.box is not None:
        west, south, east, north = wanted.box
        reports = reports.filter(longitude__range=(west, east), latitude__range=(south, north))
    first = (wanted.page - 1) * wanted.page_size
    return list(reports[first : first + wanted.page_size])


def _shown() -> Any:
    """Reports as Open311 may tell them: those of a black box are never told."""
    black = [one.code for one in place.catalogue().categories.values() if one.type == "blackbox"]
    return Report.objects.exclude(category__in=black).select_related("photo").prefetch_related("events")


def _service(one: Category, language: str) -> dict[str, Any]:
    return {
        "service_code": one.code,
        "service_name": one.name[language],
        "description": one.description[language],
        "metadata": bool(one.attribute),
        "type": one.type,
        "keywords": ",".join(one.keywords),
        "group": one.group[language],
    }


def _attribute(one: Attribute, order: int, language: str) -> dict[str, Any]:
    return {
        "variable": one.variable,
        "code": one.code,
        "datatype": one.datatype,
        "required": one.required,
        "datatype_description": one.hint[language] if one.hint else None,
        "order": order,
        "description": one.description[language],
        "values": [{"key": value.key, "name": value.name[language]} for value in one.values],
    }


def _told(report: Report, request: HttpRequest) -> dict[str, Any]:
    catalogue, language = place.catalogue(), _language(request)
    category = catalogue.categories.get(report.category)
    body = catalogue.bodies.get(report.body)
    photo = report.screened and hasattr(report, "photo")
    expected = None
    if category is not None and category.expected_days:
        expected = _written(report.received + dt.timedelta(days=category.expected_days))
    last = [one for one in report.events.all() if one.words]
    return {
        "service_request_id": str(report.pk),
        "status": report.status,
        "status_notes": say(f"reports.state.{report.state}", language) + (f": {last[-1].words}" if last else ""),
        "service_name": category.name[language] if category else report.category,
        "service_code": report.category,
        "description": report.words if report.screened else None,
        "agency_responsible": body.name[language] if body else None,
        "service_notice": None,
        "requested_datetime": _written(report.received),
        "updated_datetime": _written(report.updated),
        "expected_datetime": expected,
        "address": (report.address or None) if report.screened else None,
        "address_id": report.unit or None,
        "zipcode": None,
        "lat": report.latitude,
        "long": report.longitude,
        "media_url": request.build_absolute_uri(f"/r/foto/{report.pk}.jpg") if photo else None,
    }


def _notice(category: Category, language: str) -> str:
    told = [say("reports.open311.notice", language)]
    if category.expected_days:
        told.append(say("reports.open311.expected", language, n=category.expected_days))
    return " ".join(told)


def _category(code: str) -> Category:
    found = place.catalogue().categories.get(code)
    if found is None:
        raise Refused((404, f"service_code {code[:60]} was not found"))
    return found


def _language(request: HttpRequest) -> str:
    """The first language of the reader that we speak; the observatory's first otherwise."""
    known = place.observatory().settings.observatory.languages
    told = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("Accept-Language", "").split(",")]
    return next((one for one in told if one in known), known[0])


def _written(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
