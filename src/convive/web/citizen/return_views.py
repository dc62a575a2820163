"""Views behind a receipt: answers, what was done, and what the person says to it."""

from __future__ import annotations

import datetime as dt
import json
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from convive.errors import Problem, VoiceError
from convive.texts import date, say
from convive.voice import form as questions
from convive.voice.content import Content
from convive.voice.custody import Custody
from convive.voice.sealed import Reporter, is_of_author, new_name, open_as_reporter, seal
from convive.web.citizen import deposits, desk
from convive.web.citizen.door import Said
from convive.web.citizen.models import NAME, Entry, Report
from convive.web.citizen.receipts import Tried, answer_due, door, find, reporter_of, visits, wait_until
from convive.web.citizen.views import attachments, frame, told
from convive.web.journal.models import Line

MOST_SIGNS = 5000
VERDICTS = (Report.State.SOLVED.value, Report.State.NOT_SOLVED.value)
SEEN_BY_REPORTERS = ("custody.asked", "custody.lent", "custody.opened", "custody.answered", "custody.forwarded")
"""Acts of the log that stand on the reporter's page, in its words."""


@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, language: str) -> HttpResponse:
    """The way back in: a receipt in either form."""
    if request.method != "POST":
        return render(request, "citizen/back.html", frame(language))
    began, custody = time.monotonic(), desk.custody()
    if custody is None or not door().may_try_receipt(time.time()):
        return render(request, "citizen/back.html", frame(language) | {"crowded": True}, status=429)
    tried = find(request.POST.get("receipt", ""), custody)
    due = answer_due(began)
    # Both pages are drawn, whatever was found: a wrong receipt costs what a right one costs.
    thread = _thread(request, language, tried)
    wrong = render(request, "citizen/back.html", frame(language) | {"wrong": True}, status=400)
    wait_until(due)
    return wrong if tried.report is None else thread


@require_POST
def act(request: HttpRequest, language: str) -> HttpResponse:
    """Add, judge or withdraw, from the page behind a receipt."""
    custody = desk.custody()
    receipt = visits().held(request.POST.get("visit", ""), time.time())
    if receipt is None or custody is None:
        return render(request, "citizen/said.html", frame(language) | {"said": "ended"}, status=400)
    reporter = reporter_of(receipt, custody)
    report = Report.objects.filter(tag=reporter.tag.hex()).first()
    if report is None or report.state == Report.State.WITHDRAWN:
        return render(request, "citizen/said.html", frame(language) | {"said": "ended"}, status=400)
    tried = Tried(receipt, reporter, report)
    try:
        done = _do(request, tried, custody)
    except VoiceError as misfit:
        return _thread(request, language, tried, problems=misfit.problems)
    report.refresh_from_db()
    return _thread(request, language, tried, done=done)


def _do(request: HttpRequest, tried: Tried, custody: Custody) -> str:
    """Do what the form asks; gives the text that says so. Raises :class:`VoiceError` where it cannot be done."""
    report = tried.report
    assert report is not None  # a visit began with one
    what = request.POST.get("do", "")
    content: Content | None = None
    state = ""
    if what == "add":
        words = questions.words(request.POST.get("what", ""), MOST_SIGNS)
        content = Content("addition", {"what": words}, attachments(request))
    elif what in VERDICTS:
        said = questions.tidy(request.POST.get("what", ""))[:MOST_SIGNS]
        content, state = Content("verdict", {"verdict": what, "what": said}), what
    elif not (what == "withdraw" and request.POST.get("sure") == "yes"):
        raise VoiceError(Problem("field-choice"))
    said_at_door = door().enter(request.POST.get("ticket", ""), time.time())
    if said_at_door is not Said.ENTER:
        seconds = door().wait(request.POST.get("ticket", ""), time.time())
        raise VoiceError(Problem(said_at_door.value, values={"seconds": seconds}))
    now = dt.datetime.now(dt.UTC)
    if content is None:
        deposits.withdraw(report=report, now=now)
        return "withdrawn"
    name = new_name()
    sealed = seal(
        content.to_bytes(),
        name=name,
        custodians=custody.keys,
        threshold=custody.threshold,
        report=report.name,
        author=tried.reporter,
    )
    deposits.add(name=name, report=report, sealed=sealed, state=state, now=now)
    return "added" if not state else "judged"


def _thread(
    request: HttpRequest, language: str, tried: Tried, *, done: str = "", problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    """The page behind a receipt; behind a wrong one, of a report that is nobody's."""
    now, report = time.time(), tried.report or _nobodys()
    shown = {
        "report": report,
        "received": date(report.day, language),
        "state": say(f"citizen.state.{report.state}", language),
        "sent": [(date(day, language), whole) for day, whole in _sent(report, tried.reporter)],
        "answers": _answers(report, tried.reporter, language),
        "log": _log(report, language),
        "visit": visits().ticket(tried.receipt, now),
        "ticket": door().form(now),
        "done": done,
        "problems": told(problems, language),
        "words": request.POST.get("what", "") if problems else "",
        "most": MOST_SIGNS,
        "limits": settings.LIMITS,
        "kilobytes": settings.LIMITS.attachments.bytes // 1000,
        "verdicts": VERDICTS,
    }
    return render(request, "citizen/thread.html", frame(language) | shown, status=400 if problems else 200)


def _nobodys() -> Report:
    return Report(name="0" * NAME, day=dt.datetime.now(dt.UTC).date())


def _sent(report: Report, reporter: Reporter) -> list[tuple[dt.date, bool]]:
    """Of each piece that the person sent, its day and whether it is still what they sent. Where it is not, the chain
    says so from then on: nobody but the owner of the receipt can tell."""
    pieces = []
    found = report.entries.filter(sender=Entry.Sender.REPORTER)
    for name, day, body, proof in found.values_list("name", "day", "body", "for_reporter"):
        whole = is_of_author(bytes(body), bytes(proof), name=name, author=reporter)
        pieces.append((day, whole))
        if not whole:
            deposits.disown(report=report, name=name, now=dt.datetime.now(dt.UTC))
    return pieces


def _answers(report: Report, reporter: Reporter, language: str) -> list[dict[str, str]]:
    """What custodians sealed for this reporter, opened in memory for this one page."""
    answers = []
    for entry in report.entries.filter(sender=Entry.Sender.CUSTODIANS).prefetch_related("shares"):
        told = {"day": date(entry.day, language)}
        try:
            content = Content.from_bytes(open_as_reporter(entry.sealed, name=entry.name, reporter=reporter))
        except VoiceError:
            # Not sealed to this person, or changed by whoever owns the database: it is said, and the rest stays usable.
            answers.append(told | {"kind": "unreadable"})
            continue
        fields = dict(content.fields)
        until = fields.get("answer_by", "")
        fields["answer_by"] = date(dt.date.fromisoformat(until), language) if until else ""
        answers.append(fields | told | {"kind": content.kind})
    return answers


def _log(report: Report, language: str) -> list[tuple[str, str, str]]:
    """Day, act and institution of what was done with the report: never the name of a person."""
    lines = Line.objects.filter(subject=f"report/{report.name}", act__in=SEEN_BY_REPORTERS).order_by("number")
    rows = []
    for line in lines:
        act = say(f"citizen.log.{line.act.partition('.')[2]}", language)
        rows.append((date(line.at.date(), language), act, str(json.loads(line.details).get("institution", ""))))
    return rows
