"""Views of the sealed report: the form, the receipt, the paper sheet. Words live in memory until they are sealed."""

from __future__ import annotations

import datetime as dt
import secrets
import time

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from convive.errors import Problem, VoiceError
from convive.voice import form as questions
from convive.voice import receipt as forms
from convive.voice.attachments import clean
from convive.voice.content import Attachment, Content
from convive.voice.custody import Custody
from convive.voice.sealed import new_name, new_receipt, seal
from convive.web.citizen import deposits, desk
from convive.web.citizen.door import Said
from convive.web.citizen.models import Report
from convive.web.citizen.receipts import door, reporter_of, visits


@require_safe
def home(request: HttpRequest, language: str) -> HttpResponse:
    """Where to go from here, and how to do it safely."""
    return render(request, "citizen/home.html", frame(language) | {"custody": desk.custody()})


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, language: str) -> HttpResponse:
    """The form; what is sent is sealed at once, and the receipt is shown."""
    custody = desk.custody()
    if custody is None:
        return render(request, "citizen/said.html", frame(language) | {"said": "no_custody"}, status=503)
    if request.method != "POST":
        return _form(request, language)
    given = {one.name: request.POST.get(one.name, "") for one in questions.fields()}
    try:
        cell = settings.LIMITS.location.cell
        answers = questions.answers(given, units=desk.units(), cell=cell)
        said = door().look(request.POST.get("ticket", ""), time.time())
        # Files are work: none is looked at for a form that may not enter.
        attached = attachments(request) if said is Said.ENTER else ()
    except VoiceError as misfit:
        return _form(request, language, given, misfit.problems)
    if said is Said.ENTER:
        said = door().enter(request.POST.get("ticket", ""), time.time())
    if said is not Said.ENTER:
        return _not_yet(request, language, given, said)
    try:
        receipt = _seal_and_keep(custody, answers, attached)
    except VoiceError as misfit:
        return _form(request, language, given, misfit.problems)
    return _receipt(request, language, receipt)


@require_POST
def keep(request: HttpRequest, language: str) -> HttpResponse:
    """The receipt typed again: only then is it known to be kept."""
    receipt = visits().held(request.POST.get("visit", ""), time.time())
    if receipt is None:
        return render(request, "citizen/said.html", frame(language) | {"said": "ended"}, status=400)
    try:
        same = secrets.compare_digest(forms.read(request.POST.get("receipt", "")), receipt)
    except VoiceError:
        same = False
    if not same:
        return _receipt(request, language, receipt, wrong=True)
    custody = desk.custody()
    assert custody is not None  # a visit began with one
    Report.objects.filter(tag=reporter_of(receipt, custody).tag.hex()).update(kept=True)
    return render(request, "citizen/said.html", frame(language) | {"said": "kept"})


@require_safe
def paper(request: HttpRequest, language: str) -> HttpResponse:
    """The same questions on a sheet of paper."""
    name = desk.observatory().settings.observatory.name[language]
    return render(request, "citizen/paper.html", frame(language) | {"fields": _asked(language, {}), "city": name})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that no page of ours makes."""
    del exception
    return _said(request, "bad_request", 400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that leads nowhere."""
    del exception
    return _said(request, "not_found", 404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something of ours broke. What was written is not repeated."""
    return _said(request, "failed", 500)


def too_much(request: HttpRequest) -> HttpResponse:
    """More than may be sent at once."""
    return _said(request, "too_much", 413)


def frame(language: str) -> dict[str, object]:
    """What every page needs."""
    other = "en" if language == "es" else "es"
    return {"language": language, "other_language": other, "exit": settings.LIMITS.exit}


def attachments(request: HttpRequest) -> tuple[Attachment, ...]:
    """The files of a form, cleaned; raises :class:`VoiceError` naming each that cannot be kept."""
    files: list[UploadedFile] = [one for one in request.FILES.getlist("files") if one.size]
    limits = settings.LIMITS.attachments
    if len(files) > limits.most:
        values = {"n": limits.most + 1, "why": f"{len(files)} > {limits.most}"}
        raise VoiceError(Problem("attachment-too-large", values=values))
    kept, problems = [], []
    for number, file in enumerate(files, 1):
        try:
            kept.append(clean(file.read(), number, limits))
        except VoiceError as misfit:
            problems += misfit.problems
    if problems:
        raise VoiceError(problems)
    return tuple(kept)


def told(problems: tuple[Problem, ...], language: str) -> list[tuple[str, str]]:
    """Each problem as the field that it stands at and what to do about it."""
    return [(one.column, f"{one.reason(language)} {one.remedy(language)}") for one in problems]


def _seal_and_keep(custody: Custody, answers: dict[str, str], attached: tuple[Attachment, ...]) -> bytes:
    """Seal a report and keep it; gives the receipt, once all is on disk."""
    receipt, entry, name = new_receipt(), new_name(), new_name()
    reporter = reporter_of(receipt, custody)
    content = Content("report", answers | {"reporter": reporter.public.hex()}, attached).to_bytes()
    keys, threshold = custody.keys, custody.threshold
    sealed = seal(content, name=entry, custodians=keys, threshold=threshold, report=name, author=reporter)
    deposits.deposit(name=entry, report=name, sealed=sealed, reporter=reporter, now=dt.datetime.now(dt.UTC))
    return receipt


def _form(
    request: HttpRequest, language: str, given: dict[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    """The form with what was written; files must be chosen again, for they are nowhere."""
    now = time.time()
    ticket = request.POST.get("ticket", "")
    fresh = ticket if door().wait(ticket, now) else door().form(now)
    shown = {
        "fields": _asked(language, given or {}),
        "problems": told(problems, language),
        "ticket": fresh,
        "limits": settings.LIMITS,
        "kilobytes": settings.LIMITS.attachments.bytes // 1000,
        "lost_files": bool(problems and request.FILES),
    }
    return render(request, "citizen/form.html", frame(language) | shown, status=400 if problems else 200)


def _asked(language: str, given: dict[str, str]) -> list[dict[str, object]]:
    """The questions as a page shows them, with the answers given so far."""
    rows = []
    for one in questions.fields():
        choices = [(choice.code, choice.label[language]) for choice in one.choices]
        rows.append(
            {
                "name": one.name,
                "kind": one.kind,
                "label": one.label[language],
                "hint": one.hint[language].format(cell=settings.LIMITS.location.cell) if one.hint else "",
                "choices": list(desk.units().items()) if one.kind == "unit" else choices,
                "most": one.most,
                "lines": one.lines,
                "blank_lines": range(one.lines),
                "required": one.required,
                "answer": given.get(one.name, ""),
            }
        )
    return rows


def _not_yet(request: HttpRequest, language: str, given: dict[str, str], said: Said) -> HttpResponse:
    """A form that came too early, too late or twice comes back with everything in it."""
    if said is Said.USED:
        return render(request, "citizen/said.html", frame(language) | {"said": "used"}, status=400)
    seconds = door().wait(request.POST.get("ticket", ""), time.time())
    response = _form(request, language, given, (Problem(said.value, values={"seconds": seconds}),))
    response.status_code = 429 if said is not Said.OLD else 400
    return response


def _receipt(request: HttpRequest, language: str, receipt: bytes, *, wrong: bool = False) -> HttpResponse:
    shown = {
        "list": forms.as_list(receipt),
        "numbers": forms.as_numbers(receipt, language),
        "visit": visits().ticket(receipt, time.time()),
        "wrong": wrong,
        "minutes": settings.LIMITS.visit.minutes,
    }
    return render(request, "citizen/receipt.html", frame(language) | shown, status=400 if wrong else 200)


def _said(request: HttpRequest, name: str, status: int) -> HttpResponse:
    language = "en" if request.path.startswith("/en/") else "es"
    return render(request, "citizen/said.html", frame(language) | {"said": name}, status=status)
