"""Views of the custodians' room: the list, one report, files down to the desk and up from it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from convive.errors import VoiceError
from convive.texts import date, say
from convive.voice.bundles import Bundle
from convive.voice.custody import Custodian, Custody
from convive.web.citizen import deposits
from convive.web.citizen.models import Report
from convive.web.custody import actions
from convive.web.custody.models import Forwarding, Opening
from convive.web.office.guard import requires
from convive.web.office.views import frame

VOICE = "voice"


@require_safe
@requires("custody.open", whole=True)
def reports(request: HttpRequest, language: str) -> HttpResponse:
    """The released reports: day, how many entries, what became of them. Nothing else is known of them here."""
    deposits.release(dt.datetime.now(dt.UTC))
    found = Report.objects.exclude(batch=None).annotate(
        count=Count("entries", distinct=True),
        asked=Count("openings", distinct=True),
        opened=Count("openings", filter=Q(openings__opened=True), distinct=True),
    )
    rows = [
        (one, date(one.day, language), say(f"custody.state.{one.state}", language))
        for one in found.order_by("-day", "name")
    ]
    shown = {"rows": rows, "custody": _custody(), "me": _me(request), "due": _due(language)}
    return render(request, "custody/reports.html", frame(language) | shown)


@require_safe
@requires("custody.open", whole=True)
def report(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """One report: who asked, who lent, the files to carry."""
    one = _released(name)
    me = _me(request)
    openings = [
        {
            "opening": opening,
            "day": date(opening.day, language),
            "lenders": [loan.by for loan in opening.loans.all()],
            "mine": me is not None and me.key == opening.key,
            "lent": me is not None and opening.loans.filter(key=me.key).exists(),
        }
        for opening in one.openings.prefetch_related("loans")
    ]
    entries = [
        (date(entry.day, language), say(f"custody.sender.{entry.sender}", language)) for entry in one.entries.all()
    ]
    shown = {"report": one, "day": date(one.day, language), "openings": openings, "entries": entries, "me": me}
    shown |= {"state": say(f"custody.state.{one.state}", language), "custody": _custody()}
    return render(request, "custody/report.html", frame(language) | shown)


@require_POST
@requires("custody.open", whole=True)
def ask(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """Ask to open a report."""
    one, me = _released(name), _seat(request)
    reason, by = request.POST.get("reason", ""), request.user.get_username()
    _tell(request, language, "asked", lambda: actions.ask(subject=one, custodian=me, by=by, reason=reason))
    return redirect("custody:report", language=language, name=name)


@require_safe
@requires("custody.open", whole=True)
def request_file(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """What another custodian needs to lend a share."""
    del language
    opening = get_object_or_404(Opening, pk=name)
    _seat(request)
    return _file(actions.request(opening, _need_custody()), f"pedido-{name}")


@require_POST
@requires("custody.open", whole=True)
def lend(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """Take in what a custodian lent at their desk."""
    opening, me = get_object_or_404(Opening, pk=name), _seat(request)
    by, text = request.user.get_username(), _uploaded(request)
    _tell(request, language, "lent", lambda: actions.lend(subject=opening, custodian=me, by=by, loan=text))
    return redirect("custody:report", language=language, name=opening.report_id)


@require_POST
@requires("custody.open", whole=True)
def report_file(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """The sealed report for the desk of who asked. It is noted as opened, hence no link but a form."""
    opening, me = get_object_or_404(Opening, pk=name), _seat(request)
    by = request.user.get_username()
    try:
        bundle = actions.hand_over(subject=opening, custodian=me, custody=_need_custody(), by=by)
    except VoiceError as misfit:
        messages.error(request, misfit.describe(language))
        return redirect("custody:report", language=language, name=opening.report_id)
    return _file(bundle, f"denuncia-{name}")


@require_POST
@requires("custody.scrub", whole=True)
def reply(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """Take in an answer, or what was forwarded, sealed at the desk."""
    opening, me = get_object_or_404(Opening, pk=name), _seat(request)
    by, text = request.user.get_username(), _uploaded(request)
    _tell(request, language, "replied", lambda: actions.reply(subject=opening, custodian=me, by=by, text=text))
    return redirect("custody:report", language=language, name=opening.report_id)


@require_POST
@requires("custody.scrub", whole=True)
def note_answer(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """Note what a body answered."""
    one = get_object_or_404(Forwarding, pk=name)
    by, reason = request.user.get_username(), request.POST.get("reason", "")
    _tell(request, language, "noted", lambda: actions.note_answer(subject=one, by=by, reason=reason))
    return redirect("custody:reports", language=language)


def _tell(request: HttpRequest, language: str, done: str, act) -> None:  # type: ignore[no-untyped-def]
    try:
        act()
    except VoiceError as misfit:
        messages.error(request, misfit.describe(language))
    else:
        messages.success(request, say(f"custody.done.{done}", language))


def _due(language: str) -> list[dict[str, object]]:
    """What was forwarded, those longest due first."""
    today = dt.datetime.now(dt.UTC).date()
    return [
        {
            "forwarding": one,
            "day": date(one.day, language),
            "answer_by": date(one.answer_by, language),
            "answered": date(one.answered, language) if one.answered else "",
            "late": one.answered is None and one.answer_by < today,
        }
        for one in Forwarding.objects.select_related("entry")
    ]


def _released(name: str) -> Report:
    return get_object_or_404(Report.objects.exclude(batch=None), pk=name)


def _custody() -> Custody | None:
    return Custody.read(settings.FOLDER / VOICE)


def _need_custody() -> Custody:
    found = _custody()
    if found is None:
        raise Http404
    return found


def _me(request: HttpRequest) -> Custodian | None:
    """The custodian whose name is that of the account."""
    custody, name = _custody(), request.user.get_username()
    return next((one for one in custody.custodians if one.name == name), None) if custody else None


def _seat(request: HttpRequest) -> Custodian:
    me = _me(request)
    if me is None:
        raise PermissionDenied
    return me


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    return file.read() if file is not None and file.size <= actions.LONGEST_BUNDLE else b""


def _file(bundle: Bundle, name: str) -> HttpResponse:
    return HttpResponse(
        bundle.to_bytes(),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}.convive"'},
    )
