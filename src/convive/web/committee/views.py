"""The committee's pages: overview, a session, an agreement, seats, minutes as a file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from convive.committee.agenda import proposals
from convive.committee.roles import EVERYWHERE
from convive.errors import CommitteeError, ConviveError, Problem
from convive.observatory import Observatory
from convive.texts import date, say
from convive.web.committee import actions
from convive.web.committee.documents import minutes
from convive.web.committee.models import Agreement, Seat, Session
from convive.web.committee.public_figures import alarms, gates, named, numbers, released
from convive.web.committee.snapshot import committee, standing
from convive.web.committee.versions import ChangedMeanwhile
from convive.web.journal.checking import head
from convive.web.office.guard import everywhere, looked, may, requires, who_may
from convive.web.office.views import frame

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
DONE = 302
WRITTEN = ("agenda", "minutes", "reason", "held_on", "text_es", "text_en", "due")
"""What a session's forms ask in words: shown again where it could not be kept."""


@require_http_methods(["GET", "HEAD", "POST"])
@requires("committee.read")
def overview(request: HttpRequest, language: str) -> HttpResponse:
    """Sessions, agreements and periods as they stand; sessions are called here."""
    status = _status(request, language, lambda: _call(request))
    if status == DONE:
        return redirect("office:committee", language=language)
    stands = standing()
    context = {
        "stands": stands,
        "sessions": Session.objects.all()[:50],
        "agreements": _agreements_list(stands, language),
        "periods": _periods(stands, language),
        "proposed": _proposed(stands, language),
        "whole": EVERYWHERE in request.units,  # type: ignore[attr-defined]
        "manage": everywhere(request.user, actions.MANAGE),
        "kinds": [(kind, say(f"office.kind.{kind}", language)) for kind in actions.KINDS],
        "typed": request.POST if status != 200 else None,
    }
    return render(request, "committee/overview.html", frame(language) | context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("committee.read", whole=True)
def session(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """One session: agenda, attendance with quorum, minutes, agreements. Minutes name persons: the look is noted."""
    one = _found(Session, code)
    status = _status(request, language, lambda: _change_session(request, one))
    if status == DONE:
        return redirect("office:session", language=language, code=code)
    if one.minutes:
        looked(request, f"session/{code}")
    return _session_page(request, language, one, status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("committee.read")
def agreement(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """One agreement: its follow-up, and its end."""
    one, said = _found(Agreement, code), request.POST

    def act() -> None:
        if said.get("do") == "follow":
            actions.follow(agreement=one, words=_words(said, "words"), by=request.user)
            return
        told = {name: said.get(key, "") for name, key in (("end", "do"), ("reason", "reason"))}
        actions.finish(agreement=one, seen=_number(said.get("version", "")), by=request.user, **told)

    status = _status(request, language, act)
    if status == DONE:
        return redirect("office:agreement", language=language, code=code)
    manage = everywhere(request.user, actions.MANAGE)
    follows = manage or (may(request.user, actions.FOLLOW) and one.owner.user_id == request.user.pk)
    mine = [said.get(name, "") for name in ("words", "reason")] if status != 200 else []
    context = {"one": one, "manage": manage, "follows": follows, "mine": mine}
    return render(
        request, "committee/agreement.html", frame(language) | _lead(status, language) | context, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("committee.read", whole=True)
def seats(request: HttpRequest, language: str) -> HttpResponse:
    """The seats of the committee, their agencies, and who holds them."""
    status = _status(request, language, lambda: _seat(request))
    if status == DONE:
        return redirect("office:seats", language=language)
    looked(request, "seats")
    return _seats_page(request, language, status)


@require_safe
@requires("committee.read", whole=True)
def minutes_word(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """The minutes of a session as a Word document."""
    return _minutes(request, language, code, "docx")


@require_safe
@requires("committee.read", whole=True)
def minutes_pdf(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """The minutes of a session as PDF."""
    return _minutes(request, language, code, "pdf")


@require_safe
@requires("committee.read")
def bulletin_pdf(request: HttpRequest, language: str) -> HttpResponse:
    """The bulletin of the released edition, to print: nothing that is not public, and the head of the log."""
    from convive.publication.papers.bulletin import bulletin
    from convive.publication.papers.pdf import pdf

    reader = released(language)
    if reader is None:
        return render(request, "office/said.html", frame(language) | {"said": "not_built"}, status=404)
    name = {"es": "boletin", "en": "bulletin"}[language]
    return HttpResponse(
        pdf(bulletin(reader, str(head() or ""))),
        content_type=PDF,
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _minutes(request: HttpRequest, language: str, code: str, form: str) -> HttpResponse:
    """They name the holders of the seats: the look is noted, and the head that they print is that of this line."""
    from convive.publication.papers.pdf import pdf
    from convive.publication.papers.word import word

    one = _found(Session, code)
    looked(request, f"minutes/{code}")
    name = {"es": "acta", "en": "minutes"}[language]
    city = Observatory.open(settings.FOLDER).settings.observatory.name[language]
    made = minutes(one, city, language, head())
    return HttpResponse(
        word(made) if form == "docx" else pdf(made),
        content_type=DOCX if form == "docx" else PDF,
        headers={"Content-Disposition": f'attachment; filename="{name}-{code}.{form}"'},
    )


def _seats_page(request: HttpRequest, language: str, status: int) -> HttpResponse:
    context = {
        "seats": Seat.objects.select_related("user"),
        "accounts": who_may(actions.FOLLOW),
        "mine": _seat_typed(request, language) if status != 200 else [],
        "manage": everywhere(request.user, actions.MANAGE),
    }
    return render(request, "committee/seats.html", frame(language) | _lead(status, language) | context, status=status)


def _session_page(request: HttpRequest, language: str, one: Session, status: int) -> HttpResponse:
    noted = dict(one.attendances.values_list("seat_id", "excused"))
    day = one.held_on or one.planned_on
    told = committee()
    voting = len(told.voting(day)) if told else 0
    needed = told.law.quorum.needed(voting) if told else 0
    there = [seat for seat in Seat.objects.all() if seat.on(day) or seat.pk in noted]
    seats = [(seat, noted.get(seat.pk) is False, noted.get(seat.pk) is True) for seat in there]
    present = sum(came for seat, came, _ in seats if seat.votes and seat.on(day))
    context = {
        "one": one,
        "mine": _session_typed(request, there, language) if status != 200 else [],
        "kind": say(f"office.kind.{one.kind}", language),
        "seats": seats,
        "quorum": say("office.quorum_told", language, came=present, seats=voting, needed=needed),
        "agreements": one.agreements.select_related("owner"),
        "manage": everywhere(request.user, actions.MANAGE),
        "day": date(day, language),
    }
    return render(request, "committee/session.html", frame(language) | _lead(status, language) | context, status=status)


def _session_typed(request: HttpRequest, there: list[Seat], language: str) -> list[str]:
    """What was written and ticked and could not be kept, in words."""
    told = [request.POST.get(name, "").strip() for name in WRITTEN]
    for name, label in (("present", "office.present"), ("excused", "office.excused_who")):
        ticked = request.POST.getlist(name)
        chosen = [seat.office_es for seat in there if str(seat.pk) in ticked]
        told.append(f"{say(label, language)}: {'; '.join(chosen)}" if chosen else "")
    return [words for words in told if words]


def _seat_typed(request: HttpRequest, language: str) -> list[str]:
    told = [request.POST.get(name, "").strip() for name in ("code", "office_es", "office_en", "agency", "holder")]
    account = User.objects.filter(pk=_number(request.POST.get("user", ""))).first()
    told += [account.get_username() if account else "", request.POST.get("until", ""), request.POST.get("reason", "")]
    told.append(say("office.seat_votes", language) if "votes" in request.POST else "")
    return [words for words in told if words]


def _lead(status: int, language: str) -> dict[str, str]:
    """What is said above words that could not be kept: somebody was first, or something in them is wrong."""
    return {"mine_lead": say("office.your_words_lead" if status == 409 else "office.your_words_wrong", language)}


def _call(request: HttpRequest) -> Session:
    said = request.POST
    return actions.call(
        kind=said.get("kind", ""),
        planned_on=_day(said.get("planned_on", "")),
        agenda=said.get("agenda", ""),
        figures=dict(numbers()),
        by=request.user,
    )


def _change_session(request: HttpRequest, one: Session) -> None:
    said, seen = request.POST, _number(request.POST.get("version", ""))
    what = said.get("do", "")
    if what == "hold":
        who = {name: [_number(key) for key in said.getlist(name)] for name in ("present", "excused")}
        day, reason = _day(said.get("held_on", "")), said.get("reason", "")
        actions.hold(session=one, seen=seen, held_on=day, reason=reason, by=request.user, **who)
    elif what == "agree":
        owner = Seat.objects.filter(pk=_number(said.get("owner", ""))).first()
        if owner is None:
            raise Http404
        texts = {name: _words(said, name) for name in ("text_es", "text_en")}
        actions.agree(session=one, owner=owner, due=_day(said.get("due", "")), by=request.user, **texts)
    else:
        values = {name: said[name].strip() for name in ("agenda", "minutes") if name in said}
        actions.change_session(session=one, seen=seen, reason=said.get("reason", ""), by=request.user, **values)


def _seat(request: HttpRequest) -> None:
    said = {name: value.strip()[:150] for name, value in request.POST.items()}
    labels = {name: said.get(name, "") for name in ("office_es", "office_en", "agency", "holder")}
    if said.get("do") == "make":
        since = _day(said["since"]) if said.get("since") else None
        actions.make_seat(code=said.get("code", "")[:40], since=since, by=request.user, **labels)
        return
    seat = Seat.objects.filter(pk=_number(said.get("seat", ""))).first()
    if seat is None:
        raise Http404
    actions.change_seat(
        seat=seat,
        seen=_number(said.get("version", "")),
        holder=said.get("holder", ""),
        user=_officer(said.get("user", ""), seat),
        votes="votes" in said,
        until=_day(said["until"]) if said.get("until") else None,
        reason=said.get("reason", ""),
        by=request.user,
    )


def _officer(key: str, seat: Seat) -> User | None:
    """The account of a seat; one that may not report is refused, unless it is the seat's already."""
    if not key:
        return None
    found = User.objects.filter(pk=_number(key)).first()
    if found is None or (found.pk != seat.user_id and not (found.is_active and may(found, actions.FOLLOW))):
        raise CommitteeError(Problem("seat-account", value=found.get_username() if found else key))
    return found


def _status(request: HttpRequest, language: str, act: Callable[[], object]) -> int:
    """Do what was sent, if anything was, and tell how that went: :data:`DONE`, or the status of the page on which what
    was typed is shown again (409 for a lost race, 422 for what cannot be)."""
    if request.method != "POST":
        return 200
    try:
        act()
    except ConviveError as wrong:
        messages.error(request, wrong.describe(language))
        return 409 if isinstance(wrong, ChangedMeanwhile) else 422
    messages.success(request, say("office.kept", language))
    return DONE


_lists: dict[str, tuple[object, str]] = {}
"""The list of agreements by language, and of which state of the committee it is."""


def _agreements_list(stands, language: str) -> str:  # type: ignore[no-untyped-def]
    """The same for everybody until something of the committee changes: made once."""
    if language not in _lists or _lists[language][0] is not stands:
        context = {"agreements": _agreements(stands, language), "language": language}
        _lists[language] = stands, render_to_string("committee/agreements.html", context)
    return _lists[language][1]


def _agreements(stands, language: str) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    return [
        {
            "code": one.id,
            "text": one.text[language],
            "owner": one.owner[language],
            "due": date(one.due, language),
            "state": say(f"answer.state_{one.state}", language, n=one.days_late),
            "overdue": one.state == "overdue",
        }
        for one in (stands.agreements if stands else ())
    ]


def _periods(stands, language: str) -> list[str]:  # type: ignore[no-untyped-def]
    told = []
    for one in stands.periods if stands else ():
        what = one.period.en if language == "en" else one.period.es
        state = "overdue" if one.overdue else "kept"
        told.append(f"{what}: {say(f'answer.period_{state}', language, day=date(one.until, language))}")
    return told


def _proposed(stands, language: str) -> list[str]:  # type: ignore[no-untyped-def]
    if stands is None:
        return []
    last = Session.objects.exclude(held_on=None).order_by("-held_on").first()
    before = json.loads(last.figures) if last else {}
    since = last.held_on.isoformat() if last else ""
    found = {"before": before, "now": numbers(), "alarms": alarms(since), "gates": gates(language)}
    return [item.words for item in proposals(stands, language, **found, label=lambda key: named(key, language))]


def _found(model, code: str):  # type: ignore[no-untyped-def]
    one = model.objects.filter(code=code).first()
    if one is None:
        raise Http404
    return one


def _words(said: QueryDict, name: str) -> str:
    """As they were typed: a browser sends a line's end as two characters, and counts it as one."""
    return said.get(name, "").replace("\r\n", "\n").strip()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as odd:
        raise CommitteeError(Problem("committee-day", value=text)) from odd
