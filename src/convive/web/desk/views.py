"""Views of the desk: unlock with a pass phrase, then lend, or read, scrub, forward and answer."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from convive.errors import ConviveError, Problem, VoiceError
from convive.texts import date, say
from convive.voice import custodian, form, scrubbing
from convive.voice.bundles import Bundle
from convive.voice.content import Content
from convive.voice.custodian import Opened
from convive.voice.key_file import OpenKey, check_pinned, unlock_file
from convive.web.desk import KEY_VARIABLE

MOST_SIGNS = 8000
HIDDEN_FIELDS = ("reporter", "answer_by")


@dataclass(frozen=True)
class Sitting:
    """What is unlocked at the desk: a request to lend for, or an opened report."""

    key: OpenKey
    request: Bundle | None = None
    opened: Opened | None = field(default=None, repr=False)


_sittings: dict[str, Sitting] = {}


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is wrong is said on the first page, without a traceback."""

    @wraps(view)
    def guarded(request: HttpRequest, language: str) -> HttpResponse:
        try:
            return view(request, language)
        except ConviveError as misfit:
            return render(
                request, "desk/begin.html", frame(language) | {"wrong": misfit.describe(language)}, status=400
            )

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@told
def begin(request: HttpRequest, language: str) -> HttpResponse:
    """A file of the office and the pass phrase; who sits here too may unlock a key as well."""
    if request.method != "POST":
        return render(request, "desk/begin.html", frame(language))
    bundle = Bundle.from_bytes(_read(request, "bundle"))
    if bundle.custody is None or bundle.stage not in ("request", "report"):
        raise VoiceError(Problem("bundle-unreadable"))
    path = Path(os.environ[KEY_VARIABLE])
    mine = unlock_file(path.read_bytes(), request.POST.get("phrase", ""), path.name)
    check_pinned(path, bundle.custody, request.POST.get("accept", ""))
    keys = [mine]
    if request.FILES.get("other_key"):
        keys.append(unlock_file(_read(request, "other_key"), request.POST.get("other_phrase", "")))
    token = secrets.token_hex(16)
    if bundle.stage == "request":
        _sittings[token] = Sitting(mine, request=bundle)
        return _show_request(request, language, token, bundle)
    opened = custodian.open_report(bundle, keys)
    _sittings[token] = Sitting(mine, opened=opened)
    return _show_report(request, language, token)


@require_POST
@told
def lend(request: HttpRequest, language: str) -> HttpResponse:
    """The shares for who asked, as a file to carry to the office."""
    del language
    sitting = _sitting(request)
    if sitting.request is None:
        raise Http404
    return _file(custodian.lend_shares(sitting.request, sitting.key), f"prestamo-{sitting.request.opening}")


@require_POST
@told
def scrub(request: HttpRequest, language: str) -> HttpResponse:
    """What remains once the ticked marks are taken; a person reads and changes it before it goes anywhere."""
    opened = _opened(request)
    words = _words_of(opened, language)
    taken = {int(one) for one in request.POST.getlist("take") if one.isdigit()}
    kept = scrubbing.without(words, [mark for place, mark in enumerate(scrubbing.marks(words)) if place in taken])
    shown = {"token": request.POST["token"], "words": kept, "left": len(scrubbing.marks(kept)), "most": MOST_SIGNS}
    later = dt.date.today() + dt.timedelta(days=30)
    return render(request, "desk/scrubbed.html", frame(language) | shown | {"later": later.isoformat()})


@require_POST
@told
def forward(request: HttpRequest, language: str) -> HttpResponse:
    """The scrubbed words, sealed for the reporter, as a file to carry to the office."""
    opened = _opened(request)
    words = form.words(request.POST.get("words", ""), MOST_SIGNS, "words")
    body = form.words(request.POST.get("body", ""), 200, "body")
    try:
        until = dt.date.fromisoformat(request.POST.get("answer_by", ""))
    except ValueError:
        raise VoiceError(Problem("not-a-day", column="answer_by")) from None
    if "seen" not in request.POST:
        raise VoiceError(Problem("not-read-through"))
    reply = custodian.forward(opened, words=words, body=body, answer_by=until)
    return _file(reply, f"envio-{opened.bundle.opening}")


@require_POST
@told
def answer(request: HttpRequest, language: str) -> HttpResponse:
    """An answer to the reporter, sealed, as a file to carry to the office."""
    del language
    opened = _opened(request)
    words = form.words(request.POST.get("words", ""), MOST_SIGNS, "words")
    return _file(custodian.answer(opened, words), f"respuesta-{opened.bundle.opening}")


@require_safe
def attachment(request: HttpRequest, token: str, entry: str, number: str) -> HttpResponse:
    """An attachment of an opened report, shown or saved."""
    del request
    sitting = _sittings.get(token)
    content = sitting.opened.contents.get(entry) if sitting and sitting.opened else None
    if content is None or int(number) >= len(content.attachments):
        raise Http404
    one = content.attachments[int(number)]
    shown = "inline" if one.type == "image/jpeg" else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{one.name}"'}
    return HttpResponse(one.data, content_type=one.type, headers=headers)


def frame(language: str) -> dict[str, object]:
    """What every page needs."""
    return {"language": language, "other_language": "en" if language == "es" else "es"}


def _show_request(request: HttpRequest, language: str, token: str, bundle: Bundle) -> HttpResponse:
    custody = bundle.custody
    assert custody is not None
    shown = {"token": token, "bundle": bundle, "asks": custody.with_key(bundle.asked_by), "custody": custody}
    return render(request, "desk/request.html", frame(language) | shown)


def _show_report(request: HttpRequest, language: str, token: str) -> HttpResponse:
    opened = _sittings[token].opened
    assert opened is not None
    entries = [
        {
            "name": name,
            "title": _title(opened, name, content, language),
            "answers": _answers(content, language),
            "attachments": [
                (place, one.name, one.type == "image/jpeg") for place, one in enumerate(content.attachments)
            ],
        }
        for name, content in opened.contents.items()
    ]
    words = _words_of(opened, language)
    marks = [
        (place, mark.label[language], words[mark.start : mark.end], _around(words, mark))
        for place, mark in enumerate(scrubbing.marks(words))
    ]
    shown = {"token": token, "report": opened.bundle.report, "entries": entries, "marks": marks, "words": words}
    shown |= {"impostor": not _is_reporters_key(opened), "most": MOST_SIGNS}
    return render(request, "desk/report.html", frame(language) | shown)


def _is_reporters_key(opened: Opened) -> bool:
    """Whether the key to which answers go is the one sealed into the report itself: the office could exchange it."""
    first = [one for one in opened.contents.values() if one.kind == "report"]
    return bool(first) and first[0].fields.get("reporter") == opened.bundle.reporter


def _words_of(opened: Opened, language: str) -> str:
    """All that the reporter wrote, as the text from which the scrubbed one is made."""
    parts = []
    for content in opened.contents.values():
        if content.kind in ("report", "addition"):
            parts += [f"{label}: {answer}" for label, answer in _answers(content, language)]
    return "\n".join(parts)


def _answers(content: Content, language: str) -> list[tuple[str, str]]:
    """Question and answer in words; what is no question of the form is called by its own name."""
    asked = {one.name: one for one in form.fields()}
    rows = []
    for name, given in content.fields.items():
        if name in HIDDEN_FIELDS:
            continue
        one = asked.get(name)
        label = one.label[language] if one else say(f"desk.field.{name}", language)
        told_answer = one.told(given, language) if one else given
        rows.append((label, say(f"citizen.verdict.{given}", language) if name == "verdict" else told_answer))
    return rows


def _title(opened: Opened, name: str, content: Content, language: str) -> str:
    day = (opened.bundle.about or {}).get(name, "").partition(" ")[0]
    told_day = date(dt.date.fromisoformat(day), language) if day else ""
    return say(f"desk.kind.{content.kind}", language, day=told_day)


def _around(words: str, mark: scrubbing.Mark) -> tuple[str, str]:
    before, after = words[max(0, mark.start - 40) : mark.start], words[mark.end : mark.end + 40]
    return before.rpartition("\n")[2], after.partition("\n")[0]


def _sitting(request: HttpRequest) -> Sitting:
    found = _sittings.get(request.POST.get("token", ""))
    if found is None:
        raise Http404
    return found


def _opened(request: HttpRequest) -> Opened:
    opened = _sitting(request).opened
    if opened is None:
        raise Http404
    if not _is_reporters_key(opened):
        raise VoiceError(Problem("reporter-exchanged", value=opened.bundle.report))
    return opened


def _read(request: HttpRequest, name: str) -> bytes:
    file = request.FILES.get(name)
    return file.read() if file is not None else b""


def _file(bundle: Bundle, name: str) -> HttpResponse:
    return HttpResponse(
        bundle.to_bytes(),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}.convive"'},
    )
